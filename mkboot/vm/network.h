/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_NETWORK_H
#define MKBOOT_VM_NETWORK_H

#include "vm/emulator.h"

/*
 * Within the stage: the network that a machine is put into. It is QEMU's own (-netdev user: DHCP
 * and TFTP inside the emulator, shut off from the host's network).
 *
 * GRUB's own network code is told the recipe's addresses, not DHCP's, so that the network is made
 * to look like the recipe's for it: QEMU's server gets the recipe's server's address. With
 * protocol: http, that address is a web server instead (vm/http.h), and QEMU's own, which it does
 * not give away to another, is a free one. All else boots in QEMU's 10.0.2.0/24.
 */
struct vm_network {
	bool shaped; /* as below; else as QEMU has it */
	uint32_t subnet;
	unsigned prefix;
	uint32_t host;    /* QEMU's DHCP and TFTP server */
	uint32_t client;  /* what DHCP gives the machine */
	uint32_t http;    /* the web server; 0: none */
	const char *root; /* of DIR, the folder that is served: "tftp", "http" */
	/* The server's folders, made by vm_network_open. */
	char *tftp;    /* TFTP's root */
	char *scratch; /* a temporary folder; or NULL */
	int tree;      /* the folder NAME/ of the tree; or -1 */
	char *web;     /* the web server's command, as it stands in QEMU's option; NULL: this very
			  process is asked for TREE */
};

/* The addresses. MK_BAD_INPUT where QEMU cannot imitate the recipe's network, said. */
enum mk_status vm_network_plan(const struct vm_via *via, const struct recipe *r,
			       struct vm_network *net);

/* The same, and nothing is said: why not (with the place in the recipe), or NULL. */
const char *vm_network_unfit(const struct vm_via *via, const struct recipe *r,
			     struct vm_network *net, struct src *at);

/* Make the folder DIR/tftp/NAME, or DIR/http/NAME, what R's network.path says it is on the server.
 * The status is final: MK_FAILED has been said. Free with vm_network_close in either case. */
enum mk_status vm_network_open(struct vm_network *net, const char *dir, const struct recipe *r);
void vm_network_close(struct vm_network *net);

/* The network *S->network for a command line that outlives this process (network_hand.c). QEMU's
 * own TFTP server has no links to make: a network.path that is not the recipe's name is not there.
 * Free with vm_network_close. */
void vm_network_by_hand(const struct vm_setup *s, struct vm_network *net);

/* The folder that NAME/ of the tree is on the server: network.path, else NAME. */
const char *vm_network_folder(const struct recipe *r);

/* -netdev for a tap interface of the host's, with the id "net". */
void vm_network_tap(const char *tap, struct strbuf *option);
/* QEMU's command line: the network, and the card in it. */
void vm_network_attach(const struct vm_setup *setup, struct vm_argv *argv);

#endif

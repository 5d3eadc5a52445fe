/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_BOCHS_H
#define MKBOOT_VM_BOCHS_H

#include "vm/emulator.h"

/* Within the stage: what Bochs reads, for bochs.c and for who writes it into a folder. */

/* The network inside Bochs ("vnet": DHCP and TFTP, a /24). */
struct bochs_network {
	uint32_t server; /* 0: all of it as Bochs has it, 192.168.10.0/24 */
	uint32_t client; /* what DHCP gives the machine */
};
/* The recipe's, as far as vnet can look like it. Why it cannot, as a sentence for free(); else
 * NULL. */
char *bochs_network_plan(const struct vm_via *via, const struct recipe *r,
			 struct bochs_network *net);

/* Names of files, without quotation marks, commas and dollar signs: these mean something to
 * Bochs. */
struct bochs_files {
	const char *medium; /* read only */
	const char *tftp;   /* the folder that TFTP serves; and */
	const char *vnet;   /* what bochs_write_vnet wrote; both NULL without a network */
	const char *serial; /* where COM1 goes */
	const char *screen; /* where the BIOS's console goes, by */
	const char *rom;    /* what bochs_write_rom wrote; both NULL: nowhere */
	const char *log;
};
/* The configuration (bochsrc). DISPLAY: "term", or "x" for people. */
void bochs_write_rc(const struct vm_setup *s, const struct bochs_files *f, const char *display,
		    struct strbuf *out);
void bochs_write_vnet(const struct bochs_network *net, const struct vm_setup *s,
		      struct strbuf *out);
/* An option ROM that copies the BIOS's console to the first parallel port. */
void bochs_write_rom(struct strbuf *out);
/* What the debugger, which Debian's Bochs has built in, is to do: nothing but let it run. */
#define BOCHS_DEBUGGER "c\nq\n"

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/network.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "vm/boot_option.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* QEMU's network can be no larger (net/slirp.c). */
#define PREFIX_MIN 4

static uint32_t mask_of(const struct vm_network *net)
{
	return UINT32_MAX << (32 - net->prefix);
}

/* A machine's: in the subnet, and neither its own address nor the broadcast address. */
static bool usable(const struct vm_network *net, uint32_t addr)
{
	return addr > net->subnet && addr < (net->subnet | ~mask_of(net));
}

/* The recipe has it for somebody. */
static bool taken(const struct recipe_network *w, uint32_t addr)
{
	const struct ipv4 *own[] = {&w->server, &w->router, &w->dns, &w->address.ip,
				    &w->address.gateway};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (own[i]->set && own[i]->addr == addr)
			return true;
	}
	for (size_t i = 0; i < w->n_hosts; i++) {
		if (w->hosts[i].ip.set && w->hosts[i].ip.addr == addr)
			return true;
	}
	return false;
}

/* The first address from FROM on, once around the subnet, that is nobody's; 0 for none. Of the
 * addresses that the recipe has only so many are taken. */
static uint32_t pick(const struct vm_network *net, const struct recipe_network *w, uint32_t from)
{
	uint64_t size = UINT64_C(1) << (32 - net->prefix);
	size_t tries = w->n_hosts + 16;

	for (uint64_t i = 0; i < size && i < tries; i++) {
		uint32_t addr = net->subnet | ((from + (uint32_t)i) & ~mask_of(net));

		if (usable(net, addr) && addr != net->host && addr != net->client &&
		    !taken(w, addr))
			return addr;
	}
	return 0;
}

/* What is loaded from is what the recipe says, whatever DHCP answers: all that do not leave it to
 * the firmware, UEFI's NBPs and those for UNDI alone. HTTP boot's URL has the server's address. */
static bool has_addresses(const struct vm_via *via, const struct recipe_network *w)
{
	bool from_firmware =
		via->output == OUTPUT_TFTP && (via->platform != PLATFORM_BIOS || w->drivers == 0);

	return !from_firmware && (w->server.set || w->subnet.set);
}

/* The tree that the machine loads from. Both have the same files for GRUB's own network. */
static const char *served(const struct vm_via *via, const struct recipe *r)
{
	bool web = r->network.http && !r->outputs[OUTPUT_TFTP].wanted &&
		   r->outputs[OUTPUT_HTTP].wanted;

	if (via->output == OUTPUT_TFTP)
		return "tftp";
	return via->output == OUTPUT_HTTP || web ? "http" : "tftp";
}

const char *vm_network_unfit(const struct vm_via *via, const struct recipe *r,
			     struct vm_network *net, struct src *at)
{
	const struct recipe_network *w = &r->network;
	uint32_t first;

	*net = (struct vm_network){.tree = -1, .root = served(via, r)};
	if (!has_addresses(via, w))
		return NULL;
	net->shaped = true;
	net->prefix = w->subnet.set ? w->prefix : 24;
	net->subnet = (w->subnet.set ? w->subnet : w->server).addr & mask_of(net);
	*at = w->subnet.at;
	if (net->prefix < PREFIX_MIN)
		return "QEMU's own network has a prefix of /4 at the least";
	if (w->server.set && !usable(net, w->server.addr)) {
		*at = w->server.at;
		return "the server is not in the subnet, and QEMU's own network has no router to "
		       "it; leave this way to boot out (--via)";
	}
	if (w->server.set && (w->http || via->output == OUTPUT_HTTP))
		net->http = w->server.addr;
	else if (w->server.set)
		net->host = w->server.addr;
	/* the machine: an address of those handed out, if only one that a host has in a small
	 * subnet, or its own fixed one */
	first = w->range_first.set ? w->range_first.addr : net->subnet + 15;
	net->client = pick(net, w, first);
	if (net->host == 0)
		net->host = pick(net, w, (net->subnet | ~mask_of(net)) - 1);
	if (net->client == 0)
		net->client = w->address.ip.set ? w->address.ip.addr : w->range_first.addr;
	if (net->host == 0 || net->client == 0 || net->client == net->host)
		return "the subnet has no address left for QEMU's own DHCP server";
	return NULL;
}

enum mk_status vm_network_plan(const struct vm_via *via, const struct recipe *r,
			       struct vm_network *net)
{
	struct src at = {0};
	const char *why = vm_network_unfit(via, r, net, &at);

	return why == NULL ? MK_OK
			   : recipe_error(r, at, "this cannot be tested by %s: %s", via->name, why);
}

enum mk_status vm_network_check(const struct vm_via *via, const struct recipe *r)
{
	struct vm_network net;

	return vm_network_plan(via, r, &net);
}

const char *vm_network_folder(const struct recipe *r)
{
	return r->network.path.text != NULL ? r->network.path.text : r->name;
}

/* A folder in which FOLDER ("boot/ace") is a link to TREE. */
static int make_scratch(struct vm_network *net, const char *tree, const char *folder)
{
	const char *tmp = getenv("TMPDIR");
	char *link, *above, *target = realpath(tree, NULL);
	int err;

	if (target == NULL)
		return -errno;
	net->scratch = path_join(tmp != NULL && tmp[0] == '/' ? tmp : "/tmp", "mkboot-test-XXXXXX");
	if (janitor_mkdtemp(net->scratch) != 0) {
		err = -errno;
		free(net->scratch);
		net->scratch = NULL;
		free(target);
		return err;
	}
	link = path_join(net->scratch, folder);
	above = path_dir(link);
	err = fs_mkdirs(above);
	if (err == 0 && symlink(target, link) != 0)
		err = -errno;
	free(above);
	free(link);
	free(target);
	return err;
}

enum mk_status vm_network_open(struct vm_network *net, const char *dir, const struct recipe *r)
{
	char *root = path_join(dir, net->root), *tree = path_join(root, r->name);
	const char *folder = vm_network_folder(r);
	bool web = strcmp(net->root, "http") == 0; /* which takes the folder's name as it is */
	enum mk_status st = MK_OK;
	int err = 0;

	net->tree = open(tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (net->tree < 0 && errno == ENOENT)
		st = msg_fail(MK_BAD_INPUT, "%s: what is loaded over the network is not there; %s",
			      tree,
			      r->outputs[web ? OUTPUT_HTTP : OUTPUT_TFTP].wanted
				      ? "build it (leave out --no-build)"
				      : "add tftp to the recipe's outputs");
	else if (net->tree < 0)
		st = msg_errno(tree, errno, "cannot serve it");
	else if (!web && strcmp(folder, r->name) != 0 &&
		 (err = make_scratch(net, tree, folder)) != 0)
		st = msg_errno(folder, err, "cannot make a temporary folder to serve it from");
	net->tftp = mem_dup(net->scratch != NULL ? net->scratch : root);
	free(tree);
	free(root);
	return st;
}

void vm_network_close(struct vm_network *net)
{
	if (net->tree >= 0)
		close(net->tree);
	if (net->scratch != NULL) {
		fs_remove_tree(net->scratch);
		janitor_forget(net->scratch);
	}
	free(net->scratch);
	free(net->tftp);
	free(net->web);
	*net = (struct vm_network){.tree = -1, .root = net->root};
}

/*
 * guestfwd with cmd: runs a program for every connection that the guest makes to that address,
 * connected to it by standard input and output; it works with restrict=on, too. (With a character
 * device, there would be one connection for the whole run.) The program is this one, by names that
 * need no quoting and outlive what may be published over it.
 *
 * QEMU wants an address for a DNS server, in the subnet, too; with restrict=on it tells nobody
 * (slirp/src/bootp.c), so that it gets one that is no machine's.
 */
static void add_addresses(const struct vm_network *net, const char *folder, struct strbuf *option)
{
	strbuf_addf(option, ",net=%s/%u", ipv4_text(net->subnet).text, net->prefix);
	strbuf_addf(option, ",host=%s", ipv4_text(net->host).text);
	strbuf_addf(option, ",dns=%s", ipv4_text(net->subnet).text);
	strbuf_addf(option, ",dhcpstart=%s", ipv4_text(net->client).text);
	if (net->http != 0 && net->web != NULL)
		strbuf_addf(option, ",guestfwd=tcp:%s:80-cmd:%s", ipv4_text(net->http).text,
			    net->web);
	else if (net->http != 0)
		strbuf_addf(option,
			    ",guestfwd=tcp:%s:80-cmd:/proc/%ld/exe test --guest-http "
			    "/proc/%ld/fd/%d %s",
			    ipv4_text(net->http).text, (long)getpid(), (long)getpid(), net->tree,
			    folder);
}

static void add_user(const struct vm_setup *s, struct strbuf *option)
{
	char *tftp = vm_option_value(s->network->tftp);
	const char *folder = vm_network_folder(s->recipe);

	strbuf_adds(option, "user,id=net,restrict=on");
	if (s->via->output != OUTPUT_HTTP)
		strbuf_addf(option, ",tftp=%s", tftp);
	if (s->via->output == OUTPUT_TFTP)
		strbuf_addf(option, ",bootfile=%s/%s", folder, platforms[s->via->platform].nbp);
	if (s->network->shaped)
		add_addresses(s->network, folder, option);
	free(tftp);
}

void vm_network_tap(const char *tap, struct strbuf *option)
{
	char *name = vm_option_value(tap);

	strbuf_addf(option, "tap,id=net,ifname=%s,script=no,downscript=no", name);
	free(name);
}

/* BIOS machines boot by the card's iPXE ROM; UEFI ones by EDK2's own PXE client, over its own
 * driver or that in the ROM. Newer ones offer it only where there is a source of random numbers
 * (CVE-2023-45237). IPv6 stays on: without an answer to its router solicitation, iPXE waits 13 s
 * longer. */
void vm_network_attach(const struct vm_setup *s, struct vm_argv *argv)
{
	const struct vm_nic *nic = s->nic;
	bool pxe = s->via->output == OUTPUT_TFTP, uefi = s->via->platform != PLATFORM_BIOS;
	bool chosen = boot_option_needed(s);
	struct strbuf option = {0}, device = {0};

	if (s->tap != NULL)
		vm_network_tap(s->tap, &option);
	else
		add_user(s, &option);
	strbuf_addf(&device, "%s,netdev=net", nic->model);
	/* behind a medium, too: OVMF connects only what it may boot from; but QEMU's order would
	 * be in the place of a boot option */
	if ((pxe || uefi) && !chosen)
		strbuf_addf(&device, ",bootindex=%d", pxe || s->via->output == OUTPUT_HTTP ? 0 : 1);
	if (nic->options != NULL)
		strbuf_addf(&device, ",%s", nic->options);
	if (!nic->isa && (uefi ? nic->no_rom : !pxe))
		strbuf_adds(&device, ",romfile=");
	vm_argv_add(argv, "-netdev");
	vm_argv_add(argv, "%s", option.data);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "%s", device.data);
	if (uefi) {
		vm_argv_add(argv, "-device");
		vm_argv_add(argv, "virtio-rng-pci");
	}
	/* a card is both PXE's and HTTP's, in this order (EDK2,
	 * OvmfPkg/Library/PxeBcPcdProducerLib)
	 */
	for (int v = 4; s->via->output == OUTPUT_HTTP && !chosen && v <= 6; v += 2) {
		vm_argv_add(argv, "-fw_cfg");
		vm_argv_add(argv, "name=opt/org.tianocore/IPv%dPXESupport,string=n", v);
	}
	strbuf_free(&device);
	strbuf_free(&option);
}

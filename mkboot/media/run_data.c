/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/run_data.h"
#include "base/mem.h"
#include "nic/nic.h"
#include "vm/network.h"

#include <stdlib.h>
#include <string.h>

/*
 * What the launch files of emulators other than QEMU can name.
 *
 *   ways                   the ways to boot, the best first; the same in two lists,
 *   first, more            that one alone, and the others; each
 *     via                            its name
 *     dvd floppy net                 flags: what it boots from
 *     bios efi                       flags: its firmware
 *     medium file                    the file (dvd, floppy), relative to run/, to its parent
 *     nbp                            the NBP, relative to the TFTP tree (net)
 *     loads                          the default entry comes over the network
 *     pinned                         from the server whose address is in the image, and no other
 *   left  { via }            ways that the emulator has no card for
 *   has_nic                  there is a network card:
 *     nic                            the emulator's name of it
 *     nic_driven                     GRUB has a driver for it in the image
 *   has_server server has_router router   the recipe's network
 */

/* A network card of an emulator's. */
struct card {
	const char *name;
	uint16_t vendor, device; /* PCI ID */
};

void run_add_common(const struct build *b, struct template_data *d)
{
	const struct recipe *r = b->plan->recipe;
	const struct recipe_network *w = &r->network;

	template_set(d, "recipe", r->name);
	template_setf(d, "memory", "%u", r->test.memory);
	template_setf(d, "cpus", "%u", r->test.cpus);
	template_flag(d, "has_dhcp", r->outputs[OUTPUT_DHCP].wanted);
	template_flag(d, "has_server", w->server.set);
	template_set(d, "server", ipv4_text(w->server.addr).text);
	template_flag(d, "has_router", w->router.set);
	template_set(d, "router", ipv4_text(w->router.addr).text);
}

bool run_via_written(const struct build *b, const struct vm_via *via)
{
	char *path = vm_artifact(via, NULL, b->plan->recipe->name);
	bool written = false;

	for (size_t i = 0; i < b->n_artifacts; i++) {
		const struct artifact *a = &b->artifacts[i];

		written = written || (strcmp(a->path, path) == 0 &&
				      (a->platforms & PLATFORM_BIT(via->platform)) != 0);
	}
	free(path);
	return written;
}

bool run_via_loads(const struct build *b, const struct vm_via *via)
{
	return plan_needs_network(b->plan, via->output, via->platform);
}

bool run_via_driven(const struct build *b, const struct vm_via *via)
{
	const struct recipe_network *w = &b->plan->recipe->network;
	bool undi = via->output == OUTPUT_TFTP && (w->firmware || w->drivers == 0);

	return via->platform == PLATFORM_BIOS && !undi;
}

bool run_via_pinned(const struct build *b, const struct vm_via *via)
{
	const struct recipe_network *w = &b->plan->recipe->network;
	struct vm_network net;
	struct src at;

	vm_network_unfit(via, b->plan->recipe, &net, &at);
	return w->path.text != NULL || (net.shaped && w->server.set);
}

/* The first of CARDS that the recipe's drivers know; NULL for none. */
static const struct card *find_card(const struct build *b, const struct card cards[], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct nic_driver *driver =
			nic_find_pci(cards[i].vendor, cards[i].device, NULL);

		if (driver != NULL && (b->plan->recipe->network.drivers &
				       (UINT32_C(1) << (driver - nic_drivers))) != 0)
			return &cards[i];
	}
	return NULL;
}

static void add_via(const struct build *b, const struct vm_via *via, struct template_data *item)
{
	const char *name = b->plan->recipe->name;
	char *medium = vm_artifact(via, "..", name);
	bool floppy = via->output == OUTPUT_FLOPPY || via->output == OUTPUT_DISKLESS_FLOPPY;
	bool net = via->output == OUTPUT_TFTP;

	template_set(item, "via", via->name);
	template_flag(item, "dvd", !floppy && !net);
	template_flag(item, "floppy", floppy);
	template_flag(item, "net", net);
	template_flag(item, "bios", via->platform == PLATFORM_BIOS);
	template_flag(item, "efi", via->platform != PLATFORM_BIOS);
	template_set(item, "medium", medium);
	template_set(item, "file", medium + strlen("../"));
	template_setf(item, "nbp", "%s/%s", name, platforms[via->platform].nbp);
	template_flag(item, "loads", vm_via_networked(via, b->plan->recipe));
	template_flag(item, "pinned", run_via_pinned(b, via));
	free(medium);
}

/* An emulator: its cards, the best last resort first; what it cannot boot at all. */
struct machine_kind {
	const struct card *cards;
	size_t n_cards;
	bool rom; /* the cards have PXE ROMs, or the firmware does it */
	bool (*unable)(const struct build *b, const struct vm_via *via);
};

static bool add_machine(const struct build *b, const struct machine_kind *k,
			struct template_data *d, bool *network)
{
	const struct card *card = find_card(b, k->cards, k->n_cards);
	bool any = false;

	*network = card != NULL || (k->rom && (b->plan->recipe->network.given ||
					       b->plan->output_platforms[OUTPUT_TFTP] != 0));
	run_add_common(b, d);
	template_list(d, "ways");
	template_list(d, "first");
	template_list(d, "more");
	template_list(d, "left");
	for (size_t i = 0; i < vm_n_vias; i++) {
		const struct vm_via *via = &vm_vias[i];

		/* the same ISO as the CD's; these emulators have no USB stick made of a file */
		if (!run_via_written(b, via) || strncmp(via->name, "usb-", 4) == 0 ||
		    k->unable(b, via))
			continue;
		if (run_via_loads(b, via) && run_via_driven(b, via) && card == NULL) {
			template_set(template_add(d, "left"), "via", via->name);
			continue;
		}
		add_via(b, via, template_add(d, "ways"));
		add_via(b, via, template_add(d, any ? "more" : "first"));
		any = true;
	}
	template_flag(d, "has_nic", *network);
	template_set(d, "nic", card != NULL ? card->name : k->cards[0].name);
	template_flag(d, "nic_driven", card != NULL);
	return any;
}

/* Its TFTP server serves ../tftp as it is, and it has no web server. */
static bool bochs_unable(const struct build *b, const struct vm_via *via)
{
	const struct recipe_network *w = &b->plan->recipe->network;

	return via->platform != PLATFORM_BIOS || via->output == OUTPUT_TFTP ||
	       (run_via_loads(b, via) &&
		(w->http || w->path.text != NULL || b->plan->output_platforms[OUTPUT_TFTP] == 0));
}

/* vnet's network has a /24 (Bochs, iodev/network/eth_vnet.cc):
 *   net host client dns ftp      its addresses: of its own servers, and what DHCP gives
 *   vnet_shaped                  else they are Bochs' own */
static void add_vnet(const struct build *b, struct template_data *d)
{
	const struct recipe_network *w = &b->plan->recipe->network;
	uint32_t net = (w->server.set ? w->server : w->subnet).addr & 0xffffff00u, next = net + 2;
	static const char *const names[] = {"client", "dns", "ftp"};
	bool shaped = w->server.set || w->subnet.set;
	uint32_t host = w->server.set ? w->server.addr : net + 1;
	uint32_t client = w->range_first.addr;

	if (!w->range_first.set || (client & 0xffffff00u) != net || client == host)
		client = host == net + 15 ? net + 16 : net + 15;
	template_flag(d, "vnet_shaped", shaped);
	template_set(d, "net", ipv4_text(net).text);
	template_set(d, "host", ipv4_text(host).text);
	template_set(d, names[0], ipv4_text(client).text);
	for (size_t i = 1; i < 3; i++, next++) {
		while (next == host || next == client)
			next++;
		template_set(d, names[i], ipv4_text(next).text);
	}
}

bool run_add_bochs(const struct build *b, struct template_data *d, bool *network)
{
	static const struct card cards[] = {{"ne2k", 0x10ec, 0x8029}, {"e1000", 0x8086, 0x100e}};
	static const struct machine_kind bochs = {cards, 2, false, bochs_unable};
	const struct card *card = find_card(b, cards, 2);

	add_vnet(b, d);
	template_flag(d, "ne2k", card == &cards[0]);
	template_flag(d, "e1000", card == &cards[1]);
	return add_machine(b, &bochs, d, network);
}

static bool vmware_unable(const struct build *b, const struct vm_via *via)
{
	(void)b;
	return via->platform == PLATFORM_UEFI32 || via->output == OUTPUT_HTTP;
}

/* Its e1000 is the Intel 82545EM. It insists on memory4, a multiple of 4, and on cpus2, 1 or an
 * even number. */
bool run_add_vmware(const struct build *b, struct template_data *d, bool *network)
{
	static const struct card cards[] = {{"e1000", 0x8086, 0x100f},
					    {"vmxnet3", 0x15ad, 0x07b0},
					    {"vlance", 0x1022, 0x2000},
					    {"e1000e", 0x8086, 0x10d3}};
	static const struct machine_kind vmware = {cards, 4, true, vmware_unable};

	unsigned cpus = b->plan->recipe->test.cpus;

	template_setf(d, "memory4", "%u", (b->plan->recipe->test.memory + 3) / 4 * 4);
	template_setf(d, "cpus2", "%u", cpus == 1 ? 1 : (cpus + 1) / 2 * 2);
	return add_machine(b, &vmware, d, network);
}

static bool virtualbox_unable(const struct build *b, const struct vm_via *via)
{
	(void)b;
	return via->platform == PLATFORM_UEFI32 || via->output == OUTPUT_HTTP;
}

bool run_add_virtualbox(const struct build *b, struct template_data *d, bool *network)
{
	static const struct card cards[] = {{"82540EM", 0x8086, 0x100e},
					    {"Am79C973", 0x1022, 0x2000},
					    {"virtio", 0x1af4, 0x1000}};
	static const struct machine_kind virtualbox = {cards, 3, true, virtualbox_unable};

	return add_machine(b, &virtualbox, d, network);
}

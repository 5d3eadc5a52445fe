/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nic.mod: what all network drivers have in common (nic.h), the command nic_link, and variables:
 * net_native, the names of all cards that have a driver here, in the order they were found;
 * net_CARD_frames, how many frames that card holds while nobody looks.
 *
 * GRUB's side is include/grub/net.h: a card's open is called when something is first sent, its
 * error is not looked at; close is called before a kernel starts, and the card may be opened again
 * where that kernel then could not be started.
 */
#include "nic.h"

#include <grub/command.h>
#include <grub/env.h>
#include <grub/i18n.h>

GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char nic_modname[] = "nic";
__attribute__((section(".moddeps"), used)) static const char nic_moddeps[] = "net\0pci";

/* Autonegotiation takes up to 3 s (IEEE 802.3 §28.3), the switch's end included. */
#define LINK_WAIT_MS 3000

/* What is written while frames come and go has its pages to itself: emulators (QEMU's TCG) take a
 * slow path, a microsecond each time, for writes to a page that code was run from, and GRUB's heap
 * is full of modules. GRUB writes to the card's part at every poll. */
#define PAGE 4096u

/* The part of a PCI function's configuration that is alike for all (PCI 3.0 §6.1), bytes. */
#define CONFIG_HEADER 64

struct nic_dma {
	struct nic_dma *next;
	struct grub_pci_dma_chunk *chunk;
};

static struct nic *nics, **nics_end = &nics;

static void *pages(grub_size_t size)
{
	void *p = grub_memalign(PAGE, ALIGN_UP(size, PAGE));

	if (p != NULL)
		grub_memset(p, 0, size);
	return p;
}

void nic_udelay(unsigned us)
{
	/* A read of this port (POST codes) takes a microsecond since the ISA bus, on newer chipsets
	 * somewhat less: two. */
	while (us-- > 0) {
		grub_inb(0x80);
		grub_inb(0x80);
	}
}

int nic_mac_bad(const u8 mac[NIC_ETH_ALEN])
{
	u8 any = 0, all = 0xff;

	for (int i = 0; i < NIC_ETH_ALEN; i++) {
		any |= mac[i];
		all &= mac[i];
	}
	return any == 0 || all == 0xff || (mac[0] & 1) != 0;
}

grub_err_t nic_timeout(struct nic *nic, const char *what)
{
	return grub_error(GRUB_ERR_TIMEOUT, "%s: %s", nic->name, what);
}

void *nic_dma(struct nic *nic, grub_size_t align, grub_size_t size)
{
	struct nic_dma *d = grub_malloc(sizeof *d);
	void *p;

	if (d == NULL)
		return NULL;
	d->chunk = grub_memalign_dma32(align > PAGE ? align : PAGE, ALIGN_UP(size, PAGE));
	if (d->chunk == NULL) {
		grub_free(d);
		return NULL;
	}
	d->next = nic->dma;
	nic->dma = d;
	p = (void *)(grub_addr_t)grub_dma_get_virt(d->chunk);
	grub_memset(p, 0, size);
	return p;
}

static void free_dma(struct nic *nic)
{
	while (nic->dma != NULL) {
		struct nic_dma *d = nic->dma;

		nic->dma = d->next;
		grub_dma_free(d->chunk);
		grub_free(d);
	}
}

/* As grub_netbuff_alloc does it, and for grub_netbuff_free, without its alignment to 2 KiB: one
 * allocation of the frame's size. */
struct grub_net_buff *nic_buffer(grub_size_t len)
{
	grub_size_t room = ALIGN_UP(len + 2, sizeof(void *));
	u8 *data = grub_malloc(room + sizeof(struct grub_net_buff));
	struct grub_net_buff *nb;

	if (data == NULL) {
		grub_errno = GRUB_ERR_NONE;
		return NULL;
	}
	nb = (struct grub_net_buff *)(void *)(data + room);
	nb->head = data;
	nb->data = data + 2; /* 14 bytes of header: IP begins at a multiple of four */
	nb->tail = nb->data + len;
	nb->end = data + room;
	return nb;
}

struct grub_net_buff *nic_frame(const volatile void *data, grub_size_t len)
{
	struct grub_net_buff *nb = nic_buffer(len);
	const u8 *from = (const u8 *)(grub_addr_t)data;
	grub_size_t i;

	if (nb == NULL)
		return NULL;
	for (i = 0; i + 4 <= len; i += 4)
		grub_set_unaligned32(nb->data + i, grub_get_unaligned32(from + i));
	for (; i < len; i++)
		nb->data[i] = from[i];
	return nb;
}

/* --- PCI ------------------------------------------------------------------------------------- */

static u32 bar(struct nic *nic, unsigned n)
{
	return grub_pci_read(
		grub_pci_make_address(nic->pci, (int)(GRUB_PCI_REG_ADDRESS_REG0 + 4 * n)));
}

u16 nic_bar_io(struct nic *nic, unsigned n)
{
	u32 v = bar(nic, n);

	return (v & GRUB_PCI_ADDR_SPACE_MASK) == GRUB_PCI_ADDR_SPACE_IO
		       ? (u16)(v & GRUB_PCI_ADDR_IO_MASK)
		       : 0;
}

volatile u8 *nic_bar_mem(struct nic *nic, unsigned n)
{
	u32 v = bar(nic, n);

	if ((v & GRUB_PCI_ADDR_SPACE_MASK) != GRUB_PCI_ADDR_SPACE_MEMORY)
		return NULL;
	/* above 4 GiB: out of reach */
	if ((v & GRUB_PCI_ADDR_MEM_TYPE_MASK) == GRUB_PCI_ADDR_MEM_TYPE_64 && bar(nic, n + 1) != 0)
		return NULL;
	return (volatile u8 *)(grub_addr_t)(v & GRUB_PCI_ADDR_MEM_MASK);
}

static void set_command(struct nic *nic, u16 clear, u16 set)
{
	grub_pci_address_t a = grub_pci_make_address(nic->pci, GRUB_PCI_REG_COMMAND);

	grub_pci_write_word(a, (u16)((grub_pci_read_word(a) & ~clear) | set));
}

/* PCI Power Management 1.2 §3.2.4: D0, which a card may have been put out of. Out of D3hot it may
 * come as out of a reset (§5.4.1): with no addresses. */
static void power_up(struct nic *nic)
{
	u8 cap = grub_pci_find_capability(nic->pci, GRUB_PCI_CAP_POWER_MANAGEMENT);
	u32 header[CONFIG_HEADER / 4];
	grub_pci_address_t a;
	u16 v;

	if (cap == 0)
		return;
	a = grub_pci_make_address(nic->pci, cap + 4);
	v = grub_pci_read_word(a);
	if ((v & 3) == 0)
		return;
	for (int i = 0; i < CONFIG_HEADER; i += 4)
		header[i / 4] = grub_pci_read(grub_pci_make_address(nic->pci, i));
	grub_pci_write_word(a, (u16)(v & ~3));
	grub_millisleep(10); /* §5.6.1: from D3hot */
	/* the command register last: it lets the addresses be decoded */
	for (int i = CONFIG_HEADER - 4; i >= GRUB_PCI_REG_COMMAND; i -= 4)
		grub_pci_write(grub_pci_make_address(nic->pci, i), header[i / 4]);
}

/* --- GRUB's side -------------------------------------------------------------------------------
 */

/* For the protocols, and for a menu to read. A menu may also have set it (fewer, where a switch on
 * the way has little memory): then it stays, as it does when the driver's module goes and comes. */
static void publish_frames(const struct nic *nic)
{
	unsigned frames = nic->frames != 0 ? nic->frames : nic->driver->frames;
	char name[sizeof nic->name + sizeof "net__frames"], value[12];

	grub_snprintf(name, sizeof name, "net_%s_frames", nic->name);
	if (frames == 0 || grub_env_get(name) != NULL)
		return;
	grub_snprintf(value, sizeof value, "%u", frames);
	if (grub_env_set(name, value) == GRUB_ERR_NONE)
		grub_env_export(name); /* into submenus and other files, too */
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t card_open(struct grub_net_card *card)
{
	struct nic *nic = card->data;
	grub_uint64_t end;
	grub_err_t err;

	if (nic->id != NULL)
		set_command(nic, 0, GRUB_PCI_COMMAND_BUS_MASTER);
	err = nic->driver->open(nic);
	if (err != GRUB_ERR_NONE) {
		if (nic->id != NULL)
			set_command(nic, GRUB_PCI_COMMAND_BUS_MASTER, 0);
		free_dma(nic);
		return err;
	}
	publish_frames(nic);
	if (nic->driver->link != NULL) {
		end = grub_get_time_ms() + LINK_WAIT_MS;
		while (!nic->driver->link(nic) && grub_get_time_ms() < end)
			grub_millisleep(10);
	}
	return GRUB_ERR_NONE;
}

static void card_close(struct grub_net_card *card)
{
	struct nic *nic = card->data;

#ifndef NIC_DEBUG_NO_CLOSE
	nic->driver->close(nic);
	if (nic->id != NULL)
		set_command(nic, GRUB_PCI_COMMAND_BUS_MASTER, 0);
	free_dma(nic);
#else
	(void)nic;
#endif
}

static grub_err_t card_send(struct grub_net_card *card, struct grub_net_buff *nb)
{
	struct nic *nic = card->data;
	grub_size_t len = (grub_size_t)(nb->tail - nb->data);
	u8 padded[NIC_FRAME_MIN];

	if (len > NIC_FRAME_MAX)
		return grub_error(GRUB_ERR_BUG, "%s: a frame of %d bytes", nic->name, (int)len);
	if (len >= NIC_FRAME_MIN)
		return nic->driver->send(nic, nb->data, len);
	grub_memset(padded, 0, sizeof padded);
	grub_memcpy(padded, nb->data, len);
	return nic->driver->send(nic, padded, sizeof padded);
}

static struct grub_net_buff *card_receive(struct grub_net_card *card)
{
	struct nic *nic = card->data;

	return nic->driver->receive(nic);
}

/* net_native and the names follow the list of cards. */
static void publish_names(void)
{
	grub_size_t len = 1;
	char *names, *to;

	for (struct nic *n = nics; n != NULL; n = n->next)
		len += grub_strlen(n->name) + 1;
	names = to = grub_malloc(len);
	if (names == NULL) {
		grub_errno = GRUB_ERR_NONE;
		return;
	}
	*to = '\0';
	for (struct nic *n = nics; n != NULL; n = n->next) {
		if (to != names)
			*to++ = ' ';
		to = grub_stpcpy(to, n->name);
	}
	grub_env_set("net_native", names);
	grub_env_export("net_native");
	grub_free(names);
}

/* Try it; on success it is in the list and GRUB knows it. */
static int add_card(struct nic *nic, const char *kind)
{
	unsigned i = 0;

	nic->state = pages(nic->driver->state_size + 1);
	if (nic->state == NULL)
		return 0;
	if (nic->driver->probe(nic) != GRUB_ERR_NONE || nic_mac_bad(nic->mac)) {
		grub_errno = GRUB_ERR_NONE;
		grub_free(nic->state);
		return 0;
	}
	for (struct nic *n = nics; n != NULL; n = n->next)
		i += n->driver == nic->driver && (n->id == NULL) == (nic->id == NULL);
	grub_snprintf(nic->name, sizeof nic->name, "%s%s_%u", nic->driver->name, kind, i);
	nic->card.name = nic->name;
	nic->card.driver = (struct grub_net_card_driver *)&nic->driver->grub;
	nic->card.data = nic;
	nic->card.mtu = 1500;
	nic->card.default_address.type = GRUB_NET_LINK_LEVEL_PROTOCOL_ETHERNET;
	grub_memcpy(nic->card.default_address.mac, nic->mac, NIC_ETH_ALEN);
	nic->card.flags = GRUB_NET_CARD_HWADDRESS_IMMUTABLE;
	nic->card.txbufsize = NIC_FRAME_MAX;
	nic->card.rcvbufsize = NIC_FRAME_MAX;
	*nics_end = nic;
	nics_end = &nic->next;
	grub_net_card_register(&nic->card);
	publish_frames(nic);
	return 1;
}

static int try_pci(grub_pci_device_t pci, grub_pci_id_t id, void *data)
{
	struct nic_driver *driver = data;
	struct nic *nic;
	unsigned i;

	for (i = 0; i < driver->n_ids; i++) {
		if (id == ((u32)driver->ids[i].device << 16 | driver->ids[i].vendor))
			break;
	}
	if (i == driver->n_ids)
		return 0;
	nic = pages(sizeof *nic);
	if (nic == NULL)
		return 0;
	nic->driver = driver;
	nic->id = &driver->ids[i];
	nic->pci = pci;
	power_up(nic);
	/* Bus mastering stays as it is: a PXE ROM may be using the card. */
	set_command(nic, 0, GRUB_PCI_COMMAND_IO_ENABLED | GRUB_PCI_COMMAND_MEM_ENABLED);
	for (unsigned n = 0; n < 6; n++) {
		if (nic->io == 0)
			nic->io = nic_bar_io(nic, n);
		if (nic->mem == NULL)
			nic->mem = nic_bar_mem(nic, n);
		if ((bar(nic, n) & (GRUB_PCI_ADDR_SPACE_MASK | GRUB_PCI_ADDR_MEM_TYPE_MASK)) ==
		    GRUB_PCI_ADDR_MEM_TYPE_64)
			n++; /* its upper half is no BAR */
	}
	if (!add_card(nic, ""))
		grub_free(nic);
	return 0; /* anything else would end the iteration */
}

void nic_isa(struct nic_driver *driver, u16 io)
{
	struct nic *nic = pages(sizeof *nic);

	if (nic == NULL)
		return;
	nic->driver = driver;
	nic->io = io;
	if (!add_card(nic, "_isa"))
		grub_free(nic);
}

void nic_register(struct nic_driver *driver)
{
	driver->grub.name = driver->name;
	driver->grub.open = card_open;
	driver->grub.close = card_close;
	driver->grub.send = card_send;
	driver->grub.recv = card_receive;
	grub_pci_iterate(try_pci, driver);
	if (driver->probe_isa != NULL)
		driver->probe_isa(driver);
	publish_names();
}

void nic_unregister(struct nic_driver *driver)
{
	struct nic **at = &nics;

	while (*at != NULL) {
		struct nic *nic = *at;

		if (nic->driver != driver) {
			at = &nic->next;
			continue;
		}
		*at = nic->next;
		grub_net_card_unregister(&nic->card); /* closes it */
		grub_free(nic->state);
		grub_free(nic);
	}
	nics_end = at;
	publish_names();
}

/* --- the command nic_link ------------------------------------------------------------------- */

static grub_err_t open_once(struct nic *nic)
{
	grub_err_t err;

	if (nic->card.opened)
		return GRUB_ERR_NONE;
	err = card_open(&nic->card);
	nic->card.opened = err == GRUB_ERR_NONE;
	return err;
}

static grub_err_t cmd_link(struct grub_command *cmd __attribute__((unused)), int argc, char **args)
{
	if (argc != 1)
		return grub_error(GRUB_ERR_BAD_ARGUMENT, N_("one argument expected"));
	for (struct nic *n = nics; n != NULL; n = n->next) {
		if (grub_strcmp(n->name, args[0]) != 0)
			continue;
		if (open_once(n) != GRUB_ERR_NONE)
			return grub_errno;
		if (n->driver->link == NULL || n->driver->link(n))
			return GRUB_ERR_NONE;
		return grub_error(GRUB_ERR_NET_NO_CARD, "%s: no link", n->name);
	}
	return grub_error(GRUB_ERR_NET_NO_CARD, "there is no card %s", args[0]);
}

static grub_command_t link_command;

GRUB_MOD_INIT(nic)
{
	link_command = grub_register_command("nic_link", cmd_link, N_("CARD"),
					     N_("Open a card and see whether it has a link."));
	publish_names();
}

GRUB_MOD_FINI(nic)
{
	grub_unregister_command(link_command);
	grub_env_unset("net_native");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/bochs.h"
#include "base/mem.h"
#include "vm/network.h"

#include <string.h>

/* In Bochs 2.7, iodev/network/eth_vnet.cc: the network's prefix, and the addresses beside the
 * server's and the client's that it wants to have. */
#define VNET_MASK 0xffffff00u

static bool same_net(uint32_t a, uint32_t b)
{
	return (a & VNET_MASK) == (b & VNET_MASK);
}

/* A machine's, in a /24. */
static bool usable(uint32_t addr)
{
	return (addr & ~VNET_MASK) != 0 && (addr & ~VNET_MASK) != 255;
}

/* As vm_network_plan has it for QEMU, GRUB loads from the recipe's server; without one, from whom
 * DHCP names. */
char *bochs_network_plan(const struct vm_via *via, const struct recipe *r,
			 struct bochs_network *net)
{
	const struct recipe_network *w = &r->network;
	const struct ipv4 *own = &w->address.ip;

	*net = (struct bochs_network){0};
	if (w->http)
		return mem_printf("%s: Bochs has no web server for protocol: http; test it in QEMU",
				  via->name);
	if (!w->server.set)
		return NULL;
	net->server = w->server.addr;
	if (!usable(net->server))
		return mem_printf("%s: the server %s cannot be one in Bochs, whose network is a "
				  "/24; test it in QEMU",
				  via->name, ipv4_text(net->server).text);
	net->client = (net->server & VNET_MASK) | 15;
	if (own->set && (!same_net(own->addr, net->server) || !usable(own->addr)))
		return mem_printf("%s: %s and the server %s are not in one /24, and all of Bochs' "
				  "network is; test it in QEMU",
				  via->name, ipv4_text(own->addr).text,
				  ipv4_text(net->server).text);
	if (own->set)
		net->client = own->addr;
	else if (w->range_first.set && same_net(w->range_first.addr, net->server) &&
		 usable(w->range_first.addr))
		net->client = w->range_first.addr;
	if (net->client == net->server)
		net->client = (net->server & VNET_MASK) | 16;
	return NULL;
}

/* The first address of the network, from its end, that is nobody's. */
static uint32_t spare(const struct bochs_network *net, uint32_t not_this)
{
	uint32_t addr = net->server | 255;

	do
		addr--;
	while (addr == net->server || addr == net->client || addr == not_this);
	return addr;
}

/* Its first line must be just that. Lines are name and value; net comes before what is in it. */
void bochs_write_vnet(const struct bochs_network *net, const struct vm_setup *s, struct strbuf *out)
{
	uint32_t dns, ftp;

	strbuf_adds(out, "# vnet config\n");
	strbuf_addf(out, "bootfile = %s/%s\n", vm_network_folder(s->recipe),
		    platforms[PLATFORM_BIOS].nbp);
	if (net->server == 0)
		return;
	dns = spare(net, 0);
	ftp = spare(net, dns);
	strbuf_addf(out, "net = %s\n", ipv4_text(net->server & VNET_MASK).text);
	strbuf_addf(out, "host = %s\n", ipv4_text(net->server).text);
	strbuf_addf(out, "dhcpstart = %s\n", ipv4_text(net->client).text);
	strbuf_addf(out, "dns = %s\n", ipv4_text(dns).text);
	strbuf_addf(out, "ftp = %s\n", ipv4_text(ftp).text);
}

/*
 * All comments are about Debian's Bochs 2.7. A processor that is said to be slow makes time in the
 * guest go by faster, for time is counted in instructions (clock: sync=none). The sound card's
 * driver aborts where there is no sound. A panic ends it, and its words are on standard error; a
 * triple fault is a panic, else it would be a reset.
 */
static const char fixed[] = "config_interface: textconfig\n"
			    "clock: sync=none\n"
			    "romimage: file=$BXSHARE/BIOS-bochs-latest, options=fastboot\n"
			    "vgaromimage: file=$BXSHARE/VGABIOS-lgpl-latest\n"
			    "port_e9_hack: enabled=1\n"
			    "sound: driver=dummy\n"
			    "speaker: enabled=0\n"
			    "mouse: enabled=0\n"
			    "panic: action=fatal\n"
			    "error: action=report\n"
			    "info: action=report\n"
			    "debug: action=ignore\n";

static void add_nic(const struct vm_setup *s, const struct bochs_files *f, struct strbuf *out)
{
	bool isa = s->nic != NULL && s->nic->isa;

	strbuf_addf(out, "pci: enabled=1, chipset=i440fx%s\n",
		    s->nic != NULL && !isa ? ", slot1=ne2k" : "");
	if (s->nic == NULL)
		return;
	strbuf_addf(out, "ne2k: type=%s, mac=52:54:00:12:34:56, ethmod=vnet",
		    isa ? "isa, ioaddr=0x300, irq=10" : "pci");
	strbuf_addf(out, ", ethdev=\"%s\", script=\"%s\"\n", f->tftp, f->vnet);
}

void bochs_write_rc(const struct vm_setup *s, const struct bochs_files *f, const char *display,
		    struct strbuf *out)
{
	bool floppy = s->via->output == OUTPUT_FLOPPY || s->via->output == OUTPUT_DISKLESS_FLOPPY;

	strbuf_addf(out, "display_library: %s\n", display);
	strbuf_adds(out, fixed);
	strbuf_addf(out, "memory: guest=%u, host=%u\n", s->memory, s->memory);
	strbuf_addf(out, "cpu: count=%u, ips=10000000, reset_on_triple_fault=0\n", s->cpus);
	if (floppy)
		strbuf_addf(out, "floppya: image=\"%s\", status=inserted, write_protected=1\n",
			    f->medium);
	else
		strbuf_addf(out,
			    "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
			    "ata0-master: type=cdrom, path=\"%s\", status=inserted\n",
			    f->medium);
	strbuf_addf(out, "boot: %s\n", floppy ? "floppy" : "cdrom");
	add_nic(s, f, out);
	strbuf_addf(out, "com1: enabled=1, mode=file, dev=\"%s\"\n", f->serial);
	if (f->rom != NULL)
		strbuf_addf(out,
			    "parport1: enabled=1, file=\"%s\"\n"
			    "optromimage1: file=\"%s\", address=0xd0000\n",
			    f->screen, f->rom);
	strbuf_addf(out, "log: \"%s\"\n", f->log);
}

/*
 * BIOS and GRUB write on the screen, and how far they got, and why not farther, is there only; a
 * PC's console is the BIOS's interrupt 10h. This stands before its handler, and copies what is
 * written, in the teletype's way (function 0Eh) or where the cursor is (09h, 0Ah), to the parallel
 * port, which Bochs writes into a file. A cursor that is put (02h) into the first column begins a
 * line, one at the screen's beginning a screen: for the judge, as SeaBIOS's sercon has it, ESC [2J.
 * What an interrupt's vector was is kept in that of interrupt F0h, which is BASIC's, if anybody's.
 */
static const unsigned char rom_code[] = {
	0x55, 0xaa, 0x01,                   /* an option ROM of 512 bytes (PnP BIOS 1.0A §3.2) */
	0x1e,                               /* push ds */
	0x31, 0xc0,                         /* xor  ax, ax */
	0x8e, 0xd8,                         /* mov  ds, ax */
	0xa1, 0x40, 0x00,                   /* mov  ax, [10h * 4] */
	0xa3, 0xc0, 0x03,                   /* mov  [0f0h * 4], ax */
	0xa1, 0x42, 0x00,                   /* mov  ax, [10h * 4 + 2] */
	0xa3, 0xc2, 0x03,                   /* mov  [0f0h * 4 + 2], ax */
	0xc7, 0x06, 0x40, 0x00, 0x20, 0x00, /* mov  word [10h * 4], handler */
	0x8c, 0x0e, 0x42, 0x00,             /* mov  [10h * 4 + 2], cs */
	0x1f,                               /* pop  ds */
	0xcb,                               /* retf */
	/* handler, at 20h: */
	0x50,             /* push ax */
	0x80, 0xfc, 0x0e, /* cmp  ah, 0eh */
	0x74, 0x2a,       /* je   one */
	0x80, 0xfc, 0x09, /* cmp  ah, 09h */
	0x74, 0x25,       /* je   one */
	0x80, 0xfc, 0x0a, /* cmp  ah, 0ah */
	0x74, 0x20,       /* je   one */
	0x80, 0xfc, 0x02, /* cmp  ah, 02h */
	0x75, 0x1e,       /* jne  chain */
	0x08, 0xd2,       /* or   dl, dl; the column */
	0x75, 0x1a,       /* jne  chain */
	0xb0, 0x0a,       /* mov  al, newline */
	0x08, 0xf6,       /* or   dh, dh; the row */
	0x75, 0x11,       /* jne  one */
	0xb0, 0x1b,       /* mov  al, escape */
	0xe8, 0x13, 0x00, /* call emit */
	0xb0, 0x5b,       /* mov  al, '[' */
	0xe8, 0x0e, 0x00, /* call emit */
	0xb0, 0x32,       /* mov  al, '2' */
	0xe8, 0x09, 0x00, /* call emit */
	0xb0, 0x4a,       /* mov  al, 'J' */
	0xe8, 0x04, 0x00, /* one: call emit */
	0x58,             /* chain: pop ax */
	0xcd, 0xf0,       /* int  0f0h */
	0xcf,             /* iret */
	/* emit: a byte is taken when the line "strobe", bit 0 of the control register, goes up */
	0x52,             /* push dx */
	0xba, 0x78, 0x03, /* mov  dx, 378h */
	0xee,             /* out  dx, al */
	0xba, 0x7a, 0x03, /* mov  dx, 37ah */
	0xb0, 0x0d,       /* mov  al, 0dh */
	0xee,             /* out  dx, al */
	0xb0, 0x0c,       /* mov  al, 0ch */
	0xee,             /* out  dx, al */
	0x5a,             /* pop  dx */
	0xc3,             /* ret */
};
#define ROM_SIZE 512

/* All bytes of a ROM add up to 0. */
void bochs_write_rom(struct strbuf *out)
{
	unsigned char rom[ROM_SIZE] = {0}, sum = 0;

	memcpy(rom, rom_code, sizeof rom_code);
	for (size_t i = 0; i < ROM_SIZE; i++)
		sum = (unsigned char)(sum + rom[i]);
	rom[ROM_SIZE - 1] = (unsigned char)(0x100 - sum);
	strbuf_add(out, rom, ROM_SIZE);
}

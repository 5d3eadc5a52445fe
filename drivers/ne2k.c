/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NE2000 and its many copies, on PCI and on ISA. Sources: "DP8390D/NS32490D NIC Network Interface
 * Controller", National Semiconductor, July 1995 (§7 reception, §8 transmission, §9 remote DMA,
 * §10 registers, §11 initialization); "RTL8029AS PCI Full-Duplex Ethernet Controller", Realtek,
 * 1997 (§5: ports). Which copies need 16-bit access or have less memory is known from the PCI
 * cards Linux's ne2k-pci lists.
 *
 * The board has 16 KiB of memory of its own, in pages of 256 bytes: here six for the frame being
 * sent, the rest a ring of received ones. The host reads and writes it through one data port
 * ("remote DMA"), so nothing of this card ever touches the host's memory.
 *
 * Between calls the registers are left at page 1, where CURR is: looking for a frame is one read.
 */
#include "nic.h"

enum {
	CR = 0x00, /* command; on all pages */
	/* page 0 */
	PSTART = 0x01,
	PSTOP = 0x02,
	BNRY = 0x03,
	TPSR = 0x04,
	TBCR0 = 0x05,
	ISR = 0x07,
	RSAR0 = 0x08,
	RBCR0 = 0x0a,
	RCR = 0x0c,
	TCR = 0x0d,
	DCR = 0x0e,
	IMR = 0x0f,
	/* page 1 */
	PAR0 = 0x01,
	CURR = 0x07,
	MAR0 = 0x08,
	/* the board's */
	DATA = 0x10,
	RESET = 0x1f,

	CR_STP = 0x01,
	CR_STA = 0x02,
	CR_TXP = 0x04,
	CR_READ = 0x08,
	CR_WRITE = 0x10,
	CR_NODMA = 0x20, /* abort or complete remote DMA */
	CR_PAGE1 = 0x40,
	CR_STOP = CR_NODMA | CR_STP,
	CR_START = CR_NODMA | CR_STA,
	CR_IDLE = CR_START | CR_PAGE1,

	ISR_PTX = 0x02,
	ISR_TXE = 0x08,
	ISR_OVW = 0x10,
	ISR_RDC = 0x40, /* remote DMA complete */
	ISR_RST = 0x80,

	RCR_AB = 0x04, /* broadcasts, besides our own address */
	RCR_MON = 0x20,
	TCR_LOOP = 0x02, /* loopback mode 1: nothing comes in, nothing goes out */
	DCR_WTS = 0x01,
	DCR_LS = 0x08,
	DCR_FT_8 = 0x40, /* the FIFO's threshold: 8 bytes */

	RSR_PRX = 0x01, /* in a frame's header: received without error */

	HEADER = 4,
	PAGE = 256,
	TX_PAGE = 0x40,
	RX_PAGE = TX_PAGE + 6, /* 1518 bytes */
	END_PAGE = NIC_RING(0x80, RX_PAGE + 8),
	END_PAGE_8K = NIC_RING(0x60, RX_PAGE + 8),
	PROM_SIZE = 32,
	/* a frame, header and FCS, in whole pages: as many as the one being sent has */
	FRAME_PAGES = (HEADER + NIC_FRAME_MAX + 4 + PAGE - 1) / PAGE,

	/* of NIC_ID's data */
	ONLY_16BIT = 1, /* the data port is not to be read 32 bits at a time; ISA cannot either */
	ONLY_32BIT_8K = 2,
};

struct ne2k {
	int wide;   /* the data port is used 32 bits at a time */
	u8 end;     /* PSTOP */
	u8 next;    /* page of the next frame to be read */
	u8 current; /* CURR when last read: up to there are frames */
	u16 guess;  /* bytes that one remote read will fetch, its header included */
	unsigned frames;
};

static void put(struct nic *nic, u16 reg, unsigned v)
{
	grub_outb((u8)v, (u16)(nic->io + reg));
}

static u8 get(struct nic *nic, u16 reg)
{
	return grub_inb((u16)(nic->io + reg));
}

/* --- the card's memory ----------------------------------------------------------------------- */

/* §9: a remote DMA of LEN bytes. The registers are at page 0, and stay there. */
static void remote(struct nic *nic, unsigned command, unsigned at, grub_size_t len)
{
	put(nic, RBCR0, len & 0xff);
	put(nic, RBCR0 + 1, len >> 8);
	put(nic, RSAR0, at & 0xff);
	put(nic, RSAR0 + 1, at >> 8);
	put(nic, CR, command | CR_STA);
}

/* What is transferred comes in whole words. */
static grub_size_t words(struct nic *nic, grub_size_t len)
{
	const struct ne2k *s = nic->state;

	return s->wide ? (len + 3) & ~(grub_size_t)3 : (len + 1) & ~(grub_size_t)1;
}

/* The next LEN bytes, and what is left of the last word. TO NULL: throw them away. */
static void fetch(struct nic *nic, u8 *to, grub_size_t len)
{
	const struct ne2k *s = nic->state;
	u16 port = (u16)(nic->io + DATA);
	grub_size_t n = s->wide ? len / 4 : len / 2, rest = s->wide ? len & 3 : len & 1;
	u32 last;

	if (to == NULL) {
		for (len = words(nic, len); len > 0; len -= s->wide ? 4 : 2)
			(void)(s->wide ? grub_inl(port) : grub_inw(port));
		return;
	}
	if (s->wide)
		__asm__ volatile("cld; rep insl" : "+D"(to), "+c"(n) : "d"(port) : "memory");
	else
		__asm__ volatile("cld; rep insw" : "+D"(to), "+c"(n) : "d"(port) : "memory");
	if (rest == 0)
		return;
	last = s->wide ? grub_inl(port) : grub_inw(port);
	for (; rest > 0; rest--, last >>= 8)
		*to++ = (u8)last;
}

static void store(struct nic *nic, const u8 *from, grub_size_t len)
{
	const struct ne2k *s = nic->state;
	u16 port = (u16)(nic->io + DATA);
	grub_size_t n = s->wide ? len / 4 : len / 2, rest = s->wide ? len & 3 : len & 1;
	u32 last = 0;

	if (s->wide)
		__asm__ volatile("cld; rep outsl" : "+S"(from), "+c"(n) : "d"(port) : "memory");
	else
		__asm__ volatile("cld; rep outsw" : "+S"(from), "+c"(n) : "d"(port) : "memory");
	if (rest == 0)
		return;
	for (grub_size_t i = 0; i < rest; i++)
		last |= (u32)from[i] << 8 * i;
	if (s->wide)
		grub_outl(last, port);
	else
		grub_outw((u16)last, port);
}

/* --- start and stop -------------------------------------------------------------------------- */

static int wait_isr(struct nic *nic, unsigned bit)
{
	for (unsigned us = 0; us < 10000; us += 10) {
		if ((get(nic, ISR) & bit) != 0)
			return 1;
		nic_udelay(10);
	}
	return 0;
}

/* The board's reset: a read of the port begins it, a write ends it. Then it is stopped, at page 0,
 * its interrupt masked. */
static grub_err_t reset(struct nic *nic)
{
	int done;

	put(nic, CR, CR_STOP);
	put(nic, IMR, 0);
	put(nic, ISR, 0xff);
	put(nic, RESET, get(nic, RESET));
	done = wait_isr(nic, ISR_RST);
	put(nic, CR, CR_STOP);
	put(nic, IMR, 0);
	put(nic, ISR, 0xff);
	return done ? GRUB_ERR_NONE : nic_timeout(nic, "the chip does not come out of reset");
}

/* §11, steps 1 to 5: as far as remote DMA needs it, receiver and transmitter off. */
static void prepare(struct nic *nic)
{
	put(nic, CR, CR_STOP);
	put(nic, DCR, DCR_FT_8 | DCR_LS | DCR_WTS);
	put(nic, RBCR0, 0);
	put(nic, RBCR0 + 1, 0);
	put(nic, RCR, RCR_MON);
	put(nic, TCR, TCR_LOOP);
}

/* The chip is reset. */
static void start(struct nic *nic)
{
	struct ne2k *s = nic->state;

	/* BNRY is one page behind what we read next, so that a full ring is not an empty one. */
	s->next = s->current = RX_PAGE + 1;
	s->guess = HEADER;
	prepare(nic);
	put(nic, RCR, RCR_AB);
	put(nic, TPSR, TX_PAGE);
	put(nic, PSTART, RX_PAGE);
	put(nic, PSTOP, s->end);
	put(nic, BNRY, RX_PAGE);
	put(nic, ISR, 0xff);
	put(nic, IMR, 0);
	put(nic, CR, CR_STOP | CR_PAGE1);
	for (u16 i = 0; i < NIC_ETH_ALEN; i++)
		put(nic, (u16)(PAR0 + i), nic->mac[i]);
	for (u16 i = 0; i < 8; i++)
		put(nic, (u16)(MAR0 + i), 0);
	put(nic, CURR, s->next);
	put(nic, CR, CR_START);
	put(nic, TCR, 0);
	put(nic, CR, CR_IDLE);
}

/* The chip is stuck, or has lost its place in the ring. */
static void restart(struct nic *nic)
{
	if (reset(nic) == GRUB_ERR_NONE)
		start(nic);
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t ne2k_open(struct nic *nic)
{
	grub_err_t err = reset(nic);

	if (err == GRUB_ERR_NONE)
		start(nic);
	return err;
}

static void ne2k_close(struct nic *nic)
{
	put(nic, CR, CR_STOP);
	grub_millisleep(2); /* §7: 1.6 ms, until a frame under way is done with */
	reset(nic);
	grub_errno = GRUB_ERR_NONE;
}

/* --- finding cards --------------------------------------------------------------------------- */

/* Something answers at this ISA address: is it a DP8390? Each step is taken only where the one
 * before it said so, and what was written is put back. */
static int is_8390(struct nic *nic)
{
	u8 cr = get(nic, CR), mar;
	int is = 0;

	/* §10: stopped or started, and 000 is no command for remote DMA. QEMU's is 0 at first. */
	if (cr != 0 && ((cr & 3) == 0 || (cr & 3) == 3 || (cr & 0x38) == 0))
		return 0;
	put(nic, CR, CR_STOP | CR_PAGE1);
	if (get(nic, CR) == (CR_STOP | CR_PAGE1)) {
		mar = get(nic, MAR0 + 7);
		put(nic, MAR0 + 7, 0x5a);
		is = get(nic, MAR0 + 7) == 0x5a;
		put(nic, MAR0 + 7, 0xa5);
		is = is && get(nic, MAR0 + 7) == 0xa5;
		put(nic, MAR0 + 7, mar);
	}
	put(nic, CR, cr);
	return is;
}

/* The address PROM is at the beginning of the card's memory, usually with each byte twice. */
static grub_err_t ne2k_probe(struct nic *nic)
{
	struct ne2k *s = nic->state;
	int only_32bit = nic->id != NULL && nic->id->data == ONLY_32BIT_8K;
	grub_err_t err;
	u8 prom[PROM_SIZE];
	unsigned step = 2;

	if (nic->io == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "ne2k: no I/O ports");
	if (nic->id == NULL && !is_8390(nic))
		return grub_error(GRUB_ERR_BAD_DEVICE, "ne2k: no DP8390");
	err = reset(nic);
	if (err != GRUB_ERR_NONE)
		return err;
	prepare(nic);
	s->wide = only_32bit;
	remote(nic, CR_READ, 0, PROM_SIZE);
	fetch(nic, prom, PROM_SIZE);
	put(nic, CR, CR_STOP);
	for (unsigned i = 0; i < 2 * NIC_ETH_ALEN; i += 2) {
		if (prom[i] != prom[i + 1])
			step = 1;
	}
	/* The letter W twice: a 16-bit NE2000. On PCI the ID has said so. */
	if (nic->id == NULL && (prom[14 * step] != 'W' || prom[15 * step] != 'W'))
		return grub_error(GRUB_ERR_BAD_DEVICE, "ne2k: no NE2000");
	for (unsigned i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = prom[i * step];
	s->wide = nic->id != NULL && nic->id->data != ONLY_16BIT;
	s->end = only_32bit ? END_PAGE_8K : END_PAGE;
	/* one page, before BNRY's, is never filled; each frame is given back when it was read */
	nic->frames = (s->end - RX_PAGE - 1u) / FRAME_PAGES;
	return GRUB_ERR_NONE;
}

static const u16 isa_ports[] = {0x300, 0x280, 0x320, 0x340, 0x360};
#define N_ISA (sizeof isa_ports / sizeof isa_ports[0])

/* PCI 2.2 §6.2.5.1: an I/O BAR is 256 ports at most. */
static int mark_bars(grub_pci_device_t dev, grub_pci_id_t id __attribute__((unused)), void *taken)
{
	u8 type = grub_pci_read_byte(grub_pci_make_address(dev, GRUB_PCI_REG_HEADER_TYPE)) & 0x7f;

	for (int n = 0; n < (type == 0 ? 6 : 0); n++) {
		u32 v = grub_pci_read(
			grub_pci_make_address(dev, GRUB_PCI_REG_ADDRESS_REG0 + 4 * n));

		if ((v & GRUB_PCI_ADDR_SPACE_MASK) != GRUB_PCI_ADDR_SPACE_IO)
			continue;
		v &= (u32)GRUB_PCI_ADDR_IO_MASK;
		for (unsigned i = 0; v != 0 && i < N_ISA; i++) {
			if (v < isa_ports[i] + 0x20u && v + 256 > isa_ports[i])
				*(unsigned *)taken |= 1u << i;
		}
	}
	return 0;
}

static void ne2k_probe_isa(struct nic_driver *driver)
{
	unsigned answers = 0, taken = 0;

	for (unsigned i = 0; i < N_ISA; i++) {
		if (grub_inb(isa_ports[i]) != 0xff) /* what an empty bus says */
			answers |= 1u << i;
	}
	if (answers != 0)
		grub_pci_iterate(mark_bars, &taken);
	for (unsigned i = 0; i < N_ISA; i++) {
		if ((answers & ~taken & 1u << i) != 0)
			nic_isa(driver, isa_ports[i]);
	}
}

/* --- frames ---------------------------------------------------------------------------------- */

static grub_err_t ne2k_send(struct nic *nic, const void *frame, grub_size_t len)
{
	grub_uint64_t end = 0;

	while ((get(nic, CR) & CR_TXP) != 0) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	put(nic, CR, CR_START);
	/* §9, "Setting PRQ Using the Remote Read": before a remote write a read is begun, and
	 * left, else the chip may take the first word too early. Only the chip itself has this
	 * fault, and it is on ISA. */
	if (nic->id == NULL) {
		remote(nic, CR_READ, TX_PAGE * PAGE, PAGE);
		nic_udelay(4); /* until the first word is in the port */
	}
	put(nic, ISR, ISR_RDC | ISR_PTX | ISR_TXE);
	remote(nic, CR_WRITE, TX_PAGE * PAGE, words(nic, len));
	store(nic, frame, len);
	if (!wait_isr(nic, ISR_RDC)) {
		restart(nic);
		return nic_timeout(nic, "the card's memory does not take a frame");
	}
	put(nic, TBCR0, len & 0xff);
	put(nic, TBCR0 + 1, len >> 8);
	put(nic, CR, CR_IDLE | CR_TXP);
	return GRUB_ERR_NONE;
}

/* §7, "Buffer Ring Overflow", steps 1 to 7. The answer is step 11's: send again what was being
 * sent. Frames are to be taken from the ring before overrun_end. */
static int overrun_begin(struct nic *nic)
{
	int sending = (get(nic, CR) & CR_TXP) != 0;

	put(nic, CR, CR_STOP);
	grub_millisleep(2); /* 1.6 ms at least */
	put(nic, RBCR0, 0);
	put(nic, RBCR0 + 1, 0);
	sending = sending && (get(nic, ISR) & (ISR_PTX | ISR_TXE)) == 0;
	put(nic, TCR, TCR_LOOP);
	put(nic, CR, CR_START);
	return sending;
}

static void overrun_end(struct nic *nic, int resend)
{
	put(nic, ISR, ISR_OVW);
	put(nic, TCR, 0);
	if (resend)
		put(nic, CR, CR_START | CR_TXP);
}

static int in_ring(const struct ne2k *s, u8 page)
{
	return page >= RX_PAGE && page < s->end;
}

/*
 * The frame at page s->next: its header (status, next page, length with header), then itself. All
 * of it is fetched at once where it is as long as the one before it, as in a download: a remote
 * DMA costs five or six register writes. NULL with s->next 0 for a header that cannot be.
 */
static struct grub_net_buff *take(struct nic *nic)
{
	struct ne2k *s = nic->state;
	struct grub_net_buff *nb = NULL;
	unsigned at = s->next * PAGE, ring = (unsigned)s->end - RX_PAGE, pages, filled;
	grub_size_t got = s->guess, len;
	u8 header[HEADER], *to;

	remote(nic, CR_READ, at, got);
	fetch(nic, header, HEADER);
	got -= HEADER;
	len = (grub_size_t)header[2] | (grub_size_t)header[3] << 8;
	pages = (header[1] + ring - s->next) % ring;
	filled = (s->current + ring - s->next) % ring; /* less each time: this ends */
	if (!in_ring(s, header[1]) || !in_ring(s, s->current) || len < HEADER + NIC_ETH_HLEN ||
	    len > HEADER + NIC_FRAME_MAX || len > pages * PAGE || pages > filled) {
		s->next = 0;
		return NULL;
	}
	s->guess = (u16)words(nic, len);
	len -= HEADER;
	if ((header[0] & RSR_PRX) != 0)
		nb = nic_buffer(len);
	to = nb != NULL ? nb->data : NULL;
	if (got > len) {
		fetch(nic, to, len);
		fetch(nic, NULL, got - words(nic, len));
	} else {
		fetch(nic, to, got);
		if (len > got) {
			at += (unsigned)(HEADER + got);
			if (at >= s->end * (unsigned)PAGE)
				at -= ring * PAGE;
			put(nic, CR, CR_START);
			remote(nic, CR_READ, at, words(nic, len - got));
			fetch(nic, to != NULL ? to + got : NULL, len - got);
		}
	}
	s->next = header[1];
	put(nic, BNRY, s->next == RX_PAGE ? s->end - 1 : s->next - 1);
	return nb;
}

static struct grub_net_buff *ne2k_receive(struct nic *nic)
{
	struct ne2k *s = nic->state;
	struct grub_net_buff *nb = NULL;
	int overrun, resend = 0;

	while (nb == NULL) {
		if (s->next == s->current) {
			s->current = get(nic, CURR);
			if (s->next == s->current)
				break;
		}
		put(nic, CR, CR_START);
		/* Whenever the ring has run over, there is a frame in it. */
		overrun = (get(nic, ISR) & ISR_OVW) != 0 || NIC_RING(0, ++s->frames % 50 == 0);
		if (overrun)
			resend = overrun_begin(nic);
		nb = take(nic);
		if (s->next == 0) {
			restart(nic);
			break;
		}
		if (overrun)
			overrun_end(nic, resend);
		put(nic, CR, CR_IDLE);
	}
	return nb;
}

NIC_ABOUT("NE2000 (DP8390) on PCI and ISA, RTL8029", "ne,ns8390", "ne2k_isa")
static const struct nic_id ne2k_ids[] = {
	NIC_ID(0x10ec, 0x8029, 0, "Realtek RTL8029", "ne2k_pci"),
	NIC_ID(0x1050, 0x0940, 0, "Winbond 89C940", ""),
	NIC_ID(0x1050, 0x5a5a, 0, "Winbond 89C940F", ""),
	NIC_ID(0x8c4a, 0x1980, 0, "Winbond 89C940 with a wrong ID", ""),
	NIC_ID(0x11f6, 0x1401, 0, "Compex ReadyLink 2000", ""),
	NIC_ID(0x8e2e, 0x3000, 0, "KTI ET32P2", ""),
	NIC_ID(0x4a14, 0x5000, 0, "NetVin NV5000SC", ""),
	NIC_ID(0x1106, 0x0926, ONLY_16BIT, "VIA 86C926", ""),
	NIC_ID(0x10bd, 0x0e34, 0, "SureCom NE34", ""),
	NIC_ID(0x12c3, 0x0058, ONLY_16BIT, "Holtek HT80232", ""),
	NIC_ID(0x12c3, 0x5598, ONLY_32BIT_8K, "Holtek HT80229", ""),
};

static struct nic_driver ne2k_driver = {
	.name = "ne2k",
	.ids = ne2k_ids,
	.n_ids = sizeof ne2k_ids / sizeof ne2k_ids[0],
	.state_size = sizeof(struct ne2k),
	.probe = ne2k_probe,
	.probe_isa = ne2k_probe_isa,
	.open = ne2k_open,
	.close = ne2k_close,
	.send = ne2k_send,
	.receive = ne2k_receive,
};

NIC_MODULE(ne2k, ne2k_driver)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * AMD PCnet-PCI (Am79C970, 970A) and PCnet-FAST (971, 972, 973, 975), which hypervisors have, too.
 * Sources: AMD's data sheets "Am79C970A PCnet-PCI II", publication 19436, and "Am79C973/Am79C975
 * PCnet-FAST III", publication 21510: the chapters on software access, on the buffer management
 * unit, on the CSRs and BCRs, and on descriptors and initialization block (32-bit ones: SWSTYLE 2).
 *
 * Registers are behind an address and a data port, 16 bits apart (WIO) or 32 (DWIO). A chip goes
 * from WIO to DWIO but not back: it is used as it is found, so that whoever comes after us finds
 * it so, too. RAP is left at 0, so that the one access that a frame costs is a single write.
 */
#include "nic.h"

enum {
	APROM = 0x00, /* the address, as read from the EEPROM */
	RDP = 0x10,   /* register data; the next ones follow 2 bytes apart, or 4 */

	CSR0 = 0, /* status and control */
	CSR0_INIT = 1 << 0,
	CSR0_STRT = 1 << 1,
	CSR0_STOP = 1 << 2,
	CSR0_TDMD = 1 << 3, /* look at the transmit ring now */
	CSR0_IDON = 1 << 8,
	CSR1 = 1, /* initialization block, low half */
	CSR2 = 2,
	CSR3 = 3,
	CSR3_DXSUFLO = 1 << 6, /* an underflow costs the frame, not the transmitter */
	CSR80 = 80,            /* FIFO thresholds */
	CSR80_XMTSP = 3 << 10,
	CSR88 = 88, /* chip ID, low half; bits 15:12 are the part number's lowest */
	CSR89 = 89,

	BCR2 = 2,
	BCR2_ASEL = 1 << 1, /* pick the port that has a link */
	BCR4 = 4,           /* LED 0 */
	BCR4_LNKSTE = 1 << 6,
	BCR4_LEDOUT = 1 << 15,
	BCR18 = 18, /* bus control */
	BCR18_BURST = 3 << 5,
	BCR18_NOUFLO = 1 << 11, /* send only what is whole in the FIFO */
	BCR20 = 20,             /* software style */
	BCR32 = 32,             /* MII control */
	BCR32_XPHYFORCED = 0x18,
	BCR32_XPHYANE = 1 << 5,
	BCR32_DANAS = 1 << 7,
	BCR33 = 33, /* MII address, of PHY and register */
	BCR34 = 34, /* MII data */
	BMSR = 1,   /* IEEE 802.3 §22.2.4.2 */
	BMSR_LINK = 1 << 2,

	PART_971 = 0x2623, /* the first with MII */

	/* both rings' descriptors, word 1, and OWN */
	ERR = 1 << 30,
	STP = 1 << 25, /* a frame's first */
	ENP = 1 << 24, /* and last */
	ONES = 0xf000,
	RMD2_MCNT = 0x0fff,

	RX_LOG = NIC_RING(5, 1),
	TX_LOG = NIC_RING(2, 1),
	N_RX = 1 << RX_LOG,
	N_TX = 1 << TX_LOG,
	SIZE = 1536,
};

#define OWN 0x80000000u /* it is the chip's */

struct descriptor {
	u32 address;
	u32 status; /* and the buffer's size, negative */
	u32 misc;
	u32 reserved;
};

struct init_block {
	u16 mode;
	u8 rlen, tlen; /* logarithms, in the upper half */
	u8 mac[NIC_ETH_ALEN];
	u16 reserved;
	u32 filter[2];
	u32 rx_ring, tx_ring;
};

struct memory {
	struct descriptor rx[N_RX], tx[N_TX];
	struct init_block init;
	u8 rx_buffer[N_RX][SIZE], tx_buffer[N_TX][SIZE];
};

struct pcnet {
	volatile struct memory *m;
	unsigned next_rx, next_tx;
	u16 step; /* 2 for WIO, 4 for DWIO */
	u16 part;
};

static u16 port_read(struct nic *nic, unsigned n)
{
	const struct pcnet *s = nic->state;
	u16 port = (u16)(nic->io + RDP + n * s->step);

	return s->step == 4 ? (u16)grub_inl(port) : grub_inw(port);
}

static void port_write(struct nic *nic, unsigned n, u16 v)
{
	const struct pcnet *s = nic->state;
	u16 port = (u16)(nic->io + RDP + n * s->step);

	if (s->step == 4)
		grub_outl(v, port);
	else
		grub_outw(v, port);
}

enum { DATA, RAP, RESET, BDP }; /* n of the above */

/* Register N of those behind DATA (CSRs) or BDP (BCRs). RAP is left at CSR0. */
static u16 indexed_read(struct nic *nic, u16 n, unsigned data)
{
	u16 v;

	port_write(nic, RAP, n);
	v = port_read(nic, data);
	port_write(nic, RAP, CSR0);
	return v;
}

static void indexed_write(struct nic *nic, u16 n, unsigned data, u16 v)
{
	port_write(nic, RAP, n);
	port_write(nic, data, v);
	port_write(nic, RAP, CSR0);
}

static u16 csr_read(struct nic *nic, u16 csr)
{
	return indexed_read(nic, csr, DATA);
}

static void csr_write(struct nic *nic, u16 csr, u16 v)
{
	indexed_write(nic, csr, DATA, v);
}

static u16 bcr_read(struct nic *nic, u16 bcr)
{
	return indexed_read(nic, bcr, BDP);
}

static void bcr_write(struct nic *nic, u16 bcr, u16 v)
{
	indexed_write(nic, bcr, BDP, v);
}

/* Is STEP how the registers lie? Behind a reset: RAP can be written and read back, and CSR0 says
 * STOP and nothing else. */
static int lies(struct nic *nic, u16 step)
{
	struct pcnet *s = nic->state;

	s->step = step;
	port_write(nic, RAP, CSR88);
	if (port_read(nic, RAP) != CSR88)
		return 0;
	port_write(nic, RAP, CSR0);
	return port_read(nic, DATA) == CSR0_STOP;
}

/* A read of RESET is the software reset (S_RESET); it stops everything but leaves the BCRs. DWIO's
 * first: there, WIO's is a harmless part of another register. */
static grub_err_t reset(struct nic *nic)
{
	grub_inl((u16)(nic->io + RDP + RESET * 4));
	grub_inw((u16)(nic->io + RDP + RESET * 2));
	nic_udelay(10);
	if (!lies(nic, 2) && !lies(nic, 4))
		return nic_timeout(nic, "the chip does not come out of reset");
	return GRUB_ERR_NONE;
}

static grub_err_t pcnet_probe(struct nic *nic)
{
	if (nic->io == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "pcnet: no I/O ports");
	for (u16 i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = grub_inb((u16)(nic->io + APROM + i));
	if (!nic_mac_bad(nic->mac))
		return GRUB_ERR_NONE;
	/* in DWIO, by 32 bits */
	for (u16 i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = (u8)(grub_inl((u16)(nic->io + APROM + (i & 4))) >> 8 * (i & 3));
	return GRUB_ERR_NONE;
}

static void give_rx(volatile struct descriptor *d)
{
	d->misc = 0;
	nic_barrier();
	d->status = OWN | ONES | (-(u32)SIZE & 0xfff); /* the last: now it is the chip's */
}

/* Behind a reset, or a stop: both rings from their beginning. */
static grub_err_t start(struct nic *nic)
{
	struct pcnet *s = nic->state;
	volatile struct memory *m = s->m;

	s->next_rx = 0;
	s->next_tx = 0;
	for (unsigned i = 0; i < N_RX; i++) {
		m->rx[i].address = nic_bus(m->rx_buffer[i]);
		give_rx(&m->rx[i]);
	}
	for (unsigned i = 0; i < N_TX; i++) {
		m->tx[i].address = nic_bus(m->tx_buffer[i]);
		m->tx[i].status = 0;
	}
	m->init.rlen = RX_LOG << 4;
	m->init.tlen = TX_LOG << 4;
	for (unsigned i = 0; i < NIC_ETH_ALEN; i++)
		m->init.mac[i] = nic->mac[i];
	m->init.rx_ring = nic_bus(m->rx);
	m->init.tx_ring = nic_bus(m->tx);
	nic_barrier();

	bcr_write(nic, BCR20, 2);
	bcr_write(nic, BCR2, bcr_read(nic, BCR2) | BCR2_ASEL);
	csr_write(nic, CSR3, CSR3_DXSUFLO);
	csr_write(nic, CSR80, csr_read(nic, CSR80) | CSR80_XMTSP);
	if (s->part >= PART_971) {
		u16 mii = bcr_read(nic, BCR32);

		bcr_write(nic, BCR18, bcr_read(nic, BCR18) | BCR18_BURST | BCR18_NOUFLO);
		/* Somebody forced a speed or duplex: the chip negotiates by itself again when DANAS
		 * goes from 1 to 0. That takes seconds, and is not done without need. */
		if ((mii & (BCR32_DANAS | BCR32_XPHYFORCED)) != 0) {
			bcr_write(nic, BCR32, mii | BCR32_DANAS);
			mii &= (u16) ~(BCR32_DANAS | BCR32_XPHYFORCED);
			bcr_write(nic, BCR32, mii | BCR32_XPHYANE);
		}
	}
	csr_write(nic, CSR1, (u16)nic_bus(&m->init));
	csr_write(nic, CSR2, (u16)(nic_bus(&m->init) >> 16));
	csr_write(nic, CSR0, CSR0_INIT);
	for (unsigned us = 0; (csr_read(nic, CSR0) & CSR0_IDON) == 0; us += 10) {
		if (us >= 10000)
			return nic_timeout(nic, "the chip does not initialize");
		nic_udelay(10);
	}
	csr_write(nic, CSR0, CSR0_STRT);
	return GRUB_ERR_NONE;
}

static grub_err_t pcnet_open(struct nic *nic)
{
	struct pcnet *s = nic->state;
	grub_err_t err = reset(nic);

	if (err != GRUB_ERR_NONE)
		return err;
	s->part = (u16)(csr_read(nic, CSR88) >> 12 | csr_read(nic, CSR89) << 4);
	s->m = nic_dma(nic, 16, sizeof *s->m);
	if (s->m == NULL)
		return grub_errno;
	err = start(nic);
	if (err != GRUB_ERR_NONE)
		reset(nic);
	return err;
}

/* STOP ends bus mastering in an orderly way; the bit is read as set when it has, and what the chip
 * wrote before has arrived when it is read (PCI ordering). */
static void stop(struct nic *nic)
{
	csr_write(nic, CSR0, CSR0_STOP);
	for (unsigned us = 0; (csr_read(nic, CSR0) & CSR0_STOP) == 0 && us < 10000; us += 10)
		nic_udelay(10);
}

static void pcnet_close(struct nic *nic)
{
	stop(nic);
	reset(nic);
	bcr_write(nic, BCR20, 0); /* a LANCE's software style, which S_RESET does not bring back */
	grub_errno = GRUB_ERR_NONE;
}

/* LED 0 shows the link unless the EEPROM gave it another meaning; chips with a PHY can be asked
 * twice over (the port manager has put the PHY's address in BCR33). Where neither: unknown. */
static int pcnet_link(struct nic *nic)
{
	const struct pcnet *s = nic->state;
	u16 led = bcr_read(nic, BCR4), bmsr;

	if ((led & BCR4_LNKSTE) == 0 && s->part < PART_971)
		return 1;
	if ((led & BCR4_LNKSTE) != 0 && (led & BCR4_LEDOUT) != 0)
		return 1;
	if (s->part < PART_971)
		return 0;
	bcr_write(nic, BCR33, (u16)((bcr_read(nic, BCR33) & 0x03e0) | BMSR));
	bcr_read(nic, BCR34); /* a lost link stays in it until it is read */
	bmsr = bcr_read(nic, BCR34);
	return bmsr != 0xffff && (bmsr & BMSR_LINK) != 0;
}

/* The chip is stuck. */
static void restart(struct nic *nic)
{
	stop(nic);
	if (reset(nic) == GRUB_ERR_NONE)
		start(nic);
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t pcnet_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct pcnet *s = nic->state;
	volatile struct descriptor *d = &s->m->tx[s->next_tx];
	grub_uint64_t end = 0;

	while ((d->status & OWN) != 0) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	grub_memcpy((u8 *)(grub_addr_t)s->m->tx_buffer[s->next_tx], frame, len);
	d->misc = 0;
	nic_barrier();
	d->status = OWN | STP | ENP | ONES | ((u32)-len & 0xfff);
	nic_barrier();
	port_write(nic, DATA, CSR0_TDMD); /* RAP is 0 */
	s->next_tx = (s->next_tx + 1) % N_TX;
	return GRUB_ERR_NONE;
}

static struct grub_net_buff *pcnet_receive(struct nic *nic)
{
	struct pcnet *s = nic->state;
	struct grub_net_buff *nb = NULL;

	for (unsigned n = 0; nb == NULL && n < N_RX; n++) {
		volatile struct descriptor *d = &s->m->rx[s->next_rx];
		unsigned following = (s->next_rx + 1) % N_RX;
		u32 status = d->status, len;

		if ((status & OWN) != 0) {
			/* QEMU's chip, when it finds the ring full, goes to the first one free:
			 * that may be behind this one, by then. Looked at in this order, a frame
			 * that arrives meanwhile does not look like that. */
			if ((s->m->rx[following].status & OWN) != 0 || (d->status & OWN) == 0)
				break;
			s->next_rx = following;
			continue;
		}
		len = d->misc & RMD2_MCNT;
		if ((status & (ERR | ENP)) == 0 || ((status & ENP) != 0 && len == 0)) {
			/* A part of a frame that is too long, if there is another behind it. If
			 * not, it is still being written: emulators clear OWN too early. */
			if ((s->m->rx[following].status & OWN) != 0)
				break;
			status = ERR;
		}
		if ((status & (ERR | STP | ENP)) == (STP | ENP) && len >= NIC_ETH_HLEN + 4 &&
		    len <= NIC_FRAME_MAX + 4)
			nb = nic_frame(s->m->rx_buffer[s->next_rx], len - 4); /* less the FCS */
		give_rx(d);
		s->next_rx = following;
	}
	return nb;
}

NIC_ABOUT("AMD PCnet-PCI and PCnet-FAST (Am79C970 to 975)", "lance", "")
static const struct nic_id pcnet_ids[] = {
	NIC_ID(0x1022, 0x2000, 0, "AMD PCnet-PCI, PCnet-FAST (VMware, VirtualBox)", "pcnet"),
};

static struct nic_driver pcnet_driver = {
	.name = "pcnet",
	.ids = pcnet_ids,
	.n_ids = sizeof pcnet_ids / sizeof pcnet_ids[0],
	.state_size = sizeof(struct pcnet),
	.frames = N_RX, /* one each, given back at once */
	.probe = pcnet_probe,
	.open = pcnet_open,
	.close = pcnet_close,
	.link = pcnet_link,
	.send = pcnet_send,
	.receive = pcnet_receive,
};

NIC_MODULE(pcnet, pcnet_driver)

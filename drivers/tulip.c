/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DEC (Intel) 21140 and 21143, with a PHY behind MII, or emulated. Sources: "21143 PCI/CardBus
 * 10/100Mb/s Ethernet LAN Controller Hardware Reference Manual" (Intel 278074, 1998), the chapters
 * on registers, on host communication (descriptors, setup frame, the processes and their states)
 * and on the serial ROM and MII ports; the same of the 21140A (DEC EC-QN7NF); "Digital
 * Semiconductor 21X4 Serial ROM Format", version 4.05 (1998).
 *
 * The chip has two lists of descriptors, used here as rings. Where it finds one that is not its
 * own, that process is suspended until it is told to look again (poll demand). Registers are read
 * as little as can be: whether reception was suspended is seen from the ring.
 */
#include "nic.h"

enum {
	CSR0 = 0x00, /* bus mode */
	CSR0_SWR = 1 << 0,
	CSR0_PBL_16 = 16 << 8,
	CSR0_CAL_16 = 2 << 14, /* bursts stop at multiples of 16 words */
	CSR1 = 0x08,           /* transmit poll demand */
	CSR2 = 0x10,           /* receive poll demand */
	CSR3 = 0x18,           /* receive list */
	CSR4 = 0x20,           /* transmit list */
	CSR5 = 0x28,           /* status */
	CSR5_RS = 7 << 17,     /* the processes' states: 0 is stopped, */
	CSR5_TS = 7 << 20,
	CSR6 = 0x30, /* operation mode */
	CSR6_SR = 1 << 1,
	CSR6_FD = 1 << 9,
	CSR6_ST = 1 << 13,
	CSR6_PS = 1 << 18,  /* the MII port */
	CSR6_HBD = 1 << 19, /* no heartbeat: not with MII */
	CSR6_SF = 1 << 21,  /* send what is whole in the FIFO, so that there is no underflow */
	CSR6_TTM = 1 << 22, /* 10 Mb/s */
	CSR6_MBO = 1 << 25,
	CSR7 = 0x38, /* interrupt mask */
	CSR9 = 0x48, /* serial ROM and MII, bit by bit */
	CSR9_CS = 1 << 0,
	CSR9_SK = 1 << 1,
	CSR9_DI = 1 << 2,
	CSR9_DO = 1 << 3,
	CSR9_SR = 1 << 11,
	CSR9_RD = 1 << 14,
	CSR9_MDC = 1 << 16,
	CSR9_MDO = 1 << 17,
	CSR9_MII_IN = 1 << 18, /* MDIO is driven by the PHY */
	CSR9_MDI = 1 << 19,
	CSR12 = 0x60,       /* 21140: general purpose pins */
	CSR12_GPC = 1 << 8, /* what is written says which are outputs */
	CSR15 = 0x78,       /* 21143: likewise, in the upper half */

	CFDD = 0x40, /* PCI configuration: bits 31 and 30 are sleep and snooze */

	BMSR = 1, /* IEEE 802.3 §22.2.4 */
	BMSR_LINK = 1 << 2,
	BMSR_ANEG_DONE = 1 << 5,
	ANAR = 4,
	ANLPAR = 5,
	AN_10_FD = 1 << 6,
	AN_100 = 1 << 7,
	AN_100_FD = 1 << 8,
	NO_PHY = 32,

	/* in a descriptor's word 0, and OWN: */
	RX_ES = 1 << 15,
	RX_FS = 1 << 9,
	RX_LS = 1 << 8,
	TX_LS = 1 << 30, /* in word 1 */
	TX_FS = 1 << 29,
	TX_SET = 1 << 27,
	END_OF_RING = 1 << 25,

	SETUP_SIZE = 192,
	SROM_SIZE = 128,
	SROM_VERSION = 18,
	SROM_MAC = 20,
	SROM_LEAF = 27, /* the first controller's */
	SROM_MII_21140 = 1,
	SROM_MII_21143 = 3,

	N_RX = NIC_RING(32, 2),
	N_TX = NIC_RING(4, 2),
	/* Two buffers of a descriptor, one behind the other: a size has 11 bits, and the chip cuts
	 * a frame off at 2048 bytes. So a frame is never in more than one descriptor. */
	HALF = 1024,
};

#define OWN 0x80000000u /* it is the chip's */

struct descriptor {
	u32 status;
	u32 control; /* and the sizes of both buffers */
	u32 address, address2;
};

struct memory {
	struct descriptor rx[N_RX], tx[N_TX];
	u8 rx_buffer[N_RX][2 * HALF], tx_buffer[N_TX][2 * HALF];
};

struct tulip {
	volatile struct memory *m;
	unsigned next_rx, next_tx;
	unsigned taken; /* frames since the chip was last seen to own a descriptor */
	unsigned phy;
	u32 mode; /* CSR6 but for SR and ST */
	u8 srom[SROM_SIZE];
};

enum { CHIP_21140, CHIP_21143 }; /* nic_id's data */

static u32 csr_read(struct nic *nic, u16 csr)
{
	return grub_inl((u16)(nic->io + csr));
}

static void csr_write(struct nic *nic, u16 csr, u32 v)
{
	grub_outl(v, (u16)(nic->io + csr));
}

/* --- serial ROM and MII ---------------------------------------------------------------------- */

/* One clock: V with the clock low, then high; the read in between takes its time. */
static u32 clock(struct nic *nic, u32 v, u32 clock_bit)
{
	u32 in;

	csr_write(nic, CSR9, v);
	nic_udelay(1);
	in = csr_read(nic, CSR9);
	csr_write(nic, CSR9, v | clock_bit);
	nic_udelay(1);
	return in;
}

/* The 93C46's READ: 110, the address, and 16 bits come out behind each other. It answers the last
 * bit of the address with a 0: so its size is found (64 words: 6 bits, 256: 8). */
static u16 srom_read(struct nic *nic, unsigned word, unsigned bits)
{
	u32 on = CSR9_RD | CSR9_SR | CSR9_CS, command = 6u << bits | word;
	u16 v = 0;

	csr_write(nic, CSR9, CSR9_RD | CSR9_SR);
	nic_udelay(1);
	csr_write(nic, CSR9, on);
	for (unsigned i = bits + 3; i-- > 0;)
		clock(nic, on | ((command >> i & 1) != 0 ? CSR9_DI : 0), CSR9_SK);
	for (unsigned i = 0; i < 17; i++)
		v = (u16)(v << 1 | ((clock(nic, on, CSR9_SK) & CSR9_DO) != 0));
	csr_write(nic, CSR9, CSR9_RD | CSR9_SR);
	nic_udelay(1);
	return v;
}

/* How many bits an address has; 0: nobody answers. */
static unsigned srom_bits(struct nic *nic)
{
	u32 on = CSR9_RD | CSR9_SR | CSR9_CS;
	unsigned bits = 0;

	csr_write(nic, CSR9, CSR9_RD | CSR9_SR);
	nic_udelay(1);
	csr_write(nic, CSR9, on);
	for (unsigned i = 0; i < 3; i++)
		clock(nic, on | (i < 2 ? CSR9_DI : 0), CSR9_SK);
	do {
		if (++bits > 12)
			return 0;
		clock(nic, on, CSR9_SK);
		csr_write(nic, CSR9, on);
		nic_udelay(1);
	} while ((csr_read(nic, CSR9) & CSR9_DO) != 0);
	return bits;
}

/* IEEE 802.3 §22.2.4.5: 32 ones, 0110, the addresses, two bits of turnaround, 16 of data. */
static u16 mii_read(struct nic *nic, unsigned phy, unsigned reg)
{
	u32 command = 6 << 10 | phy << 5 | reg;
	u16 v = 0;

	for (unsigned i = 0; i < 33; i++)
		clock(nic, CSR9_MDO, CSR9_MDC);
	for (unsigned i = 14; i-- > 0;)
		clock(nic, (command >> i & 1) != 0 ? CSR9_MDO : 0, CSR9_MDC);
	for (unsigned i = 0; i < 18; i++)
		v = (u16)(v << 1 | ((clock(nic, CSR9_MII_IN, CSR9_MDC) & CSR9_MDI) != 0));
	clock(nic, CSR9_MII_IN, CSR9_MDC); /* idle */
	return v;
}

/* A sequence in the serial ROM, its length first, of what to write to the general purpose pins. */
static void pins(struct nic *nic, unsigned at)
{
	const struct tulip *s = nic->state;
	unsigned size = nic->id->data == CHIP_21143 ? 2 : 1, n;

	if (at >= SROM_SIZE)
		return;
	n = s->srom[at++];
	for (; n > 0 && at + size <= SROM_SIZE; n--, at += size) {
		if (size == 2)
			csr_write(nic, CSR15, (u32)(s->srom[at + 1] << 8 | s->srom[at]) << 16);
		else
			csr_write(nic, CSR12, s->srom[at]);
		grub_millisleep(1);
	}
}

/* Serial ROM format, extended blocks: the one about the PHY has what to write to the pins to choose
 * it, which holds until the chip is reset; and to reset it, which is to be done first. */
static void choose_phy(struct nic *nic, int and_reset)
{
	const struct tulip *s = nic->state;
	int old = nic->id->data == CHIP_21140;
	unsigned at = s->srom[SROM_LEAF] | (unsigned)s->srom[SROM_LEAF + 1] << 8, n;

	if (at + 4 > SROM_SIZE)
		return;
	at += 2; /* the preferred medium */
	if (old)
		csr_write(nic, CSR12, CSR12_GPC | s->srom[at++]);
	for (n = s->srom[at++]; n > 0 && at + 5 <= SROM_SIZE; n--) {
		unsigned length = s->srom[at] & 0x7f;

		if ((s->srom[at] & 0x80) == 0) { /* a medium without PHY, in short form */
			at += 4;
			continue;
		}
		if (s->srom[at + 1] == (old ? SROM_MII_21140 : SROM_MII_21143)) {
			unsigned choose = at + 3;

			at = choose + 1 + s->srom[choose] * (old ? 1u : 2u);
			if (and_reset)
				pins(nic, at);
			pins(nic, choose);
			if (and_reset)
				grub_millisleep(10); /* for the PHY to come to itself */
			return;
		}
		at += length + 1;
	}
}

static void find_phy(struct nic *nic)
{
	struct tulip *s = nic->state;

	/* 0 is where a PHY may be that listens to any address: the last to be tried */
	for (unsigned i = 1; i <= 32; i++) {
		u16 status = mii_read(nic, i % 32, BMSR);

		s->phy = i % 32;
		if (status != 0 && status != 0xffff)
			return;
	}
	s->phy = NO_PHY;
}

/* --- the chip -------------------------------------------------------------------------------- */

static void reset(struct nic *nic)
{
	csr_write(nic, CSR0, CSR0_SWR);
	nic_udelay(100); /* it takes 50 PCI clocks */
	csr_write(nic, CSR0, CSR0_CAL_16 | CSR0_PBL_16);
	nic_udelay(100);
	csr_write(nic, CSR7, 0);
}

/* Both processes come to an end behind the frame that they are busy with. */
static grub_err_t stop(struct nic *nic)
{
	const struct tulip *s = nic->state;

	csr_write(nic, CSR6, s->mode);
	for (unsigned us = 0; us < 10000; us += 10) {
		if ((csr_read(nic, CSR5) & (CSR5_RS | CSR5_TS)) == 0)
			return GRUB_ERR_NONE;
		nic_udelay(10);
	}
	return nic_timeout(nic, "the chip does not stop");
}

static void take_address(volatile u8 *entry, const u8 *mac)
{
	for (unsigned i = 0; i < NIC_ETH_ALEN; i++)
		entry[i / 2 * 4 + i % 2] = mac != NULL ? mac[i] : 0xff;
}

/* Behind a reset: both rings from their beginning. The first thing to be transmitted is
 * the setup frame, of 16 addresses of which the lower halves of three words count; only when that
 * was read may reception begin. */
static grub_err_t start(struct nic *nic)
{
	struct tulip *s = nic->state;
	volatile struct memory *m = s->m;
	unsigned us;

	s->next_rx = 0;
	s->next_tx = 1;
	s->taken = 0;
	for (unsigned i = 0; i < N_RX; i++) {
		m->rx[i].control = HALF << 11 | HALF | (i == N_RX - 1 ? END_OF_RING : 0);
		m->rx[i].address = nic_bus(m->rx_buffer[i]);
		m->rx[i].address2 = nic_bus(m->rx_buffer[i] + HALF);
		nic_barrier();
		m->rx[i].status = OWN;
	}
	for (unsigned i = 0; i < N_TX; i++) {
		m->tx[i].status = 0;
		m->tx[i].address = nic_bus(m->tx_buffer[i]);
		m->tx[i].address2 = 0;
	}
	for (unsigned i = 0; i < 16; i++)
		take_address(m->tx_buffer[0] + 12 * i, i == 0 ? nic->mac : NULL);
	m->tx[0].control = TX_SET | SETUP_SIZE;
	nic_barrier();
	m->tx[0].status = OWN;
	nic_barrier();

	csr_write(nic, CSR3, nic_bus(m->rx));
	csr_write(nic, CSR4, nic_bus(m->tx));
	csr_write(nic, CSR6, s->mode | CSR6_ST);
	csr_write(nic, CSR1, 0);
	for (us = 0; (m->tx[0].status & OWN) != 0; us += 10) {
		if (us >= 10000)
			return nic_timeout(nic, "the chip does not take its address");
		nic_udelay(10);
	}
	csr_write(nic, CSR6, s->mode | CSR6_ST | CSR6_SR);
	return GRUB_ERR_NONE;
}

static grub_err_t tulip_probe(struct nic *nic)
{
	struct tulip *s = nic->state;
	grub_pci_address_t cfdd = grub_pci_make_address(nic->pci, CFDD);
	unsigned bits;

	if (nic->io == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "tulip: no I/O ports");
	grub_pci_write(cfdd, grub_pci_read(cfdd) & 0x3fffffff); /* awake */
	bits = srom_bits(nic);
	if (bits == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "tulip: no serial ROM");
	for (unsigned i = 0; i < SROM_SIZE / 2; i++) {
		u16 v = srom_read(nic, i, bits);

		s->srom[2 * i] = (u8)v;
		s->srom[2 * i + 1] = (u8)(v >> 8);
	}
	/* Versions 1 to 4 have the address in the same place. */
	if (s->srom[SROM_VERSION] == 0 || s->srom[SROM_VERSION] > 4)
		return grub_error(GRUB_ERR_BAD_DEVICE, "tulip: an unknown serial ROM");
	grub_memcpy(nic->mac, s->srom + SROM_MAC, NIC_ETH_ALEN);
	return GRUB_ERR_NONE;
}

static grub_err_t tulip_open(struct nic *nic)
{
	struct tulip *s = nic->state;
	grub_err_t err;

	s->mode = CSR6_MBO | CSR6_SF | CSR6_HBD | CSR6_PS;
	stop(nic); /* whatever ran there; the reset does the rest */
	grub_errno = GRUB_ERR_NONE;
	reset(nic);
	csr_write(nic, CSR6, s->mode);
	choose_phy(nic, 1);
	find_phy(nic);
	s->m = nic_dma(nic, 16, sizeof *s->m);
	if (s->m == NULL)
		return grub_errno;
	err = start(nic);
	if (err != GRUB_ERR_NONE) {
		stop(nic);
		reset(nic);
	}
	return err;
}

static void tulip_close(struct nic *nic)
{
	stop(nic);
	reset(nic);
	grub_errno = GRUB_ERR_NONE;
}

/*
 * The PHY's word, and the chip's speed and duplex put right by what was negotiated. Without a PHY:
 * an emulated 21140 may have none and need none; a 21143 then has a medium of its own, which
 * is not for this driver.
 */
static int tulip_link(struct nic *nic)
{
	struct tulip *s = nic->state;
	u32 mode = s->mode & ~(u32)(CSR6_FD | CSR6_TTM);
	u16 status, common;

	if (s->phy == NO_PHY)
		return nic->id->data == CHIP_21140;
	mii_read(nic, s->phy, BMSR); /* a lost link is kept until it was read */
	status = mii_read(nic, s->phy, BMSR);
	if ((status & BMSR_LINK) == 0)
		return 0;
	if ((status & BMSR_ANEG_DONE) == 0)
		return 1;
	/* IEEE 802.3 annex 28B.3: the best that both can */
	common = mii_read(nic, s->phy, ANAR) & mii_read(nic, s->phy, ANLPAR);
	if ((common & (AN_100_FD | AN_100)) == 0)
		mode |= CSR6_TTM;
	if ((common & AN_100_FD) != 0 || (common & (AN_100 | AN_10_FD)) == AN_10_FD)
		mode |= CSR6_FD;
	if (mode != s->mode) {
		/* These bits are changed while nothing runs; then both processes go on where they
		 * were. */
		stop(nic);
		grub_errno = GRUB_ERR_NONE;
		s->mode = mode;
		csr_write(nic, CSR6, mode | CSR6_ST | CSR6_SR);
	}
	return 1;
}

/* The chip is stuck. */
static void restart(struct nic *nic)
{
	const struct tulip *s = nic->state;

	stop(nic);
	reset(nic);
	csr_write(nic, CSR6, s->mode);
	choose_phy(nic, 0);
	start(nic);
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t tulip_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct tulip *s = nic->state;
	volatile struct descriptor *d = &s->m->tx[s->next_tx];
	grub_uint64_t end = 0;

	while ((d->status & OWN) != 0) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	grub_memcpy((u8 *)(grub_addr_t)s->m->tx_buffer[s->next_tx], frame, len);
	d->control = TX_FS | TX_LS | (s->next_tx == N_TX - 1 ? END_OF_RING : 0) | (u32)len;
	nic_barrier();
	d->status = OWN;
	nic_barrier();
	csr_write(nic, CSR1, 0);
	s->next_tx = (s->next_tx + 1) % N_TX;
	return GRUB_ERR_NONE;
}

static struct grub_net_buff *tulip_receive(struct nic *nic)
{
	struct tulip *s = nic->state;
	struct grub_net_buff *nb = NULL;

	for (unsigned n = 0; nb == NULL && n < N_RX; n++) {
		volatile struct descriptor *d = &s->m->rx[s->next_rx];
		u32 status = d->status, len = status >> 16 & 0x3fff;

		if ((status & OWN) != 0) {
			s->taken = 0;
			break;
		}
		if ((status & (RX_ES | RX_FS | RX_LS)) == (RX_FS | RX_LS) &&
		    len >= NIC_ETH_HLEN + 4 && len <= NIC_FRAME_MAX + 4)
			nb = nic_frame(s->m->rx_buffer[s->next_rx], len - 4); /* less the FCS */
		nic_barrier();
		d->status = OWN;
		s->next_rx = (s->next_rx + 1) % N_RX;
		/* A whole ring and none that was the chip's: it may have found none, too. */
		if (++s->taken == N_RX) {
			s->taken = 0;
			nic_barrier();
			csr_write(nic, CSR2, 0);
		}
	}
	return nb;
}

NIC_ABOUT("DEC and Intel 21140, 21143 with a PHY", "tulip,otulip", "")
static const struct nic_id tulip_ids[] = {
	NIC_ID(0x1011, 0x0019, CHIP_21143, "DEC 21142, Intel 21143", "tulip"),
	NIC_ID(0x1011, 0x0009, CHIP_21140, "DEC 21140", ""),
};

static struct nic_driver tulip_driver = {
	.name = "tulip",
	.ids = tulip_ids,
	.n_ids = sizeof tulip_ids / sizeof tulip_ids[0],
	.state_size = sizeof(struct tulip),
	.frames = N_RX, /* one each, given back at once */
	.probe = tulip_probe,
	.open = tulip_open,
	.close = tulip_close,
	.link = tulip_link,
	.send = tulip_send,
	.receive = tulip_receive,
};

NIC_MODULE(tulip, tulip_driver)

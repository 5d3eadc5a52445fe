/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Realtek RTL8139 and, in its 8139 mode, 8139C+. Source: "RTL8139C(L)+ 10/100 Ethernet Controller
 * Datasheet", Realtek, 2003 (registers, packet header), and "RTL8139(A/B)
 * Programming Guide", V0.1 (1999).
 *
 * Reception is one ring of memory. Each frame lies behind a header of four bytes and begins at a
 * multiple of four; with the WRAP bit a frame that reaches the ring's end goes on behind it, so
 * the memory is longer than the ring by a frame. Transmission is four descriptors, used in turn.
 */
#include "nic.h"

enum {
	IDR0 = 0x00,  /* MAC address */
	MAR0 = 0x08,  /* multicast filter, 8 bytes */
	TSD0 = 0x10,  /* transmit status, one for each descriptor, 4 bytes apart */
	TSAD0 = 0x20, /* transmit start address, likewise */
	RBSTART = 0x30,
	CR = 0x37,   /* command */
	CAPR = 0x38, /* where we have read to, less 16 */
	CBR = 0x3a,  /* where the chip has written to */
	IMR = 0x3c,
	ISR = 0x3e,
	TCR = 0x40,
	RCR = 0x44,
	CONFIG1 = 0x52,
	MSR = 0x58,  /* media status */
	TSAD = 0x60, /* transmit status of all descriptors */

	CR_TE = 0x04,
	CR_RE = 0x08,
	CR_RST = 0x10,

	TSD_EARLY = 8 << 16, /* transmission begins with 256 bytes in the FIFO */

	ISR_RXOVW = 1 << 4,
	ISR_FOVW = 1 << 6,

	TSAD_OWN = 0xf, /* of each descriptor: the chip has read the frame */

	TCR_IFG = 3 << 24, /* 802.3's gap between frames */
	TCR_MXDMA_2048 = 7 << 8,

	RCR_APM = 1 << 1, /* frames to our address, */
	RCR_AB = 1 << 3,  /* broadcasts; */
	RCR_WRAP = 1 << 7,
	RCR_MXDMA_NONE = 7 << 8,
	RCR_RXFTH_NONE = 7 << 13, /* a frame goes to memory when it is whole */

	MSR_LINKB = 1 << 2, /* no link */

	RX_HEADER = 4,
	FCS = 4,
	RX_ROK = 1 << 0,        /* in the packet header's status */
	RX_UNFINISHED = 0xfff0, /* in its length: still being written */

	RING_SHIFT = NIC_RING(2, 0), /* RBLEN: 8 KiB << 2 */
	RING = 8192 << RING_SHIFT,
	SLACK = 16 + 2048,
	GIVE_BACK = RING / 4, /* of what was read, so much at a time */
	/* header, frame and FCS, to a multiple of four, in what is never kept from the chip */
	FRAMES = (RING - GIVE_BACK) / ((RX_HEADER + NIC_FRAME_MAX + FCS + 3) / 4 * 4),
	IDLE_CHECK = 64, /* how many times nothing came, until we ask why */
	N_TX = 4,
	TX_SIZE = 2048,
};

struct rtl8139 {
	u8 *ring;
	u32 offset; /* of the next header in it */
	u32 given;  /* the offset up to which the chip may write again */
	u8 *tx[N_TX];
	unsigned next_tx;
	unsigned idle; /* calls of receive since the status was last looked at */
};

/* The registers are there twice: in memory, which is faster, and as ports. */
static u8 read8(struct nic *nic, u16 reg)
{
	return nic->mem != NULL ? nic_read8(nic->mem + reg) : grub_inb((u16)(nic->io + reg));
}

static u16 read16(struct nic *nic, u16 reg)
{
	return nic->mem != NULL ? nic_read16(nic->mem + reg) : grub_inw((u16)(nic->io + reg));
}

static void write8(struct nic *nic, u16 reg, u8 value)
{
	if (nic->mem != NULL)
		nic_write8(nic->mem + reg, value);
	else
		grub_outb(value, (u16)(nic->io + reg));
}

static void write16(struct nic *nic, u16 reg, u16 value)
{
	if (nic->mem != NULL)
		nic_write16(nic->mem + reg, value);
	else
		grub_outw(value, (u16)(nic->io + reg));
}

static void write32(struct nic *nic, u16 reg, u32 value)
{
	if (nic->mem != NULL)
		nic_write32(nic->mem + reg, value);
	else
		grub_outl(value, (u16)(nic->io + reg));
}

static void stop(struct nic *nic)
{
	write16(nic, IMR, 0);
	write8(nic, CR, 0);
}

static grub_err_t reset(struct nic *nic)
{
	write8(nic, CR, CR_RST);
	for (unsigned us = 0; us < 10000; us += 10) {
		if ((read8(nic, CR) & CR_RST) == 0)
			return GRUB_ERR_NONE;
		nic_udelay(10);
	}
	return nic_timeout(nic, "the chip does not come out of reset");
}

static grub_err_t rtl8139_probe(struct nic *nic)
{
	if (nic->mem == NULL && nic->io == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "rtl8139: no registers");
	for (u16 i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = read8(nic, (u16)(IDR0 + i));
	return GRUB_ERR_NONE;
}

static void start(struct nic *nic)
{
	struct rtl8139 *s = nic->state;

	s->offset = 0;
	s->given = 0;
	s->next_tx = 0;
	/* TCR and RCR take values only while transmission and reception are on. */
	write8(nic, CR, CR_TE | CR_RE);
	write32(nic, RBSTART, nic_bus(s->ring));
	write32(nic, TCR, TCR_IFG | TCR_MXDMA_2048);
	write32(nic, RCR,
		RCR_RXFTH_NONE | RCR_MXDMA_NONE | RCR_WRAP | RCR_AB | RCR_APM | RING_SHIFT << 11);
	write32(nic, MAR0, 0);
	write32(nic, MAR0 + 4, 0);
	for (u16 i = 0; i < N_TX; i++)
		write32(nic, (u16)(TSAD0 + 4 * i), nic_bus(s->tx[i]));
	write16(nic, IMR, 0);
	write16(nic, ISR, 0xffff);
}

static grub_err_t rtl8139_open(struct nic *nic)
{
	struct rtl8139 *s = nic->state;
	grub_err_t err;

	write8(nic, CONFIG1, 0); /* out of sleep; chips without that bit keep it locked */
	err = reset(nic);
	if (err != GRUB_ERR_NONE)
		return err;
	s->ring = nic_dma(nic, 16, RING + SLACK);
	for (unsigned i = 0; i < N_TX; i++)
		s->tx[i] = nic_dma(nic, 4, TX_SIZE);
	if (s->ring == NULL || s->tx[0] == NULL || s->tx[1] == NULL || s->tx[2] == NULL ||
	    s->tx[3] == NULL)
		return grub_errno;
	start(nic);
	return GRUB_ERR_NONE;
}

static void rtl8139_close(struct nic *nic)
{
	stop(nic);
	reset(nic);
	grub_errno = GRUB_ERR_NONE;
}

static int rtl8139_link(struct nic *nic)
{
	return (read8(nic, MSR) & MSR_LINKB) == 0;
}

/* The chip is stuck, or has lost its place in the ring. */
static void restart(struct nic *nic)
{
	stop(nic);
	if (reset(nic) == GRUB_ERR_NONE)
		start(nic);
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t rtl8139_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct rtl8139 *s = nic->state;
	grub_uint64_t end = 0;

	/* OWN is 1 after reset, and again once the frame has been read: then the buffer is free.
	 * All four are looked at once in a round, not each in its turn: a read costs more than the
	 * wait. */
	while (s->next_tx == 0 && (read16(nic, TSAD) & TSAD_OWN) != TSAD_OWN) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	grub_memcpy(s->tx[s->next_tx], frame, len);
	nic_barrier();
	/* clears OWN: go */
	write32(nic, (u16)(TSD0 + 4 * s->next_tx), TSD_EARLY | (u32)len);
	s->next_tx = (s->next_tx + 1) % N_TX;
	return GRUB_ERR_NONE;
}

/* The ring was full, or the FIFO: some chips receive no more until it is acknowledged. */
static void acknowledge_overrun(struct nic *nic)
{
	if ((read16(nic, ISR) & (ISR_RXOVW | ISR_FOVW)) != 0)
		write16(nic, ISR, ISR_RXOVW | ISR_FOVW);
}

static struct grub_net_buff *rtl8139_receive(struct nic *nic)
{
	struct rtl8139 *s = nic->state;
	volatile u8 *p = s->ring + s->offset;
	struct grub_net_buff *nb;
	u16 status, len;

	if (read16(nic, CBR) % RING == s->offset) {
		if (++s->idle % IDLE_CHECK == 0)
			acknowledge_overrun(nic);
		return NULL;
	}
	status = nic_read16(p);
	len = nic_read16(p + 2); /* the FCS is counted */
	if (len == RX_UNFINISHED)
		return NULL;
	if ((status & RX_ROK) == 0 || len < NIC_ETH_HLEN + FCS || len > NIC_FRAME_MAX + FCS) {
		restart(nic); /* programming guide: resynchronize by a reset */
		return NULL;
	}
	nb = nic_frame(p + RX_HEADER, len - FCS);
	s->offset = ((s->offset + RX_HEADER + len + 3) & ~3u) % RING;
	/* Not after each frame: it may cost more than the frame does (QEMU wakes its main loop). */
	if ((s->offset - s->given) % RING >= GIVE_BACK) {
		s->given = s->offset;
		write16(nic, CAPR, (u16)(s->offset - 16));
	}
	return nb;
}

NIC_ABOUT("Realtek RTL8139, RTL8139C+", "rtl8139", "")
static const struct nic_id rtl8139_ids[] = {
	NIC_ID(0x10ec, 0x8139, 0, "Realtek RTL8139, RTL8139C+", "rtl8139"),
	NIC_ID(0x10ec, 0x8138, 0, "Realtek RTL8139B (CardBus)", ""),
	NIC_ID(0x1113, 0x1211, 0, "Accton MPX5030", ""),
	NIC_ID(0x1186, 0x1300, 0, "D-Link DFE-538TX", ""),
	NIC_ID(0x1186, 0x1340, 0, "D-Link DFE-690TXD", ""),
	NIC_ID(0x1259, 0xa117, 0, "Allied Telesyn 8139", ""),
	NIC_ID(0x14ea, 0xab06, 0, "Planex FNW-3603-TX", ""),
	NIC_ID(0x018a, 0x0106, 0, "LevelOne FPC-0106TX", ""),
};

static struct nic_driver rtl8139_driver = {
	.name = "rtl8139",
	.ids = rtl8139_ids,
	.n_ids = sizeof rtl8139_ids / sizeof rtl8139_ids[0],
	.state_size = sizeof(struct rtl8139),
	.frames = FRAMES,
	.probe = rtl8139_probe,
	.open = rtl8139_open,
	.close = rtl8139_close,
	.link = rtl8139_link,
	.send = rtl8139_send,
	.receive = rtl8139_receive,
};

NIC_MODULE(rtl8139, rtl8139_driver)

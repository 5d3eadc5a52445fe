/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intel's first gigabit cards with copper ports: 82540 to 82547 on PCI and PCI-X, 82571 to 82574
 * on PCI Express. (The 82542 and 82543 do not learn the link's speed from the PHY: they would need
 * a driver for it.) Sources: "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's
 * Manual", 317453-006, rev. 4.0 (SDM here); "Intel 82574 GbE Controller Family Datasheet", 317694.
 *
 * One ring of legacy descriptors for each direction (SDM §3.2.3, §3.3.3). The chip owns what lies
 * from a ring's head to before its tail; it says in a descriptor's status, in memory, that it is
 * done with it, so a frame costs no register read.
 */
#include "nic.h"

/* SDM §13.4; the 82574's are the same where both have one. */
enum {
	CTRL = 0x0000,
	STATUS = 0x0008,
	EERD = 0x0014,
	FCAL = 0x0028,
	FCAH = 0x002c,
	FCT = 0x0030,
	IMC = 0x00d8,
	RCTL = 0x0100,
	FCTTV = 0x0170,
	TCTL = 0x0400,
	TIPG = 0x0410,
	RDBAL = 0x2800,
	RDBAH = 0x2804,
	RDLEN = 0x2808,
	RDH = 0x2810,
	RDT = 0x2818,
	RDTR = 0x2820,
	TDBAL = 0x3800,
	TDBAH = 0x3804,
	TDLEN = 0x3808,
	TDH = 0x3810,
	TDT = 0x3818,
	TXDCTL = 0x3828,
	MTA = 0x5200, /* multicast filter: 128 words */
	RAL0 = 0x5400,
	RAH0 = 0x5404,
	N_MTA = 128,
	N_RA = 15, /* of 16 on the 8254x, of which management may own the last */

	CTRL_GIO_MASTER_DISABLE = 1 << 2, /* PCI Express only */
	CTRL_LRST = 1 << 3,
	CTRL_SLU = 1 << 6, /* set link up: let the MAC follow the PHY */
	CTRL_ILOS = 1 << 7,
	CTRL_FRCSPD = 1 << 11,
	CTRL_FRCDPLX = 1 << 12,
	CTRL_RST = 1 << 26,
	CTRL_RFCE = 1 << 27, /* flow control */
	CTRL_TFCE = 1 << 28,
	CTRL_VME = 1 << 30, /* VLAN tags taken off */

	STATUS_LU = 1 << 1,
	STATUS_GIO_MASTER = 1 << 19,

	EERD_START = 1 << 0,

	RCTL_EN = 1 << 1,
	RCTL_BAM = 1 << 15,   /* broadcasts; buffers of 2048 bytes: 0 in bits 17:16 */
	RCTL_SECRC = 1 << 26, /* no FCS in memory */

	TCTL_EN = 1 << 1,
	TCTL_PSP = 1 << 3,
	TCTL_CT = 15 << 4,    /* collisions before a frame is given up, */
	TCTL_COLD = 64 << 12, /* and their distance in byte times: IEEE 802.3's */
	TCTL_KEEP = 7 << 28,  /* 82571 on: MULR, RRTHRESH */

	TIPG_COPPER = 8 | 8 << 10 | 6 << 20, /* the gap between frames, SDM §13.4.34 */
	TXDCTL_COUNT_DESC = 1 << 22,         /* 82571 on: must be 1 */

	RX_DD = 1 << 0,
	RX_EOP = 1 << 1,
	RX_ERRORS = 0x97, /* RXE, CXE, SEQ, SE, CE: what of them a chip has */
	TX_EOP = 1 << 0,
	TX_IFCS = 1 << 1,
	TX_RS = 1 << 3, /* say when it is done */
	TX_DD = 1 << 0,

	/* A ring's length is a multiple of 128 bytes: 8 descriptors (SDM §13.4.27). */
	N_RX = NIC_RING(32, 8),
	N_TX = NIC_RING(16, 8),
	RX_BATCH = N_RX / 4, /* so many are given back at once */
	RX_SIZE = 2048,
	TX_SIZE = 1536,
};
#define CTRL_PHY_RST 0x80000000u
#define RAH_AV       0x80000000u /* this address is to be used */

/* nic_id.data: how a chip differs. */
enum {
	PLAIN = 0,
	I82541 = 1,  /* and 82547: EERD as in the later ones, and the PHY is reset first */
	EXPRESS = 2, /* 82571 on: PCI Express */
};

struct descriptor {
	u32 address, address_high;
	u16 length;
	union {
		u16 rx_checksum;
		struct {
			u8 tx_cso, tx_command;
		} tx;
	} u;
	u8 status, rx_errors;
	u16 special;
};

struct e1000 {
	volatile struct descriptor *rx, *tx;
	u8 *rx_data, *tx_data;
	unsigned next_rx, next_tx;
};

static void put(struct nic *nic, unsigned reg, u32 v)
{
	nic_write32(nic->mem + reg, v);
}

static u32 get(struct nic *nic, unsigned reg)
{
	return nic_read32(nic->mem + reg);
}

/* A word of the EEPROM. SDM §13.4.4: two layouts of the register. */
static u16 eeprom(struct nic *nic, u32 word)
{
	int late = nic->id->data != PLAIN;
	u32 done = late ? 1 << 1 : 1 << 4;

	put(nic, EERD, word << (late ? 2 : 8) | EERD_START);
	for (unsigned us = 0; us < 10000; us += 10) {
		u32 v = get(nic, EERD);

		if ((v & done) != 0)
			return (u16)(v >> 16);
		nic_udelay(10);
	}
	return 0xffff;
}

/* The first receive address, which the chip loads from the EEPROM at each reset (SDM §13.5.2): the
 * 82544 has no EERD, and a board's BIOS may have put its own address there, which is then the one
 * to be used. Bochs's chip does not load it: the words 0 to 2 of the EEPROM. */
static grub_err_t e1000_probe(struct nic *nic)
{
	u32 low, high;

	if (nic->mem == NULL)
		return grub_error(GRUB_ERR_BAD_DEVICE, "e1000: no registers");
	low = get(nic, RAL0);
	high = get(nic, RAH0);
	for (int i = 0; i < 4; i++)
		nic->mac[i] = (u8)(low >> 8 * i);
	nic->mac[4] = (u8)high;
	nic->mac[5] = (u8)(high >> 8);
	if ((high & RAH_AV) != 0 && !nic_mac_bad(nic->mac))
		return GRUB_ERR_NONE;
	for (u32 i = 0; i < 3; i++) {
		u16 v = eeprom(nic, i);

		nic->mac[2 * i] = (u8)v;
		nic->mac[2 * i + 1] = (u8)(v >> 8);
	}
	/* A chip with two ports has one EEPROM, with the first one's. */
	nic->mac[5] ^= (u8)(grub_pci_get_function(nic->pci) & 1);
	return GRUB_ERR_NONE;
}

/* Nothing moves any more after this, and the registers are as after power up, nearly: QEMU's e1000
 * takes no reset by software, so what matters is written here or in start. */
static void reset(struct nic *nic)
{
	u32 ctrl = get(nic, CTRL);

	put(nic, IMC, 0xffffffff);
	put(nic, RCTL, 0);
	put(nic, TCTL, 0);
	get(nic, STATUS); /* the writes have arrived */
	if (nic->id->data == EXPRESS) {
		/* no new requests on the bus, and wait for the answers to those under way */
		ctrl |= CTRL_GIO_MASTER_DISABLE;
		put(nic, CTRL, ctrl);
		for (unsigned us = 0; (get(nic, STATUS) & STATUS_GIO_MASTER) != 0 && us < 80000;
		     us += 100)
			nic_udelay(100);
	}
	grub_millisleep(2); /* frames under way reach memory */
	if (nic->id->data == I82541) {
		put(nic, CTRL, ctrl | CTRL_PHY_RST);
		grub_millisleep(5);
	}
	put(nic, CTRL, ctrl | (u32)CTRL_RST);
	/* SDM §13.4.1: no access for 1 us. The EEPROM is read in: up to 20 ms (82541). */
	grub_millisleep(20);
	put(nic, IMC, 0xffffffff);
}

static void start(struct nic *nic)
{
	struct e1000 *s = nic->state;
	const u8 *mac = nic->mac;
	u32 ctrl;

	s->next_rx = s->next_tx = 0;
	for (unsigned i = 0; i < N_RX; i++) {
		s->rx[i].address = nic_bus(s->rx_data + i * RX_SIZE);
		s->rx[i].status = 0;
	}
	for (unsigned i = 0; i < N_TX; i++) {
		s->tx[i].address = nic_bus(s->tx_data + i * TX_SIZE);
		s->tx[i].status = TX_DD;
	}
	/* SDM §14.3: speed and duplex from the PHY, no flow control. */
	ctrl = get(nic, CTRL);
	ctrl &= ~(u32)(CTRL_GIO_MASTER_DISABLE | CTRL_LRST | CTRL_ILOS | CTRL_FRCSPD |
		       CTRL_FRCDPLX | CTRL_RFCE | CTRL_TFCE | CTRL_VME);
	put(nic, CTRL, ctrl | CTRL_SLU);
	put(nic, FCAL, 0);
	put(nic, FCAH, 0);
	put(nic, FCT, 0);
	put(nic, FCTTV, 0);

	/* SDM §14.4 */
	put(nic, RAL0, (u32)mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 | (u32)mac[3] << 24);
	put(nic, RAH0, (u32)mac[4] | (u32)mac[5] << 8 | RAH_AV);
	for (unsigned i = 1; i < N_RA; i++)
		put(nic, RAH0 + 8 * i, 0);
	for (unsigned i = 0; i < N_MTA; i++)
		put(nic, MTA + 4 * i, 0);
	put(nic, RDTR, 0);
	put(nic, RDBAL, nic_bus(s->rx));
	put(nic, RDBAH, 0);
	put(nic, RDLEN, N_RX * sizeof(struct descriptor));
	put(nic, RDH, 0);
	put(nic, RDT, 0);
	put(nic, RCTL, RCTL_EN | RCTL_BAM | RCTL_SECRC);
	put(nic, RDT, N_RX - 1);

	/* SDM §14.5 */
	put(nic, TDBAL, nic_bus(s->tx));
	put(nic, TDBAH, 0);
	put(nic, TDLEN, N_TX * sizeof(struct descriptor));
	put(nic, TDH, 0);
	put(nic, TDT, 0);
	if (nic->id->data == EXPRESS)
		put(nic, TXDCTL, get(nic, TXDCTL) | TXDCTL_COUNT_DESC);
	put(nic, TIPG, TIPG_COPPER);
	put(nic, TCTL, (get(nic, TCTL) & TCTL_KEEP) | TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
}

static grub_err_t e1000_open(struct nic *nic)
{
	struct e1000 *s = nic->state;

	reset(nic);
	s->rx = nic_dma(nic, 128, N_RX * sizeof(struct descriptor));
	s->tx = nic_dma(nic, 128, N_TX * sizeof(struct descriptor));
	s->rx_data = nic_dma(nic, 16, N_RX * RX_SIZE);
	s->tx_data = nic_dma(nic, 16, N_TX * TX_SIZE);
	if (s->rx == NULL || s->tx == NULL || s->rx_data == NULL || s->tx_data == NULL)
		return grub_errno;
	start(nic);
	return GRUB_ERR_NONE;
}

static void e1000_close(struct nic *nic)
{
	reset(nic);
}

static int e1000_link(struct nic *nic)
{
	return (get(nic, STATUS) & STATUS_LU) != 0;
}

/* The chip is stuck. */
static void restart(struct nic *nic)
{
	reset(nic);
	start(nic);
}

static grub_err_t e1000_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct e1000 *s = nic->state;
	volatile struct descriptor *d = &s->tx[s->next_tx];
	u8 *data = s->tx_data + s->next_tx * TX_SIZE;
	grub_uint64_t end = 0;

	/* The one behind it, because a tail that has come round to the head means an empty ring. */
	while ((s->tx[(s->next_tx + 1) % N_TX].status & TX_DD) == 0) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	grub_memcpy(data, frame, len);
	d->length = (u16)len;
	d->u.tx.tx_command = TX_EOP | TX_IFCS | TX_RS;
	d->status = 0;
	nic_barrier();
	s->next_tx = (s->next_tx + 1) % N_TX;
	put(nic, TDT, s->next_tx);
	return GRUB_ERR_NONE;
}

static struct grub_net_buff *e1000_receive(struct nic *nic)
{
	struct e1000 *s = nic->state;
	struct grub_net_buff *nb = NULL;

	while (nb == NULL && (s->rx[s->next_rx].status & RX_DD) != 0) {
		volatile struct descriptor *d = &s->rx[s->next_rx];
		u16 len = d->length;

		/* RCTL.LPE is 0: longer ones than NIC_FRAME_MAX are dropped by the chip, as are
		 * damaged ones. */
		if ((d->status & RX_EOP) != 0 && (d->rx_errors & RX_ERRORS) == 0 &&
		    len >= NIC_ETH_HLEN && len <= NIC_FRAME_MAX)
			nb = nic_frame(s->rx_data + s->next_rx * RX_SIZE, len);
		d->status = 0;
		nic_barrier();
		/* The tail stays one behind: a ring of which all is given would be an empty one. An
		 * overrun needs no more than that there is room again (SDM §3.2.6). */
		if (s->next_rx % RX_BATCH == RX_BATCH - 1)
			put(nic, RDT, s->next_rx);
		s->next_rx = (s->next_rx + 1) % N_RX;
	}
	return nb;
}

NIC_ABOUT("Intel PRO/1000: 8254x, 82571 to 82574", "", "")
static const struct nic_id e1000_ids[] = {
	NIC_ID(0x8086, 0x1008, PLAIN, "Intel 82544EI", ""),
	NIC_ID(0x8086, 0x100c, PLAIN, "Intel 82544GC", "e1000-82544gc"),
	NIC_ID(0x8086, 0x100d, PLAIN, "Intel 82544GC (on board)", ""),
	NIC_ID(0x8086, 0x100e, PLAIN, "Intel 82540EM", "e1000"),
	NIC_ID(0x8086, 0x1015, PLAIN, "Intel 82540EM (on board)", ""),
	NIC_ID(0x8086, 0x1016, PLAIN, "Intel 82540EP (on board)", ""),
	NIC_ID(0x8086, 0x1017, PLAIN, "Intel 82540EP", ""),
	NIC_ID(0x8086, 0x101e, PLAIN, "Intel 82540EP (low power)", ""),
	NIC_ID(0x8086, 0x100f, PLAIN, "Intel 82545EM", "e1000-82545em"),
	NIC_ID(0x8086, 0x1026, PLAIN, "Intel 82545GM", ""),
	NIC_ID(0x8086, 0x1010, PLAIN, "Intel 82546EB", ""),
	NIC_ID(0x8086, 0x101d, PLAIN, "Intel 82546EB (four ports)", ""),
	NIC_ID(0x8086, 0x1079, PLAIN, "Intel 82546GB", ""),
	NIC_ID(0x8086, 0x1099, PLAIN, "Intel 82546GB (four ports)", ""),
	NIC_ID(0x8086, 0x1013, I82541, "Intel 82541EI", ""),
	NIC_ID(0x8086, 0x1018, I82541, "Intel 82541EI (mobile)", ""),
	NIC_ID(0x8086, 0x1014, I82541, "Intel 82541ER (on board)", ""),
	NIC_ID(0x8086, 0x1078, I82541, "Intel 82541ER", ""),
	NIC_ID(0x8086, 0x1076, I82541, "Intel 82541GI", ""),
	NIC_ID(0x8086, 0x1077, I82541, "Intel 82541GI (mobile)", ""),
	NIC_ID(0x8086, 0x107c, I82541, "Intel 82541PI", ""),
	NIC_ID(0x8086, 0x1019, I82541, "Intel 82547EI", ""),
	NIC_ID(0x8086, 0x101a, I82541, "Intel 82547EI (mobile)", ""),
	NIC_ID(0x8086, 0x1075, I82541, "Intel 82547GI", ""),
	NIC_ID(0x8086, 0x105e, EXPRESS, "Intel 82571EB", ""),
	NIC_ID(0x8086, 0x10a4, EXPRESS, "Intel 82571EB (four ports)", ""),
	NIC_ID(0x8086, 0x10bc, EXPRESS, "Intel 82571EB (four ports, low profile)", ""),
	NIC_ID(0x8086, 0x107d, EXPRESS, "Intel 82572EI", ""),
	NIC_ID(0x8086, 0x10b9, EXPRESS, "Intel 82572EI (on board)", ""),
	NIC_ID(0x8086, 0x108b, EXPRESS, "Intel 82573V", ""),
	NIC_ID(0x8086, 0x108c, EXPRESS, "Intel 82573E", ""),
	NIC_ID(0x8086, 0x109a, EXPRESS, "Intel 82573L", ""),
	NIC_ID(0x8086, 0x10d3, EXPRESS, "Intel 82574L", "e1000e"),
	NIC_ID(0x8086, 0x10f6, EXPRESS, "Intel 82574LA", ""),
};

static struct nic_driver e1000_driver = {
	.name = "e1000",
	.ids = e1000_ids,
	.n_ids = sizeof e1000_ids / sizeof e1000_ids[0],
	.state_size = sizeof(struct e1000),
	/* one each; of the ring one is never the chip's, and one less than a batch may be read */
	.frames = N_RX - 1 - (RX_BATCH - 1),
	.probe = e1000_probe,
	.open = e1000_open,
	.close = e1000_close,
	.link = e1000_link,
	.send = e1000_send,
	.receive = e1000_receive,
};

NIC_MODULE(e1000, e1000_driver)

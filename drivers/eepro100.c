/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intel 8255x (82557 to 82559, 82550, 82551, 82562): EtherExpress PRO/100. Source: "Intel 8255x
 * 10/100 Mbps Ethernet Controller Family Open Source Software Developer Manual", rev. 1.3 (2006).
 *
 * The chip is two units, which are told what to do through the system control block (SCB, §6.3.2):
 * the command unit (CU) takes command blocks from a list in memory, the receive unit (RU) fills
 * receive frame descriptors (RFD). Both in the simplified mode: the frame is behind its header.
 * CU and RU base are 0, so that the links in the lists are addresses.
 */
#include "nic.h"

enum {
	SCB = 0x00,         /* status, 16 bits, and the command, 16 */
	SCB_COMMAND = 0x02, /* 0 again when it has been taken */
	SCB_MASK = 0x03,
	SCB_POINTER = 0x04,
	PORT = 0x08,
	EEPROM = 0x0e,
	MDI = 0x10,

	CUS_ACTIVE = 2 << 6, /* in SCB: the CU is at work; else it is idle or suspended */
	RUS = 15 << 2,       /* what the RU does */
	RUS_READY = 4 << 2,
	COMMAND = 0xff << 16,

	CU_START = 1 << 4,
	CU_RESUME = 2 << 4,
	CU_BASE = 6 << 4,
	RU_START = 1,
	RU_BASE = 6,
	MASK_ALL = 1,

	PORT_RESET = 0,     /* §6.3.3: all of it; */
	PORT_SELECTIVE = 2, /* CU and RU, so that no access to the bus is cut off */

	EE_SK = 1 << 0, /* §6.3.4: the wires of a 93C46 or 93C66 */
	EE_CS = 1 << 1,
	EE_DI = 1 << 2,
	EE_DO = 1 << 3,
	EE_READ = 6, /* start bit and opcode, 3 bits */

	MDI_READ = 2 << 26, /* §6.3.5 */
	MDI_READY = 1 << 28,
	PHY_BMSR = 1, /* IEEE 802.3 §22.2.4.2 */
	BMSR_LINK = 1 << 2,

	/* Command blocks, §6.4.2. */
	CB_COMPLETE = 1 << 15,
	CB_ADDRESS = 1,
	CB_CONFIGURE = 2,
	CB_TRANSMIT = 4,
	CB_SUSPEND = 1 << 14, /* wait behind it for a resume */
	CB_END = 1 << 15,     /* the list's last: the CU becomes idle */
	TX_WHOLE = 1 << 15,   /* with the length: all of the frame is in the block */
	TX_THRESHOLD = 0xe0,  /* units of 8 bytes in the FIFO: the frame is in there, or nearly */

	/* Receive frame descriptors, §6.4.3. */
	RX_COMPLETE = 1 << 15,
	RX_OK = 1 << 13,
	RX_COUNT = 0x3fff,
	RFD_END = 1 << 15,

	N_RX = NIC_RING(32, 2),
	N_TX = 2,
	DATA = 1520,
	NO_PHY = 0xff,
	IDLE_POLLS = 256,
};

struct rfd {
	u16 status, command;
	u32 link;
	u32 reserved;
	u16 count, size;
	u8 data[DATA];
};

struct cb {
	u16 status, command;
	u32 link;
	union {
		u8 bytes[24]; /* of configure, of individual address setup */
		struct {
			u32 tbd; /* all ones: simplified mode */
			u16 count;
			u8 threshold, n_tbd;
			u8 data[DATA];
		} tx;
	} u;
};

struct eepro100 {
	volatile struct rfd *rx;
	volatile struct cb *tx;
	unsigned next_rx, last_rx, next_tx;
	unsigned idle; /* polls in vain */
	u8 started;    /* the CU has had its first transmission */
	u8 cu_waits;   /* it was seen to be through with the last one */
	u8 phy;
};

/* §6.4.2.3, the bytes of the configure command: the manual's defaults, which mean: standard command
 * blocks and counters; damaged, short and overrun frames dropped; MII; underruns tried again; short
 * frames padded; duplex as the PHY says, no flow control; no FCS in memory; broadcasts, but no
 * multicasts. */
static const u8 configuration[22] = {
	22, 0x08, 0, 0,    0,    0, 0x32, 0x07, 0x01, 0,    0x2e,
	0,  0x60, 0, 0xf2, 0x48, 0, 0x40, 0xf2, 0x80, 0x3f, 0x05,
};

static grub_err_t wait_command(struct nic *nic)
{
	for (unsigned us = 0; us < 10000; us++) {
		if (nic_read8(nic->mem + SCB_COMMAND) == 0)
			return GRUB_ERR_NONE;
		nic_udelay(1);
	}
	return nic_timeout(nic, "the chip takes no commands");
}

static grub_err_t command(struct nic *nic, u8 c, u32 pointer)
{
	struct eepro100 *s = nic->state;

	s->cu_waits = 0; /* it must take this one first, whichever unit's it is */
	if (wait_command(nic) != GRUB_ERR_NONE)
		return grub_errno;
	nic_write32(nic->mem + SCB_POINTER, pointer);
	nic_write8(nic->mem + SCB_COMMAND, c);
	return GRUB_ERR_NONE;
}

/* §6.3.3: 10 us each; then interrupts are unmasked. */
static void reset(struct nic *nic)
{
	nic_write32(nic->mem + PORT, PORT_SELECTIVE);
	nic_read32(nic->mem + SCB); /* written by now */
	nic_udelay(20);
	nic_write32(nic->mem + PORT, PORT_RESET);
	nic_read32(nic->mem + SCB);
	nic_udelay(20);
	nic_write8(nic->mem + SCB_MASK, MASK_ALL);
}

/* --- EEPROM and PHY -------------------------------------------------------------------------- */

static void wires(struct nic *nic, u8 v)
{
	nic_write8(nic->mem + EEPROM, v);
	nic_read8(nic->mem + EEPROM);
	nic_udelay(4);
}

static unsigned clock_bit(struct nic *nic, unsigned out)
{
	u8 v = (u8)(EE_CS | (out != 0 ? EE_DI : 0));
	unsigned in;

	wires(nic, v);
	wires(nic, v | EE_SK);
	in = (nic_read8(nic->mem + EEPROM) & EE_DO) != 0;
	wires(nic, v);
	return in;
}

static u16 eeprom(struct nic *nic, unsigned bits, unsigned word)
{
	u16 v = 0;

	wires(nic, EE_CS);
	for (int i = 2; i >= 0; i--)
		clock_bit(nic, EE_READ >> i & 1);
	for (unsigned i = bits; i-- > 0;)
		clock_bit(nic, word >> i & 1);
	for (int i = 0; i < 16; i++)
		v = (u16)((unsigned)v << 1 | clock_bit(nic, 0));
	wires(nic, 0);
	return v;
}

/* How many bits its addresses have, 6 or 8 (§6.3.4): with the last one it puts out a 0. */
static unsigned eeprom_bits(struct nic *nic)
{
	unsigned bits = 0;

	wires(nic, EE_CS);
	for (int i = 2; i >= 0; i--)
		clock_bit(nic, EE_READ >> i & 1);
	while (bits < 8) {
		bits++;
		if (clock_bit(nic, 0) == 0)
			break;
	}
	wires(nic, 0);
	return bits;
}

static u16 phy_read(struct nic *nic, u32 phy, u32 reg)
{
	nic_write32(nic->mem + MDI, MDI_READ | phy << 21 | reg << 16);
	for (unsigned us = 0; us < 1000; us += 10) {
		u32 v = nic_read32(nic->mem + MDI);

		if ((v & MDI_READY) != 0)
			return (u16)v;
		nic_udelay(10);
	}
	return 0xffff;
}

/* Nearly always 1. */
static u8 find_phy(struct nic *nic)
{
	for (u32 i = 1; i <= 32; i++) {
		u16 v = phy_read(nic, i % 32, PHY_BMSR);

		if (v != 0 && v != 0xffff)
			return (u8)(i % 32);
	}
	return NO_PHY;
}

/* --- the card -------------------------------------------------------------------------------- */

static grub_err_t eepro100_probe(struct nic *nic)
{
	unsigned bits;

	if (nic->mem == NULL)
		return grub_error(GRUB_ERR_BAD_DEVICE, "eepro100: no registers");
	bits = eeprom_bits(nic);
	for (unsigned i = 0; i < 3; i++) {
		u16 v = eeprom(nic, bits, i);

		nic->mac[2 * i] = (u8)v;
		nic->mac[2 * i + 1] = (u8)(v >> 8);
	}
	return GRUB_ERR_NONE;
}

/* A command block that is not a transmission, before the first of those. */
static grub_err_t run(struct nic *nic, u16 what, const u8 *bytes, unsigned n)
{
	struct eepro100 *s = nic->state;
	volatile struct cb *cb = s->tx;

	for (unsigned i = 0; i < n; i++)
		cb->u.bytes[i] = bytes[i];
	cb->status = 0;
	cb->command = (u16)(what | CB_END);
	nic_barrier();
	if (command(nic, CU_START, nic_bus(cb)) != GRUB_ERR_NONE)
		return grub_errno;
	for (unsigned us = 0; us < 10000; us++) {
		if ((cb->status & CB_COMPLETE) != 0 &&
		    (nic_read32(nic->mem + SCB) & CUS_ACTIVE) == 0)
			return GRUB_ERR_NONE;
		nic_udelay(1);
	}
	return nic_timeout(nic, "the chip does not do a command");
}

/* Reception from the descriptor that is read next; all are empty. */
static grub_err_t start_receiving(struct nic *nic)
{
	struct eepro100 *s = nic->state;

	s->idle = 0;
	return command(nic, RU_START, nic_bus(&s->rx[s->next_rx]));
}

static grub_err_t start(struct nic *nic)
{
	struct eepro100 *s = nic->state;

	for (unsigned i = 0; i < N_RX; i++) {
		s->rx[i].status = s->rx[i].command = 0;
		s->rx[i].link = nic_bus(&s->rx[(i + 1) % N_RX]);
		s->rx[i].reserved = 0xffffffff;
		s->rx[i].count = 0;
		s->rx[i].size = DATA;
	}
	s->next_rx = 0;
	s->last_rx = N_RX - 1;
	s->rx[s->last_rx].command = RFD_END;
	if (command(nic, CU_BASE, 0) != GRUB_ERR_NONE ||
	    command(nic, RU_BASE, 0) != GRUB_ERR_NONE ||
	    run(nic, CB_CONFIGURE, configuration, sizeof configuration) != GRUB_ERR_NONE ||
	    run(nic, CB_ADDRESS, nic->mac, NIC_ETH_ALEN) != GRUB_ERR_NONE)
		return grub_errno;
	for (unsigned i = 0; i < N_TX; i++) {
		s->tx[i].link = nic_bus(&s->tx[(i + 1) % N_TX]);
		s->tx[i].command = CB_TRANSMIT | CB_SUSPEND;
		s->tx[i].u.tx.tbd = 0xffffffff;
		s->tx[i].u.tx.threshold = TX_THRESHOLD;
		s->tx[i].u.tx.n_tbd = 0;
	}
	s->next_tx = 0;
	s->started = 0;
	return start_receiving(nic);
}

static grub_err_t eepro100_open(struct nic *nic)
{
	struct eepro100 *s = nic->state;

	reset(nic);
	s->rx = nic_dma(nic, 16, N_RX * sizeof(struct rfd));
	s->tx = nic_dma(nic, 16, N_TX * sizeof(struct cb));
	if (s->rx == NULL || s->tx == NULL)
		return grub_errno;
	s->phy = find_phy(nic);
	if (start(nic) == GRUB_ERR_NONE)
		return GRUB_ERR_NONE;
	reset(nic);
	return grub_errno;
}

static void eepro100_close(struct nic *nic)
{
	reset(nic);
}

static int eepro100_link(struct nic *nic)
{
	struct eepro100 *s = nic->state;

	if (s->phy == NO_PHY)
		return 1;                /* an 82557 with a PHY that cannot be asked */
	phy_read(nic, s->phy, PHY_BMSR); /* a lost link stays in it until it is read */
	return (phy_read(nic, s->phy, PHY_BMSR) & BMSR_LINK) != 0;
}

/* The chip is stuck. */
static void restart(struct nic *nic)
{
	reset(nic);
	if (start(nic) != GRUB_ERR_NONE)
		reset(nic);
	grub_errno = GRUB_ERR_NONE;
}

/* What the units do; and that includes: has the CU nothing to do, and taken its last command? */
static u32 look(struct nic *nic)
{
	struct eepro100 *s = nic->state;
	u32 v = nic_read32(nic->mem + SCB);

	s->cu_waits = (v & (CUS_ACTIVE | COMMAND)) == 0;
	return v;
}

static grub_err_t eepro100_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct eepro100 *s = nic->state;
	volatile struct cb *cb = &s->tx[s->next_tx];
	grub_uint64_t end = 0;

	/* This block's frame was on the wire before the last one was begun. */
	grub_memcpy((u8 *)(grub_addr_t)cb->u.tx.data, frame, len);
	cb->u.tx.count = (u16)(TX_WHOLE | len);
	cb->status = 0;
	nic_barrier();
	/* Every block has the suspend bit, and the next is only begun when the CU is suspended: so
	 * no bit of a block ever changes that the chip may be reading. */
	while (!s->cu_waits) {
		look(nic);
		if (s->cu_waits)
			break;
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	if (!s->started) {
		nic_write32(nic->mem + SCB_POINTER, nic_bus(cb));
		nic_write8(nic->mem + SCB_COMMAND, CU_START);
		s->started = 1;
	} else
		nic_write8(nic->mem + SCB_COMMAND, CU_RESUME);
	s->cu_waits = 0;
	s->next_tx = (s->next_tx + 1) % N_TX;
	return GRUB_ERR_NONE;
}

/* The descriptor is empty again. The mark of the list's end follows half a ring behind at a
 * time: the RU may have read the old one already, and stop there. */
static void give_back(struct eepro100 *s)
{
	volatile struct rfd *r = &s->rx[s->next_rx];

	r->count = 0;
	r->status = 0;
	if (s->next_rx % (N_RX / 2) == N_RX / 2 - 1) {
		r->command = RFD_END;
		nic_barrier();
		s->rx[s->last_rx].command = 0;
		s->last_rx = s->next_rx;
	}
	s->next_rx = (s->next_rx + 1) % N_RX;
}

static struct grub_net_buff *eepro100_receive(struct nic *nic)
{
	struct eepro100 *s = nic->state;
	struct grub_net_buff *nb = NULL;
	int complete = 1;

	while (nb == NULL && complete) {
		volatile struct rfd *r = &s->rx[s->next_rx];
		u32 rus;

		complete = (r->status & RX_COMPLETE) != 0;
		if (!complete && ++s->idle < IDLE_POLLS)
			break;
		s->idle = 0;
		/* QEMU writes the status before the frame, in another thread: a register read waits
		 * until it is through. It is worth it anyway: send need not look then. */
		rus = look(nic) & RUS;
		if (complete) {
			u16 len = r->count & RX_COUNT;

			if ((r->status & RX_OK) != 0 && len >= NIC_ETH_HLEN && len <= NIC_FRAME_MAX)
				nb = nic_frame(r->data, len);
			give_back(s);
		}
		/* It had no room left, and has stopped; now all is empty again. */
		if (rus != RUS_READY && (s->rx[s->next_rx].status & RX_COMPLETE) == 0 &&
		    start_receiving(nic) != GRUB_ERR_NONE)
			grub_errno = GRUB_ERR_NONE;
	}
	return nb;
}

NIC_ABOUT("Intel 8255x: EtherExpress PRO/100", "eepro100", "")
static const struct nic_id eepro100_ids[] = {
	// clang-format off
	NIC_ID(0x8086, 0x1229, 0, "Intel 82557, 82558, 82559", "i82557a,i82557b,i82557c,i82558a,i82558b,i82559a,i82559b,i82559c"),
	// clang-format on
	NIC_ID(0x8086, 0x1209, 0, "Intel 82551IT, 82559ER", "i82550,i82551,i82559er,i82562"),
	NIC_ID(0x8086, 0x1029, 0, "Intel 82559", ""),
	NIC_ID(0x8086, 0x1030, 0, "Intel 82559 (InBusiness)", ""),
	NIC_ID(0x8086, 0x1031, 0, "Intel 82801CAM PRO/100 VE", ""),
	NIC_ID(0x8086, 0x1032, 0, "Intel 82801CAM PRO/100 VE", ""),
	NIC_ID(0x8086, 0x1033, 0, "Intel 82801CAM PRO/100 VM", ""),
	NIC_ID(0x8086, 0x1034, 0, "Intel 82801CAM PRO/100 VM", ""),
	NIC_ID(0x8086, 0x1038, 0, "Intel 82801CAM PRO/100 VM", ""),
	NIC_ID(0x8086, 0x1039, 0, "Intel 82801DB PRO/100 VE", ""),
	NIC_ID(0x8086, 0x103a, 0, "Intel 82801DB PRO/100 VE", ""),
	NIC_ID(0x8086, 0x103b, 0, "Intel 82801DB PRO/100 VM", ""),
	NIC_ID(0x8086, 0x103c, 0, "Intel 82801DB PRO/100 VM", ""),
	NIC_ID(0x8086, 0x103d, 0, "Intel 82801DB PRO/100 VE", ""),
	NIC_ID(0x8086, 0x103e, 0, "Intel 82801DB PRO/100 VM", ""),
	NIC_ID(0x8086, 0x1050, 0, "Intel 82562EZ", ""),
	NIC_ID(0x8086, 0x1051, 0, "Intel 82801EB PRO/100 VE", ""),
	NIC_ID(0x8086, 0x1059, 0, "Intel 82551QM", ""),
	NIC_ID(0x8086, 0x1064, 0, "Intel 82562ET, EZ, GT, GZ", ""),
	NIC_ID(0x8086, 0x1065, 0, "Intel 82562ET, EZ, GT, GZ", ""),
	NIC_ID(0x8086, 0x1091, 0, "Intel PRO/100 VM", ""),
	NIC_ID(0x8086, 0x1092, 0, "Intel PRO/100 VE", ""),
	NIC_ID(0x8086, 0x2449, 0, "Intel 82801BA", "i82801"),
	NIC_ID(0x8086, 0x2459, 0, "Intel 82801E", ""),
	NIC_ID(0x8086, 0x245d, 0, "Intel 82801E", ""),
	NIC_ID(0x8086, 0x27dc, 0, "Intel 82801G PRO/100 VE", ""),
};

static struct nic_driver eepro100_driver = {
	.name = "eepro100",
	.ids = eepro100_ids,
	.n_ids = sizeof eepro100_ids / sizeof eepro100_ids[0],
	.state_size = sizeof(struct eepro100),
	/* One each. The list's end is half a ring on at the least (give_back), and a chip that has
	 * so many behind it must not yet have read the descriptor with that mark. */
	.frames = NIC_RING(N_RX / 2 - 1, 1),
	.probe = eepro100_probe,
	.open = eepro100_open,
	.close = eepro100_close,
	.link = eepro100_link,
	.send = eepro100_send,
	.receive = eepro100_receive,
};

NIC_MODULE(eepro100, eepro100_driver)

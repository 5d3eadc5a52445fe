/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VMware vmxnet3. There is no public data sheet: registers, commands and the layout of the shared
 * memory are as VMware published them in its driver's definitions (vmxnet3_defs.h and
 * upt1_defs.h, in Linux and in QEMU).
 *
 * The driver lays out an area of shared memory, tells the card where it is, and commands it to
 * start. Rings have no index that both sides know: an entry belongs to whom its generation bit says
 * so, and the bit's meaning changes with every turn of the ring. Both directions have a ring of
 * descriptors and one of completions. Device revision 1, one queue each way, no offloads.
 */
#include "nic.h"

enum {
	/* BAR 0 */
	IMR = 0x000, /* interrupt mask, one for each interrupt, 8 bytes apart */
	TXPROD = 0x600,
	RXPROD = 0x800,
	/* BAR 1 */
	VRRS = 0x00, /* revisions: read what there is, write what is to be */
	UVRS = 0x08,
	DSAL = 0x10, /* the shared area's address */
	DSAH = 0x18,
	CMD = 0x20,
	MACL = 0x28,
	MACH = 0x30,

	REVISION_1 = 1,
	LINK_UP = 1,

	RXM_UNICAST = 1,
	RXM_BROADCAST = 4,
	INTR_DISABLE_ALL = 1,
	GUEST = 1 | 5 << 2 | 1 << 6, /* of 32 bits; PXE; its version 1 */

	TX_GEN = 1 << 14,
	TX_EOP = 1 << 12, /* in the flags' second word */
	TX_CQ = 1 << 13,  /* completion wanted */

	RXC_EOP = 1 << 14,
	RXC_SOP = 1 << 15,
	RXC_INDEX = 0xfff,
	RXC_LENGTH = 0x3fff,
	RXC_ERR = 1 << 14, /* in the length's word */

	EVENT_RX_ERROR = 1, /* a queue has stopped */
	EVENT_TX_ERROR = 2,

	/* Rings must be multiples of 32 and begin at multiples of 512 bytes. */
	N_TX = 32,
	N_RX = NIC_RING(128, 32),
	BUFFER = 1536,
	PAGE = 4096, /* what DMA changes stays clear of code, which emulators watch */
	MTU = 1500,
};
#define GEN                 0x80000000u /* of all but descriptors to send */
#define SHARED_MAGIC        0xbabefee1u
#define CMD_ACTIVATE        0xcafe0000u
#define CMD_QUIESCE         0xcafe0001u
#define CMD_RESET           0xcafe0002u
#define CMD_GET_LINK        0xf00d0002u
#define CMD_GET_PERM_MAC_LO 0xf00d0003u
#define CMD_GET_PERM_MAC_HI 0xf00d0004u

/* An address: the upper half stays 0 */
struct addr {
	u32 low, high;
};

struct tx_desc {
	struct addr addr;
	u32 len_gen, flags;
};
struct rx_desc {
	struct addr addr;
	u32 len_gen, reserved;
};
struct completion {
	u32 index, rss, len, gen;
};

/* Vmxnet3_TxQueueDesc and Vmxnet3_RxQueueDesc, both of 256 bytes */
struct tx_queue {
	u32 deferred, threshold, reserved[2];
	struct addr ring, data, comp, driver, reserved2;
	u32 ring_size, data_size, comp_size, driver_len;
	u8 intr, pad[7];
	u8 stopped, pad2[3];
	u32 error;
	u8 stats[80], pad3[88];
};
struct rx_queue {
	u8 update_prod, pad[7];
	u32 reserved[2];
	struct addr ring[2], comp, driver, reserved2;
	u32 ring_size[2], comp_size, driver_len;
	u8 intr, pad2[7];
	u8 stopped, pad3[3];
	u32 error;
	u8 stats[80], pad4[88];
};
struct queues {
	struct tx_queue tx;
	struct rx_queue rx;
};

/* Vmxnet3_DriverShared, revision 1 */
struct shared {
	u32 magic, pad;
	/* misc */
	u32 version, guest, revisions, upt_versions;
	u32 features[2];
	struct addr driver, queues;
	u32 driver_len, queues_len, mtu;
	u16 max_rx_sg;
	u8 n_tx, n_rx;
	u32 reserved[4];
	/* interrupts */
	u8 mask_mode, n_intr, event_intr, levels[25];
	u32 intr_control, reserved2[2];
	/* reception */
	u32 rx_mode;
	u16 multicast_len, pad2;
	struct addr multicast;
	u32 vlans[128];
	/* RSS, wake-up, plug-ins: version, length, address */
	u32 variable[3][4];
	u32 events, reserved3[5];
};
_Static_assert(sizeof(struct tx_queue) == 256 && sizeof(struct rx_queue) == 256, "256 bytes");
_Static_assert(sizeof(struct shared) == 720, "720 bytes");

/* Everything that is shared but the buffers; aligned to 512, and each ring is, too */
struct dma {
	struct tx_desc tx[N_TX];
	struct completion tx_comp[N_TX];
	struct rx_desc rx[N_RX];
	struct completion rx_comp[N_RX];
	struct queues queues;
	struct shared shared;
};

struct vmxnet3 {
	volatile u8 *bar[2];
	volatile struct dma *dma;
	u8 *tx_buffers, *rx_buffers;
	unsigned tx_next, tx_done, tx_free;
	unsigned rx_next, rx_fill; /* completion to come, descriptor to be given next */
	u32 tx_gen, tx_comp_gen, rx_gen, rx_fill_gen;
};

static u32 command(struct nic *nic, u32 cmd)
{
	struct vmxnet3 *s = nic->state;

	nic_write32(s->bar[1] + CMD, cmd);
	return nic_read32(s->bar[1] + CMD);
}

static grub_err_t vmxnet3_probe(struct nic *nic)
{
	struct vmxnet3 *s = nic->state;
	u32 low, high;

	s->bar[0] = nic_bar_mem(nic, 0);
	s->bar[1] = nic_bar_mem(nic, 1);
	if (s->bar[0] == NULL || s->bar[1] == NULL)
		return grub_error(GRUB_ERR_BAD_DEVICE, "vmxnet3: no registers");
	if ((nic_read32(s->bar[1] + VRRS) & REVISION_1) == 0 ||
	    (nic_read32(s->bar[1] + UVRS) & REVISION_1) == 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "vmxnet3: no revision 1");
	low = command(nic, CMD_GET_PERM_MAC_LO);
	high = command(nic, CMD_GET_PERM_MAC_HI);
	for (unsigned i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = (u8)(i < 4 ? low >> (8 * i) : high >> (8 * (i - 4)));
	return GRUB_ERR_NONE;
}

static struct addr address(const volatile void *p)
{
	return (struct addr){nic_bus(p), 0};
}

static void set_up(struct vmxnet3 *s)
{
	volatile struct dma *d = s->dma;
	volatile struct shared *sh = &d->shared;
	volatile struct tx_queue *tx = &d->queues.tx;
	volatile struct rx_queue *rx = &d->queues.rx;

	grub_memset((void *)(grub_addr_t)d, 0, sizeof *d);
	tx->ring = address(d->tx);
	tx->comp = address(d->tx_comp);
	tx->ring_size = tx->comp_size = N_TX;
	rx->ring[0] = address(d->rx);
	rx->comp = address(d->rx_comp);
	rx->ring_size[0] = rx->comp_size = N_RX;

	sh->magic = SHARED_MAGIC;
	sh->version = 1;
	sh->guest = GUEST;
	sh->revisions = sh->upt_versions = REVISION_1;
	sh->queues = address(&d->queues);
	sh->queues_len = sizeof(struct queues);
	sh->mtu = MTU;
	sh->max_rx_sg = 1;
	sh->n_tx = sh->n_rx = 1;
	sh->n_intr = 1;
	sh->intr_control = INTR_DISABLE_ALL;
	sh->rx_mode = RXM_UNICAST | RXM_BROADCAST;
	sh->vlans[0] = 1; /* VLAN 0: priority tags */

	for (unsigned i = 0; i < N_TX; i++)
		d->tx[i].addr = address(s->tx_buffers + i * BUFFER);
	/* A ring that is full cannot be told from an empty one: one descriptor stays ours. */
	for (unsigned i = 0; i < N_RX; i++) {
		d->rx[i].addr = address(s->rx_buffers + i * BUFFER);
		d->rx[i].len_gen = BUFFER | (i < N_RX - 1 ? GEN : 0);
	}
	s->tx_next = s->tx_done = s->rx_next = 0;
	s->tx_free = N_TX - 1;
	s->rx_fill = N_RX - 1;
	s->tx_gen = TX_GEN;
	s->tx_comp_gen = s->rx_gen = s->rx_fill_gen = GEN;
}

/* From any state. The card forgets the shared area, too. */
static void stop(struct nic *nic)
{
	struct vmxnet3 *s = nic->state;

	nic_write32(s->bar[0] + IMR, 1);
	command(nic, CMD_QUIESCE);
	command(nic, CMD_RESET);
	nic_write32(s->bar[1] + DSAL, 0);
	nic_write32(s->bar[1] + DSAH, 0);
}

static grub_err_t start(struct nic *nic)
{
	struct vmxnet3 *s = nic->state;
	u32 low = 0;

	stop(nic);
	nic_write32(s->bar[1] + VRRS, REVISION_1);
	nic_write32(s->bar[1] + UVRS, REVISION_1);
	set_up(s);
	nic_barrier();
	for (unsigned i = 0; i < 4; i++)
		low |= (u32)nic->mac[i] << (8 * i);
	nic_write32(s->bar[1] + MACL, low);
	nic_write32(s->bar[1] + MACH, (u32)(nic->mac[4] | nic->mac[5] << 8));
	nic_write32(s->bar[1] + DSAL, nic_bus(&s->dma->shared));
	nic_write32(s->bar[1] + DSAH, 0);
	if (command(nic, CMD_ACTIVATE) != 0) {
		stop(nic);
		return grub_error(GRUB_ERR_BAD_DEVICE, "%s: the card does not start", nic->name);
	}
	nic_write32(s->bar[0] + RXPROD, N_RX - 1);
	return GRUB_ERR_NONE;
}

static grub_err_t vmxnet3_open(struct nic *nic)
{
	struct vmxnet3 *s = nic->state;

	s->dma = nic_dma(nic, PAGE, sizeof *s->dma);
	s->tx_buffers = nic_dma(nic, PAGE, N_TX * BUFFER);
	s->rx_buffers = nic_dma(nic, PAGE, N_RX * BUFFER);
	if (s->dma == NULL || s->tx_buffers == NULL || s->rx_buffers == NULL)
		return grub_errno;
	return start(nic);
}

static void vmxnet3_close(struct nic *nic)
{
	stop(nic);
}

static int vmxnet3_link(struct nic *nic)
{
	return (command(nic, CMD_GET_LINK) & LINK_UP) != 0;
}

/* The card is stuck, or has stopped for an error. */
static void restart(struct nic *nic)
{
	start(nic);
	grub_errno = GRUB_ERR_NONE;
}

/* Take back what has been sent: completions come in order, one a frame. */
static void reap(struct vmxnet3 *s)
{
	while (s->tx_free < N_TX - 1 && (s->dma->tx_comp[s->tx_done].gen & GEN) == s->tx_comp_gen) {
		s->tx_free++;
		if (++s->tx_done == N_TX) {
			s->tx_done = 0;
			s->tx_comp_gen ^= GEN;
		}
	}
}

static grub_err_t vmxnet3_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct vmxnet3 *s = nic->state;
	volatile struct tx_desc *d;
	grub_uint64_t end = 0;

	for (reap(s); s->tx_free == 0; reap(s)) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	d = &s->dma->tx[s->tx_next];
	grub_memcpy(s->tx_buffers + s->tx_next * BUFFER, frame, len);
	d->flags = TX_EOP | TX_CQ;
	nic_barrier();
	d->len_gen = (u32)len | s->tx_gen;
	s->tx_free--;
	if (++s->tx_next == N_TX) {
		s->tx_next = 0;
		s->tx_gen ^= TX_GEN;
	}
	nic_barrier();
	nic_write32(s->bar[0] + TXPROD, s->tx_next);
	return GRUB_ERR_NONE;
}

/* Give back all descriptors before INDEX, which is the last one that the card has used (usually
 * that is one; it may pass over some). */
static void give(struct nic *nic, unsigned index)
{
	struct vmxnet3 *s = nic->state;

	while (s->rx_fill != index) {
		s->dma->rx[s->rx_fill].len_gen = BUFFER | s->rx_fill_gen;
		if (++s->rx_fill == N_RX) {
			s->rx_fill = 0;
			s->rx_fill_gen ^= GEN;
		}
	}
	nic_barrier();
	/* The card looks at the ring by itself, and says so where it wants to be told. */
	if (s->dma->queues.rx.update_prod != 0)
		nic_write32(s->bar[0] + RXPROD, s->rx_fill);
}

static struct grub_net_buff *vmxnet3_receive(struct nic *nic)
{
	struct vmxnet3 *s = nic->state;
	struct grub_net_buff *nb = NULL;
	volatile struct completion *c;
	u32 index, length;

	while (nb == NULL) {
		c = &s->dma->rx_comp[s->rx_next];
		if ((c->gen & GEN) != s->rx_gen) {
			if ((s->dma->shared.events & (EVENT_RX_ERROR | EVENT_TX_ERROR)) != 0)
				restart(nic);
			break;
		}
		nic_barrier();
		index = c->index;
		length = c->len;
		if ((index & RXC_INDEX) >= N_RX) {
			restart(nic);
			break;
		}
		if (++s->rx_next == N_RX) {
			s->rx_next = 0;
			s->rx_gen ^= GEN;
		}
		if ((index & RXC_SOP) != 0 && (index & RXC_EOP) != 0 && (length & RXC_ERR) == 0 &&
		    (length & RXC_LENGTH) >= NIC_ETH_HLEN && (length & RXC_LENGTH) <= NIC_FRAME_MAX)
			nb = nic_frame(s->rx_buffers + (index & RXC_INDEX) * BUFFER,
				       length & RXC_LENGTH);
		give(nic, index & RXC_INDEX);
	}
	return nb;
}

NIC_ABOUT("VMware vmxnet3", "", "")
static const struct nic_id vmxnet3_ids[] = {
	NIC_ID(0x15ad, 0x07b0, 0, "VMware vmxnet3", "vmxnet3"),
};

static struct nic_driver vmxnet3_driver = {
	.name = "vmxnet3",
	.ids = vmxnet3_ids,
	.n_ids = sizeof vmxnet3_ids / sizeof vmxnet3_ids[0],
	.state_size = sizeof(struct vmxnet3),
	.frames = N_RX - 1, /* one each; one descriptor stays ours (set_up) */
	.probe = vmxnet3_probe,
	.open = vmxnet3_open,
	.close = vmxnet3_close,
	.link = vmxnet3_link,
	.send = vmxnet3_send,
	.receive = vmxnet3_receive,
};

NIC_MODULE(vmxnet3, vmxnet3_driver)

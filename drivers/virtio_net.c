/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Virtio network card on PCI: modern (1.0 and later) and legacy (0.9.5). Source: "Virtual I/O
 * Device (VIRTIO) Version 1.2", OASIS 2022; the sections named below are its.
 *
 * A card that is both (transitional) is driven as a modern one. Nothing is negotiated but the MAC
 * address and the link's state: no checksums, no merged buffers, so that every frame is one buffer.
 * A buffer is two descriptors, as old devices want it (§5.1.6.6): the header, which has nothing
 * for us and is shared by all buffers of a queue, and the frame.
 */
#include "nic.h"

enum {
	/* "Legacy Interfaces: A Note on PCI Device Layout" */
	L_FEATURES = 0,
	L_DRIVER_FEATURES = 4,
	L_QUEUE_ADDRESS = 8, /* in pages */
	L_QUEUE_SIZE = 12,
	L_QUEUE_SELECT = 14,
	L_QUEUE_NOTIFY = 16,
	L_STATUS = 18,
	L_CONFIG = 20, /* 24 with MSI-X on */

	/* The common configuration (§4.1.4.3) */
	M_FEATURES_SELECT = 0,
	M_FEATURES = 4,
	M_DRIVER_FEATURES_SELECT = 8,
	M_DRIVER_FEATURES = 12,
	M_STATUS = 20,
	M_QUEUE_SELECT = 22,
	M_QUEUE_SIZE = 24,
	M_QUEUE_ENABLE = 28,
	M_QUEUE_NOTIFY_OFF = 30,
	M_QUEUE_DESC = 32,
	M_QUEUE_DRIVER = 40,
	M_QUEUE_DEVICE = 48,

	/* The capabilities that say where it is (§4.1.4) */
	CAP_VENDOR = 0x09,
	CAP_MSIX = 0x11,
	CAP_TYPE = 3,
	CAP_BAR = 4,
	CAP_OFFSET = 8,
	CAP_LENGTH = 12,
	CAP_MULTIPLIER = 16, /* of NOTIFY */
	CAP_DATA = 16,       /* of WINDOW */
	TYPE_COMMON = 1,
	TYPE_NOTIFY = 2,
	TYPE_CONFIG = 4,
	TYPE_WINDOW = 5,

	/* §2.1 */
	STATUS_ACKNOWLEDGE = 1,
	STATUS_DRIVER = 2,
	STATUS_DRIVER_OK = 4,
	STATUS_FEATURES_OK = 8,
	STATUS_FAILED = 128,

	/* §5.1.3, §6 */
	FEATURE_MAC = 1 << 5,
	FEATURE_STATUS = 1 << 16,
	FEATURE_VERSION_1 = 1 << 0,       /* 32 */
	FEATURE_ACCESS_PLATFORM = 1 << 1, /* 33 */

	/* §5.1.4 */
	CONFIG_MAC = 0,
	CONFIG_STATUS = 6,
	CONFIG_LINK_UP = 1,

	DESC_NEXT = 1,
	DESC_WRITE = 2,
	AVAIL_NO_INTERRUPT = 1,
	USED_NO_NOTIFY = 1,

	/* §5.1.6: the last two bytes are there in a modern card only, or with merged buffers */
	HEADER = 12,
	LEGACY_HEADER = 10,

	RX = 0,
	TX = 1,
	QUEUE_MAX = NIC_RING(256, 4), /* a legacy card does not let one choose */
	PAGE = 4096,
	N_BUFFERS = NIC_RING(128, 2),
	BUFFER = 1536,

	INTX_DISABLE = 1 << 10, /* PCI 3.0 §6.2.2 */

	MODERN_ONLY = 1, /* of NIC_ID's data */
};

/* Registers: behind a BAR, or through the window in configuration space (§4.1.4.9). */
struct region {
	enum { NOWHERE, PORTS, MEMORY, WINDOW } how;
	u8 bar;
	u32 at; /* port, address, or offset in the BAR */
};

/* §2.7: a virtqueue, split */
struct desc {
	u32 addr, addr_high, len;
	u16 flags, next;
};
struct avail {
	u16 flags, idx, ring[];
};
struct used {
	u16 flags, idx;
	struct {
		u32 id, len;
	} ring[];
};

struct queue {
	u16 size;    /* of the ring */
	u16 buffers; /* that we use of it */
	volatile struct desc *desc;
	volatile struct avail *avail;
	volatile struct used *used;
	u8 *memory; /* the header, then the buffers */
	u16 idx, seen;
	u16 free[N_BUFFERS], n_free; /* of a queue to send */
	struct region notify;
};

struct virtio_net {
	struct region common, config, notify;
	int modern, has_status;
	u8 window;      /* the capability */
	u32 multiplier; /* of queue_notify_off */
	struct queue queue[2];
};

static u32 cap_read(struct nic *nic, unsigned reg)
{
	return grub_pci_read(grub_pci_make_address(nic->pci, (int)reg));
}

/* --- registers ------------------------------------------------------------------------------- */

/* The port of a register that is not in memory. The window is moved over it, and is in
 * configuration space itself, which is read and written through ports, too. */
static u16 port_of(struct nic *nic, const struct region *r, u32 offset, unsigned size)
{
	const struct virtio_net *s = nic->state;

	if (r->how == PORTS)
		return (u16)(r->at + offset);
	grub_pci_write_byte(grub_pci_make_address(nic->pci, s->window + CAP_BAR), r->bar);
	grub_pci_write(grub_pci_make_address(nic->pci, s->window + CAP_OFFSET), r->at + offset);
	grub_pci_write(grub_pci_make_address(nic->pci, s->window + CAP_LENGTH), size);
	grub_outl(grub_pci_make_address(nic->pci, s->window + CAP_DATA), GRUB_PCI_ADDR_REG);
	return GRUB_PCI_DATA_REG;
}

static u32 get(struct nic *nic, const struct region *r, u32 offset, unsigned size)
{
	volatile u8 *p = (volatile u8 *)(grub_addr_t)(r->at + offset);
	u16 port;

	if (r->how == MEMORY)
		return size == 1 ? nic_read8(p) : size == 2 ? nic_read16(p) : nic_read32(p);
	port = port_of(nic, r, offset, size);
	return size == 1 ? grub_inb(port) : size == 2 ? grub_inw(port) : grub_inl(port);
}

static void put(struct nic *nic, const struct region *r, u32 offset, unsigned size, u32 v)
{
	volatile u8 *p = (volatile u8 *)(grub_addr_t)(r->at + offset);
	u16 port;

	if (r->how == MEMORY) {
		if (size == 1)
			nic_write8(p, (u8)v);
		else if (size == 2)
			nic_write16(p, (u16)v);
		else
			nic_write32(p, v);
		return;
	}
	port = port_of(nic, r, offset, size);
	if (size == 1)
		grub_outb((u8)v, port);
	else if (size == 2)
		grub_outw((u16)v, port);
	else
		grub_outl(v, port);
}

/* What the capability at CAP describes: by its BAR, or through the window. */
static struct region locate(struct nic *nic, u8 cap)
{
	struct virtio_net *s = nic->state;
	struct region r = {NOWHERE, (u8)cap_read(nic, cap + CAP_BAR), 0};
	u32 offset = cap_read(nic, cap + CAP_OFFSET);
	volatile u8 *mem;
	u16 io;

	if (r.bar > 5) /* reserved: to be ignored */
		return r;
	io = nic_bar_io(nic, r.bar);
	mem = nic_bar_mem(nic, r.bar);
	if (mem != NULL) {
		r.how = MEMORY;
		r.at = nic_bus(mem) + offset;
	} else if (io != 0) {
		r.how = PORTS;
		r.at = io + offset;
	} else if (s->window != 0) {
		r.how = WINDOW;
		r.at = offset;
	}
	return r;
}

static u8 next_cap(struct nic *nic, u8 cap)
{
	return (u8)(cap_read(nic, cap == 0 ? GRUB_PCI_REG_CAP_POINTER & ~3u : cap) >>
		    (cap == 0 ? 0 : 8)) &
	       0xfc;
}

/* The first capability of that type (§4.1.4: the one that the device prefers), 0 for none */
static u8 find(struct nic *nic, u8 type)
{
	unsigned left = 48; /* a list may be a ring */

	for (u8 cap = next_cap(nic, 0); cap != 0 && left > 0; cap = next_cap(nic, cap), left--) {
		u32 v = cap_read(nic, cap);

		if ((u8)v == CAP_VENDOR && v >> (8 * CAP_TYPE) == type)
			return cap;
	}
	return 0;
}

static int find_modern(struct nic *nic)
{
	struct virtio_net *s = nic->state;
	u8 common = find(nic, TYPE_COMMON), notify = find(nic, TYPE_NOTIFY),
	   config = find(nic, TYPE_CONFIG);

	if (common == 0 || notify == 0 || config == 0)
		return 0;
	s->window = find(nic, TYPE_WINDOW);
	s->multiplier = cap_read(nic, notify + CAP_MULTIPLIER);
	s->common = locate(nic, common);
	s->notify = locate(nic, notify);
	s->config = locate(nic, config);
	return s->common.how != NOWHERE && s->notify.how != NOWHERE && s->config.how != NOWHERE;
}

static int find_legacy(struct nic *nic)
{
	struct virtio_net *s = nic->state;
	u16 io = nic_bar_io(nic, 0);
	u8 msix = grub_pci_find_capability(nic->pci, CAP_MSIX);

	if (io == 0)
		return 0;
	s->common = (struct region){PORTS, 0, io};
	s->config = (struct region){PORTS, 0, io + L_CONFIG};
	s->notify = (struct region){PORTS, 0, io + L_QUEUE_NOTIFY};
	if (msix != 0 && cap_read(nic, msix) >> 31 != 0)
		s->config.at += 4;
	return 1;
}

static grub_err_t virtio_net_probe(struct nic *nic)
{
	struct virtio_net *s = nic->state;

	s->modern = find_modern(nic);
	if (!s->modern && (nic->id->data == MODERN_ONLY || !find_legacy(nic)))
		return grub_error(GRUB_ERR_BAD_DEVICE, "virtio_net: no registers");
	for (u32 i = 0; i < NIC_ETH_ALEN; i++)
		nic->mac[i] = (u8)get(nic, &s->config, CONFIG_MAC + i, 1);
	return GRUB_ERR_NONE;
}

/* --- starting and stopping ------------------------------------------------------------------- */

static u8 status(struct nic *nic)
{
	struct virtio_net *s = nic->state;

	return (u8)get(nic, &s->common, s->modern ? M_STATUS : L_STATUS, 1);
}

static void add_status(struct nic *nic, u8 bits)
{
	struct virtio_net *s = nic->state;

	put(nic, &s->common, s->modern ? M_STATUS : L_STATUS, 1, status(nic) | bits);
}

static void set_intx(struct nic *nic, u16 disable)
{
	grub_pci_address_t a = grub_pci_make_address(nic->pci, GRUB_PCI_REG_COMMAND);

	grub_pci_write_word(a, (u16)((grub_pci_read_word(a) & ~INTX_DISABLE) | disable));
}

/* §4.1.4.3.1: done when the status is 0; from then on the device leaves memory alone. */
static grub_err_t reset(struct nic *nic)
{
	struct virtio_net *s = nic->state;

	put(nic, &s->common, s->modern ? M_STATUS : L_STATUS, 1, 0);
	for (unsigned ms = 0; status(nic) != 0; ms++) {
		if (ms == 100)
			return nic_timeout(nic, "the device does not come out of reset");
		grub_millisleep(1);
	}
	return GRUB_ERR_NONE;
}

static grub_err_t negotiate(struct nic *nic)
{
	struct virtio_net *s = nic->state;
	u32 f;

	add_status(nic, STATUS_ACKNOWLEDGE);
	add_status(nic, STATUS_DRIVER);
	if (!s->modern) {
		f = get(nic, &s->common, L_FEATURES, 4) & (FEATURE_MAC | FEATURE_STATUS);
		put(nic, &s->common, L_DRIVER_FEATURES, 4, f);
	} else {
		put(nic, &s->common, M_FEATURES_SELECT, 4, 1);
		f = get(nic, &s->common, M_FEATURES, 4);
		put(nic, &s->common, M_DRIVER_FEATURES_SELECT, 4, 1);
		/* §6.1: a device may insist on ACCESS_PLATFORM; to us all addresses are the same */
		put(nic, &s->common, M_DRIVER_FEATURES, 4,
		    f & (FEATURE_VERSION_1 | FEATURE_ACCESS_PLATFORM));
		put(nic, &s->common, M_FEATURES_SELECT, 4, 0);
		f = get(nic, &s->common, M_FEATURES, 4) & (FEATURE_MAC | FEATURE_STATUS);
		put(nic, &s->common, M_DRIVER_FEATURES_SELECT, 4, 0);
		put(nic, &s->common, M_DRIVER_FEATURES, 4, f);
		add_status(nic, STATUS_FEATURES_OK);
		if ((status(nic) & STATUS_FEATURES_OK) == 0)
			return grub_error(GRUB_ERR_BAD_DEVICE,
					  "%s: the device wants features unknown here", nic->name);
	}
	s->has_status = (f & FEATURE_STATUS) != 0;
	return GRUB_ERR_NONE;
}

/* Put buffer B into the ring. The caller lets the device see it (expose). */
static void add(struct queue *q, u16 b)
{
	q->avail->ring[q->idx++ & (q->size - 1)] = (u16)(2 * b);
}

static void set_desc(struct queue *q, unsigned n, const u8 *p, u32 len, u16 flags)
{
	q->desc[n].addr = nic_bus(p);
	q->desc[n].addr_high = 0;
	q->desc[n].len = len;
	q->desc[n].flags = flags;
	q->desc[n].next = (u16)(n + 1);
}

static u8 *buffer(struct queue *q, unsigned n)
{
	return q->memory + (n + 1) * BUFFER;
}

/* Memory for the ring, in the legacy layout (§2.7.2), which suits a modern one, and the buffers.
 * Kept over restart. */
static grub_err_t allocate(struct nic *nic, struct queue *q, u16 size)
{
	u32 used = ALIGN_UP(16u * size + 6 + 2u * size, PAGE);
	u8 *ring;

	q->size = size;
	q->buffers = (u16)(size / 2 < N_BUFFERS ? size / 2 : N_BUFFERS);
	ring = nic_dma(nic, PAGE, used + 6 + 8u * size);
	q->memory = nic_dma(nic, PAGE, (q->buffers + 1u) * BUFFER);
	if (ring == NULL || q->memory == NULL)
		return grub_errno;
	q->desc = (volatile struct desc *)(void *)ring;
	q->avail = (volatile struct avail *)(void *)(ring + 16u * size);
	q->used = (volatile struct used *)(void *)(ring + used);
	return GRUB_ERR_NONE;
}

static grub_err_t set_up(struct nic *nic, unsigned n)
{
	struct virtio_net *s = nic->state;
	struct queue *q = &s->queue[n];
	const struct region *c = &s->common;
	u16 size;

	put(nic, c, s->modern ? M_QUEUE_SELECT : L_QUEUE_SELECT, 2, n);
	size = (u16)get(nic, c, s->modern ? M_QUEUE_SIZE : L_QUEUE_SIZE, 2);
	if (s->modern && size > QUEUE_MAX)
		size = QUEUE_MAX;
	if (size < 2 || (size & (size - 1)) != 0)
		return grub_error(GRUB_ERR_BAD_DEVICE, "%s: a queue of %u entries", nic->name,
				  size);
	if (q->memory == NULL && allocate(nic, q, size) != GRUB_ERR_NONE)
		return grub_errno;
	if (size != q->size)
		return grub_error(GRUB_ERR_BAD_DEVICE, "%s: a queue changed", nic->name);
	if (n == RX)
		nic->frames = q->buffers; /* one each, given back at once; the device has its say */

	q->idx = q->seen = q->n_free = 0;
	q->used->flags = q->used->idx = 0;
	q->avail->flags = AVAIL_NO_INTERRUPT;
	for (u16 i = 0; i < q->buffers; i++) {
		u16 w = n == RX ? DESC_WRITE : 0;

		set_desc(q, 2u * i, q->memory, s->modern ? HEADER : LEGACY_HEADER, DESC_NEXT | w);
		set_desc(q, 2u * i + 1, buffer(q, i), BUFFER, w);
		if (n == RX)
			add(q, i);
		else
			q->free[q->n_free++] = i;
	}
	q->avail->idx = q->idx;
	nic_barrier();
	q->notify = s->notify;
	if (!s->modern) {
		put(nic, c, L_QUEUE_ADDRESS, 4, nic_bus(q->desc) / PAGE);
		return GRUB_ERR_NONE;
	}
	q->notify.at += get(nic, c, M_QUEUE_NOTIFY_OFF, 2) * s->multiplier;
	put(nic, c, M_QUEUE_SIZE, 2, size);
	put(nic, c, M_QUEUE_DESC, 4, nic_bus(q->desc));
	put(nic, c, M_QUEUE_DESC + 4, 4, 0);
	put(nic, c, M_QUEUE_DRIVER, 4, nic_bus(q->avail));
	put(nic, c, M_QUEUE_DRIVER + 4, 4, 0);
	put(nic, c, M_QUEUE_DEVICE, 4, nic_bus(q->used));
	put(nic, c, M_QUEUE_DEVICE + 4, 4, 0);
	put(nic, c, M_QUEUE_ENABLE, 2, 1);
	return GRUB_ERR_NONE;
}

/* Tell the device of new buffers, where it wants to be told (§2.7.10: the index must be in memory
 * before the flag is read, which x86 does not see to by itself). */
static void kick(struct nic *nic, unsigned n)
{
	struct virtio_net *s = nic->state;
	struct queue *q = &s->queue[n];

	__asm__ volatile("lock; addl $0, (%%esp)" : : : "memory", "cc");
	if ((q->used->flags & USED_NO_NOTIFY) == 0)
		put(nic, &q->notify, 0, 2, n);
}

static void expose(struct nic *nic, unsigned n)
{
	struct virtio_net *s = nic->state;

	nic_barrier();
	s->queue[n].avail->idx = s->queue[n].idx;
	kick(nic, n);
}

static grub_err_t start(struct nic *nic)
{
	grub_err_t err = reset(nic);

	if (err == GRUB_ERR_NONE)
		err = negotiate(nic);
	for (unsigned n = RX; n <= TX && err == GRUB_ERR_NONE; n++)
		err = set_up(nic, n);
	if (err != GRUB_ERR_NONE) {
		add_status(nic, STATUS_FAILED);
		return err;
	}
	add_status(nic, STATUS_DRIVER_OK);
	kick(nic, RX);
	return GRUB_ERR_NONE;
}

static grub_err_t virtio_net_open(struct nic *nic)
{
	struct virtio_net *s = nic->state;

	s->queue[RX].memory = s->queue[TX].memory = NULL;
	set_intx(nic, INTX_DISABLE);
	return start(nic);
}

static void virtio_net_close(struct nic *nic)
{
	reset(nic);
	set_intx(nic, 0);
	grub_errno = GRUB_ERR_NONE;
}

static int virtio_net_link(struct nic *nic)
{
	struct virtio_net *s = nic->state;

	return !s->has_status || (get(nic, &s->config, CONFIG_STATUS, 2) & CONFIG_LINK_UP) != 0;
}

/* The device is stuck, or wrote what it should not. */
static void restart(struct nic *nic)
{
	start(nic);
	grub_errno = GRUB_ERR_NONE;
}

/* --- frames ---------------------------------------------------------------------------------- */

/* The next buffer that the device is done with: its number, and in LEN what was written to it. */
static int take(struct queue *q, u32 *len)
{
	u32 id;

	if (q->seen == q->used->idx)
		return -1;
	nic_barrier();
	id = q->used->ring[q->seen & (q->size - 1)].id;
	*len = q->used->ring[q->seen & (q->size - 1)].len;
	q->seen++;
	return (int)(id / 2);
}

static grub_err_t virtio_net_send(struct nic *nic, const void *frame, grub_size_t len)
{
	struct virtio_net *s = nic->state;
	struct queue *q = &s->queue[TX];
	grub_uint64_t end = 0;
	u32 written;
	u16 b;

	for (;;) {
		for (int n = take(q, &written); n >= 0; n = take(q, &written)) {
			if (n < q->buffers && q->n_free < q->buffers)
				q->free[q->n_free++] = (u16)n;
		}
		if (q->n_free > 0)
			break;
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	b = q->free[--q->n_free];
	grub_memcpy(buffer(q, b), frame, len);
	q->desc[2 * b + 1].len = (u32)len;
	add(q, b);
	expose(nic, TX);
	return GRUB_ERR_NONE;
}

static struct grub_net_buff *virtio_net_receive(struct nic *nic)
{
	struct virtio_net *s = nic->state;
	struct queue *q = &s->queue[RX];
	u32 header = s->modern ? HEADER : LEGACY_HEADER;
	struct grub_net_buff *nb = NULL;
	u32 len;
	int n;

	while (nb == NULL && (n = take(q, &len)) >= 0) {
		if (n >= q->buffers) {
			restart(nic);
			break;
		}
		len -= header; /* too short: very long */
		if (len >= NIC_ETH_HLEN && len <= NIC_FRAME_MAX)
			nb = nic_frame(buffer(q, (unsigned)n), len);
		add(q, (u16)n);
		expose(nic, RX);
	}
	return nb;
}

NIC_ABOUT("Virtio network card (virtual machines)", "", "")
static const struct nic_id virtio_net_ids[] = {
	NIC_ID(0x1af4, 0x1000, 0, "Virtio network card", "virtio-net-pci"),
	NIC_ID(0x1af4, 0x1041, MODERN_ONLY, "Virtio 1.0 network card", "virtio-net-pci"),
};

static struct nic_driver virtio_net_driver = {
	.name = "virtio_net",
	.ids = virtio_net_ids,
	.n_ids = sizeof virtio_net_ids / sizeof virtio_net_ids[0],
	.state_size = sizeof(struct virtio_net),
	.probe = virtio_net_probe,
	.open = virtio_net_open,
	.close = virtio_net_close,
	.link = virtio_net_link,
	.send = virtio_net_send,
	.receive = virtio_net_receive,
};

NIC_MODULE(virtio_net, virtio_net_driver)

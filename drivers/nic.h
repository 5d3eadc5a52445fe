/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DRIVERS_NIC_H
#define MKBOOT_DRIVERS_NIC_H

#include <grub/dl.h>
#include <grub/err.h>
#include <grub/i386/io.h>
#include <grub/misc.h>
#include <grub/mm.h>
#include <grub/net.h>
#include <grub/net/netbuff.h>
#include <grub/pci.h>
#include <grub/time.h>
#include <grub/types.h>

/*
 * What a network driver for GRUB 2 on i386-pc is to nic.mod (nic.c), which does for all of them
 * what is the same: finding cards, naming and registering them, bus mastering, DMA memory, frames
 * that are too short, the waiting for a link. skeleton.c is where a new driver starts from.
 *
 * A driver is one file and one module. It is polled: interrupts stay masked. There is no paging:
 * a pointer is a physical address, of 32 bits. Nothing is freed by a driver but what it allocated
 * other than by nic_dma.
 */

typedef grub_uint8_t u8;
typedef grub_uint16_t u16;
typedef grub_uint32_t u32;

enum {
	NIC_ETH_ALEN = 6,
	NIC_FRAME_MIN = 60,   /* IEEE 802.3 §3.2.8: 64 with the FCS, which is never counted here */
	NIC_FRAME_MAX = 1518, /* 1500 of data, the header, a VLAN tag */
	NIC_ETH_HLEN = 14,    /* the header: all that a frame received must have, since an
				 emulator need not pad it */
	NIC_SEND_MS = 100, /* how long send waits for room: an emulator on a busy host, or a pause
			      frame (IEEE 802.3 annex 31B), may well take tens of them */
};

/*
 * A PCI ID of a driver. mkboot's own table (mkboot nics) is made from these lines at build time by
 * scripts/nic-table.awk, so that there is one list: one NIC_ID (...) a line, plain literals. DATA
 * is the driver's own; QEMU is the model QEMU calls it by (or models, by commas; "" for none).
 */
struct nic_id {
	u16 vendor;
	u16 device;
	u32 data;
};
#define NIC_ID(vendor, device, data, title, qemu) \
	{                                         \
		vendor, device, data              \
	}

/* For that table, too: one line a driver, at file scope. The chips in a few words; the names of
 * GRUB Legacy's configure flags that meant them, by commas; QEMU's models of them on ISA, by
 * commas. */
#define NIC_ABOUT(title, legacy_flags, isa_models)

struct nic_driver;

/* One card. */
struct nic {
	const struct nic_driver *driver;
	const struct nic_id *id; /* which of the driver's; NULL for ISA */
	grub_pci_device_t pci;   /* where; not for ISA */
	u16 io;                  /* the first I/O BAR's port, 0 for none; for ISA set by nic_isa */
	volatile u8 *mem;        /* the first memory BAR, NULL for none */
	u8 mac[NIC_ETH_ALEN];    /* probe writes it */
	void *state;             /* driver->state_size bytes, zero before probe; kept over close */
	unsigned frames;         /* as the driver's; set by probe or open where cards differ */
	/* nic.c's own: */
	struct nic *next;
	struct nic_dma *dma;
	struct grub_net_card card;
	char name[24];
};

/* A driver: constant, but for what nic.c puts in GRUB's part. All functions but probe_isa and link
 * must be there. */
struct nic_driver {
	const char *name; /* of the module too; cards are NAME_0, NAME_1, ... by bus, device,
			     function */
	const struct nic_id *ids;
	unsigned n_ids;
	grub_size_t state_size;
	/*
	 * How many frames of full size can come in while nobody looks, and none be lost: of what
	 * the card's receive memory holds, without what the driver has read and not yet given back.
	 * A protocol may have that much on its way (the variable net_CARD_frames). 0: it differs,
	 * nic->frames has it.
	 */
	unsigned frames;
	/*
	 * Is this a card that works with this driver? Set nic->mac, read from where the chip keeps
	 * it for good, so that it is right after somebody else used (and reset) the card. Memory
	 * and I/O decoding are on, bus mastering is not: no DMA and no reception here. An error: no
	 * card.
	 */
	grub_err_t (*probe)(struct nic *nic);
	/* Look for ISA cards: nic_isa for each address to be tried. May be NULL. */
	void (*probe_isa)(struct nic_driver *driver);
	/*
	 * Reset the chip, build everything anew, start reception. Whatever state the chip is in:
	 * cold, left by a PXE ROM, or closed by close (a boot that failed). Memory for DMA from
	 * nic_dma: it is taken back behind close, and where open returns an error. Bus mastering is
	 * on.
	 */
	grub_err_t (*open)(struct nic *nic);
	/* Stop reception and transmission and wait until the chip has stopped; then reset it. After
	 * this not one word of memory may change. nic.c then turns bus mastering off. */
	void (*close)(struct nic *nic);
	/* Is there a link? Only asked of an open card; NULL where the chip cannot tell. */
	int (*link)(struct nic *nic);
	/*
	 * Send a frame of LEN bytes, NIC_FRAME_MIN to NIC_FRAME_MAX, copied before return. May
	 * return before it is on the wire. Where there is no room: wait until nic_late says that
	 * it is enough; then recover (reset the transmitter) and return nic_timeout.
	 */
	grub_err_t (*send)(struct nic *nic, const void *frame, grub_size_t len);
	/* The next frame received, in a buffer from nic_buffer, without the FCS; NULL for none.
	 * Damaged ones are skipped, an overrun is recovered from, here. */
	struct grub_net_buff *(*receive)(struct nic *nic);
	/* nic.c's own: */
	struct grub_net_card_driver grub;
};

/* What a module's init and fini call; NIC_MODULE writes both. */
void nic_register(struct nic_driver *driver);
void nic_unregister(struct nic_driver *driver);

/* Try the ISA address IO, in probe_isa: makes a card with nic->io and calls probe. */
void nic_isa(struct nic_driver *driver, u16 io);

/* SIZE bytes of zeroes for DMA, at a multiple of ALIGN (a power of two) and below 4 GiB. NULL with
 * grub_errno where there are none. Freed by nic.c. */
void *nic_dma(struct nic *nic, grub_size_t align, grub_size_t size);

/* A buffer with room for a frame of LEN bytes: copy it to nb->data. It is already put (tail), and
 * so aligned that the IP header is at a multiple of four. NULL: no memory, drop the frame. */
struct grub_net_buff *nic_buffer(grub_size_t len);
/* The same with the frame in it. */
struct grub_net_buff *nic_frame(const volatile void *data, grub_size_t len);

/* grub_error (GRUB_ERR_TIMEOUT, ...) with the card's name. */
grub_err_t nic_timeout(struct nic *nic, const char *what);

/* Wait US microseconds, at least. */
void nic_udelay(unsigned us);

/* In a loop that waits for room to send: has it been NIC_SEND_MS? *END is 0 before the loop, which
 * is how the clock is not read where there is room at once. */
static inline int nic_late(grub_uint64_t *end)
{
	grub_uint64_t now = grub_get_time_ms();

	if (*end == 0)
		*end = now + NIC_SEND_MS;
	return now > *end;
}

/* The address that DMA gives the chip. */
static inline u32 nic_bus(const volatile void *p)
{
	return (u32)(grub_addr_t)p;
}

/* The BAR N as a port or as memory; 0 or NULL where it is not one. Needed where a card has more
 * than one of a kind (nic->io and nic->mem are the first of each). */
u16 nic_bar_io(struct nic *nic, unsigned n);
volatile u8 *nic_bar_mem(struct nic *nic, unsigned n);

/* Memory that a chip reads and writes by itself: the compiler must keep the order. x86 does. */
static inline void nic_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Registers: through a memory BAR. */
static inline u8 nic_read8(const volatile u8 *r)
{
	return *r;
}
static inline u16 nic_read16(const volatile u8 *r)
{
	return *(const volatile u16 *)r;
}
static inline u32 nic_read32(const volatile u8 *r)
{
	return *(const volatile u32 *)r;
}
static inline void nic_write8(volatile u8 *r, u8 v)
{
	*r = v;
}
static inline void nic_write16(volatile u8 *r, u16 v)
{
	*(volatile u16 *)r = v;
}
static inline void nic_write32(volatile u8 *r, u32 v)
{
	*(volatile u32 *)r = v;
}

/* Is this no MAC address at all (all zeroes, all ones, multicast)? */
int nic_mac_bad(const u8 mac[NIC_ETH_ALEN]);

/*
 * Debug builds (mkboot's tests): NIC_DEBUG_NO_CLOSE leaves the chip running, so that the test for
 * stray DMA can be seen to find it; NIC_DEBUG_SMALL_RINGS: the fewest descriptors or least memory
 * that the chip allows, so that rings wrap and overrun at once.
 */
#ifdef NIC_DEBUG_SMALL_RINGS
#define NIC_RING(normal, small) (small)
#else
#define NIC_RING(normal, small) (normal)
#endif

/* The module: its name, what it depends on, its licence, init and fini. */
#define NIC_MODULE(module, driver)                                                            \
	GRUB_MOD_LICENSE("GPLv3+");                                                           \
	__attribute__((section(".modname"), used)) static const char nic_modname[] = #module; \
	__attribute__((section(".moddeps"), used)) static const char nic_moddeps[] = "nic";   \
	GRUB_MOD_INIT(module)                                                                 \
	{                                                                                     \
		nic_register(&(driver));                                                      \
	}                                                                                     \
	GRUB_MOD_FINI(module)                                                                 \
	{                                                                                     \
		nic_unregister(&(driver));                                                    \
	}

#endif

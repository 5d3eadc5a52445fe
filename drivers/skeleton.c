/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a new driver starts from: copy this to NAME.c, replace "skeleton", fill in what the data
 * sheet says (name it here, with its revision). It compiles, and drives no card. nic.h has the
 * contract of each function; docs/nics.md, how to add and to try it.
 */
#include "nic.h"

/* Registers and bits, by the data sheet's names. */
enum {
	CONTROL = 0x00,
	CONTROL_RESET = 1 << 0,

	N_RX = NIC_RING(32, 2), /* small in a debug build, so that the ring wraps and overruns */
	RX_SIZE = 1536,
};

/* What the driver remembers of a card; what the chip reads and writes is allocated in open. */
struct skeleton {
	u8 *rx;
	unsigned next_rx;
};

static grub_err_t skeleton_probe(struct nic *nic)
{
	if (nic->mem == NULL)
		return grub_error(GRUB_ERR_BAD_DEVICE, "skeleton: no registers");
	/* read nic->mac */
	return GRUB_ERR_NONE;
}

static grub_err_t skeleton_open(struct nic *nic)
{
	struct skeleton *s = nic->state;

	nic_write32(nic->mem + CONTROL, CONTROL_RESET);
	for (unsigned ms = 0; (nic_read32(nic->mem + CONTROL) & CONTROL_RESET) != 0; ms++) {
		if (ms == 100)
			return nic_timeout(nic, "the chip does not come out of reset");
		grub_millisleep(1);
	}
	s->next_rx = 0;
	s->rx = nic_dma(nic, 16, N_RX * RX_SIZE);
	if (s->rx == NULL)
		return grub_errno;
	/* hand the ring to the chip, set the filter to our address and broadcasts, start */
	return GRUB_ERR_NONE;
}

static void skeleton_close(struct nic *nic)
{
	/* stop, wait until it has stopped, reset */
	nic_write32(nic->mem + CONTROL, CONTROL_RESET);
}

static int skeleton_link(struct nic *nic)
{
	(void)nic;
	return 0;
}

/* The chip is stuck, or has lost its place in a ring: as open, but for the memory, which stays. */
static void restart(struct nic *nic)
{
	(void)nic;
	grub_errno = GRUB_ERR_NONE;
}

static grub_err_t skeleton_send(struct nic *nic, const void *frame, grub_size_t len)
{
	grub_uint64_t end = 0;
	int full = 1;

	/* while the descriptor to be used is still the chip's: look in memory, not at registers */
	while (full) {
		if (nic_late(&end)) {
			restart(nic);
			return nic_timeout(nic, "a frame could not be sent");
		}
	}
	(void)frame;
	(void)len;
	return GRUB_ERR_NONE;
}

static struct grub_net_buff *skeleton_receive(struct nic *nic)
{
	struct skeleton *s = nic->state;

	/* where s->rx + s->next_rx * RX_SIZE has a whole frame: see that its length, which is the
	 * chip's word, is NIC_ETH_HLEN to NIC_FRAME_MAX; nic_frame; give the place back */
	(void)s;
	return NULL;
}

NIC_ABOUT("a card that nobody makes", "", "")
static const struct nic_id skeleton_ids[] = {
	NIC_ID(0xffff, 0xffff, 0, "Nobody's card", ""),
};

static struct nic_driver skeleton_driver = {
	.name = "skeleton",
	.ids = skeleton_ids,
	.n_ids = sizeof skeleton_ids / sizeof skeleton_ids[0],
	.state_size = sizeof(struct skeleton),
	.frames = N_RX, /* less what receive keeps: descriptors are given back one by one */
	.probe = skeleton_probe,
	.open = skeleton_open,
	.close = skeleton_close,
	.link = skeleton_link,
	.send = skeleton_send,
	.receive = skeleton_receive,
};

NIC_MODULE(skeleton, skeleton_driver)

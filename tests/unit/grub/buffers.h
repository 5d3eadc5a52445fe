/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_GRUB_BUFFERS_H
#define MKBOOT_TESTS_GRUB_BUFFERS_H

/* GRUB's packet buffers (grub-core/net/netbuff.c), counted. For one file of each test program. */
#include "stub.h"

static unsigned allocated;

struct grub_net_buff *grub_netbuff_alloc(grub_size_t len)
{
	struct grub_net_buff *nb = mem_alloc(sizeof *nb);

	nb->head = nb->data = nb->tail = mem_alloc(len);
	nb->end = nb->head + len;
	allocated++;
	return nb;
}

void grub_netbuff_free(struct grub_net_buff *nb)
{
	free(nb->head);
	free(nb);
	allocated--;
}

#endif

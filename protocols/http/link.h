/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_HTTP_LINK_H
#define MKBOOT_PROTOCOLS_HTTP_LINK_H

#include "../wire/wire.h"
#include "tcp.h"

/* A TCP connection (tcp.h) on GRUB's cards and clock. */
struct http_link {
	struct http_tcp tcp;
	struct wire_peer peer;
	u16 port;
	struct wire_tap tap;
	struct grub_net_buff *nb;
	u8 *room; /* where a segment begins in nb */
	u8 *ring;
	u32 now;
	volatile int stop; /* of polling: something is to be sent */
	u64 idle_since;
	unsigned reused;
};

/* The connection that the last file left open to PEER and PORT, or a new one, which is being
 * opened. NULL with grub_errno. FRESH: a new one. */
struct http_link *http_link_open(const struct wire_peer *peer, u16 port, int fresh);
/* Take what has come and send what is due. */
void http_link_poll(struct http_link *l);
/* Keep it for the next file. */
void http_link_keep(struct http_link *l);
/* NULL is no harm. */
void http_link_close(struct http_link *l);
/* The one that is kept, if any. */
void http_link_forget(void);

#endif

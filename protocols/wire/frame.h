/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_WIRE_FRAME_H
#define MKBOOT_PROTOCOLS_WIRE_FRAME_H

#include "../portable.h"

/* What is in a frame, and checksums (RFC 1071). */

#define WIRE_TCP    6
#define WIRE_UDP    17
#define WIRE_ICMPV6 58

enum wire_frame_kind {
	WIRE_FRAME_NOBODYS,   /* broken, cut off, or of a kind that GRUB has no use for */
	WIRE_FRAME_GRUBS,     /* whole, but not TCP or UDP, or a fragment */
	WIRE_FRAME_TRANSPORT, /* TCP or UDP, whole */
};

/* Of a TRANSPORT frame; all pointers are into it. */
struct wire_frame {
	u8 *mac;  /* whom it is for */
	u16 vlan; /* IEEE 802.1Q's VID; 0: no tag, or one of priority only */
	int v6;
	u8 *from, *to; /* 4 bytes, or 16 */
	u8 protocol;
	u8 *data; /* the transport's header and what follows */
	usize len;
};

/* LEN bytes of Ethernet at FRAME, without the frame check sequence. Padding behind the IP packet,
 * and behind UDP's own length, does not count. */
enum wire_frame_kind wire_frame_parse(u8 *frame, usize len, struct wire_frame *f);

/* The ones' complement sum of a transport's pseudo header and the LEN bytes at DATA, as it lies in
 * memory. Of what has a checksum in it: 0xffff, where that is right. Of what has zeroes in its
 * place: the complement is the checksum. */
u16 wire_frame_sum(int v6, const u8 *from, const u8 *to, u8 protocol, const u8 *data, usize len);

/* Where the checksum of a transport is in its header. */
usize wire_frame_sum_at(u8 protocol);

#endif

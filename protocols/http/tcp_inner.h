/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_HTTP_TCP_INNER_H
#define MKBOOT_PROTOCOLS_HTTP_TCP_INNER_H

/* Within the engine: what tcp.c, tcp_input.c and tcp_output.c share. */
#include "tcp.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_SACK_OK = 4, OPT_SACK = 5 };

#define HEADER     20
#define SHIFT_MOST 14 /* RFC 7323 §2.3 */

/* RFC 6298 §2.1 has a second for the first, for the whole of the internet. A boot server is near,
 * and a SYN too many does no harm. */
#define RTO_FIRST_MS 300
#define RTO_LEAST_MS 200
#define RTO_MOST_MS  4000

#define DIFF(a, b) ((int)((a) - (b))) /* int has 32 bits wherever GRUB runs */

static inline u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

void http_tcp_die(struct http_tcp *t, enum http_tcp_error why);

#endif

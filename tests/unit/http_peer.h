/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_HTTP_PEER_H
#define MKBOOT_TESTS_HTTP_PEER_H

/*
 * A web server's end of a TCP connection, and the wire to it, which loses, repeats, delays and puts
 * out of order what it is given. It trusts selective acknowledgements: what they lie about never
 * comes again, and the transfer does not end.
 */
#include "http/tcp.h"
#include "testing.h"

enum { T_FIN = 1, T_SYN = 2, T_RST = 4, T_PSH = 8, T_ACK = 16 };

#define PEER_PORT 80
#define OUR_PORT  50000
#define WIRE_MAX  4096

struct packet {
	u32 due, order;
	int to_us;
	usize len;
	u8 data[HTTP_TCP_SEGMENT_MAX];
};

struct wire {
	struct packet *queue[WIRE_MAX];
	usize n;
	u32 now, order, seed;
	u32 loss, twice, reorder; /* of 1000 */
	u32 delay;
	u32 passed, dropped;
};

struct peer {
	u32 iss, una, nxt, top;
	u32 rcv_nxt;
	u32 window, mss, shift;
	u32 size;  /* of what it sends */
	u32 begin; /* seq of the first byte */
	u8 syn, fin_sent, scale, use_sack, request_seen, asked;
	u32 request_len, request_got;
	u8 *sacked; /* by byte */
	u32 timer_at, rto, dups, cwnd, window_max;
	u32 most_sacks;
};

static inline u8 stream_byte(u32 i)
{
	return (u8)(i * 31 + (i >> 8) * 7 + (i >> 16));
}

static inline u32 wire_roll(struct wire *w)
{
	w->seed = w->seed * 1664525 + 1013904223;
	return (w->seed >> 8) % 1000;
}

static inline void wire_push(struct wire *w, int to_us, const u8 *data, usize len, u32 delay)
{
	struct packet *p;

	if (w->n == WIRE_MAX) {
		w->dropped++;
		return;
	}
	p = mem_alloc(sizeof *p);
	p->due = w->now + delay;
	p->order = w->order++;
	p->to_us = to_us;
	p->len = len;
	memcpy(p->data, data, len);
	w->queue[w->n++] = p;
}

static inline void wire_put(struct wire *w, int to_us, const u8 *data, usize len)
{
	if (wire_roll(w) < w->loss) {
		w->dropped++;
		return;
	}
	wire_push(w, to_us, data, len, w->delay + (wire_roll(w) < w->reorder ? 3 : 0));
	if (wire_roll(w) < w->twice)
		wire_push(w, to_us, data, len, w->delay + 1);
}

/* The packet that is due first, or NULL; the caller's. */
static inline struct packet *wire_get(struct wire *w)
{
	usize best = w->n;
	struct packet *p;

	for (usize i = 0; i < w->n; i++) {
		if (w->queue[i]->due > w->now)
			continue;
		if (best == w->n || w->queue[i]->due < w->queue[best]->due ||
		    (w->queue[i]->due == w->queue[best]->due &&
		     w->queue[i]->order < w->queue[best]->order))
			best = i;
	}
	if (best == w->n)
		return NULL;
	p = w->queue[best];
	w->queue[best] = w->queue[--w->n];
	w->passed++;
	return p;
}

static inline usize make_segment(u8 *p, u32 seq, u32 ack, u8 flags, u32 window, const u8 *options,
				 usize n_options)
{
	memset(p, 0, 20);
	put16(p, PEER_PORT);
	put16(p + 2, OUR_PORT);
	put32(p + 4, seq);
	put32(p + 8, ack);
	p[12] = (u8)((20 + n_options) / 4 << 4);
	p[13] = flags;
	put16(p + 14, (u16)window);
	if (n_options > 0)
		memcpy(p + 20, options, n_options);
	return 20 + n_options;
}

static inline void peer_send(struct peer *s, struct wire *w, u32 seq, u32 len, u8 flags)
{
	u8 p[HTTP_TCP_SEGMENT_MAX];
	u8 options[12] = {2, 4, 0x05, 0xb4, 1, 3, 3, 7, 1, 1, 4, 2};
	usize n = make_segment(p, seq, s->rcv_nxt, flags, 65535, options,
			       !(flags & T_SYN) ? 0
			       : s->scale       ? 12
						: 4);

	for (u32 i = 0; i < len; i++)
		p[n + i] = stream_byte(seq - s->begin + i);
	if (len > 0 && (int)(seq + len - s->top) > 0)
		s->top = seq + len;
	wire_put(w, 1, p, n + len);
}

static inline void peer_options(struct peer *s, const u8 *p, usize n)
{
	usize blocks = 0;

	while (n > 0 && *p != 0) {
		usize len = *p == 1 ? 1 : p[1];

		assert_true(len >= 1 && len <= n);
		if (*p == 2) {
			assert_int_equal(len, 4);
			s->mss = get16(p + 2);
		} else if (*p == 3) {
			assert_int_equal(len, 3);
			s->shift = s->scale ? p[2] : 0;
		} else if (*p == 5) {
			blocks = (len - 2) / 8;
			assert_int_equal(len, 2 + 8 * blocks);
			assert_true(s->use_sack && blocks >= 1 && blocks <= 4);
			for (usize i = 0; i < blocks; i++) {
				u32 from = get32(p + 2 + 8 * i), to = get32(p + 6 + 8 * i);

				assert_true((int)(to - from) > 0);
				assert_true((int)(s->top - to) >= 0);
				for (u32 k = from; k != to; k++)
					s->sacked[k - s->begin] = 1;
			}
		}
		p += len;
		n -= len;
	}
	if (blocks > s->most_sacks)
		s->most_sacks = (u32)blocks;
}

/* A segment from the client. */
static inline void peer_take(struct peer *s, struct wire *w, const u8 *p, usize len)
{
	usize header = (usize)(p[12] >> 4) * 4;
	u32 seq = get32(p + 4), ack = get32(p + 8), n = (u32)(len - header);
	u8 flags = p[13];

	assert_int_equal(get16(p), OUR_PORT);
	assert_int_equal(get16(p + 2), PEER_PORT);
	assert_true(header >= 20 && header <= len);
	peer_options(s, p + 20, header - 20);
	if (flags & T_SYN) {
		s->rcv_nxt = seq + 1;
		s->window = get16(p + 14);
		peer_send(s, w, s->iss, 0, T_SYN | T_ACK);
		s->syn = 1;
		return;
	}
	assert_false(flags & T_RST);
	if (n > 0) {
		if (seq == s->rcv_nxt) {
			s->rcv_nxt += n;
			s->request_got += n;
		}
		s->asked = 1; /* an acknowledgement */
	}
	if ((int)(ack - s->una) > 0) {
		assert_true((int)(s->top + s->fin_sent - ack) >= 0);
		s->cwnd += ack - s->una;
		s->una = ack;
		if ((int)(s->nxt - ack) < 0)
			s->nxt = ack;
		s->dups = 0;
		s->timer_at = w->now + s->rto;
	} else if (ack == s->una && n == 0 && s->nxt != s->una) {
		s->dups++;
	}
	if ((int)(ack - s->una) >= 0) {
		s->window = (u32)get16(p + 14) << s->shift;
		if (s->window > s->window_max)
			s->window_max = s->window;
	}
}

/* What it sends now. */
static inline void peer_run(struct peer *s, struct wire *w)
{
	u32 end = s->begin + s->size;

	if (s->asked) {
		s->asked = 0;
		peer_send(s, w, s->nxt, 0, T_ACK);
	}
	if (!s->syn || s->request_got < s->request_len)
		return;
	if (s->una == end + 1)
		return;
	if (s->dups >= 3) { /* the first that is missing */
		u32 n = s->mss < end - s->una ? s->mss : end - s->una;

		if (n > 0)
			peer_send(s, w, s->una, n, T_ACK);
		s->dups = 0;
		s->cwnd = s->cwnd / 2 + s->mss;
	}
	if ((int)(w->now - s->timer_at) >= 0) {
		s->nxt = s->una;
		s->timer_at = w->now + s->rto;
		s->cwnd = 4 * s->mss;
		if (s->window == 0) { /* a probe */
			peer_send(s, w, s->una, s->una == end ? 0 : 1, T_ACK);
			return;
		}
	}
	while (s->nxt - s->una < s->window && s->nxt - s->una < s->cwnd &&
	       (int)(end - s->nxt) > 0) {
		u32 n = end - s->nxt, room = s->window - (s->nxt - s->una);
		u32 skip = 0;

		if (n > s->mss)
			n = s->mss;
		if (n > room)
			n = room;
		while (skip < n && s->sacked[s->nxt - s->begin + skip])
			skip++;
		if (skip < n)
			peer_send(s, w, s->nxt, n, s->nxt + n == end ? T_ACK | T_PSH : T_ACK);
		s->nxt += n;
	}
	if (s->nxt == end && s->una + s->cwnd - end > 0) {
		peer_send(s, w, end, 0, T_FIN | T_ACK);
		s->nxt = end + 1;
		s->fin_sent = 1;
	}
}

/* Our end of it. */
#define RING 262144u

static u8 ring[RING];
static struct http_tcp t;
static u8 out[HTTP_TCP_SEGMENT_MAX];

static const char request[] = "GET /big.bin HTTP/1.1\r\nHost: there\r\n\r\n";
#define REQUEST_LEN ((u32)(sizeof request - 1))

static inline void start(u32 iss, u32 size, u32 limit, u16 mss)
{
	struct http_tcp_setup s = {.ring = ring,
				   .size = size,
				   .limit = limit,
				   .port = OUR_PORT,
				   .peer_port = PEER_PORT,
				   .mss = mss,
				   .iss = iss};

	memset(ring, 0, sizeof ring);
	http_tcp_start(&t, &s, 0);
}

#endif

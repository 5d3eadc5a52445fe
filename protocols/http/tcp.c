/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp_inner.h"

#define MSS_DEFAULT 536 /* RFC 9293 §3.7.1, where the server names none */

void http_tcp_start(struct http_tcp *t, const struct http_tcp_setup *setup, u32 now)
{
	memset(t, 0, sizeof *t);
	t->s = *setup;
	if (t->s.limit == 0 || t->s.limit > t->s.size)
		t->s.limit = t->s.size;
	t->limit = t->s.limit;
	t->most = t->s.size;
	while (t->shift < SHIFT_MOST && t->s.size >> t->shift > 65535)
		t->shift++;
	t->state = HTTP_TCP_SYN_SENT;
	t->una = t->nxt = t->highest = setup->iss;
	t->peer_mss = MSS_DEFAULT;
	t->rto = RTO_FIRST_MS;
	t->heard = t->probed = now;
}

void http_tcp_die(struct http_tcp *t, enum http_tcp_error why)
{
	t->state = HTTP_TCP_DEAD;
	t->error = why;
	t->ack_now = t->ack_later = 0;
}

int http_tcp_mine(const struct http_tcp *t, const u8 *segment, usize len)
{
	return len >= HEADER && get16(segment) == t->s.peer_port && get16(segment + 2) == t->s.port;
}

/* --- the reader ------------------------------------------------------------------------------- */

int http_tcp_write(struct http_tcp *t, const void *data, usize len, u32 now)
{
	if (t->state == HTTP_TCP_DEAD || len > HTTP_TCP_SEND_MAX - t->n_out)
		return -1;
	memcpy(t->out + t->n_out, data, len);
	t->n_out += (u32)len;
	http_tcp_expect(t, now);
	return 0;
}

usize http_tcp_peek(const struct http_tcp *t, const u8 **data)
{
	u32 n = t->rcv_nxt - t->finished - t->taken, at = t->taken & (t->s.size - 1);

	*data = t->s.ring + at;
	return least(n, t->s.size - at);
}

void http_tcp_take(struct http_tcp *t, usize len)
{
	t->taken += least((u32)len, t->rcv_nxt - t->finished - t->taken);
}

int http_tcp_ended(const struct http_tcp *t)
{
	return t->finished && t->rcv_nxt - 1 == t->taken;
}

void http_tcp_expect(struct http_tcp *t, u32 now)
{
	if (t->state == HTTP_TCP_OPEN)
		t->heard = t->probed = now;
}

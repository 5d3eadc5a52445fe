/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments that go, and when. */
#include "tcp_inner.h"

#define PROBE_MS    2000
#define BLOCKS_MOST 4 /* RFC 2018 §3, without timestamps */

static int passed(u32 now, u32 at)
{
	return DIFF(now, at) >= 0;
}

/* The window that may be told: where its edge would move by less than a segment it stays (silly
 * windows, RFC 9293 §3.8.6.2.2). */
static u32 window(const struct http_tcp *t)
{
	u32 room = t->s.size - (t->rcv_nxt - t->finished - t->taken);
	u32 edge = t->rcv_nxt + least(room, t->limit);
	int step = DIFF(edge, t->edge);

	if (step < 0 || (step < (int)t->s.mss && step < (int)(t->limit / 2)))
		edge = t->edge;
	return edge - t->rcv_nxt;
}

/* The newest first. */
static usize put_blocks(const struct http_tcp *t, u8 *p)
{
	u32 below = t->stamp + 1;
	usize n = 0;

	for (; n < BLOCKS_MOST; n++) {
		const struct http_tcp_range *best = NULL;

		for (u32 i = 0; i < t->n_ranges; i++) {
			const struct http_tcp_range *r = t->ranges + i;

			if (DIFF(r->stamp, below) < 0 &&
			    (best == NULL || DIFF(r->stamp, best->stamp) > 0))
				best = r;
		}
		if (best == NULL)
			break;
		put32(p + 4 + 8 * n, best->from);
		put32(p + 8 + 8 * n, best->to);
		below = best->stamp;
	}
	if (n == 0)
		return 0;
	p[0] = p[1] = OPT_NOP;
	p[2] = OPT_SACK;
	p[3] = (u8)(2 + 8 * n);
	return 4 + 8 * n;
}

static usize header(struct http_tcp *t, u8 *p, u32 seq, u8 flags)
{
	usize len = HEADER;
	u32 w;

	memset(p, 0, HEADER);
	put16(p, t->s.port);
	put16(p + 2, t->s.peer_port);
	put32(p + 4, seq);
	p[13] = flags;
	if (flags & SYN) {
		static const u8 options[] = {OPT_MSS, 4, 0,       0,       OPT_NOP,     OPT_SCALE,
					     3,       0, OPT_NOP, OPT_NOP, OPT_SACK_OK, 2};

		memcpy(p + HEADER, options, sizeof options);
		put16(p + HEADER + 2, t->s.mss);
		p[HEADER + 7] = t->shift;
		len += sizeof options;
		put16(p + 14, (u16)least(t->limit, 65535));
	} else if (flags & ACK) {
		put32(p + 8, t->rcv_nxt);
		w = least(window(t) >> t->shift, 65535);
		put16(p + 14, (u16)w);
		/* rounded down it may be a little before what was told, which still holds: RFC 7323
		 * §2.4 */
		if (DIFF(t->rcv_nxt + (w << t->shift), t->edge) > 0)
			t->edge = t->rcv_nxt + (w << t->shift);
		if (t->sack)
			len += put_blocks(t, p + HEADER);
		t->ack_now = t->ack_later = 0;
		t->unacked = 0;
	}
	p[12] = (u8)(len / 4 << 4);
	return len;
}

/* Something that wants an acknowledgement has been sent. */
static void sent(struct http_tcp *t, u32 seq, u32 len, u32 now)
{
	/* Karn's rule: what was sent twice tells nothing about the time it took */
	if (!t->timing && !t->backed_off && DIFF(seq, t->highest) >= 0) {
		t->timing = 1;
		t->timed_seq = seq;
		t->timed_at = now;
	}
	t->nxt = seq + len;
	if (DIFF(t->nxt, t->highest) > 0)
		t->highest = t->nxt;
	if (!t->timer) {
		t->timer = 1;
		t->timer_at = now + t->rto;
	}
}

/* Again from the first byte that was not acknowledged, and more slowly: RFC 6298 §5. */
static void back_off(struct http_tcp *t)
{
	t->nxt = t->una;
	t->timer = t->timing = 0;
	t->backed_off = 1;
	t->rto = least(2 * t->rto, RTO_MOST_MS);
}

static usize put_data(struct http_tcp *t, u8 *out, u32 now)
{
	u32 under_way = t->nxt - t->una, n, seq = t->nxt;
	usize len;

	if (t->n_out <= under_way)
		return 0;
	n = least(t->n_out - under_way, t->peer_mss);
	if (under_way >= t->peer_window) {
		if (under_way > 0)
			return 0;
		/* a closed window is asked by one byte when the timer ends: RFC 9293 §3.8.6.1 */
		if (!t->backed_off) {
			if (!t->timer) {
				t->timer = 1;
				t->timer_at = now + t->rto;
			}
			return 0;
		}
		n = 1;
	} else {
		n = least(n, t->peer_window - under_way);
	}
	len = header(t, out, seq, under_way + n == t->n_out ? ACK | PSH : ACK);
	n = least(n, (u32)(t->peer_mss > len - HEADER ? t->peer_mss - (len - HEADER) : 1));
	memcpy(out + len, t->out + under_way, n);
	sent(t, seq, n, now);
	return len + n;
}

int http_tcp_due(const struct http_tcp *t)
{
	return t->reset_due || t->ack_now ||
	       (t->state == HTTP_TCP_OPEN && t->n_out > t->nxt - t->una);
}

usize http_tcp_output(struct http_tcp *t, u8 *out, u32 now)
{
	usize len;

	if (t->reset_due) {
		t->reset_due = 0;
		return header(t, out, t->reset_seq, RST);
	}
	if (t->state != HTTP_TCP_DEAD && passed(now, t->heard + HTTP_TCP_SILENCE_MS))
		http_tcp_die(t, HTTP_TCP_SILENT);
	if (t->state == HTTP_TCP_DEAD)
		return 0;
	if (t->timer && passed(now, t->timer_at))
		back_off(t);
	if (t->state == HTTP_TCP_SYN_SENT) {
		if (t->timer)
			return 0;
		len = header(t, out, t->s.iss, SYN);
		sent(t, t->s.iss, 1, now);
		return len;
	}
	if (!t->timer && t->nxt != t->una) {
		t->timer = 1;
		t->timer_at = now + t->rto;
	}
	len = put_data(t, out, now);
	if (len > 0)
		return len;
	if (t->ack_later && passed(now, t->ack_at))
		t->ack_now = 1;
	/* the reader has made room: half of the buffer, or more */
	if (!t->finished && t->rcv_nxt + window(t) - t->edge >= t->limit / 2)
		t->ack_now = 1;
	if (t->ack_now)
		return header(t, out, t->nxt, ACK);
	/* Is anybody there? RFC 9293 §3.8.4: a byte that has been acknowledged is answered. */
	if (passed(now, t->heard + PROBE_MS) && passed(now, t->probed + PROBE_MS)) {
		t->probed = now;
		return header(t, out, t->una - 1, ACK);
	}
	return 0;
}

usize http_tcp_close(struct http_tcp *t, u8 *out)
{
	enum http_tcp_state was = t->state;
	int whole = t->finished && t->n_out == 0;

	if (was != HTTP_TCP_OPEN) {
		http_tcp_die(t, was == HTTP_TCP_DEAD ? t->error : HTTP_TCP_CLOSED);
		return 0;
	}
	http_tcp_die(t, HTTP_TCP_CLOSED);
	return header(t, out, t->highest, whole ? FIN | ACK : RST | ACK);
}

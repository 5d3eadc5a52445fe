/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_SCALE = 3, OPT_SACK_OK = 4, OPT_SACK = 5 };

#define HEADER       20
#define MSS_DEFAULT  536 /* RFC 9293 §3.7.1, where the server names none */
#define MSS_LEAST    64
#define SHIFT_MOST   14 /* RFC 7323 §2.3 */
#define ACK_DELAY_MS 20
#define PROBE_MS     2000
/* RFC 6298 §2.1 has a second for the first, for the whole of the internet. A boot server is near,
 * and a SYN too many does no harm. */
#define RTO_FIRST_MS 300
#define RTO_LEAST_MS 200
#define RTO_MOST_MS  4000
#define BLOCKS_MOST  4                  /* RFC 2018 §3, without timestamps */
#define DIFF(a, b)   ((int)((a) - (b))) /* int has 32 bits wherever GRUB runs */

void http_copy(void *to, const void *from, usize len)
{
	u8 *t = to;
	const u8 *f = from;

	for (; len >= sizeof(usize); len -= sizeof(usize)) {
		__builtin_memcpy(t, f, sizeof(usize));
		t += sizeof(usize);
		f += sizeof(usize);
	}
	while (len-- > 0)
		*t++ = *f++;
}

static u32 least(u32 a, u32 b)
{
	return a < b ? a : b;
}

static int passed(u32 now, u32 at)
{
	return DIFF(now, at) >= 0;
}

void http_tcp_start(struct http_tcp *t, const struct http_tcp_setup *setup, u32 now)
{
	memset(t, 0, sizeof *t);
	t->s = *setup;
	if (t->s.limit == 0 || t->s.limit > t->s.size)
		t->s.limit = t->s.size;
	while (t->shift < SHIFT_MOST && t->s.size >> t->shift > 65535)
		t->shift++;
	t->state = HTTP_TCP_SYN_SENT;
	t->una = t->nxt = t->highest = setup->iss;
	t->peer_mss = MSS_DEFAULT;
	t->rto = RTO_FIRST_MS;
	t->heard = t->probed = now;
}

static void die(struct http_tcp *t, enum http_tcp_error why)
{
	t->state = HTTP_TCP_DEAD;
	t->error = why;
	t->ack_now = t->ack_later = 0;
}

int http_tcp_mine(const struct http_tcp *t, const u8 *segment, usize len)
{
	return len >= HEADER && get16(segment) == t->s.peer_port && get16(segment + 2) == t->s.port;
}

/* --- segments that come ----------------------------------------------------------------------- */

static void read_options(struct http_tcp *t, const u8 *p, usize len)
{
	u8 scaled = 0;

	while (len > 0 && *p != OPT_END) {
		usize n = *p == OPT_NOP ? 1 : len > 1 ? p[1] : 0;

		if (n > len || (*p != OPT_NOP && n < 2))
			break;
		if (*p == OPT_MSS && n == 4) {
			t->peer_mss = get16(p + 2);
		} else if (*p == OPT_SCALE && n == 3) {
			t->peer_shift = p[2] < SHIFT_MOST ? p[2] : SHIFT_MOST;
			scaled = 1;
		} else if (*p == OPT_SACK_OK && n == 2) {
			t->sack = 1;
		}
		p += n;
		len -= n;
	}
	if (!scaled) { /* both or neither: RFC 7323 §1.3 */
		t->shift = 0;
		t->s.limit = least(t->s.limit, 65535);
	}
	if (t->peer_mss < MSS_LEAST)
		t->peer_mss = MSS_LEAST;
	t->peer_mss = least(t->peer_mss, t->s.mss);
}

/* RFC 6298 §2, in milliseconds. */
static void measured(struct http_tcp *t, u32 rtt)
{
	if (t->srtt == 0) {
		t->srtt = rtt;
		t->rttvar = rtt / 2;
	} else {
		u32 d = rtt > t->srtt ? rtt - t->srtt : t->srtt - rtt;

		t->rttvar = (3 * t->rttvar + d) / 4;
		t->srtt = (7 * t->srtt + rtt) / 8;
	}
	t->rto = t->srtt + 4 * t->rttvar;
	if (t->rto < RTO_LEAST_MS)
		t->rto = RTO_LEAST_MS;
	t->rto = least(t->rto, RTO_MOST_MS);
}

/* All up to ACK has been received there. */
static void acknowledged(struct http_tcp *t, u32 ack, u32 now)
{
	u32 n = ack - t->una;

	if (t->timing && DIFF(ack, t->timed_seq) > 0) {
		measured(t, now - t->timed_at);
		t->timing = 0;
	}
	n = least(n, t->n_out);
	memmove(t->out, t->out + n, t->n_out - n);
	t->n_out -= n;
	t->una = ack;
	if (DIFF(t->nxt, ack) < 0)
		t->nxt = ack;
	t->timer = 0; /* http_tcp_output starts it again where something is under way */
	t->backed_off = 0;
}

static void answer_syn(struct http_tcp *t, const u8 *p, usize header, u32 seq, u32 ack, u8 flags,
		       u32 now)
{
	/* RFC 9293 §3.10.7.3 */
	if ((flags & ACK) && (ack != t->s.iss + 1 || t->highest == t->s.iss)) {
		if (!(flags & RST)) {
			t->reset_due = 1;
			t->reset_seq = ack;
		}
		return;
	}
	if (flags & RST) {
		if (flags & ACK)
			die(t, HTTP_TCP_REFUSED);
		return;
	}
	/* without ACK: both ends open at once, which no server does */
	if (!(flags & SYN) || !(flags & ACK))
		return;
	read_options(t, p + HEADER, header - HEADER);
	t->state = HTTP_TCP_OPEN;
	t->heard = now;
	if (t->timing)
		measured(t, now - t->timed_at);
	t->timing = t->timer = t->backed_off = 0;
	t->una = t->nxt = t->highest = ack;
	t->rcv_nxt = t->taken = seq + 1;
	t->edge = t->rcv_nxt + least(t->s.limit, 65535); /* what the SYN said: never scaled */
	t->peer_window = t->peer_window_max = get16(p + 14);
	t->wl1 = seq;
	t->wl2 = ack;
	t->ack_now = 1;
}

/* FROM to TO lies behind a gap. 0: there is no room to remember it. */
static int remember(struct http_tcp *t, u32 from, u32 to)
{
	struct http_tcp_range *r = t->ranges;
	u32 i = 0, last;

	while (i < t->n_ranges && DIFF(r[i].to, from) < 0)
		i++;
	if (i == t->n_ranges || DIFF(r[i].from, to) > 0) {
		if (t->n_ranges == HTTP_TCP_RANGES)
			return 0;
		memmove(r + i + 1, r + i, (t->n_ranges - i) * sizeof *r);
		t->n_ranges++;
		r[i].from = from;
		r[i].to = to;
	} else {
		for (last = i; last + 1 < t->n_ranges && DIFF(r[last + 1].from, to) <= 0; last++)
			;
		if (DIFF(from, r[i].from) < 0)
			r[i].from = from;
		r[i].to = DIFF(to, r[last].to) > 0 ? to : r[last].to;
		memmove(r + i + 1, r + last + 1, (t->n_ranges - last - 1) * sizeof *r);
		t->n_ranges -= last - i;
	}
	r[i].stamp = ++t->stamp;
	return 1;
}

static void into_ring(struct http_tcp *t, u32 seq, const u8 *data, u32 len)
{
	u32 at = seq & (t->s.size - 1), first = least(len, t->s.size - at);

	http_copy(t->s.ring + at, data, first);
	http_copy(t->s.ring, data + first, len - first);
}

/* Up to the first gap that is left. */
static void advance(struct http_tcp *t, u32 to)
{
	struct http_tcp_range *r = t->ranges;
	u32 n = 0;

	while (n < t->n_ranges && DIFF(r[n].from, to) <= 0) {
		if (DIFF(r[n].to, to) > 0)
			to = r[n].to;
		n++;
	}
	t->n_ranges -= n;
	memmove(r, r + n, t->n_ranges * sizeof *r);
	t->rcv_nxt = to;
}

static void take_fin(struct http_tcp *t, u32 at)
{
	/* behind what was promised, or before what has come */
	if (t->fin_seen || DIFF(at, t->edge) > 0 || DIFF(at, t->rcv_nxt) < 0 ||
	    (t->n_ranges > 0 && DIFF(t->ranges[t->n_ranges - 1].to, at) > 0))
		return;
	t->fin_seen = 1;
	t->fin_at = at;
}

/* What a segment brings that lies in the window: RFC 9293 §3.10.7.4, seventh and eighth. */
static void take_data(struct http_tcp *t, u32 seq, const u8 *data, u32 len, u8 flags, u32 now)
{
	u32 end = t->fin_seen ? t->fin_at : t->edge, gaps = t->n_ranges;

	if (len == 0 && !(flags & FIN))
		return;
	if (t->finished || DIFF(seq + len, t->rcv_nxt) < (flags & FIN ? 0 : 1)) {
		t->ack_now = 1; /* again: our acknowledgement was lost */
		return;
	}
	if (flags & FIN)
		take_fin(t, seq + len);
	if (DIFF(seq, t->rcv_nxt) < 0) {
		u32 had = t->rcv_nxt - seq;

		seq += had;
		data += had;
		len -= had;
	}
	if (DIFF(seq, end) >= 0)
		len = 0;
	len = least(len, end - seq);
	if (len > 0 && seq == t->rcv_nxt) {
		into_ring(t, seq, data, len);
		advance(t, seq + len);
		t->unacked += len;
		/* RFC 5681 §4.2 */
		if (gaps > 0 || (flags & PSH) || t->unacked >= 2u * t->s.mss)
			t->ack_now = 1;
		else if (!t->ack_later) {
			t->ack_later = 1;
			t->ack_at = now + ACK_DELAY_MS;
		}
	} else {
		if (len > 0 && remember(t, seq, seq + len))
			into_ring(t, seq, data, len);
		t->ack_now = 1;
	}
	if (t->fin_seen && t->rcv_nxt == t->fin_at) {
		t->finished = 1;
		t->rcv_nxt++;
		if (DIFF(t->edge, t->rcv_nxt) < 0)
			t->edge = t->rcv_nxt;
		t->ack_now = 1;
	}
}

/* RFC 9293 §3.4, table 6: does any of it lie in the window? */
static int acceptable(const struct http_tcp *t, u32 seq, u32 len)
{
	u32 window = t->edge - t->rcv_nxt, from = seq - t->rcv_nxt, to = seq + len - 1 - t->rcv_nxt;

	/* A FIN that comes at a closed window is taken, so that all can end. */
	if (len == 0 || window == 0)
		return from < window || seq == t->rcv_nxt;
	return from < window || to < window || (DIFF(from, 0) < 0 && DIFF(to, 0) > 0);
}

void http_tcp_input(struct http_tcp *t, const u8 *p, usize len, u32 now)
{
	usize header = len >= HEADER ? (usize)(p[12] >> 4) * 4 : 0;
	u32 seq, ack, n;
	u8 flags;

	if (t->state == HTTP_TCP_DEAD || header < HEADER || header > len || len > 65535)
		return;
	seq = get32(p + 4);
	ack = get32(p + 8);
	flags = p[13];
	n = (u32)(len - header);
	if (t->state == HTTP_TCP_SYN_SENT) {
		answer_syn(t, p, header, seq, ack, flags, now);
		return;
	}
	if (!acceptable(t, seq, n + (flags & SYN ? 1u : 0) + (flags & FIN ? 1u : 0))) {
		t->ack_now |= !(flags & RST);
		return;
	}
	/* RFC 5961 §3.2 and §4.2: a reset at the very place, or else a question, which the real
	 * other end answers with one */
	if (flags & RST) {
		if (seq == t->rcv_nxt)
			die(t, HTTP_TCP_RESET);
		else
			t->ack_now = 1;
		return;
	}
	if (flags & SYN) {
		t->ack_now = 1;
		return;
	}
	/* §5.2: neither from the future nor from long ago */
	if (!(flags & ACK))
		return;
	if (DIFF(ack, t->highest) > 0 || DIFF(ack, t->una - t->peer_window_max) < 0) {
		t->ack_now = 1;
		return;
	}
	t->heard = now;
	if (DIFF(ack, t->una) > 0)
		acknowledged(t, ack, now);
	if (DIFF(ack, t->una) >= 0 &&
	    (DIFF(t->wl1, seq) < 0 || (t->wl1 == seq && DIFF(t->wl2, ack) <= 0))) {
		t->peer_window = (u32)get16(p + 14) << t->peer_shift;
		t->wl1 = seq;
		t->wl2 = ack;
		if (t->peer_window > t->peer_window_max)
			t->peer_window_max = t->peer_window;
	}
	take_data(t, seq, p + header, n, flags, now);
}

/* --- segments that go ------------------------------------------------------------------------- */

/* The window that may be told: where its edge would move by less than a segment it stays (silly
 * windows, RFC 9293 §3.8.6.2.2). */
static u32 window(const struct http_tcp *t)
{
	u32 room = t->s.size - (t->rcv_nxt - t->finished - t->taken);
	u32 edge = t->rcv_nxt + least(room, t->s.limit);
	int step = DIFF(edge, t->edge);

	if (step < 0 || (step < (int)t->s.mss && step < (int)(t->s.limit / 2)))
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
		put16(p + 14, (u16)least(t->s.limit, 65535));
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
		die(t, HTTP_TCP_SILENT);
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
	if (!t->finished && t->rcv_nxt + window(t) - t->edge >= t->s.limit / 2)
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
		die(t, was == HTTP_TCP_DEAD ? t->error : HTTP_TCP_CLOSED);
		return 0;
	}
	die(t, HTTP_TCP_CLOSED);
	return header(t, out, t->highest, whole ? FIN | ACK : RST | ACK);
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

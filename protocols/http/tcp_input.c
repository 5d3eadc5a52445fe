/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Segments that come: RFC 9293 §3.10.7. */
#include "../wire/copy.h"
#include "tcp_inner.h"

#define ACK_DELAY_MS 20
#define MSS_LEAST    64

/* Where the way is short, as much is under way as the card holds; for each millisecond that it is
 * longer, so many times as much besides. */
#define WAY_WINDOWS 2
#define WAY_MOST_MS 200

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
		t->most = least(t->most, 65535);
		t->limit = t->s.limit = least(t->s.limit, t->most);
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
	u32 way = 0;
	u64 most;

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
			http_tcp_die(t, HTTP_TCP_REFUSED);
		return;
	}
	/* without ACK: both ends open at once, which no server does */
	if (!(flags & SYN) || !(flags & ACK))
		return;
	read_options(t, p + HEADER, header - HEADER);
	t->state = HTTP_TCP_OPEN;
	t->heard = now;
	/* The SYN tells how long the way is; later answers may have waited for the server's. */
	if (t->timing) {
		way = now - t->timed_at < WAY_MOST_MS ? now - t->timed_at : WAY_MOST_MS;
		measured(t, way);
	}
	most = (u64)t->s.limit * (1 + WAY_WINDOWS * way);
	if (most < t->most)
		t->most = (u32)most;
	t->timing = t->timer = t->backed_off = 0;
	t->una = t->nxt = t->highest = ack;
	t->rcv_nxt = t->taken = seq + 1;
	t->edge = t->rcv_nxt + least(t->limit, 65535); /* what the SYN said: never scaled */
	t->peer_window = t->peer_window_max = get16(p + 14);
	t->wl1 = seq;
	t->wl2 = ack;
	t->ack_now = 1;
	t->epoch_end = t->rcv_nxt + t->limit;
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

	wire_copy(t->s.ring + at, data, first);
	wire_copy(t->s.ring, data + first, len - first);
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

/* A window without a gap has come in: the next may be larger, as long as the way is long enough for
 * it. One with a gap may have been too large for the card. */
static void adapt_window(struct http_tcp *t)
{
	t->epoch_gap |= t->n_ranges > 0;
	if (DIFF(t->rcv_nxt, t->epoch_end) < 0)
		return;
	if (!t->epoch_gap)
		t->limit = least(2 * t->limit, t->most);
	else
		t->limit = t->limit / 2 > t->s.limit ? t->limit / 2 : t->s.limit;
	t->epoch_end = t->rcv_nxt + t->limit;
	t->epoch_gap = 0;
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
		if (gaps > 0 || ((flags & PSH) && len < t->s.mss) || t->unacked >= 2u * t->s.mss)
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
	adapt_window(t);
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
			http_tcp_die(t, HTTP_TCP_RESET);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TFTP's decisions (engine.h). */
#include "engine.h"

#define SERVER_PORT 69

/* A request that nobody answers: sent at 0, 0.25, 0.75, 1.75, 3.75 and 5.75 s, given up at 7.75. */
#define ASK_FIRST_MS 250u
#define ASK_MAX_MS   2000u
#define ASK_TRIES    6
/* There are servers that say nothing at all to options they do not know. */
#define ASK_NO_WINDOW 4 /* from this try on */
#define ASK_PLAIN     6

/* An ACK that nothing comes to. Servers' own timers are seconds, dnsmasq's up to 3. */
#define RTO_MIN_MS 10u
#define RTO_MAX_MS 1000u
#define SILENCE_MS 10000u
/* Nobody looked for so long: whatever came meanwhile has not been seen yet. */
#define ABSENCE_MS 100u
/* Nobody waited for so long (another file was read, the menu shown, the machine stopped): a server
 * may have given up, the quickest after some seconds. Whether it has shows soon. */
#define LEFT_MS         3000u
#define LEFT_SILENCE_MS 3000u

/* Large blocks that never come, though the OACK did (a black hole, RFC 2923 §2.1): small ones may.
 * Where those do not either, it was the options. */
#define BLACK_HOLE_TRIES 3
#define BLACK_HOLE_MS    1500u

static unsigned fail(struct tftp *t, enum tftp_error error, const char *words)
{
	usize n = 0;

	t->state = TFTP_FAILED;
	t->error = error;
	for (; words[n] != '\0' && n + 1 < sizeof t->words; n++)
		t->words[n] = words[n];
	t->words[n] = '\0';
	return 0;
}

/* The server has done what it must not: it is told, and the transfer has failed. */
static unsigned broken(struct tftp *t, u16 port, u16 code, const char *words)
{
	fail(t, TFTP_BROKEN, words);
	t->out_len = tftp_write_error(t->out, code, words);
	t->out_port = port;
	return TFTP_SEND;
}

static u32 rto(const struct tftp *t)
{
	u32 ms = RTO_MIN_MS + 3 * (t->srtt8 >> 3);

	return ms < RTO_MAX_MS ? ms : RTO_MAX_MS;
}

static void round_trip(struct tftp *t, u64 took)
{
	u32 ms = took < RTO_MAX_MS ? (u32)took : RTO_MAX_MS;

	t->srtt8 = t->srtt8 - (t->srtt8 >> 3) + ms;
}

static unsigned ack(struct tftp *t, u64 now)
{
	if (t->full) {
		t->owed = 1;
		return 0;
	}
	t->owed = 0;
	t->acked = t->block;
	t->due = t->window;
	t->out_len = tftp_write_ack(t->out, (u16)(t->block + t->skew));
	t->out_port = t->port;
	t->sent = now;
	return TFTP_SEND;
}

static unsigned request(struct tftp *t, u64 now)
{
	struct tftp_options o = {0, 0, 0, 0};
	u8 plainer = t->plainer;

	t->tries++;
	if (plainer < 1 && t->tries >= ASK_NO_WINDOW)
		plainer = 1;
	if (t->tries >= ASK_PLAIN)
		plainer = 2;
	if (plainer < 2) {
		o.has_tsize = 1;
		o.blksize = t->asked_blksize = t->ask_blksize;
	}
	if (plainer < 1) {
		o.window = t->asked_window = t->ask_window;
	}
	t->out_len = tftp_write_request(t->out, t->path, &o);
	t->out_port = SERVER_PORT;
	t->sent = now;
	t->deadline = now + t->rto;
	return TFTP_SEND;
}

unsigned tftp_begin(struct tftp *t, u64 now)
{
	t->state = TFTP_ASKING;
	t->blksize = TFTP_BLKSIZE_PLAIN;
	t->window = 1;
	t->size = 0;
	t->full = t->left = 0;
	t->owed = t->fresh = 0;
	t->asked_blksize = TFTP_BLKSIZE_PLAIN;
	t->asked_window = 1;
	t->tries = t->got_oack = t->empty_tries = 0;
	t->port = 0;
	t->block = t->acked = t->received = 0;
	t->skew = 0;
	t->due = 1;
	t->gap_first = t->gap_last = 0;
	t->heard = t->seen = t->waited = now;
	t->rto = ASK_FIRST_MS;
	t->srtt8 = 0;
	return TFTP_NEW_PORT | request(t, now);
}

int tftp_init(struct tftp *t, const char *path, u32 blksize, u32 window, u8 *out)
{
	memset(t, 0, sizeof *t);
	t->out = out;
	t->ask_blksize = blksize;
	t->ask_window = window;
	return tftp_path(t->path, path) == 0 ? -1 : 0;
}

/* The server has answered: it has the port that it will keep. */
static void opened(struct tftp *t, u64 now, u16 port)
{
	t->state = TFTP_OPEN;
	t->port = port;
	t->heard = t->open_since = now;
	t->srtt8 = 0;
	if (t->tries == 1)
		t->srtt8 = now - t->sent < RTO_MAX_MS ? (u32)(now - t->sent) << 3 : RTO_MAX_MS << 3;
	t->rto = rto(t);
	t->deadline = now + t->rto;
	t->fresh = 1;
}

static unsigned got_oack(struct tftp *t, u64 now, u16 port, const struct tftp_options *o)
{
	if (t->state != TFTP_ASKING)
		return 0; /* once more: our ACK was lost or is under way; the timer sees to it */
	/* RFC 2348, RFC 7440: the same or less, else ERROR 8. */
	if (o->blksize > t->asked_blksize)
		return broken(t, port, TFTP_CODE_OPTIONS,
			      "the server wants larger blocks (blksize) than it was asked for");
	if (o->window > t->asked_window)
		return broken(t, port, TFTP_CODE_OPTIONS,
			      "the server wants a larger windowsize than it was asked for");
	if (o->blksize != 0)
		t->blksize = o->blksize;
	if (o->window != 0)
		t->window = o->window;
	t->size = o->tsize; /* there are servers that send the request's 0 back */
	t->got_oack = 1;
	opened(t, now, port);
	return ack(t, now);
}

/*
 * The server has gone back to the gap: after how many blocks it will stop. With RFC 7440 §4, after
 * a window of them. atftpd 0.8, which looks for an ACK after each block that it sends, counts those
 * of the window that it broke off: it would wait for our timer.
 */
static u32 went_back(const struct tftp *t)
{
	u64 before = t->gap_last - t->gap_base;

	return before < t->window ? t->window - (u32)before : t->window;
}

static unsigned in_order(struct tftp *t, u64 now, const struct tftp_message *m)
{
	int last = m->len < t->blksize;
	unsigned todo = 0;

	t->received += m->len;
	if (t->size != 0 && (last ? t->received != t->size : t->received > t->size))
		return broken(t, t->port, TFTP_CODE_UNDEFINED,
			      last ? "the file ended before the size that the server had told"
				   : "the file is larger than the size that the server had told");
	t->block++;
	if (t->gap_first != 0 && t->block == t->acked + 1) {
		t->due = went_back(t);
		t->gap_base = t->gap_last; /* told once */
	}
	if (t->fresh) {
		round_trip(t, now - t->sent);
		t->fresh = 0;
	}
	if (t->block >= t->gap_first)
		t->gap_first = t->gap_last = 0;
	if (t->block > t->left_at)
		t->left = 0;
	t->heard = now;
	t->rto = rto(t);
	t->deadline = now + t->rto;
	if (last) {
		t->full = 0; /* nothing comes to it */
		t->state = TFTP_DONE;
	}
	if (last || t->block - t->acked >= t->due) {
		todo = ack(t, now);
		t->fresh = 1;
	}
	t->data = m->data;
	t->len = m->len;
	return m->len > 0 ? todo | TFTP_DELIVER : todo;
}

/*
 * Block N came, and the one before it did not. RFC 7440 §4: the last in order is acknowledged, and
 * the server goes back to there. Once: what it had sent before is still coming. Where the same
 * block comes again behind others, it is from the new window, which has a gap, too.
 */
static unsigned gap(struct tftp *t, u64 now, u64 n)
{
	if (t->gap_first != 0 && !(n <= t->gap_first && t->gap_last > t->gap_first)) {
		if (n > t->gap_last)
			t->gap_last = n;
		return 0;
	}
	t->gap_base = t->gap_first == 0 ? t->acked : t->block;
	t->gap_first = t->gap_last = n;
	t->fresh = 0;
	t->deadline = now + t->rto;
	return ack(t, now);
}

static unsigned got_data(struct tftp *t, u64 now, u16 port, const struct tftp_message *m)
{
	u16 ahead = (u16)(m->number - (u16)(t->block + t->skew));

	if (t->state == TFTP_ASKING) {
		if (m->number != 1)
			return 0;
		opened(t, now, port); /* options are nothing to it: RFC 1350 */
		t->fresh = 0;
	}
	if (m->len > t->blksize)
		return broken(t, t->port, TFTP_CODE_ILLEGAL,
			      "the server sends larger blocks than were agreed on");
	/* RFC 1350 says nothing of files of more than 65535 blocks. Most go on with 0, some with 1;
	 * seen where there is one block at a time. */
	if (ahead == 2 && m->number == 1 && t->window == 1) {
		t->skew++;
		ahead = 1;
	}
	if (ahead == 1)
		return in_order(t, now, m);
	/* One that was had before is never answered at once: with a server that does, too, every
	 * block would be sent twice from then on (RFC 1123 §4.2.3.1). */
	if (ahead == 0 || ahead > t->window)
		return 0;
	return gap(t, now, t->block + ahead);
}

static unsigned got_error(struct tftp *t, u64 now, const struct tftp_message *m)
{
	char words[sizeof t->words];

	/* What a server says that has no use for options (RFC 2347: 8; others: 0, 4). */
	if (t->state == TFTP_ASKING && t->plainer < 2 &&
	    (m->number == TFTP_CODE_OPTIONS || m->number == TFTP_CODE_UNDEFINED ||
	     m->number == TFTP_CODE_ILLEGAL)) {
		t->plainer = t->plainer == 0 && t->ask_window > 1 ? 1 : 2;
		return tftp_begin(t, now);
	}
	tftp_words(m, words, sizeof words);
	return fail(t, m->number == TFTP_CODE_NOT_FOUND ? TFTP_NOT_FOUND : TFTP_REFUSED, words);
}

/* Our last ACK was lost: the server waits for it. Nothing comes to it, so that none is sent twice
 * for ever. */
static unsigned after_the_end(struct tftp *t, u16 from_port, const u8 *packet, usize len)
{
	if (from_port != t->port || len < TFTP_HEADER || get16(packet) != TFTP_DATA ||
	    get16(packet + 2) != (u16)(t->block + t->skew))
		return 0;
	t->out_len = tftp_write_ack(t->out, get16(packet + 2));
	t->out_port = t->port;
	return TFTP_SEND;
}

unsigned tftp_packet(struct tftp *t, u64 now, u16 from_port, const u8 *packet, usize len)
{
	struct tftp_message m;
	int bad;

	t->seen = now;
	if (t->state == TFTP_DONE)
		return after_the_end(t, from_port, packet, len);
	if (t->state == TFTP_FAILED)
		return 0;
	bad = tftp_parse(packet, len, &m);
	if (t->port != 0 && from_port != t->port) {
		/* RFC 1350 §4: the transfer goes on. An ERROR is not answered. */
		if (bad == -1 || m.opcode == TFTP_ERROR)
			return 0;
		t->out_len = tftp_write_error(t->out, TFTP_CODE_UNKNOWN_ID, "unknown transfer ID");
		t->out_port = from_port;
		return TFTP_SEND;
	}
	if (bad == -2 && t->state == TFTP_ASKING)
		return broken(t, from_port, TFTP_CODE_OPTIONS,
			      "the server's answer to the options cannot be understood");
	if (bad != 0)
		return 0;
	switch (m.opcode) {
	case TFTP_DATA:
		return got_data(t, now, from_port, &m);
	case TFTP_OACK:
		return got_oack(t, now, from_port, &m.options);
	default:
		return got_error(t, now, &m);
	}
}

static unsigned ask_again(struct tftp *t, u64 now)
{
	if (t->tries >= ASK_TRIES)
		return fail(t, TFTP_TIMEOUT, "the server does not answer");
	if (t->rto < ASK_MAX_MS)
		t->rto *= 2;
	return request(t, now);
}

/* Somebody waits. What nobody looked for is no silence of the server's. */
static void waits(struct tftp *t, u64 now)
{
	if (now - t->waited >= LEFT_MS && t->state != TFTP_ASKING) {
		t->left = 1;
		t->left_at = t->acked + t->window;
		t->heard = now;
	}
	t->seen = t->waited = now;
}

unsigned tftp_tick(struct tftp *t, u64 now)
{
	waits(t, now);
	if (t->state == TFTP_DONE || t->state == TFTP_FAILED || now < t->deadline)
		return 0;
	if (t->state == TFTP_ASKING)
		return ask_again(t, now);
	if (t->owed)
		return tftp_go_on(t, now);
	if (now - t->heard >= (t->left ? LEFT_SILENCE_MS : SILENCE_MS))
		return fail(t, TFTP_TIMEOUT, "the server has stopped sending");
	if (t->block == 0 && !t->left && t->got_oack && ++t->empty_tries >= BLACK_HOLE_TRIES &&
	    now - t->open_since >= BLACK_HOLE_MS) {
		if (t->ask_blksize > TFTP_BLKSIZE_PLAIN)
			t->ask_blksize = TFTP_BLKSIZE_PLAIN;
		else
			t->plainer = 2;
		return tftp_begin(t, now);
	}
	t->rto = t->rto * 2 < RTO_MAX_MS ? t->rto * 2 : RTO_MAX_MS;
	t->deadline = now + t->rto;
	t->gap_first = t->gap_last = 0;
	t->fresh = 0;
	return ack(t, now);
}

unsigned tftp_go_on(struct tftp *t, u64 now)
{
	u64 away = now - t->seen;

	waits(t, now);
	if (t->state != TFTP_OPEN)
		return 0;
	if (t->owed) {
		t->heard = now;
		t->deadline = now + t->rto;
		t->fresh = 1;
		return ack(t, now);
	}
	if (away >= ABSENCE_MS) {
		t->heard = t->open_since = now;
		t->empty_tries = 0;
		t->fresh = 0;
		if (t->deadline < now + t->rto)
			t->deadline = now + t->rto;
	}
	return 0;
}

unsigned tftp_stop(struct tftp *t)
{
	int open = t->state == TFTP_OPEN;

	if (t->state != TFTP_DONE)
		fail(t, TFTP_TIMEOUT, "closed");
	if (!open)
		return 0;
	t->out_len = tftp_write_error(t->out, TFTP_CODE_UNDEFINED, "closed");
	t->out_port = t->port;
	return TFTP_SEND;
}

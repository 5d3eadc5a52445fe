/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tftp.mod: (tftp,SERVER)/FILE, in the place of GRUB's own. What to do is the engine's (engine.h);
 * here are its packets, its clock, and the way of the bytes: from the packet to where the reader
 * wants them. What comes while nobody reads, a window at the most, waits in a ring; the server is
 * not asked for more than the ring has room for.
 */
#include "engine.h"

#include <grub/dl.h>
#include <grub/err.h>

#include "../wire/wire.h"

GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char tftp_modname[] = "tftp";
__attribute__((section(".moddeps"), used)) static const char tftp_moddeps[] = "wire\0net";

#define UDP        17
#define UDP_HEADER 8
#define HEADERS_4  (20 + UDP_HEADER + TFTP_HEADER)
#define HEADERS_6  (40 + UDP_HEADER + TFTP_HEADER)

#define BLKSIZE_MOST 1500u /* less than that is left by any card's headers */
#define WINDOW_MOST  32u

/* A reader has its bytes after so many, so that it can tell how far it is. */
#define AT_ONCE (64u << 10)

/* A file of whole blocks ends with an empty one, which brings no bytes. */
#define LAST_MS 100

struct transfer {
	struct tftp engine;
	struct wire_peer peer;
	struct wire_tap tap;
	u16 port;              /* ours */
	enum tftp_state until; /* what is waited for: another state than this, or enough bytes */
	volatile int stop;     /* it is there */

	/* the reader's buffer, while it waits; what has come into it, and what it waits for */
	u8 *to;
	usize room, got, want;

	/* what came while nobody waited */
	u8 *ring;
	usize ring_size, ring_at, ring_len;

	u64 at;   /* bytes that the reader has had */
	u64 skip; /* of those that come, what it has had already */
	u64 size; /* as it was told first; 0: not known */

	const char *server; /* the open file's */

	u8 packet[WIRE_HEADROOM + UDP_HEADER + TFTP_PACKET_MAX];
};

static void send(struct transfer *t)
{
	struct grub_net_buff nb;
	u8 *udp = t->packet + WIRE_HEADROOM;

	if (!wire_lives(&t->peer))
		return;
	nb.head = t->packet;
	nb.data = udp;
	nb.tail = udp + UDP_HEADER + t->engine.out_len;
	nb.end = t->packet + sizeof t->packet;
	put16(udp, t->port);
	put16(udp + 2, t->engine.out_port);
	put16(udp + 4, (u16)(UDP_HEADER + t->engine.out_len));
	/* one that could not be sent is as good as lost */
	if (wire_send(&t->peer, UDP, &nb) != GRUB_ERR_NONE)
		grub_errno = GRUB_ERR_NONE;
}

/* There is room for it: take_packet has seen to that. */
static void to_ring(struct transfer *t, const u8 *data, usize len)
{
	usize at = t->ring_at + t->ring_len, first;

	if (at >= t->ring_size)
		at -= t->ring_size;
	first = t->ring_size - at < len ? t->ring_size - at : len;
	wire_copy(t->ring + at, data, first);
	wire_copy(t->ring, data + first, len - first);
	t->ring_len += len;
}

static usize from_ring(struct transfer *t, u8 *buf, usize len)
{
	usize n = t->ring_len < len ? t->ring_len : len;
	usize first = t->ring_size - t->ring_at < n ? t->ring_size - t->ring_at : n;

	wire_copy(buf, t->ring + t->ring_at, first);
	wire_copy(buf + first, t->ring, n - first);
	t->ring_at += n;
	if (t->ring_at >= t->ring_size)
		t->ring_at -= t->ring_size;
	t->ring_len -= n;
	return n;
}

static void deliver(struct transfer *t)
{
	const u8 *data = t->engine.data;
	usize len = t->engine.len, n = t->skip < len ? (usize)t->skip : len;

	t->skip -= n;
	data += n;
	len -= n;
	n = t->room < len ? t->room : len;
	if (n > 0) {
		wire_copy(t->to, data, n);
		t->to += n;
		t->room -= n;
		t->got += n;
	}
	if (n < len)
		to_ring(t, data + n, len - n);
}

/* What the engine says. */
static void act(struct transfer *t, unsigned todo)
{
	if ((todo & TFTP_NEW_PORT) != 0)
		t->port = wire_port();
	/* first, so that the server works while the bytes are copied */
	if ((todo & TFTP_SEND) != 0)
		send(t);
	if ((todo & TFTP_DELIVER) != 0)
		deliver(t);
}

/* Is there room in the ring for another window, when all of a block has gone there? */
static int is_full(const struct transfer *t)
{
	return t->ring_size - t->ring_len < (t->engine.window + 1) * t->engine.blksize;
}

static int take_packet(void *data, const struct wire_packet *p)
{
	struct transfer *t = data;
	usize len;

	if (p->protocol != UDP || get16(p->data + 2) != t->port || !wire_is_from(&t->peer, p))
		return 0;
	len = p->len - UDP_HEADER;
	if (!wire_checksum_ok(p))
		return 1;
	/* a server that sends more than it was asked for has to send it again */
	if (len > TFTP_HEADER && get16(p->data + UDP_HEADER) == TFTP_DATA &&
	    len - TFTP_HEADER > t->room + t->ring_size - t->ring_len)
		return 1;
	t->engine.full = t->room < len && is_full(t);
	act(t, tftp_packet(&t->engine, wire_now(), get16(p->data), p->data + UDP_HEADER, len));
	if (t->got >= t->want || t->engine.state != t->until)
		t->stop = 1;
	return 1;
}

/* Wait for a packet, or for the engine's time. */
static void wait(struct transfer *t)
{
	u64 now = wire_now(), deadline = t->engine.deadline;

	wire_poll(now < deadline ? (unsigned)(deadline - now) : 0, &t->stop);
	if (!t->stop)
		act(t, tftp_tick(&t->engine, wire_now()));
}

static grub_err_t raise(const struct transfer *t)
{
	static const struct {
		grub_err_t err;
		const char *who;
	} errors[] = {
		[TFTP_NOT_FOUND] = {GRUB_ERR_FILE_NOT_FOUND, "the server says: "},
		[TFTP_REFUSED] = {GRUB_ERR_IO, "the server says: "},
		[TFTP_BROKEN] = {GRUB_ERR_NET_INVALID_RESPONSE, ""},
	};
	char path[WIRE_SHOWN], address[GRUB_NET_MAX_STR_ADDR_LEN];

	wire_shown(path, t->engine.path);
	/* it may be another one than was meant */
	grub_net_addr_to_str(&t->peer.address, address);
	if (t->engine.error == TFTP_TIMEOUT)
		return grub_error(GRUB_ERR_TIMEOUT, "%s: %s (%s)", path, t->engine.words, address);
	return grub_error(errors[t->engine.error].err, "%s: %s%s", path,
			  errors[t->engine.error].who, t->engine.words);
}

/* Ask for the file, from its beginning, until there is an answer; of what comes the reader has had
 * HAD bytes. */
static grub_err_t begin(struct transfer *t, u64 had)
{
	t->ring_at = t->ring_len = t->room = t->got = 0;
	t->want = 1;
	t->at = t->skip = had;
	t->until = TFTP_ASKING;
	t->stop = 0;
	act(t, tftp_begin(&t->engine, wire_now()));
	while (t->engine.state == TFTP_ASKING)
		wait(t);
	return t->engine.state == TFTP_FAILED ? raise(t) : GRUB_ERR_NONE;
}

/* What fits the card: packets, and how many at once; at most what was asked for first, which the
 * ring was made for. */
static void fit_card(struct transfer *t)
{
	int v6 = t->peer.address.type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	u32 blksize = wire_mtu(&t->peer) - (v6 ? HEADERS_6 : HEADERS_4);
	u32 window = wire_frames(&t->peer) * 3 / 4;

	window = window < 1 ? 1 : window;
	if (t->engine.ask_blksize > blksize)
		t->engine.ask_blksize = blksize;
	if (t->engine.ask_window > window)
		t->engine.ask_window = window;
}

/* Ask for it once more: the server has given up, the interface is another one by now, or what is
 * wanted lies before. It must be the same file still. */
static grub_err_t begin_again(struct transfer *t, u64 had)
{
	char path[WIRE_SHOWN];

	act(t, tftp_stop(&t->engine));
	if (!wire_lives(&t->peer)) {
		if (wire_reach(t->server, &t->peer) != GRUB_ERR_NONE)
			return grub_errno;
		fit_card(t);
	}
	if (begin(t, had) != GRUB_ERR_NONE)
		return grub_errno;
	if (t->engine.size == 0)
		t->engine.size = t->size;
	if (t->size == 0 || t->engine.size == t->size)
		return GRUB_ERR_NONE;
	wire_shown(path, t->engine.path);
	return grub_error(GRUB_ERR_FILE_READ_ERROR,
			  "%s: it is another file on the server now, of another size", path);
}

/* The server gave up while nobody read, or the interface has gone. */
static int is_lost(const struct transfer *t)
{
	return (t->engine.state == TFTP_FAILED && t->engine.left) ||
	       (t->engine.state == TFTP_OPEN && !wire_lives(&t->peer));
}

/* --- a source of wire.mod's --------------------------------------------------------------------
 */

/* Wait for what comes next, into BUF. */
static usize wait_for(struct transfer *t, void *buf, usize len)
{
	t->to = buf;
	t->room = len;
	t->got = 0;
	t->want = len < AT_ONCE ? len : AT_ONCE;
	/* it may be asked for again: tftp_tick's black hole */
	while (t->got == 0 && !is_lost(t) &&
	       (t->engine.state == TFTP_OPEN || t->engine.state == TFTP_ASKING)) {
		t->until = t->engine.state;
		t->stop = 0;
		wait(t);
	}
	t->room = 0;
	return t->got;
}

static grub_ssize_t read_source(void *state, void *buf, usize len)
{
	struct transfer *t = state;
	usize n = from_ring(t, buf, len);

	t->engine.full = is_full(t);
	if (!t->engine.full)
		act(t, tftp_go_on(&t->engine, wire_now()));
	if (n == 0)
		n = wait_for(t, buf, len);
	/* once: who is waited for is not left */
	if (n == 0 && is_lost(t)) {
		if (begin_again(t, t->at) != GRUB_ERR_NONE)
			return -1;
		n = wait_for(t, buf, len);
	}
	t->at += n;
	if (n == 0 && t->engine.state == TFTP_FAILED) {
		raise(t);
		return -1;
	}
	return (grub_ssize_t)n;
}

static grub_err_t seek_source(void *state, u64 offset, u64 *at)
{
	struct transfer *t = state;

	/* TFTP knows no offsets: forwards by reading, backwards from the beginning. */
	if (offset < t->at && begin_again(t, 0) != GRUB_ERR_NONE)
		return grub_errno;
	*at = t->at;
	return GRUB_ERR_NONE;
}

static void close_source(void *state)
{
	struct transfer *t = state;

	/* so that the server, too, has seen its end */
	if (t->engine.state == TFTP_OPEN && t->engine.size != 0 &&
	    t->engine.received == t->engine.size) {
		t->until = TFTP_OPEN;
		t->stop = 0;
		wire_poll(LAST_MS, &t->stop);
	}
	act(t, tftp_stop(&t->engine));
	wire_tap_remove(&t->tap);
	grub_free(t->ring);
	grub_free(t);
}

static const struct wire_source source = {
	.read = read_source, .seek = seek_source, .close = close_source};

/* --- GRUB's side --------------------------------------------------------------------------------
 */

static grub_err_t prepare(struct transfer *t, const char *path)
{
	if (tftp_init(&t->engine, path, BLKSIZE_MOST, WINDOW_MOST,
		      t->packet + WIRE_HEADROOM + UDP_HEADER) != 0)
		return grub_error(GRUB_ERR_BAD_FILENAME,
				  "a path for TFTP must have 1 to %d characters", TFTP_PATH_MAX);
	fit_card(t);
	t->ring_size = (2 * t->engine.ask_window + 1) * t->engine.ask_blksize;
	t->ring = grub_malloc(t->ring_size);
	return t->ring == NULL ? grub_errno : GRUB_ERR_NONE;
}

static grub_err_t open_file(struct grub_file *file, const char *path)
{
	struct transfer *t = grub_zalloc(sizeof *t);

	if (t == NULL)
		return grub_errno;
	if (wire_reach(file->device->net->server, &t->peer) != GRUB_ERR_NONE ||
	    prepare(t, path) != GRUB_ERR_NONE) {
		grub_free(t);
		return grub_errno;
	}
	t->tap.hook = take_packet;
	t->tap.data = t;
	wire_tap_add(&t->tap);
	t->server = file->device->net->server;
	if (begin(t, 0) != GRUB_ERR_NONE) {
		close_source(t);
		return grub_errno;
	}
	t->size = t->engine.size;
	return wire_file(file, &source, t, t->size != 0 ? t->size : GRUB_FILE_SIZE_UNKNOWN);
}

static struct grub_net_app_protocol protocol = {
	.name = "tftp", .open = open_file, .close = wire_file_close};

GRUB_MOD_INIT(tftp)
{
	grub_net_app_level_register(&protocol);
}

GRUB_MOD_FINI(tftp)
{
	grub_net_app_level_unregister(&protocol);
}

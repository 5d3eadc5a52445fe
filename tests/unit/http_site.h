/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_HTTP_SITE_H
#define MKBOOT_TESTS_HTTP_SITE_H

/*
 * HTTP's client with its connections (protocols/http/fetch.c, link.c), in the place of GRUB a clock
 * and a wire that loses nothing, and a web server at the other end of it: one file, and what the
 * test wants to go wrong with it. Nothing here waits: the clock moves when the client polls.
 */
#include "testing.h"

#include "../../protocols/http/fetch.c"
#include "../../protocols/http/link.c"
#include "grub/buffers.h"

enum { T_FIN = 1, T_SYN = 2, T_RST = 4, T_PSH = 8, T_ACK = 16 };

#define CONNS   64
#define ANSWER  (8u << 20)
#define SEGMENT 1460u

/* The server's end of a connection. */
struct conn {
	u16 port; /* the client's; 0: none */
	u32 nxt, una, rcv_nxt, window;
	int syn_due, ack_due, gone, fin;
	char request[HTTP_REQUEST_MAX];
	usize n_request;
	u8 *answer;
	usize len, sent, cut; /* of the answer; CUT: then the connection ends */
};

static struct site {
	u64 size;
	unsigned version;      /* of the file's bytes */
	const char *validator; /* a field of the head, or NULL */
	int no_ranges, no_length, mute, refuses;
	usize cut[CONNS]; /* the body's bytes on the connection; 0: all */
	struct conn conns[CONNS];
	unsigned n_conns, requests, range_requests;
	int interface_gone, alone; /* ALONE: nobody answers */
	u64 now;
} site;

static struct wire_tap *taps;

static u8 byte_of(unsigned version, u64 offset)
{
	return (u8)((offset * 2654435761u >> 13) + version);
}

/* --- GRUB ------------------------------------------------------------------------------------- */

u64 wire_now(void)
{
	return site.now;
}

int grub_net_addr_cmp(const grub_net_network_level_address_t *a,
		      const grub_net_network_level_address_t *b)
{
	return a->ipv4 != b->ipv4;
}

char *grub_xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return text;
}

/* --- the wire --------------------------------------------------------------------------------- */

static struct grub_net_network_level_interface interface;

grub_err_t wire_reach(const char *server, struct wire_peer *peer)
{
	assert_string_equal(server, "boot");
	*peer = (struct wire_peer){.inf = &interface};
	peer->address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	return GRUB_ERR_NONE;
}
int wire_lives(const struct wire_peer *peer)
{
	assert_ptr_equal(peer->inf, &interface);
	return !site.interface_gone;
}
int wire_is_from(const struct wire_peer *peer, const struct wire_packet *p)
{
	(void)peer;
	(void)p;
	return 1;
}
int wire_checksum_ok(const struct wire_packet *p)
{
	(void)p;
	return 1;
}
unsigned wire_mtu(const struct wire_peer *peer)
{
	(void)peer;
	return 1500;
}
unsigned wire_frames(const struct wire_peer *peer)
{
	(void)peer;
	return 32;
}
u16 wire_port(void)
{
	static u16 port = 50000;

	return ++port;
}
u32 wire_random(void)
{
	return 0xfffffff0u;
}
void wire_tap_add(struct wire_tap *tap)
{
	tap->next = taps;
	taps = tap;
}
void wire_tap_remove(struct wire_tap *tap)
{
	struct wire_tap **at = &taps;

	while (*at != tap)
		at = &(*at)->next;
	*at = tap->next;
}
void wire_shown(char shown[WIRE_SHOWN], const char *path)
{
	snprintf(shown, WIRE_SHOWN, "%.*s", WIRE_SHOWN - 1, path);
}

/* --- the server ------------------------------------------------------------------------------- */

static void say(struct conn *c, const char *text)
{
	memcpy(c->answer + c->len, text, strlen(text));
	c->len += strlen(text);
}

static void answer(struct conn *c)
{
	const char *range = strstr(c->request, "\r\nRange: bytes=");
	u64 first = 0;
	char head[400];
	usize cut = site.cut[c - site.conns];

	site.requests++;
	c->sent = c->len = 0;
	if (c->answer == NULL)
		c->answer = mem_alloc(ANSWER);
	if (site.mute)
		return;
	if (range != NULL) {
		site.range_requests++;
		if (!site.no_ranges)
			first = strtoull(range + strlen("\r\nRange: bytes="), NULL, 10);
	}
	say(c, first > 0 ? "HTTP/1.1 206 Partial Content\r\n" : "HTTP/1.1 200 OK\r\n");
	if (!site.no_length) {
		snprintf(head, sizeof head, "Content-Length: %" PRIu64 "\r\n", site.size - first);
		say(c, head);
	}
	if (first > 0) {
		snprintf(head, sizeof head,
			 "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", first,
			 site.size - 1, site.size);
		say(c, head);
	}
	if (site.validator != NULL)
		say(c, site.validator);
	say(c, "\r\n");
	c->cut = cut > 0 ? c->len + cut : 0;
	assert_true(c->len + site.size - first <= ANSWER);
	for (u64 i = first; i < site.size; i++)
		c->answer[c->len++] = byte_of(site.version, i);
	if (c->cut == 0 && site.no_length)
		c->cut = c->len;
}

/* A segment from the client. */
grub_err_t wire_send(const struct wire_peer *peer, u8 protocol, struct grub_net_buff *nb)
{
	const u8 *p = nb->data;
	usize len = (usize)(nb->tail - nb->data), header = (usize)(p[12] >> 4) * 4;
	struct conn *c = NULL;
	u32 seq = get32(p + 4);

	(void)peer;
	assert_int_equal(protocol, 6);
	assert_int_equal(get16(p + 2), 80);
	if (site.alone)
		return GRUB_ERR_NONE;
	for (unsigned i = 0; i < site.n_conns; i++) {
		if (site.conns[i].port == get16(p))
			c = &site.conns[i];
	}
	if (p[13] & T_SYN) {
		if (c == NULL) {
			assert_true(site.n_conns < CONNS);
			c = &site.conns[site.n_conns++];
		}
		c->port = get16(p);
		c->nxt = c->una = 0xffff0000u;
		c->rcv_nxt = seq + 1;
		c->syn_due = 1;
		c->gone = site.refuses;
		c->window = get16(p + 14);
		return GRUB_ERR_NONE;
	}
	if (c == NULL || c->gone || (p[13] & T_RST)) {
		if (c != NULL)
			c->gone = c->ack_due = 1;
		return GRUB_ERR_NONE;
	}
	c->window = get16(p + 14); /* without scaling */
	c->una = get32(p + 8);
	if (len > header && seq == c->rcv_nxt) {
		memcpy(c->request + c->n_request, p + header, len - header);
		c->n_request += len - header;
		c->request[c->n_request] = '\0';
		c->rcv_nxt += (u32)(len - header);
		c->ack_due = 1;
		if (strstr(c->request, "\r\n\r\n") != NULL) {
			c->n_request = 0;
			answer(c);
		}
	} else if (seq != c->rcv_nxt) {
		c->ack_due = 1;
	}
	return GRUB_ERR_NONE;
}

static void deliver(const struct conn *c, u32 seq, u8 flags, const u8 *data, usize len)
{
	u8 segment[20 + SEGMENT] = {0};
	struct wire_packet p = {.protocol = 6, .data = segment, .len = 20 + len};

	put16(segment, 80);
	put16(segment + 2, c->port);
	put32(segment + 4, seq);
	put32(segment + 8, c->rcv_nxt);
	segment[12] = 5 << 4;
	segment[13] = flags;
	put16(segment + 14, 65535);
	if (len > 0)
		memcpy(segment + 20, data, len);
	for (struct wire_tap *t = taps; t != NULL; t = t->next) {
		if (t->hook(t->data, &p))
			break;
	}
}

/* The next segment to the client, if there is one. */
static int serve(struct conn *c)
{
	usize n = c->len - c->sent, end = c->cut > 0 && c->cut < c->len ? c->cut : c->len;
	u32 room = c->window - (c->nxt - c->una);

	if (c->syn_due || (c->gone && c->ack_due)) {
		deliver(c, c->nxt, c->gone ? T_RST | T_ACK : T_SYN | T_ACK, c->answer, 0);
		c->nxt += (u32)c->syn_due;
		c->una = c->nxt;
		c->syn_due = c->ack_due = 0;
		return 1;
	}
	n = end - c->sent < SEGMENT ? end - c->sent : SEGMENT;
	n = n < room ? n : room;
	if (c->gone || (n == 0 && !c->ack_due)) {
		if (c->gone || c->fin || c->cut == 0 || c->sent < end)
			return 0;
		c->fin = 1;
		deliver(c, c->nxt++, T_FIN | T_ACK, c->answer, 0);
		return 1;
	}
	c->ack_due = 0;
	c->sent += n;
	c->nxt += (u32)n;
	deliver(c, c->nxt - (u32)n, T_ACK, c->answer + c->sent - n, n);
	return 1;
}

void wire_poll(unsigned ms, const volatile int *stop)
{
	int some = 0;

	assert_int_equal(ms, 0);
	for (unsigned i = 0; i < site.n_conns; i++) {
		while (!*stop && serve(&site.conns[i]))
			some = 1;
	}
	site.now += some ? 0 : 1;
}

/* --- the reader ------------------------------------------------------------------------------- */

static void site_begin(u64 size)
{
	http_link_forget();
	for (unsigned i = 0; i < CONNS; i++)
		free(site.conns[i].answer);
	site = (struct site){.size = size, .version = 1, .validator = "ETag: \"1\"\r\n", .now = 5};
	grub_errno = GRUB_ERR_NONE;
}

static struct http_fetch *site_open(void)
{
	return http_fetch_open("boot", 0, "/big");
}

/* N bytes from OFFSET on, as they should be: how many came, or -1. */
static grub_ssize_t site_read(struct http_fetch *f, u64 offset, usize n)
{
	u8 *buf = mem_alloc(n);
	grub_ssize_t some = 1;
	usize got = 0;

	while (got < n && (some = http_fetch_read(f, buf + got, n - got)) > 0)
		got += (usize)some;
	for (usize i = 0; i < got; i++) {
		if (buf[i] != byte_of(1, offset + i))
			fail_msg("byte %" PRIu64 " is wrong", offset + i);
	}
	free(buf);
	return some < 0 ? -1 : (grub_ssize_t)got;
}

#endif

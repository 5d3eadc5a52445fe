/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_TFTP_FILES_FIXTURE_H
#define MKBOOT_TESTS_TFTP_FILES_FIXTURE_H

/* GRUB's side of the TFTP client between a clock, a wire and a server that are the test's own. */
#include "testing.h"

#define raise raise_error
#include "../../protocols/tftp/tftp.c"

#define GIVES_UP_MS 20000 /* nothing was heard for so long */
#define BLOCK       1468  /* of what fits the card */

/* What the server has for one of our ports. */
struct session {
	u16 port; /* ours */
	char path[32];
	u64 acked, heard;
	unsigned window, blksize;
	bool told; /* its end, by an ERROR of ours */
	bool done;
};

struct packet {
	struct packet *next;
	size_t len;
	u8 data[UDP_HEADER + TFTP_HEADER + 1500];
};

static struct {
	u64 now, size;
	bool windows, silent, says_so, options;
	struct session session[16];
	unsigned n_sessions, requests;
	struct packet *first, **last;
	unsigned lose; /* so many packets */
} net;

static struct grub_net_card card = {.name = "e1000_0", .mtu = 1500};
static struct grub_net_network_level_interface inf;
static bool there; /* the interface */
static struct wire_tap *taps;
static unsigned n_taps;
static void *opened_state;
static u64 opened_size;
static u16 next_port;

static u8 byte_at(u64 at)
{
	return (u8)(at * 7 + (at >> 8) * 13 + (at >> 16));
}

/* --- the server ------------------------------------------------------------------------------ */

static u8 *new_packet(u16 to, u16 from, size_t len)
{
	struct packet *p = mem_alloc(sizeof *p);

	p->len = UDP_HEADER + len;
	put16(p->data, from);
	put16(p->data + 2, to);
	put16(p->data + 4, (u16)p->len);
	*net.last = p;
	net.last = &p->next;
	return p->data + UDP_HEADER;
}

static void send_block(struct session *s, u64 n)
{
	u64 at = (n - 1) * s->blksize;
	size_t len = at + s->blksize < net.size ? s->blksize : (size_t)(net.size - at);
	u8 *p = new_packet(s->port, (u16)(2000 + (s - net.session)), TFTP_HEADER + len);

	put16(p, TFTP_DATA);
	put16(p + 2, (u16)n);
	for (size_t i = 0; i < len; i++)
		p[TFTP_HEADER + i] = byte_at(at + i);
}

static void send_window(struct session *s)
{
	for (unsigned i = 1; i <= s->window && (s->acked + i - 1) * s->blksize <= net.size; i++)
		send_block(s, s->acked + i);
}

static void got_request(u16 port, const char *path)
{
	struct session *s = &net.session[net.n_sessions++ % 16];
	char words[80];
	int len;
	u8 *p;

	net.requests++;
	*s = (struct session){.port = port, .heard = net.now, .window = 1, .blksize = 512};
	snprintf(s->path, sizeof s->path, "%s", path);
	if (!net.options) {
		send_window(s);
		return;
	}
	s->window = net.windows ? 8 : 1;
	s->blksize = (unsigned)card.mtu - 32;
	len = snprintf(words, sizeof words, "tsize%c%llu%cblksize%c%u", 0,
		       (unsigned long long)net.size, 0, 0, s->blksize);
	if (net.windows)
		len += 1 + snprintf(words + len + 1, sizeof words - (size_t)len - 1,
				    "windowsize%c8", 0);
	p = new_packet(port, (u16)(2000 + (s - net.session)), 2 + (size_t)len + 1);
	put16(p, TFTP_OACK);
	memcpy(p + 2, words, (size_t)len + 1);
}

static void server(u16 from, u16 to, const u8 *p, size_t len)
{
	struct session *s;
	u64 acked;

	if (net.silent)
		return;
	if (to == 69) {
		assert_int_equal(get16(p), TFTP_RRQ);
		got_request(from, (const char *)p + 2);
		return;
	}
	assert_true(len >= TFTP_HEADER);
	if (to < 2000 || to >= 2016)
		return; /* to whom a test has put words into the mouth */
	s = &net.session[to - 2000];
	if (s->port != from || s->told || s->done)
		return;
	if (get16(p) == TFTP_ERROR) {
		s->told = true;
		return;
	}
	if (net.now - s->heard >= GIVES_UP_MS) {
		if (net.says_so)
			memcpy(new_packet(from, to, 11), "\0\5\0\0too old", 11);
		return;
	}
	s->heard = net.now;
	acked = s->acked + (u16)(get16(p + 2) - (u16)s->acked);
	if (acked > s->acked + s->window)
		return;
	s->acked = acked;
	s->done = acked > net.size / s->blksize;
	if (!s->done)
		send_window(s);
}

/* --- wire.mod -------------------------------------------------------------------------------- */

u64 wire_now(void)
{
	return net.now;
}

u16 wire_port(void)
{
	return next_port++;
}

void wire_tap_add(struct wire_tap *tap)
{
	tap->next = taps;
	taps = tap;
	n_taps++;
}

void wire_tap_remove(struct wire_tap *tap)
{
	struct wire_tap **at = &taps;

	while (*at != tap)
		at = &(*at)->next;
	*at = tap->next;
	n_taps--;
}

int wire_checksum_ok(const struct wire_packet *p)
{
	(void)p;
	return 1;
}

static void take_one(void)
{
	struct packet *packet = net.first;
	struct wire_packet p = {.card = &card, .protocol = 17};

	net.first = packet->next;
	if (net.first == NULL)
		net.last = &net.first;
	p.data = packet->data;
	p.len = packet->len;
	if (net.lose > 0)
		net.lose--;
	else
		for (struct wire_tap *t = taps; t != NULL && !t->hook(t->data, &p); t = t->next)
			;
	free(packet);
}

void wire_poll(unsigned ms, const volatile int *stop)
{
	assert_in_range(ms, 0, 2000); /* nothing is waited for longer at a time */
	while (net.first != NULL && (stop == NULL || !*stop))
		take_one();
	if (stop == NULL || !*stop)
		net.now += ms;
}

grub_err_t wire_reach(const char *name, struct wire_peer *peer)
{
	assert_string_equal(name, "10.0.2.2");
	if (!there)
		return grub_error(GRUB_ERR_NET_NO_ROUTE, "destination unreachable");
	peer->inf = &inf;
	peer->own = inf.address;
	peer->address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	return GRUB_ERR_NONE;
}

int wire_lives(const struct wire_peer *peer)
{
	return there && peer->own.ipv4 == inf.address.ipv4;
}

int wire_is_from(const struct wire_peer *peer, const struct wire_packet *p)
{
	(void)peer;
	(void)p;
	return 1;
}

unsigned wire_mtu(const struct wire_peer *peer)
{
	return (unsigned)peer->inf->card->mtu;
}

unsigned wire_frames(const struct wire_peer *peer)
{
	(void)peer;
	return 64;
}

grub_err_t wire_send(const struct wire_peer *peer, u8 number, struct grub_net_buff *nb)
{
	assert_true(there);
	assert_ptr_equal(peer->inf, &inf);
	assert_int_equal(number, 17);
	server(get16(nb->data), get16(nb->data + 2), nb->data + UDP_HEADER,
	       (size_t)(nb->tail - nb->data) - UDP_HEADER);
	return GRUB_ERR_NONE;
}

void grub_net_addr_to_str(const grub_net_network_level_address_t *address, char *text)
{
	(void)address;
	memcpy(text, "10.0.2.2", 9);
}

grub_err_t wire_file(struct grub_file *file, const struct wire_source *s, void *state, u64 size)
{
	(void)file;
	(void)s;
	opened_state = state;
	opened_size = size;
	return GRUB_ERR_NONE;
}

grub_err_t wire_file_close(struct grub_file *file)
{
	(void)file;
	return GRUB_ERR_NONE;
}

void wire_shown(char shown[WIRE_SHOWN], const char *path)
{
	assert_true(strlen(path) < WIRE_SHOWN);
	memcpy(shown, path, strlen(path) + 1);
}

/* --- readers --------------------------------------------------------------------------------- */

struct reader {
	void *state;
	u64 at;
};

static int setup(void **state)
{
	(void)state;
	memset(&net, 0, sizeof net);
	net.last = &net.first;
	net.now = 1000;
	net.size = 1000003;
	net.windows = net.options = true;
	inf = (struct grub_net_network_level_interface){.card = &card};
	memcpy(&inf.address.ipv4, "\x0a\0\2\x0f", 4);
	card.mtu = 1500;
	there = true;
	taps = NULL;
	n_taps = 0;
	next_port = 50000;
	grub_errno = GRUB_ERR_NONE;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (net.first != NULL)
		take_one();
	return (int)n_taps;
}

/* STATE is NULL where it could not be opened. */
static struct reader open_any(const char *path)
{
	static char address[] = "10.0.2.2";
	static struct grub_net its = {.server = address};
	struct grub_device device = {.net = &its};
	struct grub_file file = {.device = &device};

	return (struct reader){.state = protocol.open(&file, path) == GRUB_ERR_NONE ? opened_state
										    : NULL};
}

#endif

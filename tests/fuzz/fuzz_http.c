/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer entry: any bytes as what a web server sends, to the TCP engine of protocols/http (as
 * segments near to what it expects, with the reader and the clock in between) and to its engine
 * for messages, in pieces. */
#include "http/message.h"
#include "http/tcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
	if (!truth)
		abort();
}

/* --- TCP ---------------------------------------------------------------------------------------
 */

#define RING 4096u
#define MSS  1460

static void check(const struct http_tcp *t)
{
	u32 last = t->rcv_nxt;

	must(t->state == HTTP_TCP_SYN_SENT || t->edge - t->finished - t->taken <= RING);
	must(t->n_ranges <= HTTP_TCP_RANGES && t->n_out <= HTTP_TCP_SEND_MAX);
	for (u32 i = 0; i < t->n_ranges; i++) {
		/* in order, apart from each other, within what was promised */
		must((int)(t->ranges[i].from - last) > 0);
		must((int)(t->ranges[i].to - t->ranges[i].from) > 0);
		must((int)(t->edge - t->ranges[i].to) >= 0);
		last = t->ranges[i].to;
	}
}

static void send_all(struct http_tcp *t, u32 now)
{
	u8 *out = malloc(HTTP_TCP_SEGMENT_MAX);
	unsigned turns = 0;
	usize n;

	while ((n = http_tcp_output(t, out, now)) > 0) {
		must(n >= 20 && n <= HTTP_TCP_SEGMENT_MAX && (out[12] >> 4) * 4u <= n);
		must(turns++ < 100);
	}
	free(out);
}

/* A record: what to do, then its operands. */
static void tcp(const uint8_t *p, size_t n)
{
	struct http_tcp *t = malloc(sizeof *t);
	u8 *ring = malloc(RING);
	struct http_tcp_setup s = {.ring = ring,
				   .size = RING,
				   .port = 50000,
				   .peer_port = 80,
				   .mss = MSS,
				   .iss = 0xfffffff0u};
	u32 now = 0xffffff00u;

	http_tcp_start(t, &s, now);
	send_all(t, now);
	while (n >= 12) {
		uint8_t what = p[0];
		usize extra = p[11], options = what >> 2 & 0x3c, len;
		u8 *segment;

		switch (what & 3) {
		case 0:
			now += get16(p + 1);
			break;
		case 1:
			http_tcp_take(t, get16(p + 1));
			if (p[3] & 1)
				http_tcp_write(t, p, 12, now);
			if (p[3] & 2)
				http_tcp_expect(t, now);
			break;
		default:
			if (extra > n - 12)
				extra = n - 12;
			if (options > 40)
				options = 40;
			len = 20 + options + extra * (p[10] & 7);
			segment = calloc(1, len);
			put16(segment, 80);
			put16(segment + 2, 50000);
			put32(segment + 4,
			      (what & 1 ? t->rcv_nxt : 0) + (u32)(int16_t)get16(p + 1));
			put32(segment + 8, t->una + (u32)(int8_t)p[3]);
			segment[12] = (u8)((5 + options / 4) << 4);
			segment[13] = p[4];
			put16(segment + 14, get16(p + 5));
			for (usize i = 20; i < len && extra > 0; i++)
				segment[i] = p[12 + i % extra];
			must(http_tcp_mine(t, segment, len));
			http_tcp_input(t, segment, len, now);
			free(segment);
			p += extra;
			n -= extra;
		}
		p += 12;
		n -= 12;
		check(t);
		send_all(t, now);
		check(t);
	}
	{
		u8 out[HTTP_TCP_SEGMENT_MAX];

		http_tcp_close(t, out);
		must(t->state == HTTP_TCP_DEAD);
	}
	free(ring);
	free(t);
}

/* --- messages ----------------------------------------------------------------------------------
 */

/* The whole of P in pieces of at most STEP: a sum of the body's bytes. */
static u64 message(const uint8_t *p, size_t n, size_t step, int *how)
{
	struct http_response *r = malloc(sizeof *r);
	u64 sum = 0;
	size_t at = 0;

	http_response_begin(r);
	while (at < n && r->error == HTTP_OK && !r->whole) {
		size_t piece = n - at < step ? n - at : step, used, len = 0;
		/* a copy of its own: a read behind its end shows */
		u8 *copy = malloc(piece);
		const u8 *data;

		memcpy(copy, p + at, piece);
		if (r->done) {
			used = http_body(r, copy, piece, &data, &len);
			must(len <= used && (len == 0 || data + len <= copy + piece));
			for (size_t i = 0; i < len; i++)
				sum = sum * 31 + data[i];
		} else {
			used = http_head(r, copy, piece);
		}
		must(used <= piece && (used > 0 || r->error != HTTP_OK));
		at += used;
		free(copy);
	}
	must(strlen(r->status_line) < sizeof r->status_line);
	must(strlen(r->location) < sizeof r->location);
	must(strlen(r->validator) < sizeof r->validator);
	*how = r->error * 4 + r->done * 2 + r->whole;
	free(r);
	return sum;
}

static void texts(const char *s)
{
	char host[HTTP_HOST_MAX], target[HTTP_TARGET_MAX] = "/a/b?c", out[HTTP_REQUEST_MAX];
	u16 port;

	if (http_server(s, host, &port) == 0)
		must(port != 0 && host[0] != '\0');
	if (http_redirect(s, "boot", 80, target) == 0)
		must(target[0] == '/' && strlen(target) < sizeof target);
	if (http_target(s, target) == 0) {
		char again[HTTP_TARGET_MAX];

		/* nothing in it ends a line, and it stays what it is */
		must(target[0] == '/' && strchr(target, '\n') == NULL &&
		     strchr(target, ' ') == NULL);
		must(http_target(target, again) == 0 && strcmp(target, again) == 0);
		must(http_request(out, sizeof out, "boot", target, strlen(s), "") > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int a, b;

	if (size < 2)
		return 0;
	switch (data[0] & 3) {
	case 0:
	case 1:
		tcp(data + 1, size - 1);
		break;
	case 2:
		/* however it is cut, it is the same */
		must(message(data + 2, size - 2, data[1] + 1u, &a) ==
		     message(data + 2, size - 2, 1, &b));
		must(a == b);
		break;
	default: {
		char *s = malloc(size);

		memcpy(s, data + 1, size - 1);
		s[size - 1] = '\0';
		texts(s);
		free(s);
	}
	}
	return 0;
}

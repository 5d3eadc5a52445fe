/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP as HTTP has it, with a peer over a bad wire. */
#include "http_peer.h"

struct ride {
	u32 iss, them, size, ring, limit, loss, twice, reorder, delay, seed;
	u8 scale;
	u32 slow; /* the reader takes so much a millisecond; 0: all */
};

static u32 most_window; /* of the last ride */

/* Until all has come; the milliseconds it took. */
static u32 ride(const struct ride *r)
{
	struct wire w = {.seed = r->seed,
			 .loss = r->loss,
			 .twice = r->twice,
			 .reorder = r->reorder,
			 .delay = r->delay};
	struct peer s = {.iss = r->them,
			 .una = r->them + 1,
			 .nxt = r->them + 1,
			 .top = r->them + 1,
			 .begin = r->them + 1,
			 .size = r->size,
			 .mss = 536,
			 .scale = r->scale,
			 .use_sack = r->scale,
			 .rto = 200,
			 .cwnd = 14600,
			 .timer_at = 1000000,
			 .request_len = REQUEST_LEN};
	u32 got = 0, turns = 0;
	struct packet *p;
	usize n;

	s.sacked = mem_alloc(r->size + 1);
	memset(s.sacked, 0, r->size + 1);
	start(r->iss, r->ring, r->limit, 1460);
	http_tcp_write(&t, request, REQUEST_LEN, 0);
	while (!http_tcp_ended(&t)) {
		const u8 *data;

		assert_int_equal(t.error, HTTP_TCP_OK);
		assert_true(turns++ < 100000);
		while ((p = wire_get(&w)) != NULL) {
			if (p->to_us) {
				assert_true(http_tcp_mine(&t, p->data, p->len));
				http_tcp_input(&t, p->data, p->len, w.now);
			} else {
				peer_take(&s, &w, p->data, p->len);
			}
			free(p);
			/* the memory that is promised is there */
			assert_true(t.edge - t.finished - t.taken <= r->ring);
			while (http_tcp_due(&t) && (n = http_tcp_output(&t, out, w.now)) > 0)
				wire_put(&w, 0, out, n);
		}
		n = http_tcp_peek(&t, &data);
		if (r->slow != 0 && n > r->slow)
			n = r->slow;
		for (usize i = 0; i < n; i++)
			assert_int_equal(data[i], stream_byte(got + (u32)i));
		http_tcp_take(&t, n);
		got += (u32)n;
		while ((n = http_tcp_output(&t, out, w.now)) > 0)
			wire_put(&w, 0, out, n);
		if (s.request_got == s.request_len && s.timer_at == 1000000)
			s.timer_at = w.now + s.rto;
		peer_run(&s, &w);
		w.now++;
	}
	assert_int_equal(got, r->size);
	assert_true(s.window_max <= r->ring);
	most_window = s.window_max;
	while (w.n > 0)
		free(w.queue[--w.n]);
	free(s.sacked);
	return w.now;
}

static void test_clean(void **state)
{
	struct ride r = {
		.iss = 7, .them = 99, .size = 3000000, .ring = RING, .scale = 1, .seed = 1};

	(void)state;
	assert_true(ride(&r) < 100);
	r.delay = 10; /* 20 ms a round: without a scaled window it would take 47 of them */
	assert_true(ride(&r) < 500);
	r.scale = 0;
	assert_true(ride(&r) > 900);
}

/* A window that the card holds, and a way that is too long for it: it grows. On a short way it
 * stays; without scaling there is an end to it. */
static void test_grows(void **state)
{
	struct ride r = {.iss = 7,
			 .them = 99,
			 .size = 3000000,
			 .ring = RING,
			 .scale = 1,
			 .seed = 1,
			 .limit = 8 * 1460};

	(void)state;
	ride(&r);
	/* the ride's clock moves on at least once a round */
	assert_true(most_window <= 8 * 1460 * 3);
	r.delay = 2;
	ride(&r);
	assert_true(most_window > 8 * 1460 * 5 && most_window <= 8 * 1460 * 11);
	r.delay = 20;
	ride(&r);
	assert_int_equal(most_window, RING);
	r.scale = 0;
	ride(&r);
	assert_int_equal(most_window, 65535);
	/* lost frames hold it back: they may have been too many for the card */
	r.scale = 1;
	r.loss = 200;
	r.size = 300000;
	ride(&r);
	assert_true(most_window <= 32 * 1460);
}

/* Both ways lost, twice and out of order; sequence numbers that pass zero on both sides. */
static void test_bad_wire(void **state)
{
	static const struct ride rides[] = {
		{.loss = 10},
		{.loss = 50, .delay = 1},
		{.loss = 200, .size = 200000},
		{.twice = 200},
		{.reorder = 300, .delay = 1},
		{.loss = 30, .twice = 30, .reorder = 100, .delay = 5},
		{.loss = 30, .twice = 30, .reorder = 100, .delay = 2, .limit = 6 * 1460},
		{.loss = 30, .twice = 30, .reorder = 100, .delay = 2, .ring = 4096},
		{.loss = 10, .slow = 1000, .ring = 16384},
		{.loss = 100, .slow = 100, .ring = 2048, .size = 100000},
	};

	(void)state;
	for (usize i = 0; i < sizeof rides / sizeof rides[0]; i++) {
		for (u32 k = 0; k < 6; k++) {
			struct ride r = rides[i];

			r.seed = 77 * k + 3;
			r.scale = k != 5;
			r.ring = r.ring ? r.ring : RING;
			r.size = r.size ? r.size : 1000000;
			r.iss = 0xffffffffu - k * 13;
			r.them = 0xffffffffu - r.size / (k + 1);
			ride(&r);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_grows),
		cmocka_unit_test(test_bad_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

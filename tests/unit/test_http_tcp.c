/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP as HTTP has it, by script: a segment in, what comes out. */
#include "http_peer.h"

#define ISS  1000u
#define THEM 5000u

static void in(u32 now, u32 seq, u32 ack, u8 flags, const char *data)
{
	u8 p[2048];
	usize n = make_segment(p, seq, ack, flags, 1000, NULL, 0);

	memcpy(p + n, data, strlen(data));
	http_tcp_input(&t, p, n + strlen(data), now);
}

static void expect_out(u32 now, u32 seq, u32 ack, u8 flags, usize data)
{
	usize n = http_tcp_output(&t, out, now);

	assert_true(n >= 20);
	assert_int_equal(get32(out + 4), seq);
	assert_int_equal(get32(out + 8), ack);
	assert_int_equal(out[13], flags);
	assert_int_equal(n, (usize)(out[12] >> 4) * 4 + data);
}

static void expect_none(u32 now)
{
	assert_int_equal(http_tcp_output(&t, out, now), 0);
}

static void expect_data(const char *text)
{
	const u8 *p;
	usize n = http_tcp_peek(&t, &p);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(p, text, n);
	http_tcp_take(&t, n);
}

static void syn_ack(const u8 *options, usize n)
{
	u8 p[64];

	n = make_segment(p, THEM, ISS + 1, T_SYN | T_ACK, 1000, options, n);
	http_tcp_input(&t, p, n, 10);
}

static void opened(void)
{
	static const u8 options[] = {2, 4, 5, 0xb4, 1, 3, 3, 2, 1, 1, 4, 2};

	start(ISS, RING, 0, 1460);
	expect_out(0, ISS, 0, T_SYN, 0);
	expect_none(10);
	syn_ack(options, sizeof options);
	expect_out(10, ISS + 1, THEM + 1, T_ACK, 0);
	expect_none(10);
	assert_int_equal(t.state, HTTP_TCP_OPEN);
}

/* RFC 9293 §3.2, RFC 7323 §2.2, RFC 2018 §2 */
static void test_syn(void **state)
{
	static const u8 want[] = {2, 4, 0x05, 0xb4, 1, 3, 3, 3, 1, 1, 4, 2};

	(void)state;
	start(ISS, RING, 0, 1460);
	expect_out(0, ISS, 0, T_SYN, 0);
	assert_memory_equal(out + 20, want, sizeof want);
	assert_int_equal(get16(out + 14), 65535);
	assert_int_equal(get16(out), OUR_PORT);
	assert_int_equal(get16(out + 2), PEER_PORT);
	/* a card with few frames */
	start(ISS, 65536, 6 * 1460, 1460);
	expect_out(0, ISS, 0, T_SYN, 0);
	assert_int_equal(get16(out + 14), 6 * 1460);
	assert_int_equal(out[27], 1);
}

static void test_syn_again(void **state)
{
	static const u32 at[] = {0, 300, 900, 2100, 4500, 8500};

	(void)state;
	start(ISS, RING, 0, 1460);
	for (usize i = 0; i < sizeof at / sizeof at[0]; i++) {
		if (i > 0)
			expect_none(at[i] - 1);
		expect_out(at[i], ISS, 0, T_SYN, 0);
	}
	expect_none(9999);
	assert_int_equal(t.state, HTTP_TCP_SYN_SENT);
	expect_none(10000);
	assert_int_equal(t.state, HTTP_TCP_DEAD);
	assert_int_equal(t.error, HTTP_TCP_SILENT);
}

/* RFC 9293 §3.10.7.3 */
static void test_syn_sent(void **state)
{
	(void)state;
	start(ISS, RING, 0, 1460);
	/* before anything was sent */
	in(0, THEM, ISS + 1, T_SYN | T_ACK, "");
	assert_int_equal(t.state, HTTP_TCP_SYN_SENT);
	expect_out(0, ISS + 1, 0, T_RST, 0);
	expect_out(0, ISS, 0, T_SYN, 0);
	in(1, THEM, ISS + 7, T_SYN | T_ACK, "");
	assert_int_equal(t.state, HTTP_TCP_SYN_SENT);
	expect_out(1, ISS + 7, 0, T_RST, 0);
	in(1, THEM, ISS + 7, T_RST | T_ACK, "");
	in(1, THEM, 0, T_RST, "");
	in(1, THEM, 0, T_SYN, "");
	in(1, THEM, ISS + 1, T_ACK, "data");
	expect_none(1);
	assert_int_equal(t.state, HTTP_TCP_SYN_SENT);
	in(1, THEM, ISS + 1, T_RST | T_ACK, "");
	assert_int_equal(t.state, HTTP_TCP_DEAD);
	assert_int_equal(t.error, HTTP_TCP_REFUSED);
}

/* No scaling unless both want it: RFC 7323 §1.3; bad options do no harm. */
static void test_options(void **state)
{
	static const struct {
		u8 bytes[12];
		u32 mss;
		u8 shift, sack;
	} cases[] = {
		{{2, 4, 2, 0}, 512, 0, 0},
		{{2, 4, 0xff, 0xff, 1, 3, 3, 200}, 1460, 3, 0},
		{{2, 4, 0, 0, 4, 2, 0}, 64, 0, 1},
		{{2, 3, 1, 1}, 536, 0, 0},
		{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3}, 536, 0, 0},
		{{2, 40, 1, 1}, 536, 0, 0},
		{{99, 0, 2, 4, 5, 0xb4}, 536, 0, 0},
		{{99, 4, 7, 7, 2, 4, 4, 0}, 1024, 0, 0},
		{{0, 2, 4, 4}, 536, 0, 0},
	};

	(void)state;
	for (usize i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start(ISS, RING, 0, 1460);
		expect_out(0, ISS, 0, T_SYN, 0);
		syn_ack(cases[i].bytes, 12);
		assert_int_equal(t.state, HTTP_TCP_OPEN);
		assert_int_equal(t.peer_mss, cases[i].mss);
		assert_int_equal(t.shift, cases[i].shift);
		assert_int_equal(t.sack, cases[i].sack);
		expect_out(10, ISS + 1, THEM + 1, T_ACK, 0);
		assert_int_equal(get16(out + 14), cases[i].shift ? RING >> 3 : 65535);
	}
}

/* What is sent comes again until it is acknowledged, ever more slowly. */
static void test_request(void **state)
{
	(void)state;
	opened();
	assert_int_equal(http_tcp_write(&t, request, REQUEST_LEN, 20), 0);
	assert_true(http_tcp_due(&t));
	expect_out(20, ISS + 1, THEM + 1, T_ACK | T_PSH, REQUEST_LEN);
	assert_memory_equal(out + 20, request, REQUEST_LEN);
	expect_none(219);
	expect_out(220, ISS + 1, THEM + 1, T_ACK | T_PSH, REQUEST_LEN);
	expect_none(619);
	expect_out(620, ISS + 1, THEM + 1, T_ACK | T_PSH, REQUEST_LEN);
	/* a part of it */
	in(700, THEM + 1, ISS + 1 + 10, T_ACK, "");
	expect_none(700);
	expect_out(1500, ISS + 11, THEM + 1, T_ACK | T_PSH, REQUEST_LEN - 10);
	in(1501, THEM + 1, ISS + 1 + REQUEST_LEN, T_ACK, "");
	expect_none(1501);
	assert_int_equal(t.n_out, 0);
	/* an answer from the future, and one from long ago: RFC 5961 §5.2 */
	in(1502, THEM + 1, ISS + 2 + REQUEST_LEN, T_ACK, "later");
	expect_out(1502, ISS + 1 + REQUEST_LEN, THEM + 1, T_ACK, 0);
	in(1502, THEM + 1, ISS - 8000, T_ACK, "before");
	expect_out(1502, ISS + 1 + REQUEST_LEN, THEM + 1, T_ACK, 0);
	in(1502, THEM + 1, 0, 0, "no ACK");
	expect_none(1502);
	expect_data("");
	/* more than there is room for */
	assert_int_equal(http_tcp_write(&t, ring, HTTP_TCP_SEND_MAX + 1, 20), -1);
	assert_int_equal(http_tcp_write(&t, ring, HTTP_TCP_SEND_MAX, 1503), 0);
	/* the server's window of 1000 << 2 */
	expect_out(1503, ISS + 1 + REQUEST_LEN, THEM + 1, T_ACK, 1460);
	expect_out(1503, ISS + 1461 + REQUEST_LEN, THEM + 1, T_ACK, 1460);
	expect_out(1503, ISS + 2921 + REQUEST_LEN, THEM + 1, T_ACK, 1080);
	expect_none(1503);
}

static void test_silence(void **state)
{
	(void)state;
	opened();
	http_tcp_expect(&t, 1000);
	for (u32 at = 3000; at < 11000; at += 2000) {
		expect_none(at - 1);
		expect_out(at, ISS, THEM + 1, T_ACK, 0); /* are you there? */
	}
	expect_none(11000);
	assert_int_equal(t.error, HTTP_TCP_SILENT);
	/* one that answers lives */
	opened();
	http_tcp_expect(&t, 1000);
	expect_out(5000, ISS, THEM + 1, T_ACK, 0);
	in(5001, THEM + 1, ISS + 1, T_ACK, "");
	expect_out(11000, ISS, THEM + 1, T_ACK, 0);
	assert_int_equal(t.state, HTTP_TCP_OPEN);
}

/* ACK at every second segment, at once where something is odd, else after 20 ms. */
static void test_acks(void **state)
{
	char full[1461];

	(void)state;
	memset(full, 'x', 1460);
	full[1460] = '\0';
	opened();
	in(20, THEM + 1, ISS + 1, T_ACK, full);
	expect_none(39);
	expect_out(40, ISS + 1, THEM + 1461, T_ACK, 0);
	in(50, THEM + 1461, ISS + 1, T_ACK, full);
	expect_none(50);
	in(51, THEM + 2921, ISS + 1, T_ACK, full);
	expect_out(51, ISS + 1, THEM + 4381, T_ACK, 0);
	expect_none(1000);
	in(1000, THEM + 4381, ISS + 1, T_ACK | T_PSH, "end");
	expect_out(1000, ISS + 1, THEM + 4384, T_ACK, 0);
	/* again; a part of it new; a keep-alive */
	in(1001, THEM + 4381, ISS + 1, T_ACK, "end");
	expect_out(1001, ISS + 1, THEM + 4384, T_ACK, 0);
	in(1002, THEM + 4381, ISS + 1, T_ACK, "end of");
	expect_none(1002);
	expect_out(1022, ISS + 1, THEM + 4387, T_ACK, 0);
	in(1023, THEM + 4386, ISS + 1, T_ACK, "");
	expect_out(1023, ISS + 1, THEM + 4387, T_ACK, 0);
}

static void blocks(const u32 *want, usize n)
{
	assert_int_equal(out[12] >> 4, n > 0 ? 5 + 1 + 2 * n : 5);
	for (usize i = 0; i < 2 * n; i++)
		assert_int_equal(get32(out + 24 + 4 * i), THEM + 1 + want[i]);
}

/* RFC 2018 §4: the newest first, in pieces that grow together. */
static void test_gaps(void **state)
{
	(void)state;
	opened();
	in(20, THEM + 1 + 10, ISS + 1, T_ACK, "klm");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	blocks((u32[]){10, 13}, 1);
	in(20, THEM + 1 + 20, ISS + 1, T_ACK, "uvw");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	blocks((u32[]){20, 23, 10, 13}, 2);
	in(20, THEM + 1 + 15, ISS + 1, T_ACK, "pqr");
	in(20, THEM + 1 + 3, ISS + 1, T_ACK, "d");
	in(20, THEM + 1 + 5, ISS + 1, T_ACK, "f");
	in(20, THEM + 1 + 11, ISS + 1, T_ACK, "lm");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	blocks((u32[]){10, 13, 5, 6, 3, 4, 15, 18}, 4);
	in(20, THEM + 1 + 13, ISS + 1, T_ACK, "nopqrst");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	blocks((u32[]){10, 23, 5, 6, 3, 4}, 3);
	in(20, THEM + 1, ISS + 1, T_ACK, "abcde");
	expect_out(20, ISS + 1, THEM + 7, T_ACK, 0);
	blocks((u32[]){10, 23}, 1);
	in(20, THEM + 7, ISS + 1, T_ACK, "ghij");
	expect_out(20, ISS + 1, THEM + 24, T_ACK, 0);
	blocks(NULL, 0);
	expect_data("abcdefghijklmnopqrstuvw");
	/* more pieces than are remembered: what is over comes again */
	for (u32 i = 0; i < HTTP_TCP_RANGES + 10; i++)
		in(30, THEM + 25 + 2 * i, ISS + 1, T_ACK, "x");
	assert_int_equal(t.n_ranges, HTTP_TCP_RANGES);
	for (u32 i = 0; i < HTTP_TCP_RANGES; i++)
		in(30, THEM + 24 + 2 * i, ISS + 1, T_ACK, "y");
	assert_int_equal(t.n_ranges, 0);
	assert_int_equal(t.rcv_nxt, THEM + 24 + 2 * HTTP_TCP_RANGES);
}

/* RFC 5961 §3.2, §4.2 */
static void test_resets(void **state)
{
	(void)state;
	opened();
	in(20, THEM + 2, ISS + 1, T_RST, "");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	in(20, THEM, ISS + 1, T_RST, "");
	in(20, THEM + 1 + RING, ISS + 1, T_RST | T_ACK, "");
	expect_none(20);
	in(20, THEM + 2, ISS + 1, T_SYN | T_ACK, "");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	in(20, THEM, ISS + 1, T_SYN | T_ACK, ""); /* ours was lost */
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	assert_int_equal(t.state, HTTP_TCP_OPEN);
	in(20, THEM + 1, ISS + 1, T_ACK, "last words");
	in(20, THEM + 11, 0, T_RST, "");
	assert_int_equal(t.error, HTTP_TCP_RESET);
	expect_none(20);
	expect_data("last words");
	assert_false(http_tcp_ended(&t));
}

static void test_fin(void **state)
{
	(void)state;
	opened();
	in(20, THEM + 5, ISS + 1, T_ACK | T_FIN, "end");
	expect_out(20, ISS + 1, THEM + 1, T_ACK, 0);
	assert_false(http_tcp_ended(&t));
	/* behind the end, and another end */
	in(20, THEM + 8, ISS + 1, T_ACK, "more");
	in(20, THEM + 6, ISS + 1, T_ACK | T_FIN, "");
	in(20, THEM + 1, ISS + 1, T_ACK, "the ");
	expect_out(20, ISS + 1, THEM + 9, T_ACK, 0);
	assert_false(http_tcp_ended(&t));
	expect_data("the end");
	assert_true(http_tcp_ended(&t));
	in(30, THEM + 5, ISS + 1, T_ACK | T_FIN, "end"); /* it missed ours */
	expect_out(30, ISS + 1, THEM + 9, T_ACK, 0);
	in(30, THEM + 9, ISS + 1, T_ACK, "beyond");
	expect_data("");
	assert_int_equal(http_tcp_close(&t, out), 20);
	assert_int_equal(out[13], T_FIN | T_ACK);
	assert_int_equal(get32(out + 4), ISS + 1);
	/* a FIN before what has come is none */
	opened();
	in(20, THEM + 11, ISS + 1, T_ACK, "k");
	in(20, THEM + 5, ISS + 1, T_ACK | T_FIN, "");
	assert_false(t.fin_seen);
	/* closed by us: it shall forget */
	http_tcp_output(&t, out, 20);
	assert_int_equal(http_tcp_close(&t, out) > 0, 1);
	assert_int_equal(out[13], T_RST | T_ACK);
	assert_int_equal(http_tcp_close(&t, out), 0);
}

/* A window that is full is closed, probes are answered, and it opens when half is free. */
static void test_window(void **state)
{
	char full[1025];
	u32 seq = THEM + 1;

	(void)state;
	memset(full, 'x', 1024);
	full[1024] = '\0';
	start(ISS, 8192, 0, 1024);
	expect_out(0, ISS, 0, T_SYN, 0);
	syn_ack(NULL, 0);
	expect_out(10, ISS + 1, seq, T_ACK, 0);
	assert_int_equal(get16(out + 14), 8192);
	for (u32 i = 0; i < 8; i++, seq += 1024)
		in(20, seq, ISS + 1, T_ACK, full);
	expect_out(20, ISS + 1, seq, T_ACK, 0);
	assert_int_equal(get16(out + 14), 0);
	in(30, seq, ISS + 1, T_ACK, "p"); /* a probe */
	expect_out(30, ISS + 1, seq, T_ACK, 0);
	assert_int_equal(get16(out + 14), 0);
	http_tcp_take(&t, 1023);
	expect_none(40);
	in(40, seq, ISS + 1, T_ACK, "p");
	expect_out(40, ISS + 1, seq, T_ACK, 0);
	assert_int_equal(get16(out + 14), 0); /* less than a segment is none */
	http_tcp_take(&t, 3000);
	expect_none(50);
	http_tcp_take(&t, 73);
	expect_out(50, ISS + 1, seq, T_ACK, 0);
	assert_int_equal(get16(out + 14), 4096);
	expect_none(50);
	/* what lies behind the edge is not taken */
	in(60, seq + 4096, ISS + 1, T_ACK, full);
	in(60, seq + 4095, ISS + 1, T_ACK, "in, out");
	assert_int_equal(t.n_ranges, 1);
	assert_int_equal(t.ranges[0].to, seq + 4096);
	/* a FIN comes at a closed window, too */
	for (u32 i = 0; i < 4; i++, seq += 1024)
		in(60, seq, ISS + 1, T_ACK, full);
	in(60, seq, ISS + 1, T_ACK | T_FIN, "");
	assert_true(t.finished);
}

static void test_nonsense(void **state)
{
	u8 p[64] = {0};

	(void)state;
	opened();
	make_segment(p, THEM + 1, ISS + 1, T_ACK, 1000, NULL, 0);
	assert_true(http_tcp_mine(&t, p, 20));
	assert_false(http_tcp_mine(&t, p, 19));
	put16(p, 81);
	assert_false(http_tcp_mine(&t, p, 20));
	p[12] = 4 << 4;
	http_tcp_input(&t, p, 20, 20);
	p[12] = 15 << 4;
	http_tcp_input(&t, p, 59, 20);
	http_tcp_input(&t, p, 0, 20);
	expect_none(20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syn),      cmocka_unit_test(test_syn_again),
		cmocka_unit_test(test_syn_sent), cmocka_unit_test(test_options),
		cmocka_unit_test(test_request),  cmocka_unit_test(test_silence),
		cmocka_unit_test(test_acks),     cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_resets),   cmocka_unit_test(test_fin),
		cmocka_unit_test(test_window),   cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TFTP client of GRUB's (protocols/tftp/): its timers, long files, and the end of a transfer.
 */
#include "tftp_fixture.h"

#define RRQ "69: rrq /k octet tsize 0 blksize 1428 windowsize 4"

static void test_silence(void **state)
{
	static const struct line nobody[] = {
		{249, 0, "", ""},
		{250, 0, "", RRQ},
		{749, 0, "", ""},
		{750, 0, "", RRQ},
		{1750, 0, "", "69: rrq /k octet tsize 0 blksize 1428"},
		{3750, 0, "", "69: rrq /k octet tsize 0 blksize 1428"},
		{5750, 0, "", "69: rrq /k octet"},
		{7749, 0, "", ""},
		{7750, 0, "", "failed 2: the server does not answer"},
		{9000, 69, "data 1 3", "failed 2: the server does not answer"},
	};
	static const struct line late[] = {
		{250, 0, "", RRQ},
		{750, 0, "", RRQ},
		{1750, 0, "", "69: rrq /k octet tsize 0 blksize 1428"},
		{1760, 2000, "oack windowsize=4", "2000: ack 0"}, /* to one before */
		{1761, 2000, "data 1 3", "2000: ack 1; 3 bytes; done"},
	};
	/* round trip 0: 10, 20, 40... ms */
	static const struct line lost[] = {
		{0, 2000, "oack blksize=512", "2000: ack 0"},
		{9, 0, "", ""},
		{10, 0, "", "2000: ack 0"},
		{29, 0, "", ""},
		{30, 0, "", "2000: ack 0"},
		{31, 2000, "data 1 512", "2000: ack 1; 512 bytes"},
		{32, 2000, "data 1 512", ""}, /* no Sorcerer's Apprentice */
		{40, 0, "", ""},
		{41, 0, "", "2000: ack 1"},
		{42, 2000, "data 2 1", "2000: ack 2; 1 bytes; done"},
	};
	/* a round trip of 40 ms: after 130 */
	static const struct line slow[] = {
		{40, 2000, "oack blksize=512", "2000: ack 0"},
		{80, 2000, "data 1 512", "2000: ack 1; 512 bytes"},
		{209, 0, "", ""},
		{210, 0, "", "2000: ack 1"},
	};
	/* in the midst of a window what came is acknowledged, and the window begins there */
	static const struct line tail[] = {
		{0, 2000, "oack blksize=512 windowsize=4", "2000: ack 0"},
		{1, 2000, "data 1 512", "512 bytes"},
		{1, 2000, "data 2 512", "512 bytes"},
		{11, 0, "", "2000: ack 2"},
		{22, 2000, "data 3 512", "512 bytes"},
		{22, 2000, "data 4 512", "512 bytes"},
		{22, 2000, "data 5 512", "512 bytes"},
		{22, 2000, "data 6 512", "2000: ack 6; 512 bytes"},
	};
	struct tftp t;
	unsigned acks = 0;

	(void)state;
	talk(&t, nobody);
	talk(&t, late);
	talk(&t, lost);
	talk(&t, slow);
	talk(&t, tail);
	/* then nothing: 10 s, in which it has asked again, ever more seldom */
	for (u64 now = 23; t.state != TFTP_FAILED; now++) {
		assert_in_range(now, 23, 11500);
		acks += (tftp_tick(&t, now) & TFTP_SEND) != 0;
		assert_true(now < 10022 || t.state == TFTP_FAILED || t.deadline > now);
	}
	assert_in_range(acks, 8, 20);
	assert_string_equal(t.words, "the server has stopped sending");
	assert_int_equal(t.error, TFTP_TIMEOUT);
}

/* Nothing comes, until it is asked for anew: when. */
static u64 until_anew(struct tftp *t, u64 now)
{
	while ((tftp_tick(t, now) & TFTP_NEW_PORT) == 0) {
		assert_int_equal(t->state, TFTP_OPEN);
		now++;
	}
	return now;
}

/* Large blocks do not get through: the OACK does, and small blocks. */
static void test_black_hole(void **state)
{
	static const struct line oack = {1, 2000, "oack blksize=1428 windowsize=4", "2000: ack 0"};
	static const struct line large = {
		3000, 2001, "oack blksize=1428",
		"2001: error 8; failed 3: the server wants larger blocks (blksize) than it was "
		"asked for"};
	static const struct line small[] = {
		{2800, 2001, "oack blksize=512 windowsize=4", "2001: ack 0"},
		{2800, 2001, "data 1 512", "512 bytes"},
		{2801, 2001, "data 2 1", "2001: ack 2; 1 bytes; done"},
	};
	static const struct line plain[] = {
		{6200, 2002, "data 1 512", "2002: ack 1; 512 bytes"},
		{6201, 2002, "data 2 1", "2002: ack 2; 1 bytes; done"},
	};
	struct strbuf words = {0};
	struct tftp t;
	u64 now;

	(void)state;
	talk_of(&t, &oack, 1);
	now = until_anew(&t, 1);
	assert_in_range(now, 1500, 2800);
	did(&t, TFTP_SEND, &words);
	assert_string_equal(words.data, "69: rrq /k octet tsize 0 blksize 512 windowsize 4");
	strbuf_free(&words);
	for (size_t i = 0; i < 3; i++)
		line(&t, &small[i]);
	/* options are more than the server can do, though it says otherwise */
	talk_of(&t, &oack, 1);
	until_anew(&t, 1);
	line(&t, &small[0]);
	now = until_anew(&t, 2800);
	assert_in_range(now, 4300, 6200);
	assert_string_equal((char *)t.out + 2, "/k");
	assert_int_equal(t.out_len, 11); /* no options */
	line(&t, &plain[0]);
	line(&t, &plain[1]);
	/* it is measured while somebody waits */
	talk_of(&t, &oack, 1);
	assert_int_equal(tftp_go_on(&t, 2000), 0);
	assert_in_range(until_anew(&t, 2000), 3500, 4800);
	talk_of(&t, &oack, 1);
	assert_int_equal(tftp_go_on(&t, 60000), 0);
	assert_true(t.left);
	for (now = 60000; t.state == TFTP_OPEN; now++)
		assert_int_equal(tftp_tick(&t, now) & TFTP_NEW_PORT, 0);
	assert_int_equal(t.state, TFTP_FAILED);
	assert_in_range(now, 63000, 64100);
	/* a server that wants large blocks all the same gets no third chance */
	talk_of(&t, &oack, 1);
	until_anew(&t, 1);
	line(&t, &large);
}

/* No room: the ACK waits, and nothing is asked for meanwhile. */
static void test_full(void **state)
{
	static const struct line lines[] = {
		{0, 2000, "oack blksize=512 windowsize=2", "2000: ack 0"},
		{1, 2000, "data 1 512", "512 bytes"},
	};
	static const struct line held = {1, 2000, "data 2 512", "512 bytes"};
	static const struct line again = {900, 2000, "data 2 512", ""};
	static const struct line on = {60001, 2000, "data 3 512", "512 bytes"};
	struct tftp t;

	(void)state;
	talk(&t, lines);
	t.full = 1;
	line(&t, &held);
	line(&t, &again);
	t.full = 0;
	/* a minute later */
	assert_int_equal(tftp_go_on(&t, 60000), TFTP_SEND);
	assert_int_equal(get16(t.out + 2), 2);
	assert_int_equal(tftp_tick(&t, 60001), 0);
	assert_int_equal(t.state, TFTP_OPEN);
	line(&t, &on);
	/* nobody looked for a minute, and nothing was owed: what came is looked at first */
	assert_int_equal(tftp_go_on(&t, 120000), 0);
	assert_int_equal(tftp_tick(&t, 120001), 0);
	assert_int_equal(tftp_tick(&t, 120030), TFTP_SEND);
	assert_int_equal(t.state, TFTP_OPEN);
}

static void test_stop(void **state)
{
	static const struct line open = {0, 2000, "oack blksize=512 windowsize=2", "2000: ack 0"};
	static const struct line whole = {0, 2000, "data 1 1", "2000: ack 1; 1 bytes; done"};
	struct tftp t;

	(void)state;
	talk_of(&t, NULL, 0);
	assert_int_equal(tftp_stop(&t), 0); /* nobody to tell */
	talk_of(&t, &open, 1);
	assert_int_equal(tftp_stop(&t), TFTP_SEND);
	assert_int_equal(t.out_port, 2000);
	assert_int_equal(get16(t.out), TFTP_ERROR);
	assert_int_equal(tftp_stop(&t), 0);
	talk_of(&t, &whole, 1);
	assert_int_equal(tftp_stop(&t), 0);
	assert_int_equal(t.state, TFTP_DONE);
}

/* Block numbers have 16 bits; blocks are counted from the file's beginning. */
static void test_roll_over(void **state)
{
	static const struct line oack = {0, 2000, "oack blksize=8 windowsize=4", "2000: ack 0"};
	static const struct line lock_step = {0, 2000, "oack blksize=8", "2000: ack 0"};
	struct line l = {1, 2000, NULL, NULL};
	char in[32], out[64];
	struct tftp t;

	(void)state;
	talk_of(&t, &oack, 1);
	for (unsigned n = 1; n <= 200000; n++) {
		snprintf(in, sizeof in, "data %u 8", n & 0xffff);
		snprintf(out, sizeof out, n % 4 == 0 ? "2000: ack %u; 8 bytes" : "8 bytes",
			 n & 0xffff);
		l.in = in;
		l.out = out;
		line(&t, &l);
	}
	assert_int_equal(t.block, 200000);
	/* one block at a time, and 1 after 65535 */
	talk_of(&t, &lock_step, 1);
	for (unsigned n = 1; n <= 140000; n++) {
		snprintf(in, sizeof in, "data %u 8", (n - 1) % 65535 + 1);
		snprintf(out, sizeof out, "2000: ack %u; 8 bytes", (n - 1) % 65535 + 1);
		l.in = in;
		l.out = out;
		line(&t, &l);
	}
	/* beyond 2^32 bytes, and 2^32 blocks */
	talk_of(&t, &oack, 1);
	t.block = t.acked = ((u64)1 << 33) - 2;
	t.received = t.block * 8;
	t.size = ((u64)1 << 36) + 3;
	line(&t, &(struct line){2, 2000, "data 65535 8", "8 bytes"});
	line(&t, &(struct line){2, 2000, "data 1 8", "2000: ack 65535"});
	line(&t, &(struct line){2, 2000, "data 0 8", "2000: ack 0; 8 bytes"}); /* gap() */
	line(&t, &(struct line){2, 2000, "data 1 3", "2000: ack 1; 3 bytes; done"});
	assert_int_equal(t.received, t.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence),   cmocka_unit_test(test_black_hole),
		cmocka_unit_test(test_full),      cmocka_unit_test(test_stop),
		cmocka_unit_test(test_roll_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

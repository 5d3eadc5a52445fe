/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TFTP client of GRUB's (protocols/tftp/) and a server of each kind, on a wire that loses,
 * doubles, delays and mixes up: every byte comes, once, in order, in a time that can be borne. */
#include "tftp_fixture.h"

struct wire {
	unsigned loss, twice, reorder; /* per mille */
	unsigned delay;                /* us, each way */
};

struct kind {
	const char *oack; /* after the tsize; NULL: no OACK, options are nothing to it */
	unsigned blksize, window;
	bool once;     /* answers an ACK once, as dnsmasq does: the rest is its timer's */
	unsigned full; /* the client has no room after each so many blocks, for 30 ms */
};

#define CLIENT_PORT  3000
#define SERVER_PORT  2000
#define SERVER_TIMER 1000000 /* us */
#define FRAME_US     12      /* on 1 Gbit/s */

struct frame {
	u64 due;
	bool to_server;
	size_t len;
	uint8_t data[1500];
};

static struct {
	struct wire wire;
	struct kind kind;
	u64 now, seed;
	struct frame *frames[4096];
	size_t n_frames;
	/* the server's side */
	u64 size, base, sent_at, line_free;
	bool open;
	unsigned data_sent;
	/* the client's */
	u64 got;
} sim;

static uint8_t byte_at(u64 offset)
{
	return (uint8_t)(offset * 7 + (offset >> 8) * 13 + (offset >> 16));
}

static bool chance(unsigned per_mille)
{
	sim.seed = sim.seed * 6364136223846793005u + 1442695040888963407u;
	return (sim.seed >> 33) % 1000 < per_mille;
}

static void put_frame(bool to_server, const uint8_t *data, size_t len)
{
	struct frame *f;

	if (chance(sim.wire.loss))
		return;
	for (int i = chance(sim.wire.twice) ? 2 : 1; i > 0; i--) {
		assert_in_range(sim.n_frames, 0, 4095);
		f = mem_alloc(sizeof *f);
		sim.line_free = (sim.line_free > sim.now ? sim.line_free : sim.now) + FRAME_US;
		f->due = sim.line_free + sim.wire.delay + (chance(sim.wire.reorder) ? 100 : 0);
		f->to_server = to_server;
		f->len = len;
		memcpy(f->data, data, len);
		sim.frames[sim.n_frames++] = f;
	}
}

static void server_window(void)
{
	uint8_t packet[1500];

	sim.sent_at = sim.now;
	for (u64 n = sim.base + 1; n <= sim.base + sim.kind.window; n++) {
		u64 at = (n - 1) * sim.kind.blksize;
		size_t len = 0;

		if (at > sim.size)
			break;
		while (len < sim.kind.blksize && at + len < sim.size) {
			packet[4 + len] = byte_at(at + len);
			len++;
		}
		put16(packet, TFTP_DATA);
		put16(packet + 2, (u16)n);
		put_frame(false, packet, 4 + len);
		sim.data_sent++;
	}
}

static void server_answer(void)
{
	uint8_t packet[1500];
	char words[200];

	sim.sent_at = sim.now;
	if (sim.kind.oack == NULL) {
		server_window();
		return;
	}
	snprintf(words, sizeof words, "oack tsize=%llu%s", (unsigned long long)sim.size,
		 sim.kind.oack);
	put_frame(false, packet, tftp_packet_of(words, packet, sizeof packet));
}

static void server(const struct frame *f)
{
	u16 number = get16(f->data + 2);
	u64 last = sim.size / sim.kind.blksize + 1;
	u64 acked;

	if (get16(f->data) == TFTP_RRQ) {
		if (!sim.open) /* one session, so that requests sent twice get one answer */
			server_answer();
		sim.open = true;
		return;
	}
	assert_int_equal(get16(f->data), TFTP_ACK);
	acked = sim.base + (u16)(number - (u16)sim.base);
	if (acked > sim.base + sim.kind.window || acked > last)
		return; /* old */
	if (sim.kind.once && acked == sim.base && acked != 0)
		return;
	sim.base = acked;
	if (acked < last)
		server_window();
}

static void client(struct tftp *t, unsigned todo)
{
	if ((todo & TFTP_SEND) != 0)
		put_frame(true, t->out, t->out_len);
	if ((todo & TFTP_DELIVER) != 0) {
		for (size_t i = 0; i < t->len; i++) {
			if (t->data[i] != byte_at(sim.got + i))
				fail_msg("byte %llu is wrong", (unsigned long long)(sim.got + i));
		}
		sim.got += t->len;
	}
}

/* A transfer: how long it took, ms. */
static u64 run(u64 size, const struct kind *kind, const struct wire *wire, u64 seed)
{
	static struct tftp t;
	u64 full_until = 0;

	memset(&sim, 0, sizeof sim);
	sim.wire = *wire;
	sim.kind = *kind;
	sim.seed = seed;
	sim.size = size;
	assert_int_equal(tftp_init(&t, "/k", 1428, 16, out_packet), 0);
	client(&t, tftp_begin(&t, 0));
	while (t.state == TFTP_ASKING || t.state == TFTP_OPEN) {
		size_t next = 0;
		u64 when = full_until != 0 ? full_until : t.deadline * 1000;

		for (size_t i = 1; i < sim.n_frames; i++) {
			if (sim.frames[i]->due < sim.frames[next]->due)
				next = i;
		}
		if (sim.open && sim.sent_at + SERVER_TIMER < when)
			when = sim.sent_at + SERVER_TIMER;
		if (sim.n_frames > 0 && sim.frames[next]->due <= when) {
			struct frame *f = sim.frames[next];

			sim.frames[next] = sim.frames[--sim.n_frames];
			if (sim.now < f->due)
				sim.now = f->due;
			if (f->to_server) {
				server(f);
			} else {
				if (kind->full != 0 && full_until == 0 &&
				    t.block % kind->full == 3) {
					t.full = 1;
					full_until = sim.now + 30000;
				}
				client(&t, tftp_packet(&t, sim.now / 1000, SERVER_PORT, f->data,
						       f->len));
			}
			free(f);
			continue;
		}
		if (sim.now < when)
			sim.now = when;
		if (when == full_until) {
			full_until = 0;
			t.full = 0;
			client(&t, tftp_go_on(&t, sim.now / 1000));
		} else if (when == sim.sent_at + SERVER_TIMER && sim.open) {
			if (sim.base == 0)
				server_answer();
			else
				server_window();
		} else {
			client(&t, tftp_tick(&t, sim.now / 1000));
		}
	}
	while (sim.n_frames > 0)
		free(sim.frames[--sim.n_frames]);
	if (t.state != TFTP_DONE)
		fail_msg("%s (%llu bytes of %llu)", t.words, (unsigned long long)sim.got,
			 (unsigned long long)size);
	assert_int_equal(sim.got, size);
	return sim.now / 1000;
}

static const struct kind kinds[] = {
	{" blksize=1428 windowsize=16", 1428, 16, false, 0},
	{" blksize=1428 windowsize=16", 1428, 16, false, 40},
	{" blksize=512 windowsize=3", 512, 3, false, 0},
	{" blksize=1428", 1428, 1, false, 0},
	{" blksize=1428", 1428, 1, true, 0},
	{NULL, 512, 1, false, 7},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

static void test_good(void **state)
{
	static const struct wire good = {0, 0, 0, 50};
	static const u64 sizes[] = {0, 1, 511, 512, 1428, 1429, 1428 * 16, 100000};

	(void)state;
	for (size_t k = 0; k < N_KINDS; k++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			run(sizes[i], &kinds[k], &good, 1);
			/* each block once, and nothing by a timer */
			assert_int_equal(sim.data_sent, sizes[i] / kinds[k].blksize + 1);
		}
	}
}

static void test_bad(void **state)
{
	static const struct wire wires[] = {
		{1, 0, 0, 100}, {10, 0, 0, 100},   {50, 0, 0, 100},    {0, 300, 0, 100},
		{0, 0, 50, 10}, {50, 50, 50, 500}, {10, 10, 10, 5000}, {10, 0, 0, 20000},
	};

	(void)state;
	for (size_t k = 0; k < N_KINDS; k++) {
		for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
			for (u64 seed = 1; seed <= 20; seed++)
				run(150000, &kinds[k], &wires[i], seed);
		}
	}
}

/* Every block twice on the wire must not be every block twice from the server (RFC 1123 §4.2.3.1).
 */
static void test_sorcerer(void **state)
{
	static const struct wire twice = {0, 1000, 0, 50};

	(void)state;
	run(1428 * 1000, &kinds[3], &twice, 1);
	assert_in_range(sim.data_sent, 1001, 2002); /* each ACK comes twice, too */
	run(1428 * 16 * 100, &kinds[0], &twice, 1);
	assert_in_range(sim.data_sent, 1601, 1601 * 2 + 16);
}

/* At 1 % loss at least half as fast as without. */
static void test_speed(void **state)
{
	static const struct wire good = {0, 0, 0, 100}, lossy = {10, 0, 0, 100};
	u64 time = 0, lossless = run(8 << 20, &kinds[0], &good, 1);

	(void)state;
	for (u64 seed = 1; seed <= 5; seed++)
		time += run(8 << 20, &kinds[0], &lossy, seed);
	if (getenv("VERBOSE") != NULL)
		print_message("8 MiB: %llu ms, at 1 %% loss %llu ms\n",
			      (unsigned long long)lossless, (unsigned long long)time / 5);
	assert_in_range(lossless, 1, 300);
	assert_in_range(time / 5, 1, 4 * lossless);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_sorcerer),
		cmocka_unit_test(test_speed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

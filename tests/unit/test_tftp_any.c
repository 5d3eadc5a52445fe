/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three files of the TFTP client's (protocols/tftp/) at once, and whatever may come in any order:
 * packets of the right and of wrong ports, losses, servers that give up, other interfaces, readers
 * that go back and stay away. No byte is wrong or in a wrong place, and nothing takes longer than
 * it may. */
#include "tftp_files_fixture.h"

#define ROUNDS  400
#define STEPS   60
#define FILES   3
#define READ_MS 30000 /* asked again, and given up */

static u64 seed;

static unsigned chance(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Right bytes, but a block that may be had already, or not be due, and shorter or longer. */
static void some_block(const struct transfer *t)
{
	u64 n = t->engine.block + chance(5), at = (n - 1) * t->engine.blksize;
	size_t len = chance(5) ? t->engine.blksize : chance(1500);
	u8 *p;

	if (n == 0 || at + t->engine.blksize > net.size)
		return;
	p = new_packet(t->port, t->engine.port, TFTP_HEADER + len);
	put16(p, TFTP_DATA);
	put16(p + 2, (u16)n);
	for (size_t i = 0; i < len; i++)
		p[TFTP_HEADER + i] = byte_at(at + i);
}

static void some_packet(const struct transfer *t)
{
	static const u8 opcodes[] = {0, TFTP_RRQ, 2, TFTP_ACK, TFTP_ERROR, TFTP_OACK, 7};
	u16 from = chance(3) ? t->engine.port : (u16)(1000 + chance(60000));
	u8 *p = new_packet(t->port, from, 4 + chance(60));

	put16(p, opcodes[chance(sizeof opcodes)]);
	put16(p + 2, (u16)chance(9));
}

/* Whether it is a file still. */
static bool some_read(struct reader *r)
{
	size_t len = 1 + chance(chance(2) ? 3000 : 200000);
	u64 begun = net.now;
	grub_ssize_t n;
	u8 *buf;

	if (len > net.size - r->at)
		len = (size_t)(net.size - r->at);
	if (len == 0)
		return true;
	buf = mem_alloc(len);
	n = source.read(r->state, buf, len);
	assert_in_range(net.now - begun, 0, READ_MS);
	assert_in_range(n + 1, 0, len + 1);
	assert_int_equal(n < 0, grub_errno != GRUB_ERR_NONE);
	for (grub_ssize_t i = 0; i < n; i++) {
		if (buf[i] != byte_at(r->at + (u64)i))
			fail_msg("byte %llu is wrong", (unsigned long long)(r->at + (u64)i));
	}
	free(buf);
	r->at += n < 0 ? 0 : (u64)n;
	return n >= 0;
}

static bool some_step(struct reader *r)
{
	switch (chance(20)) {
	case 0:
	case 1:
		net.now += chance(30000);
		return true;
	case 2:
	case 3:
		net.lose = chance(5);
		return true;
	case 4:
	case 5:
		some_block(r->state);
		return true;
	case 6:
		some_packet(r->state);
		return true;
	case 7:
		return source.seek(r->state, 0, &r->at) == GRUB_ERR_NONE;
	case 8:
		inf.address.ipv4 += chance(20) == 0;
		return true;
	default:
		return some_read(r);
	}
}

static void whatever_comes(void **state)
{
	unsigned came = 0;

	for (seed = 1; seed <= ROUNDS; seed++) {
		u64 round = seed;
		struct reader files[FILES];

		setup(state);
		net.size = 1 + chance(300000);
		net.windows = chance(2);
		net.options = chance(4);
		net.says_so = chance(2);
		card.mtu = 576 + chance(925);
		for (size_t i = 0; i < FILES; i++)
			files[i] = open_any("/k");
		for (unsigned step = 0; step < STEPS; step++) {
			struct reader *r = &files[chance(FILES)];

			if (r->state == NULL || some_step(r))
				continue;
			grub_errno = GRUB_ERR_NONE;
			source.close(r->state);
			r->state = NULL;
		}
		for (size_t i = 0; i < FILES; i++) {
			came += files[i].state != NULL && files[i].at == net.size;
			if (files[i].state != NULL)
				source.close(files[i].state);
		}
		assert_int_equal(teardown(state), 0);
		seed = round;
	}
	assert_in_range(came, ROUNDS / 4, ROUNDS * FILES); /* or it would prove little */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_comes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

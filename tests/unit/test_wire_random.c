/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers and ports (protocols/wire/random.c): spread over all that there are, from the first on,
 * and different for machines that start alike. */
#include "testing.h"

#include "../../protocols/wire/random.c"

static uint64_t now, tsc;

uint64_t grub_get_time_ms(void)
{
	return now;
}
int grub_cpu_is_tsc_supported(void)
{
	return tsc != 0;
}
uint64_t grub_get_tsc(void)
{
	return tsc;
}

/* A machine that starts: as random.c would be loaded anew. */
static struct grub_net_card *machine(unsigned n)
{
	static struct grub_net_card card;

	memset(pool, 0, sizeof pool);
	filled = 0;
	memcpy(card.default_address.mac, "\x52\x54\0\x12\x34", 5);
	card.default_address.mac[5] = (uint8_t)n;
	return &card;
}

/* The sixteenths of what there is that are hit. */
static unsigned spread(unsigned hit)
{
	return (unsigned)__builtin_popcount(hit);
}

static void machines_differ(void **state)
{
	unsigned hit = 0;

	(void)state;
	now = 5000;
	for (unsigned counter = 0; counter < 2; counter++) {
		for (unsigned n = 0; n < 128; n++) {
			tsc = counter * 1000000;
			grub_net_cards = machine(n);
			hit |= 1u << (wire_random() >> 28);
		}
		assert_int_equal(spread(hit), 16);
	}
	/* one that has started some ms, or cycles, later */
	for (unsigned n = hit = 0; n < 128; n++) {
		grub_net_cards = machine(1);
		tsc = 1000000 + n;
		hit |= 1u << (wire_random() >> 28);
	}
	assert_int_equal(spread(hit), 16);
}

static void ports_are_not_soon_the_same(void **state)
{
	static uint8_t seen[65536];
	unsigned hit = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		u16 port = wire_port();

		assert_in_range(port, 49152, 65535);
		hit |= 1u << (port >> 10 & 15);
		/* among 16 in a row none is there twice */
		if (i % 16 == 0)
			memset(seen, 0, sizeof seen);
		assert_int_equal(seen[port]++, 0);
		now++;
	}
	assert_int_equal(spread(hit), 16);
}

/* This comes first: the first port of a machine is any. */
static void the_first_is_any(void **state)
{
	(void)state;
	now = 1;
	tsc = 3;
	grub_net_cards = machine(3);
	assert_true(wire_port() >= 49152 + 1024 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_any),
		cmocka_unit_test(machines_differ),
		cmocka_unit_test(ports_are_not_soon_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

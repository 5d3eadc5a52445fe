/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line of progress (protocols/wire/bar.c). */
#include "testing.h"

#include "vm/loader.h"
#include "wire/bar.h"

#define MIB (UINT64_C(1) << 20)

static void line(uint64_t done, uint64_t total, uint64_t got, uint32_t ms, const char *want)
{
	char text[WIRE_BAR_ROOM];

	memset(text, 'x', sizeof text);
	assert_int_equal(wire_bar(text, done, total, got, ms), strlen(want));
	assert_string_equal(text, want);
	assert_true(loader_progress(text)); /* a boot test must know it */
}

static void a_bar_grows(void **state)
{
	(void)state;
	line(0, 64 * MIB, 0, 500,
	     "[network] loading [>                   ] 0 of 64 MiB, 0.0 MiB/s");
	line(32 * MIB, 64 * MIB, 32 * MIB, 2000,
	     "[network] loading [==========>         ] 32 of 64 MiB, 16.0 MiB/s");
	line(64 * MIB - 1, 64 * MIB, 64 * MIB - 1, 1000,
	     "[network] loading [===================>] 63 of 64 MiB, 63.9 MiB/s");
	line(64 * MIB, 64 * MIB, 64 * MIB, 1000,
	     "[network] loading [====================] 64 of 64 MiB, 64.0 MiB/s");
}

static void no_bar_where_the_size_is_not_known(void **state)
{
	(void)state;
	line(5 * MIB, 0, 5 * MIB, 10000, "[network] loading 5 MiB, 0.5 MiB/s");
}

/* Only what came counts, not what was passed over. */
static void the_speed_is_of_what_came(void **state)
{
	(void)state;
	line(60 * MIB, 64 * MIB, 10 * MIB, 1000,
	     "[network] loading [==================> ] 60 of 64 MiB, 10.0 MiB/s");
	line(60 * MIB, 64 * MIB, 10 * MIB, 0,
	     "[network] loading [==================> ] 60 of 64 MiB, 9999.9 MiB/s");
}

static void it_stays_narrower_than_a_terminal(void **state)
{
	char text[WIRE_BAR_ROOM];

	(void)state;
	line(UINT64_C(5) << 30, UINT64_C(10) << 30, UINT64_C(5) << 30, 512000,
	     "[network] loading [==========>         ] 5120 of 10240 MiB, 10.0 MiB/s");
	assert_true(wire_bar(text, UINT64_MAX, UINT64_MAX, UINT64_MAX, 1) < WIRE_BAR_ROOM - 1);
	assert_true(wire_bar(text, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, UINT32_MAX) <
		    WIRE_BAR_ROOM - 1);
	assert_true(wire_bar(text, UINT64_MAX, 0, 0, 0) < WIRE_BAR_ROOM - 1);
	assert_true(wire_bar(text, 2, 1, UINT64_MAX, 0) < WIRE_BAR_ROOM - 1);
}

/* Against a wide division: no size makes the 32-bit arithmetic run over. */
static void the_arithmetic_holds_for_all_sizes(void **state)
{
	char text[WIRE_BAR_ROOM];

	(void)state;
	for (uint64_t got = 5 * MIB; got < UINT64_C(1) << 40; got += got / 7) {
		for (uint32_t ms = 500; ms < 1u << 30; ms *= 3) {
			uint64_t want = got * 10 * 1000 / ms >> 20, whole, tenth;
			const char *at;

			wire_bar(text, got, 0, got, ms);
			at = strstr(text, "MiB, ") + 5;
			whole = strtoull(at, NULL, 10);
			tenth = whole * 10 + (uint64_t)(strchr(at, '.')[1] - '0');
			want = want > 99999 ? 99999 : want;
			/* within a hundredth, or a tenth of a MiB per second */
			assert_in_range(tenth, want - want / 100 - (want > 0),
					want + want / 100 + 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bar_grows),
		cmocka_unit_test(no_bar_where_the_size_is_not_known),
		cmocka_unit_test(the_speed_is_of_what_came),
		cmocka_unit_test(it_stays_narrower_than_a_terminal),
		cmocka_unit_test(the_arithmetic_holds_for_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clock of GRUB's network protocols (protocols/wire/clock.c): midnight is no end of time. */
#include "testing.h"

#include "../../protocols/wire/clock.c"

static uint64_t now;

uint64_t grub_get_time_ms(void)
{
	return now;
}

static void it_never_goes_back(void **state)
{
	(void)state;
	now = 86399900;
	assert_int_equal(wire_now(), 86399900);
	now += 50;
	assert_int_equal(wire_now(), 86399950);
	/* the BIOS's counter is 0 again */
	now = 30;
	assert_int_equal(wire_now(), 86399950);
	now = 1030;
	assert_int_equal(wire_now(), 86400950);
	now = 1000;
	assert_int_equal(wire_now(), 86400950);
	now = 2000;
	assert_int_equal(wire_now(), 86401950);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(it_never_goes_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

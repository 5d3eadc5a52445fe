/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "verbs/test_live.h"

#include <string.h>

/* What a line of the terminal has room for (verbs/test_live.c). */

static void plain(void **state)
{
	(void)state;
	assert_int_equal(test_live_fit("", 5), 0);
	assert_int_equal(test_live_fit("abc", 5), 3);
	assert_int_equal(test_live_fit("abcde", 5), 5);
	assert_int_equal(test_live_fit("abcdef", 5), 5);
	assert_int_equal(test_live_fit("abc", 0), 0);
}

/* A character is there whole or not at all. */
static void characters(void **state)
{
	(void)state;
	assert_int_equal(test_live_fit("grün", 3), strlen("grü"));
	assert_int_equal(test_live_fit("grün", 2), strlen("gr"));
	assert_int_equal(test_live_fit("→→", 1), strlen("→"));
	/* two columns each */
	assert_int_equal(test_live_fit("漢字", 4), strlen("漢字"));
	assert_int_equal(test_live_fit("漢字", 3), strlen("漢"));
	assert_int_equal(test_live_fit("漢字", 1), 0);
	assert_int_equal(test_live_fit("😀!", 2), strlen("😀"));
	/* an accent of its own takes no column and stays with its letter */
	assert_int_equal(test_live_fit("u\xcc\x88x", 1), 3);
}

/* Bytes that are no UTF-8 are one column each; nothing is read behind the end. */
static void broken(void **state)
{
	(void)state;
	assert_int_equal(test_live_fit("\xff\xfe\x80", 2), 2);
	assert_int_equal(test_live_fit("\xe2\x86", 5), 2);
	assert_int_equal(test_live_fit("\xf0", 5), 1);
	assert_int_equal(test_live_fit("\xc3x", 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(characters),
		cmocka_unit_test(broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"

static struct pattern good(const char *written)
{
	struct pattern p;
	char *error = NULL;

	assert_true(pattern_parse(written, &p, &error));
	assert_null(error);
	assert_string_equal(p.written, written);
	return p;
}

static void bad(const char *written, const char *why)
{
	struct pattern p;
	char *error = NULL;

	assert_false(pattern_parse(written, &p, &error));
	assert_non_null(strstr(error, why));
	assert_null(p.written);
	assert_null(p.regex);
	free(error);
	pattern_free(&p);
}

static bool found(const char *written, const char *line, bool whole)
{
	struct pattern p = good(written);
	bool result = pattern_found(&p, line, whole);

	pattern_free(&p);
	return result;
}

static void test_literal(void **state)
{
	(void)state;
	assert_true(found("demo: done", "the demo: done!", false));
	assert_false(found("demo: done", "demo: don", true));
	/* nothing in it is special */
	assert_true(found("[a.c]*", "x[a.c]*x", true));
	assert_false(found("a.c", "abc", true));
	/* one slash makes no expression; nor do two with something behind */
	assert_true(found("/", "a/b", true));
	assert_true(found("/dev", "/dev/sda", true));
	assert_true(found("dev/", "/dev/sda", true));
	assert_true(found("/a/b", "/a/b", true));
	assert_true(found(" /a/", "x /a/", true));
	assert_true(found("\xc3\xa4", "l\xc3\xa4uft", true));
}

static void test_regex(void **state)
{
	(void)state;
	assert_true(found("/BUG|Oops/", "[   1.2] Oops: 0000", false));
	assert_false(found("/BUG|Oops/", "bug", true));
	assert_false(found("/BUG|Oops/", "|", false));
	assert_true(found("/^demo: [a-z]{4}$/", "demo: done", true));
	/* more may come */
	assert_false(found("/^demo: [a-z]{4}$/", "demo: done", false));
	assert_false(found("/^demo: [a-z]{4}$/", "demo: done.", true));
	assert_true(found("/a/b/", "xa/bx", true));
}

static void test_piece(void **state)
{
	struct pattern p = good("/^panic/"), q = good("panic");

	(void)state;
	assert_true(pattern_found_in(&p, "panic", true, false));
	assert_false(pattern_found_in(&p, "panic", false, true));
	assert_true(pattern_found_in(&q, "panic", false, false));
	pattern_free(&p);
	pattern_free(&q);
	assert_false(pattern_found(&p, "", true));
	assert_false(pattern_found(&(struct pattern){0}, "anything", true));
}

static void test_bad(void **state)
{
	(void)state;
	bad("", "cannot be empty");
	bad("//", "cannot be empty");
	bad("/(a/", "/(a/ is no regular expression: ");
	bad("/[a/", "/[a/ is no regular expression: ");
	/* found in any line */
	bad("/x*/", "/x*/ matches even an empty line");
	bad("/^$/", "matches even an empty line");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_literal),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_piece),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

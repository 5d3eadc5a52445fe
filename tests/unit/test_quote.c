/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "grub/grub.h"

#include <stdlib.h>
#include <string.h>

/*
 * What GRUB makes of the text, written again here from its manual and not from grub/quote.c:
 * script to words, words to a command line. Anything of script that the quoted text has no
 * business with (a variable, a wildcard, a comment, an open quote, a separator) fails the test.
 */
struct words {
	char **word;
	size_t n;
};

static void words_free(struct words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i]);
	free(w->word);
	*w = (struct words){0};
}

/* One word from S; the text behind it. */
static const char *read_word(const char *s, struct words *w)
{
	struct strbuf b = {0};

	assert_int_not_equal(*s, '#'); /* a comment */
	while (*s != '\0' && *s != ' ') {
		if (*s == '\'') {
			const char *end = strchr(s + 1, '\'');

			assert_non_null(end);
			strbuf_add(&b, s + 1, (size_t)(end - s) - 1);
			s = end + 1;
		} else if (*s == '\\') {
			assert_int_not_equal(s[1], '\0');
			strbuf_addc(&b, s[1]);
			s += 2;
		} else {
			/* Manual, "Quoting": the characters with a meaning; wildcards too. */
			assert_null(strchr("\t\n{}|&$;<>\"*?", *s));
			strbuf_addc(&b, *s++);
		}
	}
	*MEM_PUSH(w->word, w->n) = strbuf_take(&b);
	return s;
}

static struct words read_script(const char *s)
{
	struct words w = {0};

	while (*s != '\0') {
		s = read_word(s, &w);
		if (*s == ' ') {
			s++;
			assert_true(*s != '\0' && *s != ' '); /* no word would come of it */
		}
	}
	return w;
}

static char *join_raw(const struct words *w)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < w->n; i++) {
		if (i > 0)
			strbuf_addc(&b, ' ');
		strbuf_adds(&b, w->word[i]);
	}
	return strbuf_take(&b);
}

/* Manual, "linux" and friends since 2.00: backslashes before quotes and backslashes, and words
 * with a space within quotation marks. */
static char *join_stock(const struct words *w)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < w->n; i++) {
		const char *mark = strchr(w->word[i], ' ') != NULL ? "\"" : "";

		strbuf_adds(&b, i > 0 ? " " : "");
		strbuf_adds(&b, mark);
		for (const char *c = w->word[i]; *c != '\0'; c++) {
			if (strchr("'\"\\", *c) != NULL)
				strbuf_addc(&b, '\\');
			strbuf_addc(&b, *c);
		}
		strbuf_adds(&b, mark);
	}
	return strbuf_take(&b);
}

static void check(const char *text)
{
	char *quoted = grub_quote_args(text), *word = grub_quote(text);
	struct words w = read_script(quoted), one = read_script(word);
	char *raw = join_raw(&w), *stock = join_stock(&w);

	assert_string_equal(raw, text);
	if (grub_needs_rawargs(text))
		assert_string_not_equal(stock, text);
	else
		assert_string_equal(stock, text);
	assert_int_equal(one.n, 1);
	assert_string_equal(one.word[0], text);
	words_free(&one);
	words_free(&w);
	free(stock);
	free(raw);
	free(word);
	free(quoted);
}

static void test_quote(void **state)
{
	static const char *const cases[][2] = {
		{"", "''"},
		{"Ace OS", "'Ace OS'"},
		{"it's", "'it'\\''s'"},
		{"'", "''\\'''"},
		{"$x \\ \"", "'$x \\ \"'"},
		{"\xc3\xa9\xe2\x82\xac", "'\xc3\xa9\xe2\x82\xac'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *q = grub_quote(cases[i][0]);

		assert_string_equal(q, cases[i][1]);
		free(q);
		check(cases[i][0]);
	}
}

static void test_args(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{" ", "'' ''"},
		{"a  b", "a '' b"},
		{"a ", "a ''"},
		{" a", "'' a"},
		{"gdb_port=0x3f8 -v", "gdb_port=0x3f8 -v"},
		{"root=/dev/sda1,ro:2@x+1%", "root=/dev/sda1,ro:2@x+1%"},
		{"a\tb", "'a\tb'"},
		{"$root ${root} *", "'$root' '${root}' '*'"},
		{"say=\"a b\"", "'say=\"a' 'b\"'"},
		{"a'b c\\", "'a'\\''b' 'c\\'"},
		{"#no ~ !x", "'#no' '~' '!x'"},
	};
	char *q = grub_quote_args(NULL);

	(void)state;
	assert_string_equal(q, "");
	free(q);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		q = grub_quote_args(cases[i][0]);
		assert_string_equal(q, cases[i][1]);
		free(q);
		check(cases[i][0]);
	}
}

static void test_needs_rawargs(void **state)
{
	(void)state;
	assert_false(grub_needs_rawargs(NULL));
	assert_false(grub_needs_rawargs(""));
	assert_false(grub_needs_rawargs("a  b $x `y` {z} *?#;|&<>~!\t=\xc3\xa9"));
	assert_true(grub_needs_rawargs("a'"));
	assert_true(grub_needs_rawargs("\"a b\""));
	assert_true(grub_needs_rawargs("C:\\"));
}

/* LEN times C, then TAIL: do they fit as a word, and as arguments? */
static void fits(size_t len, char c, const char *tail, bool word, bool args)
{
	struct strbuf b = {0};

	for (size_t i = 0; i < len; i++)
		strbuf_addc(&b, c);
	strbuf_adds(&b, tail);
	assert_int_equal(grub_can_quote(b.data), word);
	assert_int_equal(grub_can_quote_args(b.data), args);
	if (word) {
		char *q = grub_quote(b.data);

		assert_true(strlen(q) <= 8191);
		free(q);
	}
	strbuf_free(&b);
}

static void test_limits(void **state)
{
	(void)state;
	assert_true(grub_can_quote_args(NULL));
	fits(0, '$', "", true, true);
	fits(8189, '$', "", true, true);
	fits(8190, '$', "", false, false);
	fits(8188, '$', " $", false, true);
	fits(8190, '$', " $", false, false);
	fits(2047, '\'', "$", true, true);
	fits(2047, '\'', "$$", false, false);
	fits(9899, ' ', "", false, true);
	fits(9900, ' ', "", false, false);
}

static void test_fuzz(void **state)
{
	static const char *const pieces[] = {"'",
					     "'",
					     "\"",
					     "\\",
					     "$",
					     " ",
					     "  ",
					     "\t",
					     "`",
					     "#",
					     ";",
					     "{",
					     "}",
					     "|",
					     "&",
					     "<",
					     ">",
					     "*",
					     "?",
					     "~",
					     "!",
					     "=",
					     "a",
					     "${x}",
					     "if",
					     "--",
					     "\xc3\xa9",
					     "\xe2\x82\xac",
					     "\xf0\x9f\x90\xa7"};
	uint32_t seed = 42;

	(void)state;
	for (size_t round = 0; round < 100000; round++) {
		struct strbuf b = {0};
		char *text;

		for (size_t n = round % 24; n > 0; n--) {
			seed = seed * 1664525 + 1013904223;
			strbuf_adds(&b, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
		}
		text = strbuf_take(&b);
		check(text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quote),         cmocka_unit_test(test_args),
		cmocka_unit_test(test_needs_rawargs), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_fuzz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The highlighted entry, read off a console, one byte at a time and all at once. */
#include "testing.h"

#include "vm/highlight.h"

#define E "\x1b["

static void shows(const char *text, bool chosen, const char *title, unsigned changes)
{
	for (size_t step = 1; step < 1000; step += 998) {
		struct highlight h = {.chosen = chosen};
		size_t len = strlen(text);

		for (size_t at = 0; at < len; at += step)
			highlight_feed(&h, text + at, len - at < step ? len - at : step);
		if (title != NULL && !highlight_is(&h, title))
			fail_msg("not \"%s\" but \"%s\"", title, h.title != NULL ? h.title : "");
		if (title == NULL)
			assert_null(h.title);
		assert_int_equal(h.changes, changes);
		highlight_free(&h);
	}
}

static void test_bios(void **state)
{
	(void)state;
	shows("GNU GRUB\r\n" E "05;03H Entry 1    " E "05;03H" E "0;30;47m*Entry 1    ", false,
	      "Entry 1", 1);
	/* cursor movements within; the next one, the frame */
	shows(E "05;03H" E "0;30;47m*Ent" E "05;07H" E "05;08Hry 1      " E "06;03H" E
		"0m Entry 2   ",
	      false, "Entry 1", 1);
	shows(E "05;03H" E "0;30;47m*Entry 1   " E "05;03H" E "0m Entry 1   " E "06;03H" E
		"0;30;47m*Entry 2   ",
	      false, "Entry 2", 2);
	shows("no menu\r\n", false, NULL, 0);
}

static void test_uefi(void **state)
{
	(void)state;
	shows(E "0m" E "30m" E "47m" E "05;03H*Entry 1   " E "0m" E "37m" E "40m" E
		"06;03H Entry 2   ",
	      false, "Entry 1", 1);
}

/* What the kernel writes behind a menu that was cleared away is not looked at. */
static void test_final(void **state)
{
	(void)state;
	shows(E "06;03H*Entry 2   " E "01;01H" E "0m" E "2J*** kernel ***\r\n", true, "Entry 2", 1);
	shows(E "06;03H*Entry 2   " E "01;01H" E "2J" E "05;03H*Entry 1   ", false, "Entry 1", 2);
	/* what is under the cursor once more */
	shows(E "06;03H*Entry 2   " E "06;03H*" E "0m" E "2J", true, "Entry 2", 2);
}

/* Does a highlight that shows SHOWN stand for TITLE? */
static bool stands_for(const char *shown, const char *title)
{
	struct highlight h = {.title = mem_dup(shown)};
	bool does = highlight_is(&h, title);

	highlight_free(&h);
	return does;
}

static void test_titles(void **state)
{
	static const char wide[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
	char *shown = mem_printf("%s>", wide), *title = mem_printf("%s and more", wide);
	struct highlight h = {0};

	(void)state;
	assert_true(stands_for("Entry 1", "Entry 1"));
	assert_false(stands_for("Entry 1", "Entry 10"));
	assert_false(stands_for("Entry 1", "Entry"));
	/* characters that the console has not */
	assert_true(stands_for("d?j? vu", "d\xc3\xa9j\xc3\xa0 vu"));
	/* one that is wider than the menu */
	assert_true(stands_for(shown, title));
	free(shown);
	free(title);
	/* one that is being drawn */
	highlight_feed(&h, "*Entry 1", 8);
	assert_false(highlight_is(&h, "Entry 1"));
	highlight_feed(&h, "0 ", 2);
	assert_true(highlight_is(&h, "Entry 10"));
	highlight_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bios),
		cmocka_unit_test(test_uefi),
		cmocka_unit_test(test_final),
		cmocka_unit_test(test_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

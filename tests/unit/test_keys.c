/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing an entry in GRUB's menu, without a machine: when it is time for what. */
#include "testing.h"

#include <unistd.h>

#include "vm/keys.h"

#define E    "\x1b["
#define MENU "GNU GRUB  version 2.06\r\n" E "05;03H*Entry 1   " E "06;03H Entry 2   "

static const struct recipe_test no_test;

struct trial {
	struct keys k;
	struct machine m;
	struct qmp q;
	struct judge j;
};

static void begin(struct trial *t, const char *title, size_t entry)
{
	*t = (struct trial){0};
	assert_int_equal(machine_open(&t->m), 0);
	keys_begin(&t->k, title, entry);
	qmp_begin(&t->q);
	judge_begin(&t->j, &no_test);
}

/* SCREEN has more, and it is NOW. */
static void turn(struct trial *t, const char *screen, int64_t now)
{
	strbuf_adds(&t->m.got[MACHINE_SCREEN], screen);
	t->m.total[MACHINE_SCREEN] += strlen(screen);
	judge_feed(&t->j, JUDGE_SCREEN, screen, strlen(screen));
	keys_press(&t->k, &t->m, &t->q, &t->j, now);
}

static void finish(struct trial *t)
{
	keys_free(&t->k);
	judge_free(&t->j);
	machine_close(&t->m);
}

static void test_chosen(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "Entry 2", 1);
	turn(&t, "SeaBIOS\r\n", 0);
	assert_int_equal(keys_due(&t.k), INT64_MAX);
	turn(&t, MENU, 100);
	assert_int_equal(t.q.said, 1);
	t.q.answered = 1;
	turn(&t, E "05;03H*Entry 1   ", 200);
	assert_int_equal(t.q.said, 2);
	t.q.answered = 2;
	turn(&t, E "05;03H Entry 1   " E "06;03H*Entry 2   ", 300);
	assert_int_equal(t.q.said, 3);
	t.q.answered = 3;
	turn(&t, E "2J", 400);
	assert_int_equal(keys_due(&t.k), INT64_MAX);
	assert_null(keys_failed(&t.k, &t.j));
	finish(&t);
}

/* Who asks again at once, for something that will not come, takes a processor from the machine. */
static void test_no_hurry(void **state)
{
	struct trial t;

	(void)state;
	/* the countdown ended before the first key came */
	begin(&t, "Entry 1", 0);
	turn(&t, MENU, 100);
	assert_int_equal(t.q.said, 1);
	turn(&t, E "2J  Booting `Entry 1'\r\n\r\n", 200);
	turn(&t, "", 5000);
	assert_int_equal(keys_due(&t.k), INT64_MAX);
	assert_null(keys_failed(&t.k, &t.j));
	finish(&t);
	/* QEMU has not answered yet */
	begin(&t, "Entry 1", 0);
	turn(&t, MENU, 100);
	turn(&t, "", 5000);
	assert_int_equal(t.q.said, 1);
	assert_true(keys_due(&t.k) > 5000);
	finish(&t);
}

/* A BIOS screen has no letters but ASCII's. */
static void test_other_letters(void **state)
{
	struct trial t;

	(void)state;
	begin(&t, "Caf\xc3\xa9 1", 0);
	turn(&t, MENU, 100);
	turn(&t, E "2J  Booting `Caf? 1'\r\n\r\n", 200);
	assert_null(t.k.wrong);
	assert_null(keys_failed(&t.k, &t.j));
	finish(&t);
	begin(&t, "Caf\xc3\xa9 1", 0);
	turn(&t, MENU, 100);
	turn(&t, E "2J  Booting `Caf? 2'\r\n\r\n", 200);
	assert_string_equal(t.k.wrong, "Caf? 2");
	finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_no_hurry),
		cmocka_unit_test(test_other_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

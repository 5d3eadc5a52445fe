/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge: what is not on the serial port, debugcon, resets, faults, ends, silence; how far a
 * boot got. */
#include "judge_fixture.h"

static void test_debugcon(void **state)
{
	struct recipe_test t = ask("hello", 33);
	struct judge j;

	(void)state;
	/* all there is the guest's, whatever it looks like */
	judge_begin(&j, &t);
	feed(&j, JUDGE_DEBUGCON, "error: hello\ngrub rescue>\nGNU GRUB  version\nhe");
	assert_false(judge_over(&j));
	assert_false(judge_menu_shown(&j));
	assert_int_equal(judge_guest_bytes(&j), 12 + 12 + 17 + 2);
	says(&j, exit33, "");
	judge_begin(&j, &t);
	feed(&j, JUDGE_DEBUGCON, "hell");
	says(&j, exit33,
	     "the machine ended with status 33 before the expected text \"hello\" came");
}

static void test_reset(void **state)
{
	struct recipe_test t = ask("hello", 33);
	struct judge j;

	(void)state;
	/* once may be meant: GRUB's menu the second time is none that it went back to */
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, HEADING BOOTING "first\n");
	judge_reset(&j);
	assert_false(judge_over(&j));
	assert_int_equal(judge_guest_bytes(&j), 0);
	feed(&j, JUDGE_SERIAL, HEADING BOOTING);
	assert_false(judge_over(&j));
	assert_int_equal(judge_guest_bytes(&j), 0);
	feed(&j, JUDGE_SERIAL, "hello\n");
	assert_int_equal(judge_guest_bytes(&j), 5);
	says(&j, exit33, "");

	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "first\n");
	judge_reset(&j);
	says(&j, deadline,
	     "no end within 30 s (the machine had reset itself once): the expected text \"hello\" "
	     "did not come");
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "hello");
	judge_reset(&j);
	feed(&j, JUDGE_SERIAL, "x");
	says(&j, exit35,
	     "the machine ended with status 35 (the machine had reset itself once); test.exit asks "
	     "for status 33");

	/* twice is a loop; the line that was being written counts as one */
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "one");
	judge_reset(&j);
	feed(&j, JUDGE_SERIAL, "two");
	judge_reset(&j);
	assert_true(judge_over(&j));
	says(&j, stopped,
	     "the machine resets itself over and over; the guest's last line was \"two\"");

	/* SeaBIOS's own reset is part of the guest's, and so is its triple fault */
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "one\n");
	judge_reset(&j);
	judge_triple_fault(&j, "EIP=000efaad");
	judge_reset(&j);
	judge_reset(&j);
	assert_false(judge_over(&j));
	feed(&j, JUDGE_SCREEN, "SeaBIOS\r\n");
	judge_reset(&j);
	assert_true(judge_over(&j));
	judge_free(&j);
	/* silence without end is not */
	judge_begin(&j, &t);
	for (int i = 0; i < 17; i++) {
		assert_false(judge_over(&j));
		judge_reset(&j);
	}
	says(&j, stopped, "the machine resets itself over and over");
	/* keys for prompts are counted on */
	judge_begin(&j, &t);
	feed(&j, JUDGE_SCREEN, "error: a.\r\nPress any key to continue...");
	judge_reset(&j);
	assert_int_equal(judge_prompts(&j, JUDGE_SCREEN), 1);
	feed(&j, JUDGE_SCREEN, HEADING);
	assert_false(judge_over(&j));
	judge_free(&j);
}

static void test_events(void **state)
{
	struct recipe_test t = ask("hello", 33);
	struct judge j;

	(void)state;
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "hello\nlast \x7f");
	judge_triple_fault(&j, "EIP=00100042");
	assert_true(judge_over(&j));
	assert_false(judge_last_words(&j));
	says(&j, exit33, "a triple fault (EIP=00100042); the guest's last line was \"last \\x7f\"");
	judge_begin(&j, &t);
	judge_triple_fault(&j, NULL);
	says(&j, reset, "a triple fault");
	judge_begin(&j, &t);
	feed(&j, JUDGE_DEBUGCON, "what went wrong\n\n");
	judge_panicked(&j);
	assert_true(judge_over(&j));
	assert_true(judge_last_words(&j));
	says(&j, stopped,
	     "the guest panicked (pvpanic); the guest's last line was \"what went wrong\"");
	/* the first of them counts */
	judge_begin(&j, &t);
	judge_panicked(&j);
	judge_triple_fault(&j, NULL);
	judge_exit(&j, 33);
	says(&j, exit33, "the guest panicked (pvpanic)");
}

/* isa-debug-exit, of a machine that is kept: nothing that comes later counts. */
static void test_exit(void **state)
{
	struct recipe_test t = rejects(ask("hello", 33), "panic", NULL);
	struct judge j;

	(void)state;
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "hello");
	assert_false(judge_over(&j));
	judge_exit(&j, 33);
	assert_true(judge_over(&j));
	feed(&j, JUDGE_SERIAL, " panic\n");
	judge_reset(&j);
	judge_triple_fault(&j, NULL);
	judge_exit(&j, 35);
	says(&j, deadline, "");
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "hello\n");
	judge_exit(&j, 35);
	says(&j, stopped, "the machine ended with status 35; test.exit asks for status 33");
	/* status 1 in silence is the guest's, not an emulator's that did not start */
	judge_begin(&j, &t);
	judge_exit(&j, 1);
	says(&j, stopped,
	     "the machine ended with status 1 before the expected text \"hello\" came (nothing "
	     "came "
	     "on the serial port)");
}

static void test_silence(void **state)
{
	static const struct judge_event silent = {JUDGE_SILENT, 0, NULL};

	(void)state;
	verdict(ask("hello", 33), "x\nstuck", "", silent,
		"the guest wrote nothing for 5 s (test.silence, --silence): the expected text "
		"\"hello\" did "
		"not "
		"come; the guest's last line was \"stuck\"");
	verdict(ask("hello", 33), "hello\n", "", silent,
		"the guest wrote nothing for 5 s (test.silence, --silence): the expected text "
		"\"hello\" came, "
		"but then the machine did not end; test.exit asks for status 33; the guest's last "
		"line was \"hello\"");
	verdict(ask(NULL, 33), "x\n", "", silent,
		"the guest wrote nothing for 5 s (test.silence, --silence); test.exit asks for "
		"status 33; the "
		"guest's last line was \"x\"");
	verdict(ask(NULL, -1), "x\n", "", silent,
		"the guest wrote nothing for 5 s (test.silence, --silence), and test.expect is not "
		"set: give "
		"it, or --expect, a text that the kernel writes on the serial port when all is "
		"well (its last "
		"line was \"x\")");
}

/* FEED in pieces of one byte and as a whole; how many bytes are the guest's then. */
static size_t guest_bytes(const char *serial, const char *screen)
{
	struct recipe_test t = ask("no such text", -1);
	size_t n[2];

	for (int whole = 0; whole < 2; whole++) {
		struct judge j;

		judge_begin(&j, &t);
		feed(&j, JUDGE_SCREEN, screen);
		for (size_t i = 0; serial[i] != '\0' && !whole; i++)
			judge_feed(&j, JUDGE_SERIAL, serial + i, 1);
		if (whole)
			feed(&j, JUDGE_SERIAL, serial);
		n[whole] = judge_guest_bytes(&j);
		judge_free(&j);
	}
	assert_int_equal(n[0], n[1]);
	return n[0];
}

static void test_guest_bytes(void **state)
{
	(void)state;
	/* a BIOS machine's serial port has nothing else on it, mostly */
	assert_int_equal(guest_bytes("", BOOTING), 0);
	assert_int_equal(guest_bytes("a", BOOTING), 1);
	assert_int_equal(guest_bytes("\x1b[1m\r\n\r\nab\r\n\r\ncd", ""), 4);
	assert_int_equal(guest_bytes("Boot", ""), 0); /* may yet be "Booting `" */
	assert_int_equal(guest_bytes("Boots", ""), 5);
	assert_int_equal(guest_bytes("[network] trying e_0, 52:54:00:12:34:56\r\n", BOOTING), 0);
	assert_int_equal(guest_bytes("[network] trying e_0\r\nab", BOOTING), 2);
	/* UEFI's has firmware and GRUB, until an entry is started */
	assert_int_equal(
		guest_bytes(">>Start PXE over IPv4.\r\n  Station IP address is 10.0.2.15\r\n", ""),
		0);
	assert_int_equal(
		guest_bytes("BdsDxe: starting Boot0001\r\nWelcome to GRUB!\r\n\r\nother\r\n", ""),
		0);
	assert_int_equal(guest_bytes("Welcome to GRUB!\r\n" HEADING "other\r\n", ""), 0);
	assert_int_equal(guest_bytes("Welcome to GRUB!\r\n" HEADING BOOTING, ""), 0);
	assert_int_equal(guest_bytes("Welcome to GRUB!\r\n" HEADING BOOTING "ab\r\nc", ""), 3);
	assert_int_equal(guest_bytes("Welcome to GRUB!\r\n" HEADING CLEAR "ab", ""), 2);
	assert_int_equal(guest_bytes(BOOTING "error: a.\r\n\r\nPress any key to continue...", ""),
			 0);
}

static void test_progress(void **state)
{
	struct recipe_test t = ask("hello", 33);
	struct judge j;

	(void)state;
	judge_begin(&j, &t);
	assert_null(judge_last_line(&j));
	assert_null(judge_entry(&j));
	feed(&j, JUDGE_SCREEN, "SeaBIOS\r\n\r\n");
	assert_string_equal(judge_last_line(&j), "SeaBIOS");
	assert_false(judge_menu_shown(&j));
	feed(&j, JUDGE_SCREEN, HEADING);
	assert_true(judge_menu_shown(&j));
	assert_null(judge_entry(&j));
	feed(&j, JUDGE_SCREEN, BOOTING);
	assert_string_equal(judge_entry(&j), "hello OS");
	assert_true(judge_menu_shown(&j));
	feed(&j, JUDGE_SERIAL, "  one\ntw");
	assert_string_equal(judge_last_line(&j), "tw");
	judge_free(&j);
	/* a long title, and one with a quote; the next line is no part of it */
	judge_begin(&j, &t);
	feed(&j, JUDGE_SERIAL, "Booting `It's a\r\nlong 'one''\r\n\r\nhello");
	assert_string_equal(judge_entry(&j), "It's a long 'one'");
	assert_true(j.expected);
	judge_free(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debugcon), cmocka_unit_test(test_reset),
		cmocka_unit_test(test_events),   cmocka_unit_test(test_exit),
		cmocka_unit_test(test_silence),  cmocka_unit_test(test_guest_bytes),
		cmocka_unit_test(test_progress),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}

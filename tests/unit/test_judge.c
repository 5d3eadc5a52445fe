/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge: what a guest, GRUB and firmware write, and the verdict on it. */
#include "judge_fixture.h"

static bool over(struct recipe_test t, enum judge_source source, const char *bytes)
{
	struct judge j;
	bool result;

	judge_begin(&j, &t);
	judge_feed(&j, source, bytes, strlen(bytes));
	result = judge_over(&j);
	judge_free(&j);
	return result;
}

static void test_yes(void **state)
{
	(void)state;
	verdict(ask("hello", -1), "say hello there\r\n", "", stopped, "");
	verdict(ask("hello", -1), "say hello", "", poweroff, "");
	verdict(ask("hello", 33), "hello\n", "", exit33, "");
	verdict(ask(NULL, 33), "", "", exit33, "");
	verdict(ask("hello", 0), "hello\n", "", poweroff, "");
	verdict(ask(NULL, -1), "", "", poweroff, "");
	/* colours do not stand in the way; leading spaces are part of the text */
	verdict(ask("[  OK  ] up", -1), "[\x1b[0;32m  OK  \x1b[0m] up\r\n", "", stopped, "");
	verdict(ask("  two", -1), "  two\n", "", stopped, "");
	/* the kernel's last line may lack its newline, and begin as one of GRUB's */
	verdict(ask("Boot", 33), "Boot", "", exit33, "");
	verdict(ask("Boot", -1), "Booted.", "", stopped, "");
}

static void test_over(void **state)
{
	(void)state;
	assert_true(over(ask("hello", -1), JUDGE_SERIAL, "hello"));
	assert_false(over(ask("hello", 33), JUDGE_SERIAL, "hello"));
	assert_false(over(ask(NULL, -1), JUDGE_SERIAL, "hello"));
	assert_false(over(ask("hello", -1), JUDGE_SERIAL, "hell"));
	assert_false(over(ask("hello", -1), JUDGE_SCREEN, "hello"));
	assert_true(over(ask("hello", 33), JUDGE_SCREEN, "No bootable device.\r\n"));
}

static void test_no(void **state)
{
	(void)state;
	verdict(ask("hello", -1), "hell o\n", "", deadline,
		"no end within 30 s: the expected text \"hello\" did not come");
	verdict(ask("hello", -1), "", "", deadline,
		"no end within 30 s: the expected text \"hello\" did not come "
		"(nothing came on the serial port)");
	/* not across lines */
	verdict(ask("hello", -1), "hel\nlo\n", "", deadline,
		"no end within 30 s: the expected text \"hello\" did not come");
	verdict(ask("hello", 33), "hello\n", "", deadline,
		"no end within 30 s: the expected text \"hello\" came, but then the machine did "
		"not end; test.exit asks for status 33");
	verdict(ask("hello", 33), "hello\n", "", exit35,
		"the machine ended with status 35; test.exit asks for status 33");
	verdict(ask("hello", -1), "x", "", exit33,
		"the machine ended with status 33 before the expected text \"hello\" came");
	verdict(ask("hello", 33), "x", "", exit33,
		"the machine ended with status 33 before the expected text \"hello\" came");
	verdict(ask("hello", -1), "x", "", reset,
		"the machine reset itself (a triple fault does that) before the expected text "
		"\"hello\" came");
	verdict(ask("hello", -1), "x", "", poweroff,
		"the machine powered itself off before the expected text \"hello\" came");
	/* status 0 is not what a triple fault earns */
	verdict(ask(NULL, 0), "x", "", reset,
		"the machine reset itself (a triple fault does that); test.exit asks for status 0");
	verdict(ask(NULL, 0), "x", "", (struct judge_event){JUDGE_KILLED, 9, NULL},
		"the emulator was killed by signal 9; test.exit asks for status 0");
}

static void test_nothing_asked(void **state)
{
	(void)state;
	verdict(ask(NULL, -1), "x\nready \x01\n", "", deadline,
		"no end within 30 s, and test.expect is not set: give it, or --expect, a text that "
		"the kernel "
		"writes on the serial port when all is well (its last line was \"ready \\x01\")");
	verdict(ask(NULL, -1), "", "", reset,
		"the machine reset itself (a triple fault does that), and test.expect is not set: "
		"give it, or --expect, a text that the kernel writes on the serial port when all "
		"is well");
	verdict(ask(NULL, -1), "x", "", exit33,
		"the machine ended with status 33, and test.exit is not set: where that is "
		"success, write test: {exit: 33}, or --exit 33");
}

static void test_did_not_start(void **state)
{
	struct judge_event e = {JUDGE_EXITED, 1,
				"qemu-system-x86_64: no such disk\n"
				"qemu-system-x86_64: warning: odd\n"};

	(void)state;
	verdict(ask(NULL, 1), "", "", e,
		"the emulator did not start: qemu-system-x86_64: no such disk");
	/* the guest's own status 1 */
	verdict(ask(NULL, 1), "hello\n", "", e, "");
	e.words = NULL;
	verdict(ask(NULL, 1), "", "", e,
		"the emulator did not start: it ended with status 1 and said nothing");
}

static void test_hopeless(void **state)
{
	(void)state;
	verdict(ask("hello", 33), "",
		"Booting from DVD/CD...\r\nBoot failed: Could not read from CDROM (code 0005)\r\n"
		"Boot failed: other\r\nNo bootable device.\r\n",
		stopped,
		"the firmware found nothing to boot from: Boot failed: Could not read from CDROM "
		"(code 0005)");
	verdict(ask("hello", 33), "", "GRUB GRUB GRUB GRUB ", stopped,
		"GRUB's boot sector started over and over: its core image is broken");
	verdict(ask("hello", 33), "", "GRUB loading..Read Error", stopped,
		"GRUB's boot sector could not load its core image");
	verdict(ask("hello", 33),
		"BdsDxe: failed to load Boot0001 \"UEFI DVD\" from X: Not Found\r\n", "", stopped,
		"the firmware could not start the medium: BdsDxe: failed to load Boot0001 "
		"\"UEFI DVD\" from X: Not Found");
	verdict(ask("hello", 33),
		"  PXE-E23: Client received TFTP error from server.\r\n"
		"BdsDxe: failed to load Boot0001 \"UEFI PXEv4\" from X: Not Found\r\n",
		"", stopped,
		"the firmware could not start the medium: PXE-E23: Client received TFTP error "
		"from server.");
	verdict(ask("hello", 33), "",
		"tftp://10.0.2.2/a... ok\r\nCould not boot image: Exec format error\r\n"
		"No more network devices\r\n",
		stopped,
		"the network card's boot ROM found nothing to boot from: Could not boot image: "
		"Exec format error");
	verdict(ask("hello", 33), "Welcome to GRUB!\r\nerror: unknown filesystem.\r\ngrub rescue> ",
		"", stopped,
		"GRUB could not go on and stopped at its rescue prompt: error: unknown "
		"filesystem.");
}

/* What GRUB and the firmware write on the serial port is no proof that the kernel ran. */
static void test_loader_does_not_count(void **state)
{
	static const char early[] = "the machine ended with status 33 before the expected text "
				    "\"hello\" came (it came from firmware or GRUB only, not from "
				    "the kernel)";

	(void)state;
	verdict(ask("hello", -1), HEADING BOOTING "other\n", "", exit33, early);
	verdict(ask("hello", -1), BOOTING "other\n", "", exit33, early);
	verdict(ask("hello", -1), "  NBP filename is hello/uefi64.efi\n", "", exit33, early);
	/* not even while their line is still being written */
	verdict(ask("Boot", -1), BOOTING "other\n", "", exit33,
		"the machine ended with status 33 before the expected text \"Boot\" came (it came "
		"from firmware or GRUB only, not from the kernel)");
	verdict(ask("GNU", -1), HEADING BOOTING "other\n", "", exit33,
		"the machine ended with status 33 before the expected text \"GNU\" came (it came "
		"from firmware or GRUB only, not from the kernel)");
	verdict(ask("hello", -1), HEADING BOOTING "hello\n", "", stopped, "");
	/* an entry that was chosen by a key */
	verdict(ask("hello", -1), HEADING CLEAR "hello\n", "", stopped, "");
	verdict(ask("hello", -1), HEADING, "", deadline,
		"no end within 30 s, GRUB's menu still waiting for a choice: the expected text "
		"\"hello\" did not come (it came from firmware or GRUB only, not from the kernel)");
	verdict(ask("hello", -1), BOOTING "error: file `/boot/hello.elf' not found.\r\n", "",
		deadline,
		"no end within 30 s: the expected text \"hello\" did not come (it came from "
		"firmware or GRUB only, not from the kernel); the last that firmware or GRUB had "
		"to say: error: file `/boot/hello.elf' not found.");
}

/* A line without end does not grow without bounds, and the text is found across its pieces. */
static void test_endless_line(void **state)
{
	struct recipe_test t = ask("hello", 33);
	struct judge j;

	(void)state;
	judge_begin(&j, &t);
	for (int i = 0; i < 100000; i++)
		judge_feed(&j, JUDGE_SERIAL, "abcdefg", 7);
	assert_true(j.consoles[JUDGE_SERIAL].line.len < 16384);
	assert_false(j.expected);
	for (int i = 0; i < 1161; i++)
		judge_feed(&j, JUDGE_SERIAL, "1234567", 7);
	judge_feed(&j, JUDGE_SERIAL, "hel", 3);
	judge_feed(&j, JUDGE_SERIAL, "lo", 2);
	assert_true(j.expected);
	judge_free(&j);
}

static void test_silent_success(void **state)
{
	static const char nothing[] = "the machine ended with status 33 before the expected text "
				      "\"hi\" came (the guest wrote nothing)";

	(void)state;
	verdict(ask("hi", 33), "Welcome to GRUB!\r\nother\r\n" HEADING BOOTING "\r\n", "", exit33,
		nothing);
	verdict(ask("hi", 33), "Welcome to GRUB!\r\n" HEADING CLEAR, "", exit33, nothing);
	/* without a menu nobody can say that it was not the guest */
	verdict(ask("hi", 33), "Welcome to GRUB!\r\nother\r\n", "", exit33,
		"the machine ended with status 33 before the expected text \"hi\" came");
	verdict(ask("hi", 33), HEADING BOOTING "x", "", exit33,
		"the machine ended with status 33 before the expected text \"hi\" came");
}

static void test_regex(void **state)
{
	(void)state;
	verdict(ask("/^done in [0-9]+ s/", 33), "x\ndone in 12 s.\n", "", exit33, "");
	verdict(ask("/^done$/", 33), "done\r\n", "", exit33, "");
	verdict(ask("/^done$/", 33), "done", "", exit33, "");
	/* $ does not match where the line goes on */
	verdict(ask("/^done$/", 33), "done.\n", "", exit33,
		"the machine ended with status 33 before the expected text /^done$/ came");
	assert_false(over(ask("/done$/", -1), JUDGE_SERIAL, "done"));
	assert_true(over(ask("/done$/", -1), JUDGE_SERIAL, "done\n"));
	assert_true(over(ask("/done/", -1), JUDGE_SERIAL, "done"));
	/* a tab or a letter of another language stays readable */
	verdict(ask("l\xc3\xa4uft\t", -1), "x\n", "", deadline,
		"no end within 30 s: the expected text \"l\xc3\xa4uft\\x09\" did not come");
	verdict(ask("\xff", -1), "x\n", "", deadline,
		"no end within 30 s: the expected text \"\\xff\" did not come");
}

static void test_reject(void **state)
{
	struct recipe_test t = rejects(ask("done", 33), "panic", "/BUG|Oops/");
	struct judge j;
	char *reason = NULL;

	(void)state;
	verdict(t, "done\n", "", exit33, "");
	verdict(t, "[    1.2] Oops: 0000 \x01\r\nmore\n", "", stopped,
		"the guest wrote what the test rejects, /BUG|Oops/: \"[    1.2] Oops: 0000 "
		"\\x01\"");
	/* whatever came before, and whatever the end is */
	verdict(t, "done\nkernel panic\n", "", exit33,
		"the guest wrote what the test rejects, panic: \"kernel panic\"");
	verdict(t, "panic, but done", "", exit33,
		"the guest wrote what the test rejects, panic: \"panic, but done\"");
	verdict(t, "done with a panic", "", exit33,
		"the guest wrote what the test rejects, panic: \"done with a panic\"");
	assert_true(over(t, JUDGE_SERIAL, "panic"));
	assert_true(over(t, JUDGE_DEBUGCON, "panic"));
	assert_false(over(t, JUDGE_SCREEN, "panic\r\n"));
	/* on an earlier line, where nothing more is asked for, the matter is settled */
	verdict(rejects(ask("done", -1), "panic", NULL), "done\npanic\n", "", stopped, "");
	/* not what firmware and GRUB write */
	verdict(t,
		CLEAR "\x1b[02;24HGNU GRUB  version 2.06\r\n*panic OS\r\n" CLEAR
		      "  Booting `panic OS'\r\n\r\nerror: no panic.\r\ndone\n",
		"", exit33, "");
	/* nor the rest of a title that GRUB breaks at its terminal's width */
	verdict(t,
		"  Booting `A title that is long, and goes on and\r\non: panic OS'\r\n\r\ndone\n",
		"", exit33, "");
	verdict(rejects(ask("done", 33), "/rebooting$/", NULL), "rebooting", "", exit33,
		"the guest wrote what the test rejects, /rebooting$/: \"rebooting\"");

	/* a kernel may say "error: " as GRUB does: it is the kernel's where GRUB's console is
	 * another, or once the kernel has begun */
	verdict(rejects(ask("done", 33), "error:", NULL), "error: no disk\r\ndone\r\n", BOOTING,
		exit33, "the guest wrote what the test rejects, error:: \"error: no disk\"");
	verdict(rejects(ask("done", 33), "error:", NULL),
		BOOTING "up\r\nerror: no disk\r\ndone\r\n", "", exit33,
		"the guest wrote what the test rejects, error:: \"error: no disk\"");
	verdict(rejects(ask("done", 33), "/error/", NULL),
		BOOTING "Loading k\r\nerror: no suitable video mode found.\r\ndone\r\n", "", exit33,
		"");
	verdict(ask("error: 0 of 7", 33), BOOTING "up\nerror: 0 of 7\n", "", exit33, "");
	verdict(ask("error: 0 of 7", 33), BOOTING "error: 0 of 7\n", "", exit33,
		"the machine ended with status 33 before the expected text \"error: 0 of 7\" came "
		"(it came from firmware or GRUB only, not from the kernel); the last that firmware "
		"or GRUB had to say: error: 0 of 7");
	/* and then the line behind it is the kernel's, too, however long this one is */
	verdict(rejects(ask("done", 33), "panic", NULL),
		BOOTING "up\r\nerror: " LONG LONG "\r\npanic\r\ndone\r\n", "", exit33,
		"the guest wrote what the test rejects, panic: \"panic\"");

	/* the rest of the line may come when the matter is settled */
	judge_begin(&j, &t);
	assert_false(judge_last_words(&j));
	judge_feed(&j, JUDGE_SERIAL, "kernel panic", 12);
	assert_true(judge_over(&j));
	assert_true(judge_last_words(&j));
	judge_feed(&j, JUDGE_DEBUGCON, "other\n", 6);
	judge_feed(&j, JUDGE_SERIAL, ": no \x1b[1mroot\r\nmore\n", 22);
	judge_feed(&j, JUDGE_SERIAL, "and more\n", 9);
	assert_false(judge_verdict(&j, &stopped, &reason));
	assert_string_equal(reason, "the guest wrote what the test rejects, panic: \"kernel panic: "
				    "no root\"");
	free(reason);
	judge_free(&j);

	/* but not of another boot: there it is firmware that writes */
	judge_begin(&j, &t);
	judge_feed(&j, JUDGE_SERIAL, "kernel panic", 12);
	judge_reset(&j);
	assert_true(judge_over(&j));
	assert_false(judge_last_words(&j));
	judge_feed(&j, JUDGE_SERIAL, "SeaBIOS\r\n", 9);
	assert_false(judge_verdict(&j, &stopped, &reason));
	assert_string_equal(reason,
			    "the guest wrote what the test rejects, panic: \"kernel panic\"");
	free(reason);
	judge_free(&j);
}

/* Of a very long line, the part with the words; and ^ matches where a line begins only. */
static void test_long_lines(void **state)
{
	struct recipe_test t = rejects(ask("done", 33), "/^panic/", "oops");
	struct judge j;
	char *reason = NULL;

	(void)state;
	judge_begin(&j, &t);
	for (int i = 0; i < 10000; i++)
		judge_feed(&j, JUDGE_SERIAL, "panic", i == 0 ? 1 : 5);
	assert_false(judge_over(&j));
	assert_true(j.consoles[JUDGE_SERIAL].line.len < 16384);
	assert_int_equal(judge_guest_bytes(&j), 49996);
	judge_feed(&j, JUDGE_SERIAL, " oops\n", 6);
	assert_false(judge_verdict(&j, &stopped, &reason));
	assert_non_null(strstr(reason, "rejects, oops: \"..."));
	assert_non_null(strstr(reason, "panic oops\""));
	assert_true(strlen(reason) < 500);
	free(reason);
	judge_free(&j);
}

static void wanted(struct recipe_test t, const char *want)
{
	char *words = judge_wanted(&t);

	assert_string_equal(words, want);
	free(words);
}

static void test_wanted(void **state)
{
	(void)state;
	wanted(rejects(ask("demo: done", 33), "panic", "/BUG|Oops/"),
	       "the text \"demo: done\", then exit status 33; none of: panic, /BUG|Oops/");
	wanted(ask("/^done/", -1), "the text /^done/");
	wanted(ask(NULL, 0), "exit status 0");
	wanted(ask(NULL, -1), "that the machine powers itself off");
	wanted(rejects(ask(NULL, -1), "a\tb", "\xff"),
	       "that the machine powers itself off; none of: a\\x09b, \\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yes),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_no),
		cmocka_unit_test(test_nothing_asked),
		cmocka_unit_test(test_did_not_start),
		cmocka_unit_test(test_hopeless),
		cmocka_unit_test(test_loader_does_not_count),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_silent_success),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_reject),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}

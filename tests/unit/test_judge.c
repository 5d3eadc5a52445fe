/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "vm/judge.h"

/* What the recipe asks for; EXIT below 0: nothing. Patterns are kept until the end. */
static struct pattern patterns[256];
static size_t n_patterns;

static struct pattern *pattern(const char *written)
{
	char *error = NULL;

	assert_true(n_patterns < sizeof patterns / sizeof *patterns);
	assert_true(pattern_parse(written, &patterns[n_patterns], &error));
	return &patterns[n_patterns++];
}

static int free_patterns(void **state)
{
	(void)state;
	while (n_patterns > 0)
		pattern_free(&patterns[--n_patterns]);
	return 0;
}

static struct recipe_test ask(const char *expect, int status)
{
	struct recipe_test t = {.timeout = 30, .silence = 5};

	if (expect != NULL)
		t.expect = *pattern(expect);
	t.has_exit = status >= 0;
	t.exit = status >= 0 ? (unsigned)status : 0;
	return t;
}

static const struct judge_event stopped = {JUDGE_STOPPED, 0, NULL};
static const struct judge_event deadline = {JUDGE_DEADLINE, 0, NULL};
static const struct judge_event reset = {JUDGE_RESET, 0, NULL};
static const struct judge_event poweroff = {JUDGE_POWEROFF, 0, NULL};
static const struct judge_event exit33 = {JUDGE_EXITED, 33, NULL};
static const struct judge_event exit35 = {JUDGE_EXITED, 35, NULL};

/* Feed both consoles, once whole and once byte by byte, and compare the reason, "" for a yes. */
static void verdict(struct recipe_test t, const char *serial, const char *screen,
		    struct judge_event e, const char *want)
{
	for (size_t step = 1; step <= 65536; step += 65535) {
		struct judge j;
		char *reason = NULL;

		judge_begin(&j, &t);
		for (size_t i = 0; i < strlen(screen); i += step)
			judge_feed(&j, JUDGE_SCREEN, screen + i,
				   step < strlen(screen + i) ? step : strlen(screen + i));
		for (size_t i = 0; i < strlen(serial); i += step)
			judge_feed(&j, JUDGE_SERIAL, serial + i,
				   step < strlen(serial + i) ? step : strlen(serial + i));
		assert_int_equal(judge_verdict(&j, &e, &reason), want[0] == '\0');
		assert_string_equal(reason != NULL ? reason : "", want);
		free(reason);
		judge_free(&j);
	}
}

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

#define CLEAR   "\x1b[01;01H\x1b[2J"
#define HEADING CLEAR "\x1b[02;24HGNU GRUB  version 2.06\r\n*hello OS\r\n"
#define LONG    "[network] the server has no such file: was the tree copied there? May everybody"
#define BOOTING CLEAR "  Booting `hello OS'\r\n\r\n"

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

/* What mkboot's own menu says about the network is no proof either; the last of it, whole, is the
 * reason. */
static void test_network(void **state)
{
#define EARLY                                                                                     \
	"the machine ended with status 33 before the expected text \"hello\" came (it came from " \
	"firmware or GRUB only, not from the kernel)"
#define LAST "; the last that firmware or GRUB had to say: "

	(void)state;
	verdict(ask("hello", -1), "[network] trying hello_0, 52:54:00:12:34:56\r\nother\r\n", "",
		exit33, EARLY);
	verdict(ask("hello", -1), "[network] trying a_0\r\nhello\r\n", "", stopped, "");
	/* the file that is missing */
	verdict(ask("hello", -1), "(tftp,10.0.2.2)/demo/hello\r\n", "", exit33,
		EARLY LAST "(tftp,10.0.2.2)/demo/hello");
	verdict(ask("hello", -1), "[network] the server has no such file;\r\n[network] is it?\r\n",
		"error: File not found.\r\n(http,10.0.2.2)/demo/boot/k.elf\r\n"
		"[network] the server has no such file;\r\n[network] is it?\r\n",
		exit33,
		"the machine ended with status 33 before the expected text \"hello\" came" LAST
		"error: File not found. (http,10.0.2.2)/demo/boot/k.elf [network] the server has "
		"no "
		"such file; is it?");
	verdict(ask("hello", -1), "[network] a_0: hello\r\n", "", exit33,
		EARLY LAST "[network] a_0: hello");
	/* of two cards, the second; with GRUB's own words where they are, and once */
	verdict(ask("hello", -1),
		"[network] trying a_0\r\n[network] a_0: no link\r\n"
		"[network] trying b_0\r\n[network] b_0: no answer;\r\n[network] is it on?\r\n",
		"[network] trying a_0\r\nerror: x.\r\n[network] trying b_0\r\nerror: y.\r\n"
		"(tftp,b)\r\n[network] b_0: no answer;\r\n[network] is it on?\r\nerror: z.\r\n",
		deadline,
		"no end within 30 s: the expected text \"hello\" did not come" LAST
		"error: y. (tftp,b) [network] b_0: no answer; is it on?");
	verdict(ask("hello", -1), "[network] b_0: no\r\n", "[network] b_0: no\r\n", deadline,
		"no end within 30 s: the expected text \"hello\" did not come" LAST
		"[network] b_0: no");
	/* GRUB breaks a line at 80 columns: the rest is its own, too */
	verdict(ask("hello", -1), LONG "\r\nhello it?\r\n", "", exit33,
		EARLY LAST LONG " hello it?");
	verdict(ask("hello", -1), LONG "\r\nhello", "", exit33, EARLY LAST LONG " hello");
	/* a line that would have had room is not */
	verdict(ask("hello", -1), "[network] a_0: no link\r\nhello\r\n", "", stopped, "");
	verdict(ask("hello", -1), LONG "\r\nit?\r\nhello\r\n", "", stopped, "");
	verdict(ask("hello", -1), "", BOOTING LONG "\r\nread it?\r\nerror: a.\r\n" HEADING, stopped,
		"GRUB could not start the entry and went back to its menu: " LONG " read it?");
}

static void test_failed_entry(void **state)
{
	static const char prompt[] = "error: premature end of file.\r\n\r\n"
				     "Press any key to con\x1b[06;20H\x1b[06;21Htinue...";
	struct recipe_test t = ask("hello", -1);
	struct judge j;

	(void)state;
	verdict(t, "", BOOTING "error: premature end of file.\r\n" HEADING, stopped,
		"GRUB could not start the entry and went back to its menu: error: premature end "
		"of file.");
	verdict(t, BOOTING "error: a.\r\n\r\n  Failed to boot both default and fallback entries.",
		"", stopped, "GRUB could not start the entry: error: a.");

	judge_begin(&j, &t);
	judge_feed(&j, JUDGE_SCREEN, prompt, sizeof prompt - 1);
	assert_int_equal(judge_prompts(&j, JUDGE_SCREEN), 1);
	judge_feed(&j, JUDGE_SCREEN, "", 0);
	assert_int_equal(judge_prompts(&j, JUDGE_SCREEN), 1);
	judge_feed(&j, JUDGE_SCREEN, "\r\nPress any key to continue...", 30);
	assert_int_equal(judge_prompts(&j, JUDGE_SCREEN), 2);
	/* a guest that asks for a key by itself gets none */
	judge_feed(&j, JUDGE_SERIAL, "Press any key to continue...", 28);
	assert_int_equal(judge_prompts(&j, JUDGE_SERIAL), 0);
	judge_free(&j);
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

/* TEST with what it must not find. */
static struct recipe_test rejects(struct recipe_test t, const char *one, const char *two)
{
	static struct pattern lists[64][2];
	static size_t n;
	struct pattern *list = lists[n++];

	list[0] = *pattern(one);
	list[1] = *pattern(two != NULL ? two : "no such thing");
	t.reject = list;
	t.n_reject = 2;
	return t;
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

static void feed(struct judge *j, enum judge_source source, const char *text)
{
	judge_feed(j, source, text, strlen(text));
}

/* What J says at the end E, which ends it. */
static void says(struct judge *j, struct judge_event e, const char *want)
{
	char *reason = NULL;

	assert_int_equal(judge_verdict(j, &e, &reason), want[0] == '\0');
	assert_string_equal(reason != NULL ? reason : "", want);
	free(reason);
	judge_free(j);
}

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

static void test_tail(void **state)
{
	struct strbuf data = {0}, out = {0};

	(void)state;
	console_tail(&out, &data, 2, 80, "> ");
	assert_int_equal(out.len, 0);
	strbuf_adds(&data, "one\r\n\r\n\x1b"
			   "c\x1b[1mtwo\x1b[0m\b\bwo\t!\r\n \n\x07three \xff");
	console_tail(&out, &data, 2, 80, "> ");
	assert_string_equal(out.data, "> two !\n> \\x07three \\xff\n");
	out.len = 0;
	console_tail(&out, &data, 20, 3, "");
	assert_string_equal(out.data, "one\n...o !\n...e \\xff\n");
	strbuf_free(&out);
	strbuf_free(&data);
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
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_failed_entry),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_silent_success),
		cmocka_unit_test(test_regex),
		cmocka_unit_test(test_reject),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_debugcon),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_guest_bytes),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}

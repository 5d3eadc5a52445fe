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
		"no end within 30 s, and test.expect is not set: give it a text that the kernel "
		"writes on the serial port when all is well (its last line was \"ready \\x01\")");
	verdict(ask(NULL, -1), "", "", reset,
		"the machine reset itself (a triple fault does that), and test.expect is not set: "
		"give it a text that the kernel writes on the serial port when all is well");
	verdict(ask(NULL, -1), "x", "", exit33,
		"the machine ended with status 33, and test.exit is not set: where that is "
		"success, write test: {exit: 33}");
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
#define LONG "[network] the server has no such file: was the tree copied there? May everybody"

	(void)state;
	verdict(ask("hello", -1), "[network] trying hello_0, 52:54:00:12:34:56\r\nother\r\n", "",
		exit33, EARLY);
	verdict(ask("hello", -1), "[network] trying a_0\r\nhello\r\n", "", stopped, "");
	verdict(ask("hello", -1), "(tftp,10.0.2.2)/demo/hello\r\n(http,10.0.2.2)/hello\r\n", "",
		exit33, EARLY);
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
		"error: y. [network] b_0: no answer; is it on?");
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
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}

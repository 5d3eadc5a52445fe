/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judge: what GRUB and mkboot's menu say of the network and of files, which is no proof. */
#include "judge_fixture.h"

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

/* A line of progress is drawn over itself and covered with spaces (protocols/wire/progress.c): it
 * proves nothing, is no error, and what comes behind it is the kernel's, from a line's beginning.
 */
static void test_network_progress(void **state)
{
#define DRAWN(mib) "\r[network] loading [=>        ] " #mib " of 64 MiB, 9.5 MiB/s"
#define COVERED    "\r                                                    \r"

	(void)state;
	verdict(ask("64 MiB", -1), BOOTING DRAWN(10) DRAWN(20) COVERED "other\n", "", exit33,
		"the machine ended with status 33 before the expected text \"64 MiB\" came (it "
		"came from firmware or GRUB only, not from the kernel)");
	verdict(ask("64 MiB", -1), BOOTING DRAWN(10), "", exit33,
		"the machine ended with status 33 before the expected text \"64 MiB\" came (it "
		"came from firmware or GRUB only, not from the kernel)");
	verdict(ask("/^hello/", -1), BOOTING DRAWN(10) DRAWN(20) COVERED "hello\n", "", stopped,
		"");
	verdict(ask("/^hello$/", -1), DRAWN(10) COVERED "\r\nhello\r\n", "", stopped, "");
	verdict(ask("/^ hello/", -1), DRAWN(10) COVERED " hello\n", "", stopped, "");
	/* on two terminals on the same wire */
	verdict(ask("/^hello/", -1), DRAWN(10) DRAWN(10) COVERED COVERED "hello\n", "", stopped,
		"");
	/* twice, for two files */
	verdict(ask("/^hello/", -1), DRAWN(10) COVERED DRAWN(11) COVERED "hello\n", "", stopped,
		"");
	/* a kernel's own carriage returns end no line */
	verdict(ask("/^a.*hello/", -1), BOOTING "a\r     \rhello\n", "", stopped, "");
	/* the reason is the error, not how far the file came */
	verdict(ask("hello", -1),
		BOOTING DRAWN(10) COVERED "error: no answer from 10.0.2.2.\r\n" HEADING, "",
		stopped,
		"GRUB could not start the entry and went back to its menu: error: no answer from "
		"10.0.2.2.");
	verdict(ask("hello", -1),
		BOOTING "error: the server said hello.\r\n" DRAWN(10) COVERED "hell\n", "",
		deadline,
		"no end within 30 s: the expected text \"hello\" did not come (it came from "
		"firmware or GRUB only, not from the kernel); the last that firmware or GRUB had "
		"to say: error: the server said hello.");
}

/* What GRUB says of a file, and a server's own words, are no proof: however long the path is. GRUB
 * breaks the line before a path that is as wide as the terminal, and within it. */
static void test_error_lines(void **state)
{
#define PATH72 "/a/long/path/to/the/kernel/of/the/demo/in/the/tree/which/is/the/servers/"
#define PATH80 PATH72 "folders/"

	(void)state;
	verdict(ask("hello", -1), BOOTING "error: " PATH72 ":\r\nthe server says: hello.\r\n", "",
		exit33, EARLY LAST "error: " PATH72 ": the server says: hello.");
	verdict(ask("hello", -1), BOOTING "error:\r\n" PATH80 "\r\n/hello: no such file.\r\n", "",
		exit33, EARLY LAST "error: " PATH80 " /hello: no such file.");
	verdict(ask("hello", -1), DRAWN(10) COVERED "error:\r\n" PATH80 "hello\r\n", "", exit33,
		EARLY LAST "error: " PATH80 "hello");
	verdict(ask("hello", -1), BOOTING "(tftp,10.0.2.2)" PATH80 "\r\nhello\r\n", "", exit33,
		EARLY LAST "(tftp,10.0.2.2)" PATH80 " hello");
	/* a kernel's own, once it has begun */
	verdict(ask("hello", -1), BOOTING "kernel\r\nerror:\r\nhello\r\n", "", stopped, "");
	verdict(ask("/^error:$/", -1), BOOTING "kernel\r\nerror:\r\nx\r\n", "", stopped, "");
	verdict(ask("hello", -1), BOOTING "error:\r\nhello\r\n", "", stopped, "");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_network_progress),
		cmocka_unit_test(test_error_lines),
		cmocka_unit_test(test_failed_entry),
	};

	return cmocka_run_group_tests(tests, NULL, free_patterns);
}

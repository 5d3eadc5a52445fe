/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/utf8.h"
#include "vm/console.h"

/* Consoles as people are shown them. What the judge makes of them is test_judge.c's. */

static void lines(const char *bytes, bool empty, const char *want)
{
	struct strbuf data = {0}, out = {0};

	strbuf_adds(&data, bytes);
	strbuf_adds(&out, "");
	console_lines(&out, &data, empty);
	assert_string_equal(out.data, want);
	strbuf_free(&data);
	strbuf_free(&out);
}

static void test_lines(void **state)
{
	(void)state;
	lines("", true, "");
	lines("\x1b[0m \r\n", true, "");
	lines("a\r\nb", false, "a\nb\n");
	lines("a\n\r\n\r\n\n\rb\n\n", true, "a\n\nb\n\n");
	lines("a\n\r\n\r\n\n\rb\n\n", false, "a\nb\n");
	lines("\n\na  \n", true, "a\n");
	/* Written once more from the line's beginning. */
	lines("10%\r20%\r\ndone\r", false, "20%\ndone\n");
	/* and no other line's: the one before it, a text that is not the same, an empty one */
	lines("x\n5%\r50%\r100%go\n", false, "x\n50%\n100%go\n");
	lines("5%\r\r6%\n7%\n", false, "6%\n7%\n");
	/* GRUB's bar (protocols/wire/progress.c), covered at its end */
	lines("\r[>  ] 1 of 9\r[=> ] 3 of 9\r[===] 9 of 9\r            \rgo\n", false,
	      "[===] 9 of 9\ngo\n");
	lines("one\x1b[2Jtwo\x1b"
	      "cthree",
	      false, "one\ntwo\nthree\n");
	/* What looks like a frame, or like a countdown, in a guest's own words stays. */
	lines("+--+\n|a |\ncpu 0\ncpu 1\n\xc4\xc4\n", false,
	      "+--+\n|a |\ncpu 0\ncpu 1\n\xc4\xc4\n");
	lines("\x1b[Hclear\n+--+\ncpu 0\ncpu 1\n", false, "clear\n+--+\ncpu 0\ncpu 1\n");
}

/* GRUB's menu, as it comes from SeaBIOS (UTF-8), from GRUB's serial port (ASCII), and from EDK2
 * (code page 437, with GRUB's own on the same wire). */
static void test_menu(void **state)
{
	(void)state;
	lines("SeaBIOS\r\n\x1b[01;01H\x1b[0m\x1b[2J\x1b[02;24HGNU GRUB\x1b[04;02H"
	      "\xe2\x94\x8c\xe2\x94\x80\xe2\x94\x80\x1b[04;04H\xe2\x94\x90\x1b[05;02H\xe2\x94\x82"
	      "\x1b[05;79H\xe2\x94\x82\x1b[06;02H\xe2\x94\x94\xe2\x94\x80\xe2\x94\x98"
	      "\x1b[08;02H Use \xe2\x86\x91 and v.  \r\n  Press enter. \x1b[05;80H "
	      "\x1b[05;03H\x1b[0;30;47m*One  \x1b[05;08H\x1b[05;09H  \x1b[06;03H Two  \x1b[07;03H  "
	      "\x1b[05;78H\r\n\n\n   in 20s. \x1b[05;78H\r\n\n\n   in 19s. "
	      "\x1b[2J\x1b[01;01HBooting\r\n",
	      false,
	      "SeaBIOS\nGNU GRUB\n Use \xe2\x86\x91 and v.\n  Press enter.\n*One\n Two\n   in "
	      "19s.\n"
	      "Booting\n");
	lines("\x1b[H\x1b[J\x1b[1;1H\x1b[2;24HGNU "
	      "GRUB\n\r\n\r\x1b[m\x1b[4;2H+----+\x1b[5;2H|\x1b[5;7H|"
	      "\x1b[6;2H+----+\x1b[7m\x1b[5;3H*One \x1b[m\x1b[5;7H\x1b[22;1H in 2s. \x1b[5;7H"
	      "\x1b[22;1H in 1s. \x1b[5;7H",
	      false, "GNU GRUB\n*One\n in 1s.\n");
	lines("\x1b[04;02H\xda\xc4\xc4\xbf\x1b[05;02H\xb3\xb3\x1b[06;02H\xc0\xc4\xd9\x1b[05;03H*One"
	      "\x1b[29;01H in 20s.  \x1b[22;1H in 20s. \x1b[29;01H in 19s.  \x1b[22;1H in 19s. "
	      "\x1b[29;01H in 9s.",
	      false, "*One\n in 9s.\n");
	/* SeaBIOS's cursor, a character behind, and then where it is. */
	lines("iPXE 1\x1b[12;06H\x1b[12;07H: ok\r\niPXE 2\x1b[13;06H\x1b[13;07H: ok\r\n"
	      "\x1b[02;24HGNU \x1b[02;27H\x1b[02;28HGRUB",
	      false, "iPXE 1: ok\niPXE 2: ok\nGNU GRUB\n");
	/* Not the same: other letters, or drawn before the screen was erased. */
	lines("\x1b[2;2Hin 1s\x1b[3;2Hon 2s\x1b[2Jon 3s\x1b[2;2Hon 4s", false,
	      "in 1s\non 2s\non 3s\non 4s\n");
	/* Numbers that no cursor has. */
	lines("\x1b[99999999999;;;1Ha\x1b[;Hb", false, "a\nb\n");
}

static void test_tail(void **state)
{
	struct strbuf data = {0}, out = {0};

	(void)state;
	console_tail(&out, &data, 2, 80, "> ");
	assert_int_equal(out.len, 0);
	strbuf_adds(&data, "zero\none\nh\xc3\xa9\xc3\xa9 \x07\xff\n");
	console_tail(&out, &data, 2, 80, "> ");
	assert_string_equal(out.data, "> one\n> h\xc3\xa9\xc3\xa9 \\x07\\xff\n");
	out.len = 0;
	data.len = 0;
	strbuf_adds(&data, "one\r\n\r\n\x1b"
			   "c\x1b[1mtwo\x1b[0m\b\bwo\t!\r\n \n\x07three \xff");
	console_tail(&out, &data, 2, 80, "> ");
	assert_string_equal(out.data, "> two !\n> \\x07three \\xff\n");
	out.len = 0;
	console_tail(&out, &data, 20, 3, "");
	assert_string_equal(out.data, "one\n...o !\n...e \\xff\n");
	out.len = 0;
	data.len = 0;
	strbuf_adds(&data, "zero\none\nh\xc3\xa9\xc3\xa9 \x07\xff\n");
	/* No character in halves. */
	out.len = 0;
	console_tail(&out, &data, 1, 6, "");
	assert_string_equal(out.data, "...\xc3\xa9 \\x07\\xff\n");
	out.len = 0;
	console_tail(&out, &data, 1, 4, "");
	assert_string_equal(out.data, "... \\x07\\xff\n");
	strbuf_free(&data);
	strbuf_free(&out);
}

/* Bytes that nobody wrote on purpose: what is shown is text whatever comes. */
static void test_noise(void **state)
{
	static const char *const words[] = {"\x1b[2;3H",
					    "\x1b[9;1H",
					    "\x1b[J",
					    "\x1b",
					    "[",
					    ";99999999999H",
					    "\r",
					    "\n",
					    "\b",
					    "\t",
					    "7",
					    "\xe2",
					    "\x94\x80",
					    "\xc4",
					    "\xbf",
					    "\xb3",
					    " ",
					    "text",
					    ("\x1b"
					     "c")};
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct strbuf data = {0}, log = {0}, tail = {0};

		for (int i = 0; i < 60; i++) {
			seed = seed * 1664525 + 1013904223;
			strbuf_adds(&data, words[(seed >> 16) % (sizeof words / sizeof *words)]);
		}
		console_lines(&log, &data, round % 2 == 0);
		console_tail(&tail, &data, 5, 10, "");
		assert_true(log.len == 0 || log.data[log.len - 1] == '\n');
		assert_true(log.len <= data.len + 1);
		for (size_t i = 0; i < tail.len;) {
			uint32_t code = 0;
			size_t n = utf8_char(tail.data + i, tail.len - i, &code);

			assert_true(n > 0 && (code == '\n' || utf8_is_printable(code)));
			i += n;
		}
		strbuf_free(&data);
		strbuf_free(&log);
		strbuf_free(&tail);
	}
}

static void test_utf8(void **state)
{
	uint32_t code = 0;

	(void)state;
	assert_int_equal(utf8_char("\xf0\x9f\x90\xa7", 4, &code), 4);
	assert_int_equal(code, 0x1f427);
	assert_int_equal(utf8_char("\xf0\x9f\x90\xa7", 3, NULL), 0);
	assert_int_equal(utf8_char("", 0, NULL), 0);
	assert_int_equal(utf8_char("", 1, &code), 1);
	assert_int_equal(code, 0);
	assert_int_equal(utf8_char("\xc0\x80", 2, NULL), 0);
	assert_int_equal(utf8_char("\xe0\x9f\xbf", 3, NULL), 0);
	assert_int_equal(utf8_char("\xf4\x90\x80\x80", 4, NULL), 0);
	assert_int_equal(utf8_char("\x80", 1, NULL), 0);
	assert_true(utf8_is_printable(' '));
	assert_true(utf8_is_printable(0x1f427));
	assert_false(utf8_is_printable('\n'));
	assert_false(utf8_is_printable(0x9f));
	assert_false(utf8_is_printable(0x202e));
	assert_false(utf8_is_printable(0xffff));
	assert_false(utf8_is_printable(0x10fffe));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_menu),
		cmocka_unit_test(test_tail),  cmocka_unit_test(test_noise),
		cmocka_unit_test(test_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

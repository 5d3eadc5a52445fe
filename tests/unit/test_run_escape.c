/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How launch files' formats write a value: words of a command line, with variables. */
#include "testing.h"

#include "media/run.h"

#define WORD "\x1e"

struct example {
	const char *value, *want; /* NULL: refused */
};

static void check(template_escape escape, const struct example *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct strbuf out = {0};
		bool done = escape(&out, e[i].value);

		assert_int_equal(done, e[i].want != NULL);
		if (done)
			assert_string_equal(out.data != NULL ? out.data : "", e[i].want);
		strbuf_free(&out);
	}
}

static void shell(void **state)
{
	static const struct example examples[] = {
		{"-m" WORD "128M", "-m 128M"},
		{"if=none,file=" RUN_VAR_OF("top") "/demo.iso", "\"if=none,file=${top}/demo.iso\""},
		{"a b", "\"a b\""},
		{"", "\"\""},
		{"it's $HOME `x` \"y\" \\", "\"it's \\$HOME \\`x\\` \\\"y\\\" \\\\\""},
		{"-a" WORD "" WORD "*", "-a \"\" \"*\""},
		{"line\nline", NULL},
		{"\x1b", NULL},
	};

	(void)state;
	check(run_escape_sh, examples, sizeof examples / sizeof *examples);
}

static void batch(void **state)
{
	static const struct example examples[] = {
		{"-m" WORD "128M", "-m 128M"},
		{"user,id=net", "\"user,id=net\""},
		{"file=" RUN_VAR_OF("top") "/demo.iso", "\"file=%top%/demo.iso\""},
		{"100%", "100%%"},
		{"%PATH% & co", "\"%%PATH%% & co\""},
		{"say \"hi\"", NULL},
		{"C:\\", NULL}, /* \" would not end the word */
		{"C:\\" WORD "x", NULL},
		{"C:\\x", "\"C:\\x\""},
		{"caf\xc3\xa9", NULL},
		{"a\r\nb", NULL},
	};

	(void)state;
	check(run_escape_cmd, examples, sizeof examples / sizeof *examples);
}

static void others(void **state)
{
	static const struct example bochs[] = {
		{"../demo.iso", "../demo.iso"},
		{"a b, c", "a b, c"},
		{"$HOME", NULL},
		{"\"", NULL},
		{"a\nb", NULL},
	};
	static const struct example vmx[] = {
		{"../demo.iso", "../demo.iso"},
		{"say \"hi\"", "say |22hi|22"},
		{"a|b", "a|7Cb"},
		{"a\nb", "a|0Ab"},
	};

	(void)state;
	check(run_escape_bochs, bochs, sizeof bochs / sizeof *bochs);
	check(run_escape_vmx, vmx, sizeof vmx / sizeof *vmx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shell),
		cmocka_unit_test(batch),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

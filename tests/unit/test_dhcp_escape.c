/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values in the formats of servers that nothing here can run: each stays a value, or is refused. */
#include "testing.h"

#include "dhcp/dhcp.h"
#include "dhcp/escape.h"

struct example {
	const char *value, *want; /* NULL: refused */
};

static void check(bool (*escape)(struct strbuf *, const char *), const struct example *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct strbuf out = {0};
		bool done = escape(&out, e[i].value);

		if (done != (e[i].want != NULL))
			fail_msg("%s was %s", e[i].value, done ? "taken" : "refused");
		if (done)
			assert_string_equal(out.data != NULL ? out.data : "", e[i].want);
		strbuf_free(&out);
	}
}

#define CHECK(escape, examples) check(escape, examples, sizeof examples / sizeof *examples)

/* Between double quotes, and there between the quotes of s'...'. */
static void routeros(void **state)
{
	static const struct example examples[] = {
		{"boot/x-1_2.efi", "boot/x-1_2.efi"},
		{"http://192.168.77.9/a.efi", "http://192.168.77.9/a.efi"},
		{"", ""},
		{"a b", "a b"},
		{"#a;b]}", "#a;b]}"},
		{"a\"b", "a\\\"b"},
		{"\" comment=\"", "\\\" comment=\\\""},
		{"$x", "\\$x"},
		{"a$", "a\\$"},
		{"a?", "a\\3F"},
		{"\xc3\xa9", "\\C3\\A9"},
		{"\xff", "\\FF"},
		/* what the inner text would make of these is not documented */
		{"it's", NULL},
		{"'", NULL},
		{"a\\b", NULL},
		{"a\\", NULL},
		{"$(HOSTNAME)", NULL},
		{"a\nb", NULL},
		{"a\rb", NULL},
		{"a\tb", NULL},
		{"a\001", NULL},
		{"a\177", NULL},
	};

	(void)state;
	CHECK(escape_routeros, examples);
}

/* Between single quotes. */
static void powershell(void **state)
{
	static const struct example examples[] = {
		{"boot/x-1_2.efi", "boot/x-1_2.efi"},
		{"", ""},
		{"a b", "a b"},
		{"$HOME `n \"x\" #y", "$HOME `n \"x\" #y"},
		{"it's", "it''s"},
		{"'; Remove-Item C:\\ #", "''; Remove-Item C:\\ #"},
		{"''", "''''"},
		/* these end a string, too */
		{"a\u2018b", NULL},
		{"a\u2019b", NULL},
		{"a\u201ab", NULL},
		{"a\u201bb", NULL},
		/* read in the machine's code page: 0x91 and 0x92 are such quotes in Windows-1252 */
		{"a\x91", NULL},
		{"\xc3\xa9", NULL},
		{"a\nb", NULL},
		{"a\r", NULL},
		{"a\tb", NULL},
		{"a\177", NULL},
	};

	(void)state;
	CHECK(escape_powershell, examples);
}

/* What a person copies: nothing that cannot be seen, or that might be the end of it. */
static void field(void **state)
{
	static const struct example examples[] = {
		{"boot/x-1_2.efi", "boot/x-1_2.efi"},
		{"http://192.168.77.9/a.efi", "http://192.168.77.9/a.efi"},
		{"52:54:00:12:34:56", "52:54:00:12:34:56"},
		{"", ""},
		{"a b", NULL},
		{" a", NULL},
		{"a ", NULL},
		{"a]", NULL},
		{"#a", NULL},
		{"it's", NULL},
		{"\"a\"", NULL},
		{"a,b", NULL},
		{"a=b", NULL},
		{"a\nb", NULL},
		{"\xc2\xa0", NULL},
	};

	(void)state;
	CHECK(escape_field, examples);
}

/* Each of them uses the escape that is tested here. */
static void servers(void **state)
{
	static const struct {
		const char *name;
		bool (*escape)(struct strbuf *, const char *);
	} all[] = {
		{"mikrotik", escape_routeros}, {"windows", escape_powershell},
		{"pfsense", escape_field},     {"opnsense", escape_field},
		{"unifi", escape_field},
	};

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const struct dhcp_server *s = dhcp_server_find(all[i].name);

		assert_non_null(s);
		assert_ptr_equal(s->escape, all[i].escape);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routeros),
		cmocka_unit_test(powershell),
		cmocka_unit_test(field),
		cmocka_unit_test(servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts for routers that run dnsmasq: a value stays a value in each of them, and what they cannot
 * hold is refused. The golden files are test_dhcp.c's; strict parsers and a real dnsmasq read them
 * in tests/servers/parse_routers.bats and routers.bats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dhcp/escape.h"
#include "dhcp_fixture.h"

static const char *const routers[] = {"dd-wrt",  "openwrt", "openwrt-config",
				      "asuswrt", "tomato",  "pihole"};

static const struct dhcp_boot_files files = {
	.file = {"bios.0", "uefi64.efi", "uefi32.efi"},
	.http = {NULL, "demo/uefi64.efi"},
	.fallback = PLATFORM_BIOS,
};

struct escape_case {
	const char *text;
	const char *dnsmasq; /* as a field of dnsmasq's; NULL: refused */
	const char *uci;     /* the same, between the quotes of uci's */
};

static const struct escape_case cases[] = {
	{"host/own.0", "host/own.0", "host/own.0"},
	{"http://192.168.77.9/a_b-c.efi", "http://192.168.77.9/a_b-c.efi",
	 "http://192.168.77.9/a_b-c.efi"},
	/* a comma would make a field, and with it another server */
	{"own.0,192.168.77.1", "\"own.0,192.168.77.1\"", "\"own.0,192.168.77.1\""},
	{"a,,10.0.0.1", "\"a,,10.0.0.1\"", "\"a,,10.0.0.1\""},
	{"tag:uefi64", "\"tag:uefi64\"", "\"tag:uefi64\""},
	{"net:uefi64", "\"net:uefi64\"", "\"net:uefi64\""},
	{"own #1.0", "\"own #1.0\"", "\"own #1.0\""},
	{" own ", "\" own \"", "\" own \""},
	{"it's", "\"it's\"", "\"it'\\''s\""},
	{"'", "\"'\"", "\"'\\''\""},
	{"''';reboot;'", "\"''';reboot;'\"", "\"'\\'''\\'''\\'';reboot;'\\''\""},
	{"\"", "\"\\\"\"", "\"\\\"\""},
	{"\\", "\"\\\\\"", "\"\\\\\""},
	{"\\'", "\"\\\\'\"", "\"\\\\'\\''\""},
	{"$(reboot)`reboot`$x", "\"$(reboot)`reboot`$x\"", "\"$(reboot)`reboot`$x\""},
	{"EOF", "EOF", "EOF"},
	{"\xc3\xa9.0", "\"\xc3\xa9.0\"", "\"\xc3\xa9.0\""},
	{"@dnsmasq[0].dhcp_boot=x", "\"@dnsmasq[0].dhcp_boot=x\"", "\"@dnsmasq[0].dhcp_boot=x\""},
	{"a\nEOF\nreboot", NULL, NULL},
	{"a\ndhcp-range=1.2.3.4", NULL, NULL},
	{"a\rb", NULL, NULL},
	{"a\tb", NULL, NULL},
	{"a\001b", NULL, NULL},
	{"a\177b", NULL, NULL},
};
#define N_CASES (sizeof cases / sizeof cases[0])

static const char *escaped(const struct dhcp_server *s, const struct escape_case *c)
{
	return s->escape == escape_uci ? c->uci : c->dnsmasq;
}

static void test_escape(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof routers / sizeof routers[0]; i++) {
		const struct dhcp_server *s = dhcp_server_find(routers[i]);

		for (size_t k = 0; k < N_CASES; k++) {
			const char *want = escaped(s, &cases[k]);
			struct strbuf out = {0};
			bool ok = s->escape(&out, cases[k].text);

			if (ok != (want != NULL))
				fail_msg("%s: %s", routers[i], cases[k].text);
			if (want != NULL)
				assert_string_equal(out.data, want);
			strbuf_free(&out);
		}
	}
}

static char host_name[] = "testbox";

static struct recipe with_host(struct recipe_host *host)
{
	return dhcp_recipe(host, 1);
}

static struct recipe_host host_with_file(const char *file)
{
	return (struct recipe_host){.name = {.text = host_name},
				    .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
				    .ip = SET(IP(192, 168, 77, 50)),
				    .file = {.text = (char *)(uintptr_t)file}};
}

/* TEXT with the one place where it says FROM saying TO; the caller frees. */
static char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	assert_null(strstr(at + 1, from));
	return mem_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Nothing of the text changes but the value. */
static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof routers / sizeof routers[0]; i++) {
		const struct dhcp_server *s = dhcp_server_find(routers[i]);
		struct recipe_host host = host_with_file("PLACE/OF/IT");
		struct recipe r = with_host(&host);
		struct strbuf plain = {0};

		assert_int_equal(dhcp_render(&r, s, &files, 0, &plain), MK_OK);
		for (size_t k = 0; k < N_CASES; k++) {
			const char *value = escaped(s, &cases[k]);
			struct strbuf out = {0};

			host = host_with_file(cases[k].text);
			if (value == NULL) {
				assert_int_equal(dhcp_render(&r, s, &files, 0, &out), MK_BAD_INPUT);
				assert_int_equal(out.len, 0);
			} else {
				char *want = replaced(plain.data, "PLACE/OF/IT", value);

				assert_int_equal(dhcp_render(&r, s, &files, 0, &out), MK_OK);
				assert_string_equal(out.data, want);
				free(want);
			}
			strbuf_free(&out);
		}
		strbuf_free(&plain);
	}
}

static void expect_text(const struct recipe *r, const char *server, const char *text, bool there)
{
	struct strbuf out = {0};

	assert_int_equal(dhcp_render(r, dhcp_server_find(server), &files, 0, &out), MK_OK);
	if ((strstr(out.data, text) != NULL) != there)
		fail_msg("%s: %s is %sthere", server, text, there ? "not " : "");
	strbuf_free(&out);
}

/* OpenWrt drops a host section without a name and an address: the file goes by the MAC alone. */
static void test_nameless_host(void **state)
{
	struct recipe_host host = host_with_file("own.0");
	struct recipe r = with_host(&host);

	(void)state;
	expect_text(&r, "openwrt", "='host'\n", true);
	expect_text(&r, "openwrt", "='mac'\n", false);
	host.name.text = NULL;
	host.ip.set = false;
	expect_text(&r, "openwrt", "='host'\n", false);
	expect_text(&r, "openwrt",
		    "set dhcp.mkboot_host525400123456='mac'\n"
		    "set dhcp.mkboot_host525400123456.mac='52:54:00:12:34:56'\n"
		    "set dhcp.mkboot_host525400123456.networkid='host525400123456'\n"
		    "set dhcp.mkboot_host525400123456_file='boot'\n",
		    true);
	expect_text(&r, "openwrt-config",
		    "config mac 'mkboot_host525400123456'\n"
		    "\toption mac '52:54:00:12:34:56'\n"
		    "\toption networkid 'host525400123456'\n",
		    true);
	expect_text(&r, "pihole", "\ndhcp-host=52:54:00:12:34:56,set:host525400123456\n", true);
	host.file.text = NULL;
	expect_text(&r, "openwrt", "525400123456", false);
}

/* The server is the recipe's, or --server's; the router is never named. */
static void test_server(void **state)
{
	struct recipe_host host = host_with_file("own.0");
	struct recipe r = with_host(&host);

	(void)state;
	r.network.router = (struct ipv4)SET(IP(192, 168, 77, 254));
	for (size_t i = 0; i < sizeof routers / sizeof routers[0]; i++) {
		const struct dhcp_server *s = dhcp_server_find(routers[i]);
		struct strbuf out = {0};

		assert_int_equal(dhcp_render(&r, s, &files, IP(192, 168, 77, 200), &out), MK_OK);
		assert_non_null(strstr(out.data, "http://192.168.77.200/demo/uefi64.efi"));
		assert_null(strstr(out.data, "192.168.77.9"));
		assert_null(strstr(out.data, "192.168.77.254"));
		strbuf_free(&out);
	}
}

/* What the table says, and the text with it. */
static void test_limits(void **state)
{
	struct recipe_host host = host_with_file("own.0");
	struct recipe r = with_host(&host);

	(void)state;
	for (size_t i = 0; i < sizeof routers / sizeof routers[0]; i++) {
		const struct dhcp_server *s = dhcp_server_find(routers[i]);
		bool uci = s->escape == escape_uci;

		assert_int_equal(s->limits, uci ? DHCP_LIMIT(DHCP_BOOTP_BY_IP) : 0);
		assert_int_equal(dhcp_lost(&r, s, &files), 0);
		expect_text(&r, routers[i], "is answered only for hosts with an address", uci);
		expect_text(&r, routers[i], "\nbootp-dynamic\n", !uci);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),        cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_nameless_host), cmocka_unit_test(test_server),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

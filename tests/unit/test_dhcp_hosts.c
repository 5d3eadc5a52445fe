/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever a host's boot file is called, it stays a value: in the files of the servers that take it
 * (dnsmasq, dnsmasq as proxy, ISC dhcpd, Kea), and as networkd's one file. What a server cannot do
 * of the recipe is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "dhcp/escape.h"
#include "dhcp_fixture.h"

struct hostile {
	const char *text;
	const char *dnsmasq; /* NULL: refused */
	const char *dhcpd;
	const char *json;
	const char *networkd;
};

static const struct hostile hostile[] = {
	{"a/b-1_2.0", "a/b-1_2.0", "a/b-1_2.0", "a/b-1_2.0", "a/b-1_2.0"},
	{"a,b", "\"a,b\"", "a,b", "a,b", "a,b"},
	{"a,,1.2.3.4", "\"a,,1.2.3.4\"", "a,,1.2.3.4", "a,,1.2.3.4", "a,,1.2.3.4"},
	{"a b", "\"a b\"", "a b", "a b", "a b"},
	{" a", "\" a\"", " a", " a", NULL},
	{"a ", "\"a \"", "a ", "a ", NULL},
	{"#a", "\"#a\"", "#a", "#a", "#a"},
	{";a", "\";a\"", ";a", ";a", ";a"},
	{"a # b", "\"a # b\"", "a # b", "a # b", "a # b"},
	{"//a", "//a", "//a", "//a", "//a"},
	{"/*a*/", "\"/*a*/\"", "/*a*/", "/*a*/", "/*a*/"},
	{"<?include \"a\"?>", "\"<?include \\\"a\\\"?>\"", "<?include \\\"a\\\"?>",
	 "<?include \\\"a\\\"?>", NULL},
	{"a\"b", "\"a\\\"b\"", "a\\\"b", "a\\\"b", NULL},
	{"\", \"x\": \"", "\"\\\", \\\"x\\\": \\\"\"", "\\\", \\\"x\\\": \\\"",
	 "\\\", \\\"x\\\": \\\"", NULL},
	{"\"; } }", "\"\\\"; } }\"", "\\\"; } }", "\\\"; } }", NULL},
	{"a'b", "\"a'b\"", "a'b", "a'b", NULL},
	{"a\\b", "\"a\\\\b\"", "a\\\\b", "a\\\\b", NULL},
	{"a\\", "\"a\\\\\"", "a\\\\", "a\\\\", NULL},
	{"\\u0022", "\"\\\\u0022\"", "\\\\u0022", "\\\\u0022", NULL},
	{"tag:x", "\"tag:x\"", "tag:x", "tag:x", "tag:x"},
	{"%i%n", "\"%i%n\"", "%i%n", "%i%n", "%i%n"},
	{"$HOME", "\"$HOME\"", "$HOME", "$HOME", "$HOME"},
	{"[Match]", "\"[Match]\"", "[Match]", "[Match]", "[Match]"},
	{"@server@", "\"@server@\"", "@server@", "@server@", "@server@"},
	{"\xc3\xa9", "\"\xc3\xa9\"", "\\303\\251", "\xc3\xa9", NULL},
	{"a\xff", "\"a\xff\"", "a\\377", NULL, NULL},
	{"\xc3", "\"\xc3\"", "\\303", NULL, NULL},
	{"\xc0\xa2", "\"\xc0\xa2\"", "\\300\\242", NULL, NULL}, /* an overlong quote */
	{"\xed\xa0\x80", "\"\xed\xa0\x80\"", "\\355\\240\\200", NULL, NULL},
	{"a\nb", NULL, NULL, NULL, NULL},
	{"a\r", NULL, NULL, NULL, NULL},
	{"a\tb", NULL, NULL, NULL, NULL},
	{"\001", NULL, NULL, NULL, NULL},
	{"\037", NULL, NULL, NULL, NULL},
	{"\177", NULL, NULL, NULL, NULL},
};
static const size_t n_hostile = sizeof hostile / sizeof hostile[0];

static struct recipe recipe(struct recipe_host *host)
{
	return dhcp_recipe(host, host != NULL);
}

static struct recipe_host host_with(const char *file)
{
	return (struct recipe_host){.mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
				    .file = {.text = (char *)(uintptr_t)file}};
}

static const struct dhcp_boot_files tftp = {.file = {"bios.0", "uefi64.efi"},
					    .fallback = PLATFORM_BIOS};
static const struct dhcp_boot_files both = {
	.file = {"bios.0"}, .http = {NULL, "uefi64.efi"}, .fallback = PLATFORM_BIOS};
static const struct dhcp_boot_files http = {.http = {NULL, "uefi64.efi"},
					    .fallback = PLATFORM_COUNT};
static const struct dhcp_boot_files two_http = {.http = {NULL, "uefi64.efi", "uefi32.efi"},
						.fallback = PLATFORM_COUNT};

static void test_escape(void **state)
{
	struct strbuf out = {0};

	(void)state;
	for (size_t i = 0; i < n_hostile; i++) {
		check_escape(escape_dnsmasq, hostile[i].text, hostile[i].dnsmasq);
		check_escape(escape_dhcpd, hostile[i].text, hostile[i].dhcpd);
		check_escape(escape_json, hostile[i].text, hostile[i].json);
		check_escape(escape_networkd, hostile[i].text, hostile[i].networkd);
	}
	assert_false(escape_networkd(&out, "")); /* would unset it */
	assert_true(escape_json(&out, ""));
	strbuf_free(&out);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* The host's file changes no line but its own, of which there are TIMES, and adds none. */
static void check_host(const char *server, const char *text, size_t times, const char *before,
		       const char *value, const char *behind)
{
	const struct dhcp_server *s = dhcp_server_find(server);
	/* dnsmasq's proxy has other lines for a name with a dot */
	const char *plain_file = strchr(text, '.') != NULL ? "pl.in" : "plain";
	struct recipe_host plain_host = host_with(plain_file), host = host_with(text);
	struct recipe p = recipe(&plain_host), r = recipe(&host);
	struct strbuf plain = {0}, out = {0};

	assert_int_equal(dhcp_render(&p, s, &tftp, 0, &plain), MK_OK);
	if (value == NULL) {
		assert_int_equal(dhcp_render(&r, s, &tftp, 0, &out), MK_BAD_INPUT);
		assert_int_equal(out.len, 0);
	} else {
		char *line = mem_printf("\n%s%s%s\n", before, value, behind);

		assert_int_equal(dhcp_render(&r, s, &tftp, 0, &out), MK_OK);
		if (strstr(out.data, line) == NULL)
			fail_msg("%s: no line %s", server, line);
		assert_int_equal(count_lines(out.data), count_lines(plain.data));
		assert_int_equal(out.len,
				 plain.len + times * strlen(value) - times * strlen(plain_file));
		free(line);
	}
	strbuf_free(&plain);
	strbuf_free(&out);
}

static void test_host_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_hostile; i++) {
		const struct hostile *h = &hostile[i];

		check_host("dnsmasq", h->text, 1,
			   "dhcp-boot=tag:host525400123456,tag:!http64,tag:!http32,tag:!httparm64,",
			   h->dnsmasq, ",,192.168.77.9");
		/* and in a pxe-service for each UEFI architecture: 7, 9, 6, 11 */
		check_host("dnsmasq-proxy", h->text, strchr(h->text, '.') != NULL ? 5 : 1,
			   "dhcp-boot=tag:host525400123456,", h->dnsmasq, ",,192.168.77.9");
		check_host("isc", h->text, 1, "    filename \"", h->dhcpd, "\";");
		check_host("kea", h->text, 1, "        \"boot-file-name\": \"", h->json, "\"");
	}
}

/* Kea's own comments are whole lines here. */
static char *without_comments(const char *text)
{
	struct strbuf out = {0};

	while (*text != '\0') {
		const char *end = strchr(text, '\n');
		size_t blanks = strspn(text, " ");

		if (strncmp(text + blanks, "//", 2) != 0)
			strbuf_add(&out, text, (size_t)(end + 1 - text));
		text = end + 1;
	}
	return out.data;
}

/* A JSON parser reads back what the host's file was. */
static void test_kea_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_hostile; i++) {
		struct recipe_host host = host_with(hostile[i].text);
		struct recipe r = recipe(&host);
		struct strbuf out = {0};
		const json_t *class;
		json_error_t error;
		json_t *root;
		char *text;

		if (hostile[i].json == NULL)
			continue;
		assert_int_equal(dhcp_render(&r, dhcp_server_find("kea"), &both, 0, &out), MK_OK);
		text = without_comments(out.data);
		root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
		if (root == NULL)
			fail_msg("line %d: %s in %s", error.line, error.text, text);
		class = json_array_get(
			json_object_get(json_object_get(root, "Dhcp4"), "client-classes"), 0);
		assert_string_equal(json_string_value(json_object_get(class, "name")),
				    "host525400123456");
		assert_string_equal(json_string_value(json_object_get(class, "boot-file-name")),
				    hostile[i].text);
		json_decref(root);
		free(text);
		strbuf_free(&out);
	}
}

static void test_networkd_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_hostile; i++) {
		struct dhcp_boot_files files = tftp;
		struct recipe r = recipe(NULL);
		struct strbuf out = {0};
		char *line;

		files.file[PLATFORM_BIOS] = (char *)(uintptr_t)hostile[i].text;
		assert_int_equal(dhcp_render(&r, dhcp_server_find("networkd"), &files, 0, &out),
				 hostile[i].networkd != NULL ? MK_OK : MK_BAD_INPUT);
		if (hostile[i].networkd == NULL)
			continue;
		line = mem_printf("\nBootFilename=%s\n", hostile[i].networkd);
		if (strstr(out.data, line) == NULL)
			fail_msg("no line %s", line);
		free(line);
		strbuf_free(&out);
	}
}

static void check_limit(const char *server, const struct dhcp_boot_files *files,
			struct recipe_host *host, enum dhcp_limit limit, const char *want)
{
	const struct dhcp_server *s = dhcp_server_find(server);
	struct recipe r = recipe(host);
	unsigned lost = dhcp_lost(&r, s, files);
	char *text = dhcp_limit_text(limit, s, files);

	assert_int_equal((lost & DHCP_LIMIT(limit)) != 0, want != NULL);
	if (want != NULL)
		assert_string_equal(text, want);
	free(text);
}

static void test_limits(void **state)
{
	struct recipe_host host = host_with("own.0");

	(void)state;
	check_limit("networkd", &tftp, NULL, DHCP_ONE_FILE,
		    "systemd-networkd: it has one boot file for all, that of BIOS; UEFI x64 cannot "
		    "boot by it");
	check_limit("networkd", &two_http, NULL, DHCP_ONE_FILE,
		    "systemd-networkd: it has one URL for all, that of UEFI x64; UEFI ia32 cannot "
		    "boot by it");
	check_limit("networkd", &http, NULL, DHCP_ONE_FILE, NULL);
	check_limit("networkd", &both, NULL, DHCP_ONE_FILE, NULL);
	check_limit("networkd", &both, NULL, DHCP_HTTP_OR_TFTP,
		    "systemd-networkd: it cannot offer UEFI HTTP boot beside TFTP; it does where "
		    "the recipe has no output tftp");
	check_limit("networkd", &http, NULL, DHCP_HTTP_OR_TFTP, NULL);
	check_limit("networkd", &tftp, &host, DHCP_NO_HOST_FILE,
		    "systemd-networkd: a host cannot have a boot file of its own");
	check_limit("dnsmasq-proxy", &both, NULL, DHCP_NO_HTTP,
		    "dnsmasq beside a DHCP server: it cannot offer UEFI HTTP boot beside TFTP");
	check_limit("dnsmasq-proxy", &tftp, &host, DHCP_NO_HOST_FILE, NULL);
	check_limit("dnsmasq-proxy", &tftp, &host, DHCP_NO_HOST_ADDRESS, NULL);
	host.ip.set = true;
	check_limit("dnsmasq-proxy", &tftp, &host, DHCP_NO_HOST_ADDRESS,
		    "dnsmasq beside a DHCP server: a host cannot have an address of its own");
	for (size_t i = 0; i < 3; i++) {
		static const char *const can_all[] = {"dnsmasq", "isc", "kea"};
		const struct dhcp_server *s = dhcp_server_find(can_all[i]);
		struct recipe r = recipe(&host);

		assert_int_equal(dhcp_lost(&r, s, &both), 0);
		assert_int_equal(s->limits, 0);
	}
	assert_true(dhcp_fits(dhcp_server_find("networkd"), &http));
	assert_false(dhcp_fits(dhcp_server_find("dnsmasq-proxy"), &http));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),      cmocka_unit_test(test_host_file),
		cmocka_unit_test(test_kea_is_json), cmocka_unit_test(test_networkd_file),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

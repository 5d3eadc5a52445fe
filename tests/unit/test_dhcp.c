/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration byte for byte against tests/golden/dhcp/, and what must be refused. With
 * MKBOOT_GOLDEN=write in the environment the golden files are written instead; that real servers
 * read them and answer as they should is tests/servers/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"
#include "dhcp/escape.h"
#include "dhcp_fixture.h"

static char name[] = "demo", testbox[] = "testbox", laptop[] = "laptop", minutes[] = "45m",
	    own_file[] = "host/own.0";

static struct recipe_host hosts[] = {
	{.name = {.text = testbox},
	 .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
	 .ip = SET(IP(192, 168, 77, 50))},
	{.name = {.text = laptop}, .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x57}},
	{.name = {.text = minutes},
	 .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x58},
	 .ip = SET(IP(192, 168, 77, 51))},
	{.mac = {0xde, 0xad, 0xbe, 0xef, 0, 1}, .ip = SET(IP(192, 168, 77, 52))},
	{.mac = {0xde, 0xad, 0xbe, 0xef, 0, 2}},
};

static struct recipe_host own_files[] = {
	{.name = {.text = testbox},
	 .mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
	 .ip = SET(IP(192, 168, 77, 50)),
	 .file = {.text = own_file}},
	{.name = {.text = laptop},
	 .mac = {0x52, 0x54, 0, 0x12, 0x34, 0xab},
	 .file = {.text = own_file}},
};

/* Everything a recipe's network can have. */
static struct recipe full(void)
{
	struct recipe r = dhcp_recipe(hosts, sizeof hosts / sizeof hosts[0]);

	r.network.router = (struct ipv4)SET(IP(192, 168, 77, 254));
	r.network.dns = (struct ipv4)SET(IP(192, 168, 77, 8));
	return r;
}

/* As little as it can have. */
static struct recipe small(void)
{
	struct recipe r = {.name = name};

	r.network = (struct recipe_network){
		.given = true,
		.server = SET(IP(10, 1, 2, 3)),
		.subnet = SET(IP(10, 1, 0, 0)),
		.prefix = 22,
		.range_first = {.addr = IP(10, 1, 0, 255), .set = true},
		.range_last = {.addr = IP(10, 1, 1, 2), .set = true},
	};
	return r;
}

static const struct dhcp_boot_files uefi_only = {
	.file = {[PLATFORM_UEFI64] = "net/uefi64.efi"},
	.fallback = PLATFORM_UEFI64,
};

static enum mk_status render(const struct recipe *r, const char *server,
			     const struct dhcp_boot_files *files, uint32_t ip, struct strbuf *out)
{
	const struct dhcp_server *s = dhcp_server_find(server);

	assert_non_null(s);
	return dhcp_render(r, s, files, ip, out);
}

static void golden(const struct recipe *r, const char *variant, const struct dhcp_boot_files *files)
{
	const char *update = getenv("MKBOOT_GOLDEN");

	for (size_t i = 0; i < dhcp_n_servers; i++) {
		const struct dhcp_server *s = &dhcp_servers[i];
		char *file = mem_printf("tests/golden/dhcp/%s-%s", variant, s->file);
		char *path = datadir_path(file);
		struct strbuf got = {0}, want = {0};

		if (!dhcp_fits(s, files)) {
			assert_int_equal(dhcp_render(r, s, files, 0, &got), MK_BAD_INPUT);
			free(path);
			free(file);
			continue;
		}
		assert_int_equal(dhcp_render(r, s, files, 0, &got), MK_OK);
		if (update != NULL && strcmp(update, "write") == 0)
			assert_int_equal(fs_write(file, got.data, got.len), 0);
		else
			assert_int_equal(fs_read(path, 1 << 20, &want), 0);
		if (want.data != NULL)
			assert_string_equal(got.data, want.data);
		strbuf_free(&got);
		strbuf_free(&want);
		free(path);
		free(file);
	}
}

static void test_golden(void **state)
{
	struct recipe f = full(), s = small();

	(void)state;
	golden(&f, "full", &all);
	golden(&f, "http-only", &http_only);
	f.network.hosts = own_files;
	f.network.n_hosts = sizeof own_files / sizeof own_files[0];
	golden(&f, "http", &with_http);
	golden(&s, "bios-only", &bios_only);
	golden(&s, "uefi-only", &uefi_only);
}

static void test_servers(void **state)
{
	(void)state;
	assert_non_null(dhcp_server_find("dnsmasq"));
	assert_non_null(dhcp_server_find("isc"));
	assert_non_null(dhcp_server_find("dual-server"));
	assert_null(dhcp_server_find("dualserver"));
	assert_null(dhcp_server_find(""));
	assert_true(dhcp_n_servers <= 32); /* bits of recipe_output.servers */
}

static void test_server_ip(void **state)
{
	static const char *const lines[][2] = {
		{"dnsmasq", "\ndhcp-boot=tag:uefi64,uefi64.efi,,192.168.77.200\n"},
		{"isc", "\n  next-server 192.168.77.200;\n"},
		{"dual-server", "\r\nNextServer=192.168.77.200\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct recipe r = full();
		struct strbuf out = {0};

		assert_int_equal(render(&r, lines[i][0], &all, IP(192, 168, 77, 200), &out), MK_OK);
		assert_non_null(strstr(out.data, lines[i][1]));
		assert_null(strstr(out.data, "192.168.77.9\n"));
		assert_null(strstr(out.data, "192.168.77.9\r"));
		assert_null(strstr(out.data, "192.168.77.9;"));
		strbuf_free(&out);

		/* The recipe may leave it to the command line. */
		r.network.server.set = false;
		assert_int_equal(render(&r, lines[i][0], &all, IP(192, 168, 77, 200), &out), MK_OK);
		assert_non_null(strstr(out.data, lines[i][1]));
		strbuf_free(&out);
		assert_int_equal(render(&r, lines[i][0], &all, 0, &out), MK_BAD_INPUT);
		assert_int_equal(out.len, 0);
		strbuf_free(&out);
	}
}

static void test_refused(void **state)
{
	static const struct dhcp_boot_files nothing = {.fallback = PLATFORM_COUNT};
	char file[DHCP_FILE_MAX + 2];
	struct dhcp_boot_files longest = all;

	(void)state;
	memset(file, 'x', sizeof file);
	file[DHCP_FILE_MAX] = '\0';
	longest.file[PLATFORM_UEFI32] = file;
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		const struct dhcp_server *s = &dhcp_servers[i];
		struct recipe r = full(), none = {.name = name};
		struct strbuf out = {0};

		if (s->kind != DHCP_SERVER && s->kind != DHCP_ROUTER)
			continue; /* they name no boot file, or need no network */
		assert_int_equal(dhcp_render(&none, s, &all, 0, &out), MK_BAD_INPUT);
		assert_int_equal(dhcp_render(&none, s, &all, IP(10, 0, 0, 1), &out), MK_BAD_INPUT);
		assert_int_equal(dhcp_render(&r, s, &nothing, 0, &out), MK_BAD_INPUT);
		assert_int_equal(out.len, 0);
		assert_int_equal(dhcp_render(&r, s, &longest, 0, &out), MK_OK);
		out.len = 0;
		file[DHCP_FILE_MAX] = 'x';
		file[DHCP_FILE_MAX + 1] = '\0';
		assert_int_equal(dhcp_render(&r, s, &longest, 0, &out), MK_BAD_INPUT);
		file[DHCP_FILE_MAX] = '\0';
		assert_int_equal(out.len, 0);
		strbuf_free(&out);
	}
}

static void check_range(unsigned addresses, const char *const lines[], size_t n)
{
	struct recipe r = full();
	struct strbuf out = {0};

	r.network.range_last.addr = r.network.range_first.addr + addresses - 1;
	assert_int_equal(render(&r, "dual-server", &all, 0, &out), n > 0 ? MK_OK : MK_BAD_INPUT);
	for (size_t i = 0; i < n; i++) {
		char *line = mem_printf("\r\nDHCPRange=%s\r\n", lines[i]);

		if (strstr(out.data, line) == NULL)
			fail_msg("%u addresses: no %s", addresses, lines[i]);
		free(line);
	}
	strbuf_free(&out);
	/* The others do not divide it. */
	assert_int_equal(render(&r, "dnsmasq", &all, 0, &out), MK_OK);
	strbuf_free(&out);
}

static void test_slices(void **state)
{
	/* the default's, and one for each of UEFI x64, ia32 and arm64 */
	static const char *const four[] = {
		"192.168.77.100-192.168.77.100", "192.168.77.101-192.168.77.101",
		"192.168.77.102-192.168.77.102", "192.168.77.103-192.168.77.103"};
	static const char *const eleven[] = {
		"192.168.77.100-192.168.77.104", "192.168.77.105-192.168.77.106",
		"192.168.77.107-192.168.77.108", "192.168.77.109-192.168.77.110"};

	(void)state;
	check_range(1, NULL, 0);
	check_range(3, NULL, 0);
	check_range(4, four, 4);
	check_range(11, eleven, 4);
}

struct hostile {
	const char *text;
	const char *dnsmasq; /* NULL: refused */
	const char *dhcpd;
	const char *dual;
};

static const struct hostile hostile[] = {
	{"boot/x-1_2.efi", "boot/x-1_2.efi", "boot/x-1_2.efi", "boot/x-1_2.efi"},
	{"192.168.77.9", "192.168.77.9", "192.168.77.9", "192.168.77.9"},
	{"52:54:00:12:34:56", "52:54:00:12:34:56", "52:54:00:12:34:56", "52:54:00:12:34:56"},
	{"a,b", "\"a,b\"", "a,b", "a,b"},
	{"a b", "\"a b\"", "a b", "a b"},
	{"#a", "\"#a\"", "#a", "#a"},
	{"a #b", "\"a #b\"", "a #b", "a #b"},
	{"a;b}", "\"a;b}\"", "a;b}", "a;b}"},
	{"a\"b", "\"a\\\"b\"", "a\\\"b", NULL},
	{"a\\b", "\"a\\\\b\"", "a\\\\b", "a\\b"},
	{"a\\", "\"a\\\\\"", "a\\\\", "a\\"},
	{"\\n", "\"\\\\n\"", "\\\\n", "\\n"},
	{"\"", "\"\\\"\"", "\\\"", NULL},
	{"tag:x", "\"tag:x\"", "tag:x", "tag:x"},
	{"net:x", "\"net:x\"", "net:x", "net:x"},
	{"=", "\"=\"", "=", "="},
	{"[RANGE_SET]", "\"[RANGE_SET]\"", "[RANGE_SET]", "[RANGE_SET]"},
	{" a", "\" a\"", " a", NULL},
	{"a ", "\"a \"", "a ", NULL},
	{"\xc3\xa9", "\"\xc3\xa9\"", "\\303\\251", NULL},
	{"a\xff", "\"a\xff\"", "a\\377", NULL},
	{"a\nport=53", NULL, NULL, NULL},
	{"a\rb", NULL, NULL, NULL},
	{"a\tb", NULL, NULL, NULL},
	{"a\001b", NULL, NULL, NULL},
	{"a\177b", NULL, NULL, NULL},
};

static void test_escape(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		check_escape(escape_dnsmasq, hostile[i].text, hostile[i].dnsmasq);
		check_escape(escape_dhcpd, hostile[i].text, hostile[i].dhcpd);
		check_escape(escape_dual_server, hostile[i].text, hostile[i].dual);
	}
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* A hostile name changes no line but the one it stands in, and adds none. */
static void check_whole(const struct dhcp_server *s, const char *text, const char *before,
			const char *value, const char *behind)
{
	struct recipe r = full();
	struct dhcp_boot_files files = all;
	struct strbuf plain = {0}, out = {0};

	assert_int_equal(dhcp_render(&r, s, &files, 0, &plain), MK_OK);
	files.file[PLATFORM_UEFI64] = (char *)(uintptr_t)text;
	if (value == NULL) {
		assert_int_equal(dhcp_render(&r, s, &files, 0, &out), MK_BAD_INPUT);
		assert_int_equal(out.len, 0);
	} else {
		char *line = mem_printf("\n%s%s%s%s", before, value, behind, s->newline);

		assert_int_equal(dhcp_render(&r, s, &files, 0, &out), MK_OK);
		if (strstr(out.data, line) == NULL)
			fail_msg("%s: no line %s", s->name, line);
		assert_int_equal(count_lines(out.data), count_lines(plain.data));
		free(line);
	}
	strbuf_free(&plain);
	strbuf_free(&out);
}

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		const struct hostile *h = &hostile[i];

		check_whole(dhcp_server_find("dnsmasq"), h->text, "dhcp-boot=tag:uefi64,",
			    h->dnsmasq, ",,192.168.77.9");
		check_whole(dhcp_server_find("isc"), h->text, "    filename \"", h->dhcpd, "\";");
		check_whole(dhcp_server_find("dual-server"), h->text, "BootFileName=\"", h->dual,
			    "\"");
	}
}

/* Every line ends as the server wants it. */
static void test_newlines(void **state)
{
	(void)state;
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		/* one that fits: the web servers have nothing to do with TFTP */
		const struct dhcp_boot_files *files =
			dhcp_servers[i].kind == DHCP_WEB ? &with_http : &all;
		bool crlf = strcmp(dhcp_servers[i].newline, "\r\n") == 0;
		struct recipe r = full();
		struct strbuf out = {0};

		assert_int_equal(dhcp_render(&r, &dhcp_servers[i], files, 0, &out), MK_OK);
		assert_int_equal(out.data[out.len - 1], '\n');
		for (size_t k = 0; k < out.len; k++) {
			if (out.data[k] == '\n')
				assert_int_equal(k > 0 && out.data[k - 1] == '\r', crlf);
			if (out.data[k] == '\r')
				assert_int_equal(out.data[k + 1], '\n');
		}
		strbuf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),    cmocka_unit_test(test_servers),
		cmocka_unit_test(test_server_ip), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_slices),    cmocka_unit_test(test_escape),
		cmocka_unit_test(test_hostile),   cmocka_unit_test(test_newlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

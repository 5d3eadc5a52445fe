/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Achal Dhir's DHCP servers, Dual Server and Open DHCP Server, tell clients apart by address range
 * only: the parts of the range with HTTP boot, and what is lost of a host.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "dhcp_fixture.h"

static const char *const servers[] = {"dual-server", "open-dhcp"};
#define N_SERVERS (sizeof servers / sizeof servers[0])

static char box[] = "box", own_file[] = "host/own.0";

static const struct dhcp_boot_files uefi64_twice = {
	.file = {[PLATFORM_UEFI64] = "uefi64.efi"},
	.http = {[PLATFORM_UEFI64] = "demo/uefi64.efi"},
	.fallback = PLATFORM_UEFI64,
};

static struct recipe with_host(struct recipe_host *host)
{
	return dhcp_recipe(host, host != NULL);
}

static enum mk_status render(const struct recipe *r, const char *server,
			     const struct dhcp_boot_files *files, struct strbuf *out)
{
	const struct dhcp_server *s = dhcp_server_find(server);

	assert_non_null(s);
	return dhcp_render(r, s, files, 0, out);
}

/* These ranges, in this order, and no others. */
static void check_range(const char *server, unsigned addresses, const char *const lines[], size_t n)
{
	struct recipe r = with_host(NULL);
	struct strbuf out = {0};
	const char *at;

	r.network.range_last.addr = r.network.range_first.addr + addresses - 1;
	assert_int_equal(render(&r, server, &with_http, &out), n > 0 ? MK_OK : MK_BAD_INPUT);
	at = out.data;
	for (size_t i = 0; i < n; i++) {
		char *line = mem_printf("\r\nDHCPRange=%s\r\n", lines[i]);

		at = strstr(at, line);
		if (at == NULL)
			fail_msg("%s, %u addresses: no %s", server, addresses, lines[i]);
		at++;
		free(line);
	}
	if (n > 0)
		assert_null(strstr(at, "\r\nDHCPRange="));
	strbuf_free(&out);
}

/* The default's, UEFI x64, ia32, arm64, and these three by HTTP. */
static void test_slices(void **state)
{
	static const char *const seven[] = {
		"192.168.77.100-192.168.77.100", "192.168.77.101-192.168.77.101",
		"192.168.77.102-192.168.77.102", "192.168.77.103-192.168.77.103",
		"192.168.77.104-192.168.77.104", "192.168.77.105-192.168.77.105",
		"192.168.77.106-192.168.77.106"};
	static const char *const twenty[] = {
		"192.168.77.100-192.168.77.107", "192.168.77.108-192.168.77.109",
		"192.168.77.110-192.168.77.111", "192.168.77.112-192.168.77.113",
		"192.168.77.114-192.168.77.115", "192.168.77.116-192.168.77.117",
		"192.168.77.118-192.168.77.119"};

	(void)state;
	for (size_t i = 0; i < N_SERVERS; i++) {
		check_range(servers[i], 1, NULL, 0);
		check_range(servers[i], 6, NULL, 0);
		check_range(servers[i], 7, seven, 7);
		check_range(servers[i], 20, twenty, 7);
	}
}

/* A host in an HTTP client's part of the range would be answered as one. */
static void test_host_in_slice(void **state)
{
	(void)state;
	for (unsigned last = 99; last <= 151; last++) {
		struct recipe_host host = {.ip = SET(IP(192, 168, 77, last))};
		struct recipe r = with_host(&host);

		for (size_t i = 0; i < N_SERVERS; i++) {
			struct strbuf out = {0};
			/* 51 addresses, seven for each of the six behind the default's */
			bool in_http = last >= 130 && last <= 150;

			assert_int_equal(render(&r, servers[i], &with_http, &out),
					 in_http ? MK_BAD_INPUT : MK_OK);
			out.len = 0;
			assert_int_equal(render(&r, servers[i], &all, &out), MK_OK);
			out.len = 0;
			assert_int_equal(render(&r, "dnsmasq", &with_http, &out), MK_OK);
			strbuf_free(&out);
		}
	}
}

static unsigned lost_of(struct recipe_host *host, const struct dhcp_boot_files *files)
{
	struct recipe r = with_host(host);
	unsigned lost = dhcp_lost(&r, dhcp_server_find("dual-server"), files);

	assert_int_equal(dhcp_lost(&r, dhcp_server_find("open-dhcp"), files), lost);
	assert_int_equal(dhcp_lost(&r, dhcp_server_find("dnsmasq"), files), 0);
	return lost;
}

/* With and without an address, a file of its own, and several files to choose from. */
static void test_lost(void **state)
{
	const unsigned one_file = DHCP_LIMIT(DHCP_HOST_ONE_FILE);
	const unsigned by_ip = DHCP_LIMIT(DHCP_HOST_FILE_BY_IP);
	struct recipe_host address = {.ip = SET(IP(192, 168, 77, 50))};
	struct recipe_host file = {.file = {.text = own_file}};
	struct recipe_host both = {.ip = SET(IP(192, 168, 77, 50)), .file = {.text = own_file}};
	struct recipe_host neither = {.name = {.text = box}};

	(void)state;
	assert_int_equal(lost_of(&address, &all), one_file);
	assert_int_equal(lost_of(&address, &uefi64_twice), one_file);
	assert_int_equal(lost_of(&address, &bios_only), 0);
	assert_int_equal(lost_of(&address, &http_only), 0);
	assert_int_equal(lost_of(&file, &all), by_ip);
	assert_int_equal(lost_of(&file, &bios_only), by_ip);
	assert_int_equal(lost_of(&both, &all), 0);
	assert_int_equal(lost_of(&neither, &all), 0);
}

/* What stands behind the host's section's NextServer. */
static void check_host(struct recipe_host *host, const struct dhcp_boot_files *files,
		       const char *want)
{
	struct recipe r = with_host(host);

	for (size_t i = 0; i < N_SERVERS; i++) {
		static const char last[] = "\r\nNextServer=192.168.77.9\r\n";
		struct strbuf out = {0};
		const char *at;

		assert_int_equal(render(&r, servers[i], files, &out), MK_OK);
		at = strstr(out.data, "\r\n[02:00:00:00:00:01]\r\n");
		assert_non_null(at);
		at = strstr(at, last);
		assert_non_null(at);
		at += sizeof last - 1;
		if (strncmp(at, want, strlen(want)) != 0)
			fail_msg("%s: not %s, but %s", servers[i], want, at);
		strbuf_free(&out);
	}
}

static void test_host_file(void **state)
{
	struct recipe_host host = {.mac = {2, 0, 0, 0, 0, 1}, .ip = SET(IP(192, 168, 77, 50))};

	(void)state;
	check_host(&host, &bios_only, "BootFileName=\"bios.0\"\r\n");
	check_host(&host, &uefi64_twice,
		   "BootFileName=\"uefi64.efi\"\r\n; For UEFI x64 by HTTP, this instead:\r\n"
		   ";BootFileName=\"http://192.168.77.9/demo/uefi64.efi\"\r\n"
		   ";60=\"HTTPClient\"\r\n");
	/* Without a TFTP tree it is a URL, and the answer must say HTTPClient. */
	check_host(&host, &http_only,
		   "BootFileName=\"http://192.168.77.9/demo/uefi64.efi\"\r\n"
		   "60=\"HTTPClient\"\r\n");
	host.file.text = own_file;
	check_host(&host, &all, "BootFileName=\"host/own.0\"\r\n");
	check_host(&host, &http_only, "BootFileName=\"host/own.0\"\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_host_in_slice),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_host_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

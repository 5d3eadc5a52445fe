/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each server's file says, without its comments, against what servers.c says that it cannot: a
 * file that leaves out what its line of the table has no limit for would lose it in silence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dhcp_fixture.h"

static char ip_file[] = "own-ip.0", mac_file[] = "own-mac.0", no_dot[] = "own";

/* An address alone, a boot file alone, and both. */
static struct recipe_host hosts[] = {
	{.mac = {2, 0, 0, 0, 0, 1}, .ip = SET(IP(192, 168, 77, 50))},
	{.mac = {2, 0, 0, 0, 0, 2}, .file = {.text = mac_file}},
	{.mac = {2, 0, 0, 0, 0, 3}, .ip = SET(IP(192, 168, 77, 51)), .file = {.text = ip_file}},
};

static struct recipe recipe(void)
{
	struct recipe r = dhcp_recipe(hosts, sizeof hosts / sizeof hosts[0]);

	return r;
}

static const struct dhcp_boot_files files = {
	.file = {"t-bios.0", "t-uefi64.efi", "t-uefi32.efi"},
	.http = {NULL, "h-uefi64.efi", "h-uefi32.efi"},
	.fallback = PLATFORM_BIOS,
};

/* The lines that are no comments, appended to OUT. */
static void without_comments(const char *text, struct strbuf *out)
{
	while (*text != '\0') {
		const char *end = strchr(text, '\n') + 1;
		const char *first = text + strspn(text, " \t");

		if (*first != '#' && *first != ';' && strncmp(first, "//", 2) != 0)
			strbuf_add(out, text, (size_t)(end - text));
		text = end;
	}
}

static bool can(const struct dhcp_server *s, unsigned limits)
{
	return (s->limits & limits) == 0;
}

#define L(l) DHCP_LIMIT(DHCP_##l)

static void check(const struct dhcp_server *s, const char *text, const char *what, bool want)
{
	if ((strstr(text, what) != NULL) != want)
		fail_msg("%s: %s is %sthere", s->name, what, want ? "not " : "");
}

static void check_server(const struct dhcp_server *s)
{
	bool http = can(s, L(NO_HTTP) | L(HTTP_OR_TFTP)), file = can(s, L(NO_HOST_FILE));
	struct recipe r = recipe();
	struct strbuf whole = {0}, text = {0};

	assert_int_equal(dhcp_render(&r, s, &files, 0, &whole), MK_OK);
	without_comments(whole.data, &text);
	check(s, text.data, "t-bios.0", true);
	check(s, text.data, "t-uefi64.efi", can(s, L(ONE_FILE)));
	check(s, text.data, "t-uefi32.efi", can(s, L(ONE_FILE)));
	check(s, text.data, "http://192.168.77.9/h-uefi64.efi", http);
	check(s, text.data, "http://192.168.77.9/h-uefi32.efi", http && can(s, L(ONE_URL)));
	check(s, text.data, "192.168.77.50", can(s, L(NO_HOST_ADDRESS)));
	check(s, text.data, "own-ip.0", file);
	check(s, text.data, "own-mac.0", file && can(s, L(HOST_FILE_BY_IP)));
	if (s->kind != DHCP_EMULATOR) {
		check(s, text.data, "192.168.77.9", true);
		/* bootp-dynamic, dynamic-bootp, libdhcp_bootp; Windows has another word */
		check(s, text.data, strcmp(s->name, "windows") == 0 ? "-Type Both" : "bootp",
		      can(s, L(NO_BOOTP) | L(BOOTP_BY_IP)));
	}
	/* each limit that the recipe reaches, and each that is the server's, is a sentence */
	for (size_t l = 0; l < DHCP_LIMIT_COUNT; l++) {
		unsigned always = L(NO_BOOTP) | L(BOOTP_BY_IP) | L(OPTIONS_ONLY) | L(NO_PLAIN);
		unsigned said = (dhcp_lost(&r, s, &files) | always) & s->limits;
		char *sentence = dhcp_limit_text((enum dhcp_limit)l, s, &files);

		if ((said & DHCP_LIMIT(l)) != 0)
			check(s, whole.data, sentence, true);
		free(sentence);
	}
	strbuf_free(&whole);
	strbuf_free(&text);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		if (dhcp_servers[i].kind != DHCP_TFTP && dhcp_servers[i].kind != DHCP_WEB)
			check_server(&dhcp_servers[i]);
	}
}

/* A host whose file goes to clients that boot by HTTP as well: where the file's lines do not tell
 * them apart. */
static void test_host_no_http(void **state)
{
	static const char *const servers[] = {"dual-server", "open-dhcp", "windows",
					      "mikrotik",    "pfsense",   "opnsense"};
	static const struct dhcp_boot_files tftp = {.file = {"t-bios.0"},
						    .fallback = PLATFORM_BIOS};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < dhcp_n_servers; i++)
		n += !can(&dhcp_servers[i], L(HOST_NO_HTTP));
	assert_int_equal(n, sizeof servers / sizeof servers[0]);
	for (size_t i = 0; i < n; i++) {
		const struct dhcp_server *s = dhcp_server_find(servers[i]);
		struct recipe r = recipe();

		assert_true((dhcp_lost(&r, s, &files) & L(HOST_NO_HTTP)) != 0);
		assert_true((dhcp_lost(&r, s, &tftp) & L(HOST_NO_HTTP)) == 0);
		/* the file alone: who cannot hand it out has not this limit but another */
		r.network.n_hosts = 2;
		assert_int_equal((dhcp_lost(&r, s, &files) & L(HOST_NO_HTTP)) != 0,
				 can(s, L(HOST_FILE_BY_IP)));
		r.network.n_hosts = 1;
		assert_true((dhcp_lost(&r, s, &files) & L(HOST_NO_HTTP)) == 0);
	}
}

static void test_host_file_dot(void **state)
{
	const struct dhcp_server *proxy = dhcp_server_find("dnsmasq-proxy");
	struct recipe_host host = {.mac = {2, 0, 0, 0, 0, 1}, .file = {.text = no_dot}};
	struct recipe r = recipe();

	(void)state;
	assert_true((dhcp_lost(&r, proxy, &files) & L(HOST_FILE_DOT)) == 0);
	r.network.hosts = &host;
	r.network.n_hosts = 1;
	assert_true((dhcp_lost(&r, proxy, &files) & L(HOST_FILE_DOT)) != 0);
	assert_true((dhcp_lost(&r, dhcp_server_find("dnsmasq"), &files) & L(HOST_FILE_DOT)) == 0);
}

static void check_card(struct recipe *r, uint32_t server, const char *want)
{
	const struct dhcp_server *s = dhcp_server_find("networkd");
	struct strbuf text = {0};

	assert_int_equal(dhcp_render(r, s, &files, server, &text), MK_OK);
	check(s, text.data, want, true);
	check(s, text.data, "\nPoolOffset=", true);
	strbuf_free(&text);
}

/* networkd counts its pool from the subnet of its card's address: with one of another subnet's it
 * would hand out that one's. */
static void test_card(void **state)
{
	struct recipe r = recipe();

	(void)state;
	check_card(&r, 0, "\nAddress=192.168.77.9/24\n");
	check_card(&r, IP(172, 16, 0, 9), "\nAddress=192.168.77.1/24\n");
	r.network.router = (struct ipv4)SET(IP(192, 168, 77, 1));
	r.network.dns = (struct ipv4)SET(IP(192, 168, 77, 2));
	check_card(&r, IP(172, 16, 0, 9), "\nAddress=192.168.77.3/24\n");
	r.network.range_first.addr = IP(192, 168, 77, 1);
	check_card(&r, IP(172, 16, 0, 9), "\nAddress=192.168.77.151/24\n");
	r.network.range_last.addr = IP(192, 168, 77, 254);
	check_card(&r, IP(172, 16, 0, 9), "\nAddress=192.168.77.3/24\n");
	/* its two addresses taken */
	r.network.prefix = 30;
	r.network.n_hosts = 0;
	r.network.range_first.addr = r.network.range_last.addr = IP(192, 168, 77, 2);
	check_card(&r, IP(172, 16, 0, 9), "\nAddress=192.168.77.2/30\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_host_no_http),
		cmocka_unit_test(test_host_file_dot),
		cmocka_unit_test(test_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

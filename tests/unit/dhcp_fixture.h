/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_DHCP_FIXTURE_H
#define TESTS_UNIT_DHCP_FIXTURE_H

#include "dhcp/dhcp.h"

/* The network that the tests of dhcp/ have in common. */

#define IP(a, b, c, d) (((uint32_t)(a) << 24) | ((uint32_t)(b) << 16) | ((c) << 8) | (d))
#define SET(address)                                              \
	{                                                         \
		.addr = (address), .set = true, .at = { 3, 5, 1 } \
	}

/* A recipe "demo" with a server, a subnet and a range, and these hosts. */
static inline struct recipe dhcp_recipe(struct recipe_host *hosts, size_t n_hosts)
{
	static char name[] = "demo";
	struct recipe r = {.name = name};

	r.network = (struct recipe_network){
		.given = true,
		.at = {2, 3, 7},
		.server = SET(IP(192, 168, 77, 9)),
		.subnet = SET(IP(192, 168, 77, 0)),
		.prefix = 24,
		.range_first = SET(IP(192, 168, 77, 100)),
		.range_last = SET(IP(192, 168, 77, 150)),
		.hosts = hosts,
		.n_hosts = n_hosts,
	};
	return r;
}

/* Of these variables a test uses some. */
#define MAYBE __attribute__((unused))

static const struct dhcp_boot_files all MAYBE = {
	.file = {"bios.0", "uefi64.efi", "uefi32.efi"},
	.fallback = PLATFORM_BIOS,
};
static const struct dhcp_boot_files with_http MAYBE = {
	.file = {"bios.0", "uefi64.efi", "uefi32.efi"},
	.http = {NULL, "demo/uefi64.efi", "demo/uefi32.efi"},
	.fallback = PLATFORM_BIOS,
};
static const struct dhcp_boot_files http_only MAYBE = {
	.http = {NULL, "demo/uefi64.efi"},
	.fallback = PLATFORM_COUNT,
};
static const struct dhcp_boot_files bios_only MAYBE = {
	.file = {"bios.0"},
	.fallback = PLATFORM_BIOS,
};

/* ESCAPE gives WANT for TEXT; NULL: it refuses. */
static inline void check_escape(bool (*escape)(struct strbuf *, const char *), const char *text,
				const char *want)
{
	struct strbuf out = {0};
	bool ok = escape(&out, text);

	if (ok != (want != NULL))
		fail_msg("%s was %s", text, ok ? "taken" : "refused");
	if (want != NULL)
		assert_string_equal(out.data, want);
	strbuf_free(&out);
}

#endif

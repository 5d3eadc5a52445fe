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

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/read.h"

#include <string.h>

/* What is wrong only when two values are looked at together. */

static uint32_t mask_of(const struct recipe_network *w)
{
	return UINT32_MAX << (32 - w->prefix);
}

/* A host's address: in the subnet, and neither its own nor the broadcast address. */
static void check_address(struct rd *rd, const struct ipv4 *ip, const char *what)
{
	const struct recipe_network *w = &rd->recipe->network;

	if (!ip->set || !w->subnet.set)
		return;
	if ((ip->addr & mask_of(w)) != w->subnet.addr)
		rd_error(rd, ip->at, "%s %s is not in the subnet %s/%u", what,
			 ipv4_text(ip->addr).text, ipv4_text(w->subnet.addr).text, w->prefix);
	else if ((ip->addr & ~mask_of(w)) == 0)
		rd_error(rd, ip->at, "%s %s is the subnet's own address", what,
			 ipv4_text(ip->addr).text);
	else if ((ip->addr | mask_of(w)) == UINT32_MAX)
		rd_error(rd, ip->at, "%s %s is the subnet's broadcast address", what,
			 ipv4_text(ip->addr).text);
}

static void check_hosts(struct rd *rd)
{
	const struct recipe_network *w = &rd->recipe->network;

	for (size_t i = 0; i < w->n_hosts; i++) {
		const struct recipe_host *a = &w->hosts[i];

		check_address(rd, &a->ip, "the address");
		if (a->ip.set && a->ip.addr == w->server.addr && w->server.set)
			rd_error(rd, a->ip.at, "%s is the server's address",
				 ipv4_text(a->ip.addr).text);
		if (a->ip.set && w->router.set && a->ip.addr == w->router.addr)
			rd_error(rd, a->ip.at, "%s is the router's address",
				 ipv4_text(a->ip.addr).text);
		for (size_t k = 0; k < i; k++) {
			const struct recipe_host *b = &w->hosts[k];

			if (a->mac_at.line != 0 && memcmp(a->mac, b->mac, 6) == 0 &&
			    memcmp(a->mac, "\0\0\0\0\0\0", 6) != 0)
				rd_error(rd, a->mac_at,
					 "two hosts have this MAC address: '%s', on "
					 "line %u, has it too",
					 b->name.text != NULL ? b->name.text : "", b->mac_at.line);
			if (a->ip.set && b->ip.set && a->ip.addr == b->ip.addr)
				rd_error(rd, a->ip.at,
					 "two hosts have this address: '%s', on line "
					 "%u, has it too",
					 b->name.text != NULL ? b->name.text : "", b->ip.at.line);
			if (a->name.text != NULL && b->name.text != NULL &&
			    strcasecmp(a->name.text, b->name.text) == 0)
				rd_error(rd, a->name.at, "two hosts have this name: see line %u",
					 b->name.at.line);
		}
	}
}

/* The upper half of the subnet, less its broadcast address; at most 100 addresses. */
static void default_range(struct recipe_network *w)
{
	uint32_t size = ~mask_of(w);
	uint32_t first = w->subnet.addr + size / 2 + 1, last = w->subnet.addr + size - 1;

	if (size >= 255) {
		first = w->subnet.addr + 100;
		last = w->subnet.addr + 199;
	}
	w->range_first = (struct ipv4){.addr = first, .set = true};
	w->range_last = (struct ipv4){.addr = last, .set = true};
}

static void check_range(struct rd *rd)
{
	const struct recipe_network *w = &rd->recipe->network;
	const struct ipv4 *taken[2] = {&w->server, &w->router};
	static const char *const names[2] = {"the server", "the router"};

	check_address(rd, &w->range_first, "the range's first address");
	check_address(rd, &w->range_last, "the range's last address");
	for (int i = 0; i < 2; i++) {
		if (taken[i]->set && taken[i]->addr >= w->range_first.addr &&
		    taken[i]->addr <= w->range_last.addr)
			rd_error(rd, w->range_first.at.line > 0 ? w->range_first.at : taken[i]->at,
				 "%s's address %s lies in the range of addresses handed out",
				 names[i], ipv4_text(taken[i]->addr).text);
	}
}

void check_recipe(struct rd *rd)
{
	struct recipe_network *w = &rd->recipe->network;

	if (!w->given || !w->subnet.set)
		return;
	check_address(rd, &w->router, "the router");
	if (w->server.set && (w->server.addr & mask_of(w)) == w->subnet.addr)
		check_address(rd, &w->server, "the server");
	check_hosts(rd);
	if (!w->range_first.set)
		default_range(w);
	check_range(rd);
}

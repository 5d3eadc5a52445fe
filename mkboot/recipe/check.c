/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "media/media.h"
#include "recipe/read.h"

#include <stdlib.h>
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
	const struct ipv4 *taken[] = {&w->server, &w->router, &w->address.ip};
	static const char *const names[] = {"the server", "the router", "the machine"};
	bool written = w->range_first.at.line > 0;

	check_address(rd, &w->range_first, "the range's first address");
	check_address(rd, &w->range_last, "the range's last address");
	for (int i = 0; i < 3; i++) {
		if (taken[i]->set && taken[i]->addr >= w->range_first.addr &&
		    taken[i]->addr <= w->range_last.addr)
			rd_error(rd, written ? w->range_first.at : taken[i]->at,
				 "%s's address %s lies in the range of addresses handed out%s",
				 names[i], ipv4_text(taken[i]->addr).text,
				 written ? "" : ", which is made of the subnet; add range:");
	}
}

static bool is_used(const struct recipe_network *w, uint32_t addr)
{
	bool used =
		(w->router.set && addr == w->router.addr) || (w->dns.set && addr == w->dns.addr) ||
		(w->address.ip.set && addr == w->address.ip.addr) ||
		(w->range_first.set && addr >= w->range_first.addr && addr <= w->range_last.addr);

	for (size_t i = 0; i < w->n_hosts && !used; i++)
		used = w->hosts[i].ip.set && addr == w->hosts[i].ip.addr;
	return used;
}

uint32_t recipe_likely_subnet(const struct recipe_network *w)
{
	const struct ipv4 *known[] = {&w->server, &w->router, &w->range_first, &w->address.ip};
	uint32_t addr = 192u << 24 | 168u << 16 | 1u << 8;

	for (size_t i = sizeof known / sizeof known[0]; i-- > 0;) {
		if (known[i]->set)
			addr = known[i]->addr;
	}
	return addr & ~UINT32_C(255);
}

/* From .2 on: .1 is often a router's. */
uint32_t recipe_likely_server(const struct recipe_network *w)
{
	uint32_t subnet = w->subnet.set ? w->subnet.addr : recipe_likely_subnet(w);
	uint32_t last = subnet | (w->subnet.set ? ~mask_of(w) : 255);

	for (uint32_t addr = subnet + 2; addr < last; addr++) {
		if (!is_used(w, addr))
			return addr;
	}
	return subnet + 1;
}

static char *lacking_text(const struct recipe_network *w, bool server, bool subnet)
{
	char *server_key = mem_printf("server: %s", ipv4_text(recipe_likely_server(w)).text);
	char *subnet_key = mem_printf("subnet: %s/24", ipv4_text(recipe_likely_subnet(w)).text);
	const char *and = server && subnet ? " and " : "";
	char *text = mem_printf("needs the network's %s%s%s; add %s%s%s to it",
				server ? "server" : "", and, subnet ? "subnet" : "",
				server ? server_key : "", and, subnet ? subnet_key : "");

	free(subnet_key);
	free(server_key);
	return text;
}

/* What of the server and the subnet (as far as asked for) the recipe lacks, as the end of a
 * sentence; NULL for nothing. One that was written and is wrong has had its error. */
static char *lacking(const struct recipe_network *w, bool server, bool subnet)
{
	server = server && w->server.at.line == 0;
	subnet = subnet && w->subnet.at.line == 0;
	if (!server && !subnet)
		return NULL;
	if (!w->given)
		return mem_printf("needs to know the network; add network: {server: 192.168.1.2%s}",
				  subnet ? ", subnet: 192.168.1.0/24" : "");
	return lacking_text(w, server, subnet);
}

static void need(struct rd *rd, struct src at, const char *what, bool server, bool subnet)
{
	char *text = at.line != 0 ? lacking(&rd->recipe->network, server, subnet) : NULL;

	if (text != NULL)
		rd_error(rd, at, "'%s' %s", what, text);
	free(text);
}

static void check_needs(struct rd *rd)
{
	const struct recipe *r = rd->recipe;
	const struct recipe_network *w = &r->network;

	need(rd, w->router.at, "router", false, true);
	need(rd, w->range_first.at, "range", false, true);
	if (w->n_hosts > 0)
		need(rd, w->hosts[0].name.at, "hosts", false, true);
	need(rd, w->address.ip.at, "address", true, true);
	if (w->http)
		need(rd, w->protocol_at, "protocol: http", true, false);
	for (size_t i = 0; i < r->menu.n_entries; i++) {
		if (r->menu.entries[i].network && !w->given)
			rd_error(rd, r->menu.entries[i].network_at,
				 "'load: network' needs to know the network; add network: with the "
				 "machine's card, as in network: {nic: rtl8139} (nic: firmware "
				 "will do on UEFI alone)");
	}
}

/* Who gets an address of the subnet needs a way to a server elsewhere. */
static void check_way(struct rd *rd)
{
	const struct recipe_network *w = &rd->recipe->network;

	if (w->server.set && w->subnet.set && !w->router.set && w->router.at.line == 0 &&
	    !w->address.ip.set && (w->server.addr & mask_of(w)) != w->subnet.addr)
		recipe_warn(rd->recipe, w->server.at,
			    "the server %s is not in the subnet %s/%u, and there is no router to "
			    "it; add router: and its address",
			    ipv4_text(w->server.addr).text, ipv4_text(w->subnet.addr).text,
			    w->prefix);
}

/* The machine's own fixed address: nobody else's. */
static void check_own_address(struct rd *rd)
{
	struct recipe_network *w = &rd->recipe->network;
	struct recipe_address *a = &w->address;

	if (!a->gateway.set && a->gateway.at.line == 0)
		a->gateway = w->router;
	if (!a->dns.set && a->dns.at.line == 0)
		a->dns = w->dns;
	if (!a->ip.set)
		return;
	check_address(rd, &a->ip, "the address");
	if (w->server.set && a->ip.addr == w->server.addr)
		rd_error(rd, a->ip.at, "%s is the server's address", ipv4_text(a->ip.addr).text);
	if (a->gateway.set && a->ip.addr == a->gateway.addr)
		rd_error(rd, a->ip.at, "%s is the gateway's address", ipv4_text(a->ip.addr).text);
	for (size_t i = 0; i < w->n_hosts; i++) {
		if (w->hosts[i].ip.set && w->hosts[i].ip.addr == a->ip.addr)
			rd_error(rd, a->ip.at, "a host has this address: see line %u",
				 w->hosts[i].ip.at.line);
	}
	if (a->gateway.at.line != w->router.at.line || a->gateway.at.col != w->router.at.col)
		check_address(rd, &a->gateway, "the gateway");
	if (w->server.set && w->subnet.set && !a->gateway.set && a->gateway.at.line == 0 &&
	    (w->server.addr & mask_of(w)) != w->subnet.addr)
		rd_error(rd, a->ip.at,
			 "the server %s is not in the subnet %s/%u, and there is no gateway to it; "
			 "add gateway: and its address",
			 ipv4_text(w->server.addr).text, ipv4_text(w->subnet.addr).text, w->prefix);
}

void check_recipe(struct rd *rd)
{
	struct recipe_network *w = &rd->recipe->network;

	check_needs(rd);
	if (!w->given)
		return;
	check_address(rd, &w->router, "the router");
	if (w->subnet.set && w->server.set && (w->server.addr & mask_of(w)) == w->subnet.addr)
		check_address(rd, &w->server, "the server");
	check_hosts(rd);
	check_own_address(rd);
	check_way(rd);
	if (!w->subnet.set)
		return;
	if (!w->range_first.set)
		default_range(w);
	check_range(rd);
}

/* Is anything to boot from among the outputs? */
static bool has_medium(const struct recipe *r)
{
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		if (r->outputs[i].wanted && i != OUTPUT_DHCP && i != OUTPUT_RUN)
			return true;
	}
	return false;
}

enum mk_status recipe_check_outputs(const struct recipe *r)
{
	const struct recipe_network *w = &r->network;
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		const struct recipe_output *o = &r->outputs[i];
		const char *name = media_outputs[i].name;
		char *text;

		if (!o->wanted || o->by_default)
			continue;
		/* HTTP: the URL that DHCP hands out has the server's address in it */
		text = i == OUTPUT_DHCP   ? lacking(w, true, true)
		       : i == OUTPUT_HTTP ? lacking(w, true, false)
					  : NULL;
		if (text != NULL)
			st = recipe_error(r, o->at, "the output '%s' %s", name, text);
		free(text);
		if (i == OUTPUT_RUN && !has_medium(r))
			st = recipe_error(r, o->at,
					  "the output '%s' starts what the others boot from, and "
					  "none of them is asked for; add iso, say",
					  name);
		/* a nic that was written and is wrong has had its error */
		if ((i == OUTPUT_DISKLESS_CD || i == OUTPUT_DISKLESS_FLOPPY) && w->drivers == 0 &&
		    (w->firmware || w->nic_at.line == 0))
			st = recipe_error(
				r, o->at,
				"the output '%s' needs a network driver of GRUB's own; name "
				"the card, as in network: {nic: rtl8139}, or write nic: all; "
				"`mkboot nics` lists them",
				name);
	}
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/strbuf.h"
#include "serve/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

static uint32_t address_of(const struct ifaddrs *a)
{
	struct sockaddr_in in;

	memcpy(&in, a->ifa_addr, sizeof in);
	return ntohl(in.sin_addr.s_addr);
}

static bool is_ipv4(const struct ifaddrs *a, const char *name)
{
	return strcmp(a->ifa_name, name) == 0 && a->ifa_addr != NULL &&
	       a->ifa_addr->sa_family == AF_INET;
}

static enum mk_status no_such(const struct ifaddrs *all, const char *name)
{
	struct strbuf names = {0};
	enum mk_status st;

	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		if (a->ifa_addr != NULL && a->ifa_addr->sa_family == AF_PACKET &&
		    (a->ifa_flags & IFF_LOOPBACK) == 0)
			strbuf_addf(&names, "%s%s", names.len > 0 ? ", " : "", a->ifa_name);
	}
	st = msg_fail(MK_BAD_INPUT, "%s: there is no such network interface%s%s", name,
		      names.len > 0 ? "; there are " : "", names.len > 0 ? names.data : "");
	strbuf_free(&names);
	return st;
}

/* Is it an Ethernet, and up? */
static enum mk_status look_at_link(const struct ifaddrs *all, struct serve_interface *i)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		char bridge[IF_NAMESIZE];
		struct sockaddr_ll ll;

		if (strcmp(a->ifa_name, i->name) != 0 || a->ifa_addr == NULL ||
		    a->ifa_addr->sa_family != AF_PACKET)
			continue;
		memcpy(&ll, a->ifa_addr, sizeof ll);
		/* what comes in there is the bridge's, whatever addresses it has */
		if (if_indextoname(serve_bridge_of((unsigned)ll.sll_ifindex), bridge) != NULL)
			return msg_fail(MK_BAD_INPUT,
					"%s is a port of the bridge %s; use --interface %s",
					i->name, bridge, bridge);
		if ((a->ifa_flags & IFF_UP) == 0)
			return msg_fail(MK_BAD_INPUT,
					"%s is down; bring it up with: ip link set %s up", i->name,
					i->name);
		if (ll.sll_hatype != ARPHRD_ETHER || (a->ifa_flags & IFF_LOOPBACK) != 0)
			return msg_fail(MK_BAD_INPUT,
					"%s is no Ethernet interface, and machines boot over one",
					i->name);
		memcpy(i->mac, ll.sll_addr, 6);
		i->index = (unsigned)ll.sll_ifindex;
		return MK_OK;
	}
	return no_such(all, i->name);
}

static enum mk_status not_in_subnet(const struct recipe *r, const struct ifaddrs *all,
				    const struct serve_interface *i)
{
	const struct recipe_network *n = &r->network;
	uint32_t subnet = n->subnet.addr & mask_of(n->prefix);
	uint32_t to = n->server.set && (n->server.addr & mask_of(n->prefix)) == subnet
			      ? n->server.addr
			      : subnet + 1;
	struct strbuf has = {0};
	enum mk_status st;

	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		if (is_ipv4(a, i->name))
			strbuf_addf(&has, "%s%s", has.len > 0 ? ", " : "",
				    ipv4_text(address_of(a)).text);
	}
	st = msg_fail(MK_BAD_INPUT,
		      "%s has no address in the recipe's subnet, %s/%u%s%s; give it one with: ip "
		      "addr add %s/%u dev %s",
		      i->name, ipv4_text(subnet).text, n->prefix, has.len > 0 ? ", but " : "",
		      has.len > 0 ? has.data : "", ipv4_text(to).text, n->prefix, i->name);
	strbuf_free(&has);
	return st;
}

/* A recipe without a network: what it could say, by the interface. */
static enum mk_status no_network(const struct recipe *r, const struct ifaddrs *all,
				 const char *name)
{
	for (const struct ifaddrs *a = all; a != NULL; a = a->ifa_next) {
		struct sockaddr_in in;
		unsigned prefix = 0;
		uint32_t mask;

		if (!is_ipv4(a, name) || a->ifa_netmask == NULL)
			continue;
		memcpy(&in, a->ifa_netmask, sizeof in);
		for (mask = ntohl(in.sin_addr.s_addr); mask != 0; mask <<= 1)
			prefix++;
		return recipe_error(r, r->network.at,
				    "serving takes the recipe's network: %s is in 'network: "
				    "{server: %s, subnet: %s/%u}'",
				    name, ipv4_text(address_of(a)).text,
				    ipv4_text(address_of(a) & mask_of(prefix)).text, prefix);
	}
	return recipe_error(r, r->network.at,
			    "serving takes the recipe's network (network: {server: IP, subnet: "
			    "NET/LENGTH}), and %s has no IPv4 address yet",
			    name);
}

enum mk_status serve_interface_find(const struct recipe *r, const char *name,
				    struct serve_interface *i)
{
	const struct recipe_network *n = &r->network;
	struct ifaddrs *all = NULL;
	enum mk_status st;

	*i = (struct serve_interface){.name = name};
	if (getifaddrs(&all) != 0)
		return msg_errno(name, errno, "cannot be looked at");
	st = look_at_link(all, i);
	/* to dnsmasq these would be a list and a pattern */
	if (st == MK_OK && strpbrk(name, ",*") != NULL)
		st = msg_fail(MK_BAD_INPUT, "%s: dnsmasq takes no such name", name);
	if (st == MK_OK && !n->subnet.set)
		st = no_network(r, all, name);
	for (const struct ifaddrs *a = all; a != NULL && st == MK_OK; a = a->ifa_next) {
		uint32_t ip;

		if (!is_ipv4(a, name))
			continue;
		ip = address_of(a);
		if ((ip & mask_of(n->prefix)) == (n->subnet.addr & mask_of(n->prefix)) &&
		    (i->ip == 0 || (n->server.set && ip == n->server.addr)))
			i->ip = ip;
	}
	if (st == MK_OK && i->ip == 0)
		st = not_in_subnet(r, all, i);
	freeifaddrs(all);
	return st;
}

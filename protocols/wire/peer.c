/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other end: where it is, and what is sent to it. Routes and the cache of link-layer addresses
 * are GRUB's; what it waits for without an end in sight is asked for here. */
#include "frame.h"
#include "wire.h"

#include <grub/env.h>
#include <grub/net/ethernet.h>
#include <grub/net/ip.h>

#define MTU_LEAST 576 /* RFC 791 §3.1: every host takes that */
#define MTU_MOST  1500

#define ARP_LEN          28 /* RFC 826 */
#define SOLICITATION_LEN 32 /* RFC 4861 §4.3, with one option */
#define SOLICITATION     135
#define SOURCE_ADDRESS   1 /* the option: RFC 4861 §4.6.1 */

/* When the link-layer address is asked for, milliseconds since the first time; and how long an
 * answer is waited for in all. */
static const unsigned ask_at[] = {0, 200, 500, 1000, 2000};
#define GIVE_UP_MS 3000

/* LEN bytes for a packet, zeroed, with room for headers before them. */
static struct grub_net_buff *new_packet(grub_size_t len)
{
	struct grub_net_buff *nb = grub_netbuff_alloc(WIRE_HEADROOM + len);

	if (nb == NULL)
		return NULL;
	grub_netbuff_reserve(nb, WIRE_HEADROOM);
	grub_netbuff_put(nb, len);
	grub_memset(nb->data, 0, len);
	return nb;
}

/* RFC 826: who has that address? */
static grub_err_t ask_arp(struct grub_net_network_level_interface *inf,
			  const grub_net_network_level_address_t *whose, struct grub_net_buff *nb)
{
	grub_net_link_level_address_t all = {.type = GRUB_NET_LINK_LEVEL_PROTOCOL_ETHERNET};
	u8 *p = nb->data;

	grub_memset(all.mac, 0xff, sizeof all.mac);
	put16(p, 1); /* Ethernet */
	put16(p + 2, GRUB_NET_ETHERTYPE_IP);
	p[4] = 6;
	p[5] = 4;
	put16(p + 6, 1); /* request */
	grub_memcpy(p + 8, inf->hwaddress.mac, 6);
	grub_memcpy(p + 14, &inf->address.ipv4, 4);
	grub_memcpy(p + 24, &whose->ipv4, 4);
	return send_ethernet_packet(inf, nb, all, GRUB_NET_ETHERTYPE_ARP);
}

/* RFC 4861 §4.3, to the group of those whose addresses end so (RFC 4291 §2.7.1). GRUB's packets
 * have the hop limit that is asked for, 255. */
static grub_err_t ask_neighbour(struct grub_net_network_level_interface *inf,
				const grub_net_network_level_address_t *whose,
				struct grub_net_buff *nb)
{
	static const u8 group[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
	grub_net_network_level_address_t all = {.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6};
	grub_net_link_level_address_t mac;
	u8 *p = nb->data;
	u16 sum;

	grub_memcpy(all.ipv6, whose->ipv6, 16);
	grub_memcpy(all.ipv6, group, sizeof group);
	if (grub_net_link_layer_resolve(inf, &all, &mac) != GRUB_ERR_NONE)
		return grub_errno;
	p[0] = SOLICITATION;
	put16(p + 2, 0);
	grub_memcpy(p + 8, whose->ipv6, 16);
	p[24] = SOURCE_ADDRESS;
	p[25] = 1; /* times 8 bytes */
	grub_memcpy(p + 26, inf->hwaddress.mac, 6);
	sum = (u16)~wire_frame_sum(1, (const u8 *)inf->address.ipv6, (const u8 *)all.ipv6,
				   WIRE_ICMPV6, p, SOLICITATION_LEN);
	grub_memcpy(p + 2, &sum, 2);
	return grub_net_send_ip_packet(inf, &all, &mac, nb, GRUB_NET_IP_ICMPV6);
}

/* Ask, until GRUB's own stack, which the answer is handed to, has it in its cache. */
static grub_err_t ask(struct grub_net_network_level_interface *inf,
		      const grub_net_network_level_address_t *whose)
{
	const int v6 = whose->type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	struct grub_net_buff *nb = new_packet(v6 ? SOLICITATION_LEN : ARP_LEN);
	u8 *data;
	u64 begun = 0, passed = 0;
	unsigned asked = 0;
	int there = 0;

	if (nb == NULL)
		return grub_errno;
	data = nb->data;
	while (!there && passed < GIVE_UP_MS) {
		if (asked < sizeof ask_at / sizeof *ask_at && passed >= ask_at[asked]) {
			nb->data = data;
			/* one that could not be sent is as good as lost: the next may be */
			if (v6)
				ask_neighbour(inf, whose, nb);
			else
				ask_arp(inf, whose, nb);
			grub_errno = GRUB_ERR_NONE;
			/* a card may have had to wait for its link first */
			if (asked++ == 0)
				begun = wire_now();
		}
		wire_poll(0, NULL);
		there = grub_net_link_layer_resolve_check(inf, whose);
		passed = wire_now() - begun;
	}
	grub_netbuff_free(nb);
	return there ? GRUB_ERR_NONE : GRUB_ERR_TIMEOUT;
}

/* Broadcast and multicast addresses have their link-layer addresses by rule. */
static int is_group(const grub_net_network_level_address_t *a)
{
	return a->type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4 ? a->ipv4 == 0xffffffff
							       : *(const u8 *)a->ipv6 == 0xff;
}

static int is_there(const struct grub_net_network_level_interface *wanted)
{
	struct grub_net_network_level_interface *inf;

	FOR_NET_NETWORK_LEVEL_INTERFACES(inf)
	{
		if (inf == wanted)
			return 1;
	}
	return 0;
}

grub_err_t wire_reach(const char *server, struct wire_peer *peer)
{
	grub_net_network_level_address_t next;
	char address[GRUB_NET_MAX_STR_ADDR_LEN], gateway[GRUB_NET_MAX_STR_ADDR_LEN];

	grub_memset(peer, 0, sizeof *peer);
	if (grub_net_resolve_address(server, &peer->address) != GRUB_ERR_NONE)
		return grub_errno;
	if (grub_net_route_address(peer->address, &next, &peer->inf) != GRUB_ERR_NONE)
		return grub_errno;
	grub_net_addr_to_str(&peer->address, address);
	/* net_del_addr leaves an address's routes behind, with a pointer to what is freed */
	if (peer->inf != NULL && !is_there(peer->inf))
		return grub_error(GRUB_ERR_NET_NO_ROUTE,
				  "%s: the network interface of its route is gone: net_del_route, "
				  "or net_dhcp, first",
				  address);
	if (peer->inf == NULL || peer->inf->address.type != peer->address.type)
		return grub_error(GRUB_ERR_NET_NO_ROUTE,
				  "%s: no network interface has an address of that kind", address);
	peer->own = peer->inf->address;
	if (!is_group(&next) && !grub_net_link_layer_resolve_check(peer->inf, &next) &&
	    ask(peer->inf, &next) != GRUB_ERR_NONE) {
		if (grub_errno != GRUB_ERR_NONE)
			return grub_errno;
		if (grub_net_addr_cmp(&next, &peer->address) == 0)
			return grub_error(GRUB_ERR_TIMEOUT,
					  "no answer from %s: it is off, or on another network",
					  address);
		grub_net_addr_to_str(&next, gateway);
		return grub_error(GRUB_ERR_TIMEOUT,
				  "no answer from the router %s, which is the way to %s", gateway,
				  address);
	}
	return grub_net_link_layer_resolve(peer->inf, &next, &peer->mac);
}

grub_err_t wire_send(const struct wire_peer *peer, u8 protocol, struct grub_net_buff *nb)
{
	const int v6 = peer->address.type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	struct grub_net_network_level_interface *inf = peer->inf;
	const u8 *from = v6 ? (const u8 *)inf->address.ipv6 : (const u8 *)&inf->address.ipv4;
	const u8 *to = v6 ? (const u8 *)peer->address.ipv6 : (const u8 *)&peer->address.ipv4;
	u8 *data = nb->data, *sum_at = data + wire_frame_sum_at(protocol);
	grub_err_t err;
	u16 sum;

	put16(sum_at, 0);
	sum = (u16)~wire_frame_sum(v6, from, to, protocol, data, (grub_size_t)(nb->tail - data));
	/* none at all would be zero: RFC 768 */
	if (sum == 0 && protocol == WIRE_UDP)
		sum = 0xffff;
	grub_memcpy(sum_at, &sum, 2);
	err = grub_net_send_ip_packet(inf, &peer->address, &peer->mac, nb,
				      (grub_net_ip_protocol_t)protocol);
	nb->data = data;
	return err;
}

/* Another may be in the same place in memory. */
int wire_lives(const struct wire_peer *peer)
{
	return is_there(peer->inf) && grub_net_addr_cmp(&peer->inf->address, &peer->own) == 0;
}

int wire_is_from(const struct wire_peer *peer, const struct wire_packet *p)
{
	const grub_net_network_level_address_t *a = &peer->address;

	if (p->v6)
		return a->type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6 &&
		       grub_memcmp(a->ipv6, p->from, 16) == 0;
	return a->type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4 &&
	       grub_memcmp(&a->ipv4, p->from, 4) == 0;
}

unsigned wire_mtu(const struct wire_peer *peer)
{
	grub_size_t mtu = peer->inf->card->mtu;

	return mtu < MTU_LEAST ? MTU_LEAST : mtu > MTU_MOST ? MTU_MOST : (unsigned)mtu;
}

unsigned wire_frames(const struct wire_peer *peer)
{
	char *name = grub_xasprintf("net_%s_frames", peer->inf->card->name);
	const char *value;
	unsigned long n = 0;

	if (name != NULL) {
		/* as GRUB names its own variables of cards */
		for (char *c = name; *c != '\0'; c++)
			*c = *c == ':' ? '_' : *c;
		value = grub_env_get(name);
		if (value != NULL)
			n = grub_strtoul(value, NULL, 10);
		grub_free(name);
	}
	if (grub_errno != GRUB_ERR_NONE)
		n = 0;
	grub_errno = GRUB_ERR_NONE;
	return n == 0 ? WIRE_FRAMES_UNKNOWN : n > 65535 ? 65535 : (unsigned)n;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_NET_H
#define MKBOOT_SERVE_NET_H

#include "recipe/recipe.h"

/* Within the stage: the network as it is before anything answers. */

/* An interface that this can be served on. */
struct serve_interface {
	const char *name;
	unsigned index;
	unsigned char mac[6];
	uint32_t ip; /* its address in the recipe's subnet: the recipe's server where it has that */
};
/* Is it there, up, and in the recipe's subnet? MK_BAD_INPUT, said, with what to do. */
enum mk_status serve_interface_find(const struct recipe *r, const char *name,
				    struct serve_interface *i);

/* The index of the bridge that the interface is a port of, or 0. */
unsigned serve_bridge_of(unsigned index);

/* Can this machine listen on a port of the interface, at IP or (0) at all addresses? MK_BAD_INPUT
 * where another program does, which is named as far as /proc tells. */
enum mk_status serve_port_free(const struct serve_interface *i, bool udp, uint32_t ip,
			       unsigned port, const char *what);

/* A TCP socket that listens on IP. MK_BAD_INPUT, said. */
enum mk_status serve_listen(uint32_t ip, unsigned port, const char *what, int *fd);

/* Ask for a DHCP server (DHCPDISCOVER, RFC 2131 §3.1) for MS milliseconds. *SERVER is the first
 * that answers, or 0; nothing is taken from it. MK_FAILED where it cannot be asked. */
enum mk_status serve_probe(const struct serve_interface *i, int ms, uint32_t *server);

/* For serve_probe and its tests: a DISCOVER as an IPv4 datagram, its length; and the server in an
 * answer to XID, 0 where it is none. */
#define PROBE_MAX 576 /* RFC 2131 §2 */
size_t probe_discover(unsigned char packet[PROBE_MAX], const unsigned char mac[6], uint32_t xid,
		      unsigned seconds);
uint32_t probe_offer(const unsigned char *packet, size_t len, uint32_t xid);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_DHCP_PACKET_H
#define MKBOOT_TESTS_DHCP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What dhcp_probe sends and receives (RFC 951, 2131, 2132, 4578). */

enum {
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	DISCOVER = 1,
	OFFER = 2,
	REQUEST = 3,
	ACK = 5,
	OPT_ROUTER = 3,
	OPT_DNS = 6,
	OPT_HOSTNAME = 12,
	OPT_VENDOR = 43,
	OPT_REQUESTED_IP = 50,
	OPT_TYPE = 53,
	OPT_SERVER_ID = 54,
	OPT_PARAMETERS = 55,
	OPT_VENDOR_CLASS = 60,
	OPT_TFTP_SERVER = 66,
	OPT_BOOT_FILE = 67,
	OPT_CLIENT_ARCH = 93,
	OPT_NDI = 94,
	OPT_END = 255,
};

/* RFC 2131 §2, figure 1 */
struct packet {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16];
	char sname[64];
	char file[128];
	uint8_t cookie[4];
	uint8_t options[1024];
};
#define FIXED_LEN offsetof(struct packet, options)

struct client {
	const char *iface;
	uint8_t mac[6];
	int arch; /* -1: none */
	const char *undi;
	bool http; /* option 60 is HTTPClient, not PXEClient */
	bool bootp;
	bool proxy;       /* look for proxy-DHCP offers, too */
	uint32_t address; /* the card's own, for port 4011 */
	int timeout;      /* seconds */
	int fd;
	uint32_t xid;
};

/* What C sends; OFFER: the one that a REQUEST is for, or NULL. The length is returned. */
size_t packet_make(const struct client *c, uint8_t type, const struct packet *offer,
		   const uint8_t *server_id, struct packet *p);
/* Is it an answer to C? */
bool packet_is_for(const struct client *c, const struct packet *p, size_t len);

/* The option's bytes inside P; NULL where it is not there. */
const uint8_t *packet_option(const struct packet *p, size_t len, int code, size_t *n);
/* Option 53; 0 for none. */
uint8_t packet_type(const struct packet *p, size_t len);
/* One value a line, each with PREFIX before its name. */
void packet_print(const char *prefix, const struct packet *p, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_DHCP_MESSAGE_H
#define MKBOOT_PROTOCOLS_DHCP_MESSAGE_H

#include "../portable.h"

/*
 * DHCP's messages, read and written: RFC 2131 §2, RFC 2132, long options by RFC 3396, what a PXE
 * client says of itself by RFC 4578.
 */

enum {
	DHCP_FIXED = 236,    /* the header; RFC 951's area for the vendor, or the options, follow */
	DHCP_MESSAGE = 1472, /* the longest: Ethernet's 1500 without the IP and UDP headers */
	DHCP_SHORTEST = 300, /* RFC 1542 §2.1 */
	DHCP_SERVER_PORT = 67,
	DHCP_CLIENT_PORT = 68,
	DHCP_PROXY_PORT = 4011, /* PXE 2.1 §2.2.3 */
};

/* Where the header has what (RFC 2131 figure 1). */
enum {
	DHCP_OP = 0,
	DHCP_HTYPE = 1,
	DHCP_HLEN = 2,
	DHCP_XID = 4,
	DHCP_SECS = 8,
	DHCP_FLAGS = 10,
	DHCP_CIADDR = 12,
	DHCP_YIADDR = 16,
	DHCP_SIADDR = 20,
	DHCP_CHADDR = 28,
	DHCP_SNAME = 44,
	DHCP_SNAME_LEN = 64,
	DHCP_FILE = 108,
	DHCP_FILE_LEN = 128,
};

enum dhcp_option {
	DHCP_OPTION_PAD = 0,
	DHCP_OPTION_MASK = 1,
	DHCP_OPTION_ROUTER = 3,
	DHCP_OPTION_DNS = 6,
	DHCP_OPTION_REQUESTED_IP = 50,
	DHCP_OPTION_OVERLOAD = 52,
	DHCP_OPTION_TYPE = 53,
	DHCP_OPTION_SERVER_ID = 54,
	DHCP_OPTION_PARAMETERS = 55,
	DHCP_OPTION_MESSAGE_SIZE = 57,
	DHCP_OPTION_CLASS = 60,
	DHCP_OPTION_CLIENT_ID = 61,
	DHCP_OPTION_SERVER_NAME = 66,
	DHCP_OPTION_BOOT_FILE = 67,
	DHCP_OPTION_ARCH = 93,
	DHCP_OPTION_NDI = 94,
	DHCP_OPTION_UUID = 97,
	DHCP_OPTION_END = 255,
};

enum dhcp_type {
	DHCP_BOOTP = 0, /* no option 53: RFC 951's reply */
	DHCP_DISCOVER = 1,
	DHCP_OFFER = 2,
	DHCP_REQUEST = 3,
	DHCP_ACK = 5,
	DHCP_NAK = 6,
};

/* A reply as it was received; DATA stays the caller's. */
struct dhcp_message {
	const u8 *data;
	u32 yiaddr, siaddr; /* as numbers: 192.0.2.1 is 0xc0000201 */
	enum dhcp_type type;
	u32 server_id; /* option 54; 0: none */
	int overload;  /* option 52: 1 the field `file` has options, 2 `sname`, 3 both */
	struct {
		const u8 *at;
		usize len;
	} part[3]; /* where options are, in their order (RFC 3396 §5) */
	unsigned parts;
};

/* Read a reply to the client with XID and MAC: 1; 0, where it is none, or damaged. */
int dhcp_parse(struct dhcp_message *m, const u8 *data, usize len, u32 xid, const u8 mac[6]);

/* The option CODE, all its parts one after the other (RFC 3396 §7), the first ROOM bytes of them in
 * TO; how long it is in all. 0: there is none, or it is empty. */
usize dhcp_option(const struct dhcp_message *m, unsigned code, u8 *to, usize room);
/* Option CODE as an address: the first in the message that is one; 0: none. */
u32 dhcp_option_ip(const struct dhcp_message *m, unsigned code);
/* Is option 60 "PXEClient", whatever follows it? */
int dhcp_is_pxe(const struct dhcp_message *m);
/* Boot file and server's name, out of option 67 (66) or the field, as a string of at most ROOM - 1
 * characters; how long. One that does not fit is none. */
usize dhcp_boot_file(const struct dhcp_message *m, char *to, usize room);
usize dhcp_server_name(const struct dhcp_message *m, char *to, usize room);

/* A message that is being written. What does not fit is left out, and FULL set. */
struct dhcp_writer {
	u8 *data;
	usize len, room;
	int full;
};
/* The header, all zero but OP and what the hardware is; the magic cookie. */
void dhcp_write(struct dhcp_writer *w, u8 *data, usize room, u8 op, u32 xid, const u8 mac[6]);
void dhcp_put(struct dhcp_writer *w, unsigned code, const void *value, usize len);
void dhcp_put_ip(struct dhcp_writer *w, unsigned code, u32 ip);
/* The end, and padding to DHCP_SHORTEST: the message's length. */
usize dhcp_end(struct dhcp_writer *w);

#endif

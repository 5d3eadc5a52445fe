/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_DHCP_CLIENT_H
#define MKBOOT_PROTOCOLS_DHCP_CLIENT_H

#include "message.h"

/*
 * A DHCP client on one card, from the first DISCOVER to the packet that the card is configured by:
 * RFC 2131 §4.4 as far as a boot loader needs it, plain BOOTP (RFC 951), proxy-DHCP (PXE 2.1 §2.2).
 * It does nothing by itself: dhcp_poll says what to send now, dhcp_receive is told what came.
 */

struct dhcp_identity {
	u8 mac[6];
	u16 arch; /* RFC 4578 §2.1 and IANA's list: 0 BIOS, 6 UEFI IA32, 7 UEFI x64 */
	int has_uuid;
	u8 uuid[16]; /* as SMBIOS has it: that is what PXE ROMs send */
};

enum dhcp_state {
	DHCP_SELECTING,  /* offers are collected */
	DHCP_REQUESTING, /* one is taken */
	DHCP_ASKING,     /* the address is there, a proxy is asked for the boot file */
	DHCP_BOUND,      /* done: dhcp_result */
	DHCP_FAILED,     /* dhcp_reason */
};

/* Strings with their NUL. A path of 500 characters is what the TFTP client asks for. */
enum { DHCP_FILE_ROOM = 512, DHCP_NAME_ROOM = 256 };

/* Who offers no address, but what to boot. */
struct dhcp_proxy {
	int here;
	u32 server; /* its own address */
	u32 siaddr;
	char file[DHCP_FILE_ROOM]; /* "": it has not said yet */
	char name[DHCP_NAME_ROOM];
};

struct dhcp_client {
	struct dhcp_identity id;
	enum dhcp_state state;
	u32 random, xid;
	u64 begun;        /* all of it */
	u64 due;          /* when to send again */
	unsigned sent;    /* since the state was entered */
	u16 secs;         /* of the last DISCOVER */
	unsigned refused; /* NAKs */
	unsigned unheard; /* requests without an answer */
	unsigned odd;     /* replies for us that gave no address */
	struct {
		int here, bootp;
		unsigned rank; /* how much it says about booting */
		u32 server, ip;
		u64 take; /* when */
	} offer;
	struct dhcp_proxy proxy;
	usize ack_len;
	u8 ack[DHCP_MESSAGE];
};

/* Begin at once. RANDOM: any number, another for each card and start. Times are in ms. */
void dhcp_begin(struct dhcp_client *c, const struct dhcp_identity *id, u32 random, u64 now);

/* A message to send now, written to OUT, of DHCP_MESSAGE bytes; how long, 0: none. In the state
 * DHCP_ASKING it goes from the address of the result to c->proxy.server's port DHCP_PROXY_PORT;
 * else from 0.0.0.0 to everybody's DHCP_SERVER_PORT. To be called each 10 ms or so. */
usize dhcp_poll(struct dhcp_client *c, u64 now, u8 *out);

/* What came to port DHCP_CLIENT_PORT, from the address FROM; whatever it is. 1: it was for us. */
int dhcp_receive(struct dhcp_client *c, u64 now, u32 from, const u8 *data, usize len);

/* The proxy cannot be reached: do without. */
void dhcp_no_proxy(struct dhcp_client *c);

/* In the states DHCP_ASKING and DHCP_BOUND: the ACK, as GRUB's own code understands it. The boot
 * file and its server are the proxy's, where the ACK has no file; options are in one field, and
 * none is there twice. OUT has DHCP_RESULT bytes; how long. */
enum { DHCP_RESULT = 3072 };
usize dhcp_result(const struct dhcp_client *c, u8 *out);
/* Its boot file, all of it (option 67 in OUT has at most 255 bytes in a piece). */
usize dhcp_result_file(const struct dhcp_client *c, char file[DHCP_FILE_ROOM]);

/* Why it failed, in words that go behind "couldn't autoconfigure CARD: ". */
const char *dhcp_reason(const struct dhcp_client *c);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_WIRE_H
#define MKBOOT_PROTOCOLS_WIRE_H

#include <grub/file.h>
#include <grub/net.h>
#include <grub/net/netbuff.h>

#include "../portable.h"
#include "copy.h"

/*
 * wire.mod: what mkboot's network protocols for GRUB 2 have in common, on BIOS and UEFI.
 *
 * GRUB's own stack stays in charge of cards, interfaces, addresses, routes and ARP. What it does
 * slowly, or without an end in sight, is done here: packets for an open transfer are taken off the
 * card before its stack sees them (frames.c), a server is looked for in bounded time (peer.c), and
 * a file is read into the place where it is wanted, with progress on the screen (file.c,
 * progress.c).
 *
 * Errors are GRUB's: grub_error, once, where it is known what went wrong.
 */

/* --- clock.c ---------------------------------------------------------------------------------- */

/* Milliseconds, of a clock that never goes back. */
u64 wire_now(void);

/* --- frames.c: packets off the cards ---------------------------------------------------------- */

/* An IP packet, whole (no fragment), with a good IP header. Valid while the hook runs. */
struct wire_packet {
	struct grub_net_card *card;
	int v6;
	u8 from[16], to[16]; /* the first 4 bytes for IPv4 */
	u8 protocol;         /* 6 TCP, 17 UDP: of the last header; others are never shown */
	u8 *data;            /* the transport's header and what follows; LEN by IP's own
				length, and by UDP's */
	usize len;           /* at least 8 (UDP) or 20 (TCP) */
};

/* Whoever wants packets. HOOK: 1, it was for it; 0, for somebody else. */
struct wire_tap {
	int (*hook)(void *data, const struct wire_packet *p);
	void *data;
	struct wire_tap *next; /* frames.c's */
};
void wire_tap_add(struct wire_tap *tap);
void wire_tap_remove(struct wire_tap *tap); /* may be called from within a hook */

/* Is the TCP or UDP checksum right? (UDP over IPv4 with none: yes, RFC 768.) */
int wire_checksum_ok(const struct wire_packet *p);

/*
 * Take what has come on all cards with an interface, opening them where need be: to the taps, and
 * what none of them wants to GRUB's own stack. At least once; until *STOP is set (by a hook) or MS
 * milliseconds are over. grub_errno is as it was before: an error in GRUB's stack is nothing to a
 * transfer.
 */
void wire_poll(unsigned ms, const volatile int *stop);

/* --- peer.c: the other end -------------------------------------------------------------------- */

struct wire_peer {
	grub_net_network_level_address_t address;
	struct grub_net_network_level_interface *inf;
	grub_net_link_level_address_t mac;    /* its own, or the gateway's */
	grub_net_network_level_address_t own; /* the interface's, when it was found */
};

/* Find SERVER: by number or by name (DNS), the interface, the link-layer address. A server that is
 * not there is an error within 3 s (GRUB's own ARP: 31 s): GRUB_ERR_TIMEOUT, with its address. */
grub_err_t wire_reach(const char *server, struct wire_peer *peer);

/* Send NB, which has the transport's header and data; the checksum is put in (PROTOCOL 6 or 17). NB
 * must have WIRE_HEADROOM bytes before nb->data, and stays the caller's; nb->data is as before. */
#define WIRE_HEADROOM 64 /* Ethernet 14, VLAN 4, IPv6 40 */
grub_err_t wire_send(const struct wire_peer *peer, u8 protocol, struct grub_net_buff *nb);

/* Is its interface still there, with the address that it had? A menu may take it away, or ask DHCP
 * again, while a file is open: then nothing is sent to PEER any more. */
int wire_lives(const struct wire_peer *peer);

/* Did P come from the peer's address? */
int wire_is_from(const struct wire_peer *peer, const struct wire_packet *p);

/* The largest IP packet that goes to the peer in one piece, headers counted: the card's MTU, 576 to
 * 1500. */
unsigned wire_mtu(const struct wire_peer *peer);

/* How many frames of full size the peer's card can hold while nobody looks: the variable
 * net_CARD_frames, which mkboot's drivers set (and a menu may); WIRE_FRAMES_UNKNOWN for the
 * firmware's cards, which do not tell: iPXE's RTL8139 has a ring of 8 KiB. */
#define WIRE_FRAMES_UNKNOWN 6
unsigned wire_frames(const struct wire_peer *peer);

/* A port of our own, 49152 to 65535, another each time and another at each start of the machine; a
 * number that is hard to guess. */
u16 wire_port(void);
u32 wire_random(void);

/* --- file.c: a file that comes over the network ----------------------------------------------- */

struct wire_source {
	/* The next bytes of the file, at least one, at most LEN, waiting as long as it takes; 0 at
	 * its end; -1 with grub_errno. */
	grub_ssize_t (*read)(void *state, void *buf, usize len);
	/* Go to OFFSET, before or far behind where it stands; where the protocol cannot do better,
	 * to the beginning. *AT: where it is now, OFFSET at the most. */
	grub_err_t (*seek)(void *state, u64 offset, u64 *at);
	/* End the transfer, tell the server where one does, free STATE. */
	void (*close)(void *state);
};

/*
 * At the end of a protocol's open: FILE is read from SOURCE from now on. SIZE is the file's, or
 * GRUB_FILE_SIZE_UNKNOWN: then all of it is read into memory at once, because GRUB's loaders must
 * know it. Where this fails, STATE has been closed. Loaders' errors apart, a file that ends before
 * SIZE is an error that says so; progress is shown (progress.c). wire_file_close is the protocol's
 * close: grub_errno is as it was before.
 */
grub_err_t wire_file(struct grub_file *file, const struct wire_source *source, void *state,
		     u64 size);
grub_err_t wire_file_close(struct grub_file *file);

/* PATH as it is said in an error, which has 256 characters for all (GRUB_MAX_ERRMSG): its end where
 * it is long, and nothing that a terminal would obey. */
#define WIRE_SHOWN 84
void wire_shown(char shown[WIRE_SHOWN], const char *path);

/* --- progress.c ------------------------------------------------------------------------------- */

/* A bar, MiB and MiB/s, for files over 4 MiB that take longer than a second: one line that is
 * drawn over itself once a second at the most, and taken away at the end. It begins with
 * "[network] loading " and says nothing of the recipe's choosing (no names): on a serial port,
 * where a boot test reads, it proves nothing (mkboot/vm/loader.c). There is none beside GRUB's own
 * (its module progress), or where a menu sets enable_progress_indicator=0, as for that. */
struct wire_progress {
	u64 total; /* 0: not known */
	u64 started, drawn;
	int shown;
	int off;     /* the menu wants none, or GRUB's own */
	u32 pause;   /* until it is drawn again, ms */
	u64 skipped; /* of the file, what did not come since the start: it is not in the speed */
	u64 looked;  /* done, when the clock was looked at */
	u32 calls;   /* since then */
};
void wire_progress_begin(struct wire_progress *p, u64 total);
void wire_progress(struct wire_progress *p, u64 done);
void wire_progress_end(struct wire_progress *p);

#endif

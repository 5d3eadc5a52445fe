/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_LOG_H
#define MKBOOT_SERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "recipe/recipe.h"

/*
 * Within the stage: what dnsmasq writes (--log-dhcp; dnsmasq 2.90, rfc2131.c log_packet, tftp.c),
 * as one line for each client and file:
 *
 *   52:54:00:12:34:56  UEFI x64           192.168.77.120   demo/uefi64.efi  245,760 bytes in 0.12 s
 *
 * dnsmasq does not say when a transfer begins: a TFTP transfer's seconds are those from its request
 * (requests.h) to dnsmasq's line, which it writes at the client's last acknowledgement.
 */

struct serve_client {
	char mac[18]; /* "52:54:00:12:34:56"; "" where it is not known */
	uint32_t ip;  /* 0: none yet */
	const char *title;
	int64_t since; /* its last sign */
	int64_t told;  /* when it was told what to load */
};

/* A file that is on its way. */
struct serve_request {
	uint32_t ip;
	char *file;
	int64_t at;
};
#define SERVE_REQUESTS 64

struct serve_log {
	struct serve_client *clients;
	size_t n_clients;
	struct serve_request requests[SERVE_REQUESTS]; /* a ring */
	size_t next_request;
	/* the DHCP exchange whose lines are being read */
	uint32_t xid;
	const char *title;
	size_t answered;  /* 1 + the client whose answer is being told, or 0 */
	bool proxy;       /* as proxy-DHCP: the address comes from elsewhere */
	bool again;       /* it has been told just now */
	const char *root; /* how paths in dnsmasq's lines begin */
	/* A file's size in bytes, or -1. */
	int64_t (*size_of)(void *ctx, const char *path);
	/* The MAC address that the kernel knows for IP. */
	bool (*mac_of)(void *ctx, uint32_t ip, char mac[18]);
	void *ctx;
};

/* A line without its end, read at NOW (clock_ms). What it is to a person is appended to OUT: no
 * line, or one or more, each with its end. */
void serve_log_line(struct serve_log *l, const char *line, int64_t now, struct strbuf *out);
/* A client asks for a file by TFTP. MAC may be "": it is not known. */
void serve_log_request(struct serve_log *l, uint32_t ip, const char *mac, const char *file,
		       int64_t now);
/* A request of HTTP that ended: BYTES of PATH were sent in MS. WHY: it was refused. */
void serve_log_http(struct serve_log *l, uint32_t ip, const char *path, uint64_t bytes, int64_t ms,
		    const char *why, int64_t now, struct strbuf *out);
/* A line that dnsmasq says about itself, without "dnsmasq[123]: "; NULL where it is none of
 * dnsmasq's. Inside LINE. */
const char *serve_log_text(const char *line);
void serve_log_free(struct serve_log *l);

#endif

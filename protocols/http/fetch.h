/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_HTTP_FETCH_H
#define MKBOOT_PROTOCOLS_HTTP_FETCH_H

#include "link.h"
#include "message.h"

/* A file of a web server: requests, redirects, what is done about a connection that is lost. */
struct http_fetch {
	char *server;          /* as its user wrote it, with the port */
	char name[WIRE_SHOWN]; /* the file's, for messages */
	char host[HTTP_HOST_MAX];
	u16 port;
	char target[HTTP_TARGET_MAX];
	struct http_link *link; /* NULL: none */
	struct http_response response;
	u64 at;   /* the file's byte that is the reader's next */
	u64 next; /* the one that comes next from the server */
	u64 size; /* HTTP_UNKNOWN until it is known */
	char validator[HTTP_VALIDATOR_MAX];
	int no_ranges;
	u64 since; /* so long no head was whole and no byte of the file came; 0: from now on */
	int away;  /* the reader was, when CAME was the connection's rcv_nxt */
	u32 came;
	unsigned lost; /* connections, since the reader was at LOST_AT */
	u64 lost_at;
};

/* PORT: 0, or one that is not in SERVER. NULL with grub_errno. */
struct http_fetch *http_fetch_open(const char *server, int port, const char *name);
/* As struct wire_source has them. */
grub_ssize_t http_fetch_read(void *state, void *buf, usize len);
grub_err_t http_fetch_seek(void *state, u64 offset, u64 *at);
void http_fetch_close(void *state);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_HTTP_MESSAGE_H
#define MKBOOT_PROTOCOLS_HTTP_MESSAGE_H

#include "../portable.h"

/*
 * Messages of HTTP/1.1 (RFC 9110, RFC 9112): requests written (request.c), responses read, the
 * head by http_head (head.c), the body by http_body (body.c), in whatever pieces they come.
 */

#define HTTP_HOST_MAX      256
#define HTTP_TARGET_MAX    2048
#define HTTP_REQUEST_MAX   3072
#define HTTP_LINE_MAX      2304  /* of a response's head, where it matters */
#define HTTP_HEAD_MAX      65536 /* a response's head, the 1xx before it counted */
#define HTTP_VALIDATOR_MAX 128
#define HTTP_STATUS_MAX    96

#define HTTP_UNKNOWN (~(u64)0)

/* --- request.c: requests, and where they go --------------------------------------------------- */

/* SERVER ("name", "name:port", "1.2.3.4", "fd00::1", "[fd00::1]:port") in two: HOST, without
 * brackets, and *PORT. -1: it is none of these, or too long. */
int http_server(const char *server, char host[HTTP_HOST_MAX], u16 *port);

/* PATH as a request's target: with a slash before it, and whatever cannot stand in one escaped. An
 * escape that is there already stays, and so does a query: GRUB's own module sends all as it is,
 * and menus are written for that. -1: too long. */
int http_target(const char *path, char target[HTTP_TARGET_MAX]);

/* The text of a request for TARGET from OFFSET on, to SERVER as its user wrote it. VALIDATOR: of
 * the file whose beginning is here already, or "". 0: it does not fit in ROOM bytes, else its
 * length. */
usize http_request(char *out, usize room, const char *server, const char *target, u64 offset,
		   const char *validator);

/* TARGET becomes what LOCATION says, seen from TARGET at HOST and PORT (RFC 3986 §5.2). -1: that
 * is another server, another protocol or too long, and TARGET is as it was. */
int http_redirect(const char *location, const char *host, u16 port, char target[HTTP_TARGET_MAX]);

/* --- head.c: a response's head ---------------------------------------------------------------- */

enum http_error {
	HTTP_OK,
	HTTP_GARBAGE,   /* that is no HTTP/1.x */
	HTTP_TOO_LONG,  /* a line, or the head */
	HTTP_BAD_FIELD, /* a length or a range that cannot be read */
	HTTP_CONFLICT,  /* lengths that contradict each other (RFC 9112 §6.3) */
	HTTP_ENCODING,  /* a transfer coding that was not asked for */
	HTTP_BAD_CHUNK,
};
const char *http_error_text(enum http_error e);

enum http_framing { HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

struct http_response {
	enum http_error error;
	u8 done;                           /* the head is whole */
	unsigned status;                   /* 0: no status line yet */
	char status_line[HTTP_STATUS_MAX]; /* without "HTTP/1.1 ", fit for a screen */
	u64 length;                        /* Content-Length, or HTTP_UNKNOWN */
	u64 first, total; /* Content-Range: its first byte, the whole file; or HTTP_UNKNOWN */
	u8 chunked, close, no_ranges;
	char validator[HTTP_VALIDATOR_MAX]; /* for If-Range: a strong ETag, else the time; or "" */
	char location[HTTP_TARGET_MAX];     /* or "" */

	/* within head.c */
	u8 http10, ended_line, skip, has_etag, has_line, coded;
	u32 n_head, n_line;
	char line[HTTP_LINE_MAX];

	/* the body's, of http_body */
	enum http_framing framing;
	u8 whole; /* all of it has come */
	u8 chunk; /* where in a chunk: body.c */
	u8 digits;
	u32 n_extra; /* of a chunk's extensions, or of the trailers, which nobody reads */
	u64 left;
};

void http_response_begin(struct http_response *r);
/* Bytes of a head: how many of N were its own. All is well while r->error is HTTP_OK; r->done: the
 * next byte is the body's. */
usize http_head(struct http_response *r, const u8 *p, usize n);

/* --- body.c ----------------------------------------------------------------------------------- */

/* Bytes of the body: how many of N are dealt with. *DATA, *LEN: what of them is the file's (LEN may
 * be 0). */
usize http_body(struct http_response *r, const u8 *p, usize n, const u8 **data, usize *len);

#endif

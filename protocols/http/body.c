/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"

/* Where in the chunks (RFC 9112 §7.1) the next byte is. */
enum { SIZE, EXTENSION, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LINE, TRAILER_CR };

#define EXTRA_MAX 65536 /* bytes of a chunk's extensions, and of the trailers */

static int hex_digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void bad(struct http_response *r)
{
	r->error = HTTP_BAD_CHUNK;
}

static void end_of_size(struct http_response *r)
{
	if (r->digits == 0)
		bad(r);
	r->chunk = r->left == 0 ? TRAILER : DATA;
	r->digits = 0;
	r->n_extra = 0;
}

/* A byte that is not the file's. A line may end with LF alone (RFC 9112 §2.2). */
static void chunk_byte(struct http_response *r, u8 c)
{
	int h;

	switch (r->chunk) {
	case SIZE:
		h = hex_digit(c);
		if (h >= 0 && r->digits < 15) {
			r->left = r->left << 4 | (u64)h;
			r->digits++;
		} else if (c == '\n') {
			end_of_size(r);
		} else if (r->digits > 0 && (c == ';' || c == ' ' || c == '\t' || c == '\r')) {
			r->chunk = EXTENSION;
		} else {
			bad(r);
		}
		return;
	case EXTENSION:
		if (c == '\n')
			end_of_size(r);
		break;
	case DATA_CR:
		if (c == '\r') {
			r->chunk = DATA_LF;
			return;
		} /* fall through */
	case DATA_LF:
		if (c != '\n')
			bad(r);
		r->chunk = SIZE;
		r->left = 0;
		return;
	case TRAILER:
		if (c == '\n')
			r->whole = 1;
		else
			r->chunk = c == '\r' ? TRAILER_CR : TRAILER_LINE;
		break;
	case TRAILER_CR:
		if (c == '\n')
			r->whole = 1;
		r->chunk = TRAILER_LINE;
		break;
	case TRAILER_LINE:
		if (c == '\n')
			r->chunk = TRAILER;
		break;
	default:
		bad(r);
	}
	if (++r->n_extra > EXTRA_MAX)
		bad(r);
}

usize http_body(struct http_response *r, const u8 *p, usize n, const u8 **data, usize *len)
{
	usize i = 0;

	*data = p;
	*len = 0;
	if (r->whole || r->error != HTTP_OK)
		return 0;
	if (r->framing == HTTP_UNTIL_CLOSE) {
		*len = n;
		return n;
	}
	if (r->framing == HTTP_CHUNKED) {
		while (i < n && r->chunk != DATA && !r->whole && r->error == HTTP_OK)
			chunk_byte(r, p[i++]);
		if (i == n || r->chunk != DATA)
			return i;
	}
	*data = p + i;
	*len = n - i < r->left ? n - i : (usize)r->left;
	r->left -= *len;
	if (r->left == 0) {
		if (r->framing == HTTP_CHUNKED)
			r->chunk = DATA_CR;
		else
			r->whole = 1;
	}
	return i + *len;
}

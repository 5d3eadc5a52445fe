/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch.h"

#include <grub/err.h>

#define REDIRECTS_MOST 5 /* RFC 9110 §15.4 leaves the number to the client */
#define LOST_MOST      5 /* connections, for each MiB that came */
#define LOST_AFRESH    (1u << 20)

/* The server is there, its TCP answers, and nothing comes. */
#define STALL_MS 20000
/* A kept connection whose other end has gone without a word that reached us: tried so long. So is
 * one whose file was left alone for AWAY_MS: while GRUB waits for a key it takes what comes off the
 * cards and throws it away, and then the server waits for ever longer before it sends that again.
 */
#define REUSED_MS 1500
#define AWAY_MS   2000

/* --- waiting ---------------------------------------------------------------------------------- */

enum wait { CAME, ENDED, LOST, STALLED };

/* Was the reader away, and has nothing come since? */
static int left_alone(const struct http_fetch *f)
{
	return f->away && f->link->tcp.rcv_nxt == f->came;
}

/* Until there is something to read, or never will be. What comes byte by byte and is none of the
 * file's, a head or what is between chunks, has no more time than silence has. */
static enum wait wait_for_data(struct http_fetch *f, const u8 **data, usize *len)
{
	struct http_link *l = f->link;
	u64 begun = 0;

	for (;;) {
		u64 now;

		*len = http_tcp_peek(&l->tcp, data);
		if (*len > 0)
			return CAME;
		if (http_tcp_ended(&l->tcp))
			return ENDED;
		if (l->tcp.state == HTTP_TCP_DEAD)
			return LOST;
		now = wire_now();
		if (f->since == 0)
			f->since = now;
		if (now - f->since >= STALL_MS)
			return STALLED;
		if (begun == 0) {
			begun = now;
			http_tcp_expect(&l->tcp, (u32)now);
		} else if ((left_alone(f) || (l->reused && l->tcp.n_out > 0)) &&
			   now - begun >= REUSED_MS) {
			return LOST;
		}
		http_link_poll(l);
	}
}

/* Before grub_error: what is sent at the end leaves no error behind. */
static void drop_link(struct http_fetch *f)
{
	http_link_close(f->link);
	f->link = NULL;
}

static grub_err_t no_answer(struct http_fetch *f, enum wait how)
{
	enum http_tcp_error error = f->link->tcp.error;

	drop_link(f);
	if (how == STALLED)
		return grub_error(GRUB_ERR_TIMEOUT,
				  "%s: the server sends nothing of it for %d seconds", f->name,
				  STALL_MS / 1000);
	if (error == HTTP_TCP_REFUSED)
		return grub_error(GRUB_ERR_NET_PORT_CLOSED,
				  "%s: no web server answers at %s, port %d", f->name, f->host,
				  f->port);
	if (error == HTTP_TCP_SILENT)
		return grub_error(GRUB_ERR_TIMEOUT,
				  "%s: no answer from %s, port %d, for %d seconds", f->name,
				  f->host, f->port, HTTP_TCP_SILENCE_MS / 1000);
	return grub_error(GRUB_ERR_NET_INVALID_RESPONSE,
			  "%s: the server ended the connection without an answer", f->name);
}

/* --- a request and the head of its answer ----------------------------------------------------- */

static grub_err_t read_head(struct http_fetch *f)
{
	struct http_response *r = &f->response;
	enum wait how = CAME;
	const u8 *data;
	usize len;

	while (!r->done && r->error == HTTP_OK) {
		how = wait_for_data(f, &data, &len);
		if (how != CAME)
			break;
		http_tcp_take(&f->link->tcp, http_head(r, data, len));
	}
	if (r->error != HTTP_OK) {
		drop_link(f);
		return grub_error(GRUB_ERR_NET_INVALID_RESPONSE, "%s: %s", f->name,
				  http_error_text(r->error));
	}
	/* some end behind a status line that says no */
	if (!r->done && r->status < 400)
		return no_answer(f, how);
	return GRUB_ERR_NONE;
}

/* Send the request for what begins at OFFSET and read the answer's head, on the connection that is
 * there, or another. */
static grub_err_t ask(struct http_fetch *f, u64 offset)
{
	char *text = grub_malloc(HTTP_REQUEST_MAX);
	grub_err_t err = GRUB_ERR_NONE;
	struct wire_peer peer;
	usize len = 0;

	if (text != NULL)
		len = http_request(text, HTTP_REQUEST_MAX, f->server, f->target, offset,
				   f->validator);
	if (len == 0) {
		grub_free(text);
		return text == NULL ? grub_errno
				    : grub_error(GRUB_ERR_BAD_FILENAME, "the name is too long");
	}
	for (int fresh = 0; fresh < 2; fresh++) {
		int reused;

		err = GRUB_ERR_NONE;
		f->since = 0;
		f->away = 0;
		http_response_begin(&f->response);
		if (f->link == NULL) {
			err = wire_reach(f->host, &peer);
			if (err == GRUB_ERR_NONE)
				f->link = http_link_open(&peer, f->port, fresh);
			if (f->link == NULL) {
				err = grub_errno;
				break;
			}
		}
		reused = (int)f->link->reused;
		if (http_tcp_write(&f->link->tcp, text, len, (u32)wire_now()) == 0)
			err = read_head(f);
		else
			drop_link(f);
		/* A kept connection that ends before the answer: the server had closed it (RFC 9112
		 * §9.3.1). */
		if (f->link != NULL || !reused || f->response.n_head > 0)
			break;
		grub_errno = GRUB_ERR_NONE;
	}
	grub_free(text);
	return err;
}

static grub_err_t changed(struct http_fetch *f)
{
	drop_link(f);
	return grub_error(GRUB_ERR_FILE_READ_ERROR,
			  "%s: the file on the server has changed meanwhile", f->name);
}

/* The status is none that brings the file. */
static grub_err_t refused(struct http_fetch *f)
{
	const struct http_response *r = &f->response;
	grub_err_t code = GRUB_ERR_NET_UNKNOWN_ERROR;

	drop_link(f);
	if (r->status == 404 || r->status == 410)
		return grub_error(GRUB_ERR_FILE_NOT_FOUND,
				  "file `%s' not found; the server says: %s", f->name,
				  r->status_line);
	if (r->status == 401 || r->status == 403)
		code = GRUB_ERR_ACCESS_DENIED;
	return grub_error(code, "%s: the server says: %s", f->name, r->status_line);
}

/* The answer brings the file, or a part of it: from where? */
static grub_err_t begin_body(struct http_fetch *f, u64 offset)
{
	const struct http_response *r = &f->response;
	u64 size = r->status == 206 ? r->total : r->length;

	if (r->status == 206 && (offset == 0 || r->first != offset)) {
		drop_link(f);
		return grub_error(GRUB_ERR_NET_INVALID_RESPONSE,
				  "%s: the server sends another part than it was asked for",
				  f->name);
	}
	if (f->size != HTTP_UNKNOWN && size != HTTP_UNKNOWN && f->size != size)
		return changed(f);
	/* a part need not say it again: RFC 9110 §15.3.7 */
	if (f->validator[0] != '\0' && (r->validator[0] != '\0' || r->status == 200) &&
	    grub_strcmp(f->validator, r->validator) != 0)
		return changed(f);
	if (f->size == HTTP_UNKNOWN)
		f->size = size;
	if (r->validator[0] != '\0')
		wire_copy(f->validator, r->validator, sizeof f->validator);
	f->next = r->status == 206 ? offset : 0;
	if (r->no_ranges || (offset > 0 && r->status == 200))
		f->no_ranges = 1;
	return GRUB_ERR_NONE;
}

static int is_redirect(unsigned status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* From now on the file comes, from f->next on, which is OFFSET or its beginning. */
static grub_err_t request(struct http_fetch *f, u64 offset)
{
	for (unsigned i = 0;; i++) {
		const struct http_response *r = &f->response;
		grub_err_t err = ask(f, offset);

		if (err != GRUB_ERR_NONE)
			return err;
		if (r->status == 200 || r->status == 206)
			return begin_body(f, offset);
		if (!is_redirect(r->status) || r->location[0] == '\0')
			return refused(f);
		drop_link(f);
		if (i == REDIRECTS_MOST)
			return grub_error(GRUB_ERR_NET_INVALID_RESPONSE,
					  "%s: the server sends us from one place to another",
					  f->name);
		if (http_redirect(r->location, f->host, f->port, f->target) != 0) {
			char where[WIRE_SHOWN];

			wire_shown(where, r->location);
			return grub_error(GRUB_ERR_NET_INVALID_RESPONSE,
					  "%s: the server sends us to %s: "
					  "HTTP on the same server alone is followed",
					  f->name, where);
		}
	}
}

/* --- the reader ------------------------------------------------------------------------------- */

/* The connection ended before the file did: go on where we are. */
static grub_err_t resume(struct http_fetch *f, enum wait how)
{
	if (how == STALLED || f->link->tcp.error == HTTP_TCP_SILENT)
		return no_answer(f, how);
	f->lost += !left_alone(f);
	drop_link(f);
	/* by what the reader has got: a server without ranges sends the beginning again and again
	 */
	if (f->at - f->lost_at >= LOST_AFRESH) {
		f->lost = 1;
		f->lost_at = f->at;
	}
	if (f->lost > LOST_MOST)
		return grub_error(GRUB_ERR_IO, "%s: the connection was lost again and again",
				  f->name);
	return request(f, f->next);
}

/* What has come of the body, to BUF, without waiting. */
static usize copy_body(struct http_fetch *f, u8 *buf, usize len)
{
	struct http_response *r = &f->response;
	usize got = 0;

	while (got < len && !r->whole && r->error == HTTP_OK) {
		int known = f->next < f->at; /* the server began at the beginning again */
		const u8 *p, *data;
		usize n = http_tcp_peek(&f->link->tcp, &p), some;

		if (n == 0)
			break;
		if (!known && n > len - got)
			n = len - got;
		if (known && n > f->at - f->next)
			n = (usize)(f->at - f->next);
		http_tcp_take(&f->link->tcp, http_body(r, p, n, &data, &some));
		f->next += some;
		if (some > 0)
			f->since = 0;
		if (known)
			continue;
		wire_copy(buf + got, data, some);
		f->at += some;
		got += some;
	}
	return got;
}

/* There is no more of this answer. 1: the file is at its end. */
static int at_end(struct http_fetch *f, enum wait how)
{
	struct http_response *r = &f->response;

	if (!r->whole && how == ENDED && r->framing == HTTP_UNTIL_CLOSE)
		r->whole = 1;
	return r->whole && (f->size == HTTP_UNKNOWN || f->next >= f->size);
}

grub_ssize_t http_fetch_read(void *state, void *buf, usize len)
{
	struct http_fetch *f = state;
	struct http_response *r = &f->response;
	enum wait how = CAME;
	usize got = 0;
	u32 now;

	if (f->link == NULL) {
		grub_error(GRUB_ERR_IO, "%s: the connection is lost", f->name);
		return -1;
	}
	f->since = 0;
	/* The reader may have been elsewhere for long: with another file, or in a menu. */
	now = (u32)wire_now();
	if (now - f->link->now >= AWAY_MS) {
		f->away = 1;
		f->came = f->link->tcp.rcv_nxt;
	}
	http_tcp_expect(&f->link->tcp, now);
	for (;;) {
		usize n = copy_body(f, (u8 *)buf + got, len - got);
		const u8 *data;

		got += n;
		if (got == len || (got > 0 && n == 0))
			return (grub_ssize_t)got;
		if (r->error != HTTP_OK) {
			grub_error(GRUB_ERR_NET_INVALID_RESPONSE, "%s: %s", f->name,
				   http_error_text(r->error));
			return -1;
		}
		if (got > 0) {
			http_link_poll(f->link);
			continue;
		}
		if (!r->whole)
			how = wait_for_data(f, &data, &n);
		if (how == CAME && !r->whole)
			continue;
		if (at_end(f, how))
			return 0;
		/* a part that is whole, and not to the end: ask for the rest */
		if (resume(f, how) != GRUB_ERR_NONE)
			return -1;
		how = CAME;
	}
}

grub_err_t http_fetch_seek(void *state, u64 offset, u64 *at)
{
	struct http_fetch *f = state;
	const u8 *data;
	grub_err_t err;

	*at = f->at;
	if (offset >= f->at && (f->no_ranges || offset >= f->size))
		return GRUB_ERR_NONE;
	if (f->link != NULL && (!f->response.whole || f->response.close || f->link->tcp.fin_seen ||
				http_tcp_peek(&f->link->tcp, &data) > 0))
		drop_link(f);
	if (f->link != NULL)
		f->link->reused = 1;
	err = request(f, f->no_ranges ? 0 : offset);
	*at = f->at = f->lost_at = f->next;
	f->lost = 0;
	return err;
}

void http_fetch_close(void *state)
{
	struct http_fetch *f = state;

	if (f->link != NULL && f->response.whole && !f->response.close)
		http_link_keep(f->link);
	else
		http_link_close(f->link);
	grub_free(f->server);
	grub_free(f);
}

struct http_fetch *http_fetch_open(const char *server, int port, const char *name)
{
	struct http_fetch *f = grub_zalloc(sizeof *f);

	if (f == NULL)
		return NULL;
	f->size = HTTP_UNKNOWN;
	f->server = port > 0 ? grub_xasprintf("%s:%d", server, port) : grub_strdup(server);
	wire_shown(f->name, name);
	if (f->server == NULL) {
		grub_errno = GRUB_ERR_OUT_OF_MEMORY;
	} else if (http_server(f->server, f->host, &f->port) != 0) {
		grub_error(GRUB_ERR_NET_BAD_ADDRESS,
			   "`%s' is no server: a name or an address, and perhaps :PORT", server);
	} else if (http_target(name, f->target) != 0) {
		grub_error(GRUB_ERR_BAD_FILENAME, "a file's name that is too long for HTTP");
	} else if (request(f, 0) == GRUB_ERR_NONE) {
		return f;
	}
	http_fetch_close(f);
	return NULL;
}

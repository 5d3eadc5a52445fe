/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/mem.h"
#include "serve/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LOOK_MS        1000 /* for a tree that was built again */
#define LINE_MAX_BYTES 4096 /* dnsmasq's have at most 1024 (its log.c) */

struct reader {
	char buf[LINE_MAX_BYTES + 1];
	size_t n;
	char *last; /* the last line, for when dnsmasq ends */
};

static void print(struct strbuf *out)
{
	if (out->len > 0) {
		fwrite(out->data, 1, out->len, stdout);
		fflush(stdout);
	}
	strbuf_free(out);
}

/* From now on nothing needs root: what was to be opened is open. */
static enum mk_status begin(struct session *s)
{
	int err = serve_user_drop(&s->user);

	if (err != 0)
		return msg_errno("root", err, "cannot be given up");
	serve_say(s);
	return MK_OK;
}

static enum mk_status one_line(struct session *s, struct reader *r, const char *line, bool *ready)
{
	struct strbuf out = {0};

	free(r->last);
	r->last = mem_dup(line);
	if (!*ready) {
		/* dhcp.c, dnsmasq.c: the last thing that it says when all is open */
		*ready = strstr(line, "sockets bound") != NULL;
		return *ready ? begin(s) : MK_OK;
	}
	serve_log_line(&s->log, line, clock_ms(), &out);
	print(&out);
	return MK_OK;
}

/* What dnsmasq has written. *ENDED: nothing will come any more. */
static enum mk_status read_lines(struct session *s, struct reader *r, bool *ready, bool *ended)
{
	ssize_t n = read(s->keeper.lines, r->buf + r->n, LINE_MAX_BYTES - r->n);
	enum mk_status st = MK_OK;
	char *line = r->buf, *end;

	if (n < 0 && errno == EINTR)
		return MK_OK;
	*ended = n <= 0;
	r->n += n > 0 ? (size_t)n : 0;
	r->buf[r->n] = '\0';
	while (st == MK_OK && (end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		st = one_line(s, r, line, ready);
		line = end + 1;
	}
	r->n -= (size_t)(line - r->buf);
	memmove(r->buf, line, r->n);
	if (r->n == LINE_MAX_BYTES) /* no line of dnsmasq's */
		r->n = 0;
	return st;
}

static enum mk_status dnsmasq_ended(const struct session *s, const struct reader *r, bool ready)
{
	const char *last = r->last != NULL ? r->last : "", *text = serve_log_text(last);

	if (!ready)
		return serve_dnsmasq_failed(s, last);
	return msg_fail(MK_FAILED, "dnsmasq ended; its last words: %s", text != NULL ? text : last);
}

/* Until something is to be done, but no longer than LOOK_MS. */
static int wait_ms(const struct session *s)
{
	int ms = s->web != NULL ? web_timeout(s->web) : -1;

	return ms >= 0 && ms < LOOK_MS ? ms : LOOK_MS;
}

enum mk_status serve_loop(struct session *s, int signals)
{
	struct pollfd p[] = {{.fd = signals, .events = POLLIN},
			     {.fd = s->keeper.lines, .events = POLLIN},
			     {.fd = s->web != NULL ? web_fd(s->web) : -1, .events = POLLIN},
			     {.fd = s->requests, .events = POLLIN}};
	struct reader r = {0};
	enum mk_status st = MK_OK;
	bool ready = false, ended = false;

	while (st == MK_OK && !ended) {
		int n = poll(p, 4, wait_ms(s));
		struct signalfd_siginfo info;

		if (n < 0 && errno != EINTR)
			st = msg_errno("poll", errno, "failed");
		if (n > 0 && p[0].revents != 0 && read(signals, &info, sizeof info) == sizeof info)
			break;
		/* a request comes before what dnsmasq says of it */
		if (n > 0 && s->requests >= 0)
			requests_read(s->requests, &s->log);
		if (n > 0 && p[1].revents != 0)
			st = read_lines(s, &r, &ready, &ended);
		if (s->web != NULL && n >= 0) {
			struct strbuf out = {0};

			web_run(s->web, &out);
			print(&out);
		}
		if (st == MK_OK && !ended)
			st = serve_trees_look(s);
	}
	if (st == MK_OK && ended)
		st = dnsmasq_ended(s, &r, ready);
	free(r.last);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/web.h"
#include "base/below.h"
#include "base/clock.h"
#include "base/http_range.h"
#include "base/mem.h"
#include "base/status.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY         "libmicrohttpd.so.12"
#define PACKAGE         "libmicrohttpd12"
#define CONNECTIONS_MAX 64u
#define PER_CLIENT_MAX  16u /* one that takes all it can get leaves some to others */
#define IDLE_SECONDS    60u

struct functions {
	struct MHD_Daemon *(*start)(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback apc,
				    void *apc_ctx, MHD_AccessHandlerCallback handler, void *ctx,
				    ...);
	void (*stop)(struct MHD_Daemon *d);
	enum MHD_Result (*run)(struct MHD_Daemon *d);
	const union MHD_DaemonInfo *(*daemon_info)(struct MHD_Daemon *d,
						   enum MHD_DaemonInfoType type, ...);
	const union MHD_ConnectionInfo *(*connection_info)(struct MHD_Connection *c,
							   enum MHD_ConnectionInfoType type, ...);
	enum MHD_Result (*timeout)(struct MHD_Daemon *d, MHD_UNSIGNED_LONG_LONG *ms);
	const char *(*lookup)(struct MHD_Connection *c, enum MHD_ValueKind kind, const char *key);
	struct MHD_Response *(*from_fd)(uint64_t size, int fd, uint64_t offset);
	struct MHD_Response *(*from_buffer)(size_t size, void *buffer,
					    enum MHD_ResponseMemoryMode mode);
	enum MHD_Result (*add_header)(struct MHD_Response *r, const char *name, const char *value);
	enum MHD_Result (*queue)(struct MHD_Connection *c, unsigned status, struct MHD_Response *r);
	void (*destroy)(struct MHD_Response *r);
};

struct web {
	struct functions f;
	struct MHD_Daemon *daemon;
	int root;
	const char *tree;
	const char *folder;
	struct serve_log *log;
	struct strbuf *out; /* during web_run */
};

/* One request, from its head to its end. */
struct request {
	char *path;
	int64_t start;
	uint64_t bytes;  /* to be sent */
	const char *why; /* it was refused */
	bool head;
};

static enum mk_status load(struct functions *f)
{
	void *lib = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const struct {
		const char *name;
		void *to;
	} names[] = {
		{"MHD_start_daemon", &f->start},
		{"MHD_stop_daemon", &f->stop},
		{"MHD_run", &f->run},
		{"MHD_get_daemon_info", &f->daemon_info},
		{"MHD_get_connection_info", &f->connection_info},
		{"MHD_get_timeout", &f->timeout},
		{"MHD_lookup_connection_value", &f->lookup},
		{"MHD_create_response_from_fd_at_offset64", &f->from_fd},
		{"MHD_create_response_from_buffer", &f->from_buffer},
		{"MHD_add_response_header", &f->add_header},
		{"MHD_queue_response", &f->queue},
		{"MHD_destroy_response", &f->destroy},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		void *found = lib != NULL ? dlsym(lib, names[i].name) : NULL;

		if (found == NULL)
			return msg_missing(LIBRARY, PACKAGE);
		memcpy(names[i].to, &found, sizeof found); /* POSIX.1-2017, dlsym: it fits */
	}
	return MK_OK;
}

static enum MHD_Result answer(struct web *w, struct MHD_Connection *c, unsigned status,
			      struct MHD_Response *r, const char *name, const char *value)
{
	enum MHD_Result done;

	if (r == NULL)
		return MHD_NO;
	if (name != NULL)
		w->f.add_header(r, name, value);
	done = w->f.queue(c, status, r);
	w->f.destroy(r);
	return done;
}

static enum MHD_Result refuse(struct web *w, struct MHD_Connection *c, struct request *q,
			      unsigned status, const char *why, const char *name, const char *value)
{
	char text[64];

	q->why = why;
	snprintf(text, sizeof text, "%s\n", why);
	return answer(w, c, status, w->f.from_buffer(strlen(text), text, MHD_RESPMEM_MUST_COPY),
		      name, value);
}

/* GRUB takes the page that says "404" for the file (vm/http.c): it gets the status line and the
 * connection's end, and says that there is no such file. libmicrohttpd has no answer of that kind.
 */
static enum MHD_Result not_found(struct web *w, struct MHD_Connection *c, struct request *q)
{
	static const char line[] = "HTTP/1.1 404 Not Found\r\n", why[] = "404 not found";
	const char *agent = w->f.lookup(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_USER_AGENT);
	const union MHD_ConnectionInfo *info;

	if (agent == NULL || strncmp(agent, "GRUB", 4) != 0)
		return refuse(w, c, q, MHD_HTTP_NOT_FOUND, why, NULL, NULL);
	q->why = why;
	info = w->f.connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info != NULL) /* where it does not take the line now, it gets the end alone */
		(void)!send(info->connect_fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
	return MHD_NO;
}

/* A file that a new build has put in the place of another is another one: RFC 9110 §8.8.3. */
static void entity_tag(char *tag, size_t room, const struct stat *st)
{
	snprintf(tag, room, "\"%llx-%llx-%llx.%lx\"", (unsigned long long)st->st_ino,
		 (unsigned long long)st->st_size, (unsigned long long)st->st_mtim.tv_sec,
		 (unsigned long)st->st_mtim.tv_nsec);
}

/* FD is given away. */
static enum MHD_Result send_file(struct web *w, struct MHD_Connection *c, struct request *q, int fd,
				 const struct stat *st)
{
	const char *of = w->f.lookup(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_RANGE);
	uint64_t size = (uint64_t)st->st_size, first = 0, len = size;
	struct MHD_Response *r;
	char field[80], tag[80];
	int ranged = 0;

	entity_tag(tag, sizeof tag, st);
	/* RFC 9110 §14.2: a range is for GET; §13.1.5: of that very file */
	if (!q->head && (of == NULL || strcmp(of, tag) == 0))
		ranged = http_range(w->f.lookup(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_RANGE), size,
				    &first, &len);
	if (ranged < 0) {
		close(fd);
		snprintf(field, sizeof field, "bytes */%llu", (unsigned long long)size);
		return refuse(w, c, q, MHD_HTTP_RANGE_NOT_SATISFIABLE, "416 range not satisfiable",
			      MHD_HTTP_HEADER_CONTENT_RANGE, field);
	}
	r = w->f.from_fd(len, fd, first);
	if (r == NULL) {
		close(fd);
		return MHD_NO;
	}
	q->bytes = len;
	w->f.add_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
	w->f.add_header(r, MHD_HTTP_HEADER_ETAG, tag);
	snprintf(field, sizeof field, "bytes %llu-%llu/%llu", (unsigned long long)first,
		 (unsigned long long)(first + len) - 1, (unsigned long long)size);
	if (ranged == 0)
		return answer(w, c, MHD_HTTP_OK, r, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	return answer(w, c, MHD_HTTP_PARTIAL_CONTENT, r, MHD_HTTP_HEADER_CONTENT_RANGE, field);
}

/* The file that a URL's path is, or -1. */
static int open_path(const struct web *w, const char *url)
{
	size_t n = strlen(w->folder);
	char *path;
	int fd;

	if (url[0] != '/' || strncmp(url + 1, w->folder, n) != 0 || url[n + 1] != '/')
		return -1;
	path = mem_printf("%s/%s", w->tree, url + n + 2);
	fd = open_below(w->root, path);
	free(path);
	return fd;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *data_size, void **arg)
{
	struct web *w = ctx;
	struct request *q = *arg;
	struct stat st;
	int fd;

	(void)version;
	(void)data;
	if (q == NULL) { /* its head */
		q = mem_alloc(sizeof *q);
		q->path = mem_dup(url);
		q->start = clock_ms();
		q->head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
		*arg = q;
		return MHD_YES;
	}
	if (*data_size != 0) { /* a body, which is for nobody */
		*data_size = 0;
		return MHD_YES;
	}
	if (!q->head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return refuse(w, c, q, MHD_HTTP_METHOD_NOT_ALLOWED, "405 method not allowed",
			      MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	fd = open_path(w, url);
	if (fd < 0 || fstat(fd, &st) != 0)
		return not_found(w, c, q);
	return send_file(w, c, q, fd, &st);
}

static uint32_t client_of(const struct web *w, struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		w->f.connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct sockaddr_in in;

	if (info == NULL || info->client_addr == NULL || info->client_addr->sa_family != AF_INET)
		return 0;
	memcpy(&in, info->client_addr, sizeof in);
	return ntohl(in.sin_addr.s_addr);
}

/* A HEAD asks what there is; the GET that follows it is what is told. */
static void on_end(void *ctx, struct MHD_Connection *c, void **arg,
		   enum MHD_RequestTerminationCode code)
{
	struct web *w = ctx;
	struct request *q = *arg;
	int64_t now = clock_ms();

	if (q == NULL)
		return;
	if (q->why == NULL && code != MHD_REQUEST_TERMINATED_COMPLETED_OK)
		q->why = "broken off";
	if (w->out != NULL && (!q->head || q->why != NULL))
		serve_log_http(w->log, client_of(w, c), q->path, q->bytes, now - q->start, q->why,
			       now, w->out);
	free(q->path);
	free(q);
	*arg = NULL;
}

enum mk_status web_start(int listening, int root, const char *tree, const char *folder,
			 struct serve_log *log, struct web **web)
{
	struct web *w = mem_alloc(sizeof *w);
	enum mk_status st = load(&w->f);

	*web = NULL;
	w->root = root;
	w->tree = tree;
	w->folder = folder;
	w->log = log;
	if (st == MK_OK) {
		w->daemon =
			w->f.start(MHD_USE_EPOLL, 0, NULL, NULL, on_request, w,
				   MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_NOTIFY_COMPLETED,
				   on_end, (void *)w, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
				   MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_CLIENT_MAX,
				   MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_END);
		if (w->daemon == NULL)
			st = msg_fail(MK_FAILED, "%s cannot be started", LIBRARY);
	}
	if (st == MK_OK) {
		*web = w;
	} else {
		close(listening);
		free(w);
	}
	return st;
}

int web_fd(const struct web *w)
{
	const union MHD_DaemonInfo *info = w->f.daemon_info(w->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info != NULL ? info->epoll_fd : -1;
}

int web_timeout(const struct web *w)
{
	MHD_UNSIGNED_LONG_LONG ms = 0;

	if (w->f.timeout(w->daemon, &ms) != MHD_YES)
		return -1;
	return ms > IDLE_SECONDS * 1000u ? (int)IDLE_SECONDS * 1000 : (int)ms;
}

void web_run(struct web *w, struct strbuf *out)
{
	w->out = out;
	w->f.run(w->daemon);
	w->out = NULL;
}

void web_stop(struct web *w)
{
	if (w == NULL)
		return;
	w->f.stop(w->daemon); /* closes the listening socket */
	free(w);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/http.h"
#include "base/below.h"
#include "base/fs.h"
#include "base/http_range.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MAX 8192 /* of a request, up to its empty line */
#define CHUNK    (256 * 1024)

struct request {
	char *method;
	char *target;
	const char *range; /* the field's value, or NULL */
	bool last;         /* close the connection after it */
	bool grub;         /* GRUB asks */
};

struct connection {
	int root; /* the folder */
	const char *folder;
	int in, out;
	char buf[HEAD_MAX + 1]; /* what has been read of requests */
	size_t n;
};

static int send_file(const struct connection *c, int fd, uint64_t first, uint64_t len)
{
	char *chunk = mem_alloc(CHUNK);
	int err = 0;

	while (len > 0 && err == 0) {
		ssize_t n = pread(fd, chunk, len < CHUNK ? (size_t)len : CHUNK, (off_t)first);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) { /* shorter than was promised: the client sees the end too soon */
			err = n < 0 ? -errno : -EIO;
			break;
		}
		err = fs_write_all(c->out, chunk, (size_t)n);
		first += (uint64_t)n;
		len -= (uint64_t)n;
	}
	free(chunk);
	return err;
}

/* The status line and the fields, each of MORE ended by CR LF. */
static int send_head(const struct connection *c, const struct request *q, const char *status,
		     const char *more, uint64_t length)
{
	struct strbuf b = {0};
	int err;

	strbuf_addf(&b, "HTTP/1.1 %s\r\n%sContent-Length: %llu\r\n%s\r\n", status, more,
		    (unsigned long long)length, q->last ? "Connection: close\r\n" : "");
	err = fs_write_all(c->out, b.data, b.len);
	strbuf_free(&b);
	return err;
}

/* An answer that is not the file. */
static int refuse(const struct connection *c, const struct request *q, const char *status,
		  const char *more)
{
	bool head = q->method != NULL && strcmp(q->method, "HEAD") == 0;
	char *fields = mem_printf("Content-Type: text/plain\r\n%s", more);
	char *text = mem_printf("%s\n", status);
	int err = send_head(c, q, status, fields, strlen(text));

	if (err == 0 && !head)
		err = fs_write_all(c->out, text, strlen(text));
	free(text);
	free(fields);
	return err;
}

/* Stock GRUB 2.06 takes the page that says "404" for the file (grub-core/net/http.c,
 * http_establish: the error counts only while the fields have not all come), and a kernel would
 * start with it as a module. It gets no more than the status line: then it says that there is no
 * such file. */
static int not_found(const struct connection *c, struct request *q)
{
	static const char line[] = "HTTP/1.1 404 Not Found\r\n";

	if (!q->grub)
		return refuse(c, q, "404 Not Found", "");
	q->last = true;
	return fs_write_all(c->out, line, strlen(line));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* RFC 3986 §2.1, in place, up to the query. False for an escape that is none, or a NUL. */
static bool unescape(char *s)
{
	char *to = s;

	for (; *s != '\0' && *s != '?'; s++) {
		int high, low;

		if (*s != '%') {
			*to++ = *s;
			continue;
		}
		high = hex_digit(s[1]);
		low = high >= 0 ? hex_digit(s[2]) : -1;
		if (low < 0 || (high == 0 && low == 0))
			return false;
		*to++ = (char)(high * 16 + low);
		s += 2;
	}
	*to = '\0';
	return true;
}

static int send_whole_or_part(const struct connection *c, const struct request *q, int fd,
			      uint64_t size)
{
	bool head = strcmp(q->method, "HEAD") == 0;
	uint64_t first = 0, len = size;
	/* RFC 9110 §14.2: a range is for GET */
	int ranged = head ? 0 : http_range(q->range, size, &first, &len);
	char *more;
	int err;

	if (ranged == 0) {
		err = send_head(c, q, "200 OK", "Accept-Ranges: bytes\r\n", size);
		return err != 0 || head ? err : send_file(c, fd, 0, size);
	}
	if (ranged < 0) {
		more = mem_printf("Content-Range: bytes */%llu\r\n", (unsigned long long)size);
		err = refuse(c, q, "416 Range Not Satisfiable", more);
	} else {
		more = mem_printf("Content-Range: bytes %llu-%llu/%llu\r\n",
				  (unsigned long long)first, (unsigned long long)(first + len) - 1,
				  (unsigned long long)size);
		err = send_head(c, q, "206 Partial Content", more, len);
		if (err == 0)
			err = send_file(c, fd, first, len);
	}
	free(more);
	return err;
}

static int answer(const struct connection *c, struct request *q)
{
	size_t folder_len = strlen(c->folder);
	struct stat st;
	char *path;
	int fd, err;

	if (strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0)
		return refuse(c, q, "405 Method Not Allowed", "Allow: GET, HEAD\r\n");
	if (q->target[0] != '/' || !unescape(q->target))
		return refuse(c, q, "400 Bad Request", "");
	path = q->target + 1;
	if (strncmp(path, c->folder, folder_len) != 0 || path[folder_len] != '/')
		return not_found(c, q);
	fd = open_below(c->root, path + folder_len + 1);
	if (fd < 0 || fstat(fd, &st) != 0)
		return not_found(c, q);
	err = send_whole_or_part(c, q, fd, (uint64_t)st.st_size);
	close(fd);
	return err;
}

static void parse_field(struct request *q, char *line)
{
	char *colon = strchr(line, ':'), *value;
	size_t len;

	if (colon == NULL)
		return;
	*colon = '\0';
	value = colon + 1 + strspn(colon + 1, " \t");
	len = strlen(value);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		value[--len] = '\0';
	if (strcasecmp(line, "Range") == 0)
		q->range = value;
	else if (strcasecmp(line, "Connection") == 0 && strcasecmp(value, "close") == 0)
		q->last = true;
	else if (strcasecmp(line, "User-Agent") == 0)
		q->grub = strncmp(value, "GRUB", 4) == 0;
	/* no body is read: what follows it would be taken for a request */
	else if (strcasecmp(line, "Transfer-Encoding") == 0 ||
		 (strcasecmp(line, "Content-Length") == 0 && strcmp(value, "0") != 0))
		q->last = true;
}

/* HEAD is the request's lines, ended by CR LF or LF. False where it is no HTTP/1.x. */
static bool parse(struct request *q, char *head)
{
	char *save = NULL, *line = strtok_r(head, "\n", &save), *space;

	*q = (struct request){0};
	for (bool first = true; line != NULL; line = strtok_r(NULL, "\n", &save), first = false) {
		size_t len = strlen(line);

		if (len > 0 && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (!first) {
			parse_field(q, line);
			continue;
		}
		/* a target may have spaces in it where the client does not escape them: GRUB */
		space = strchr(line, ' ');
		if (space == NULL)
			return false;
		*space = '\0';
		q->method = line;
		q->target = space + 1;
		space = strrchr(q->target, ' ');
		if (space == NULL || strncmp(space + 1, "HTTP/1.", 7) != 0)
			return false;
		*space = '\0';
		q->last = strcmp(space + 1, "HTTP/1.0") == 0;
	}
	return q->method != NULL;
}

/* The end of the first request in BUF, behind its empty line; NULL while it has not come. */
static char *head_end(char *buf)
{
	char *a = strstr(buf, "\r\n\r\n"), *b = strstr(buf, "\n\n");

	if (a != NULL && (b == NULL || a < b))
		return a + 4;
	return b != NULL ? b + 2 : NULL;
}

/* One request. 1: another may follow; 0: the connection is at its end; or a negative errno. */
static int serve_one(struct connection *c)
{
	struct request q = {.last = true};
	char *end, *head;
	int err;

	c->buf[c->n] = '\0';
	while ((end = head_end(c->buf)) == NULL) {
		ssize_t n;

		if (c->n == HEAD_MAX)
			return refuse(c, &q, "431 Request Header Fields Too Large", "");
		n = read(c->in, c->buf + c->n, HEAD_MAX - c->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		c->n += (size_t)n;
		c->buf[c->n] = '\0';
		if (memchr(c->buf, '\0', c->n) != NULL)
			return refuse(c, &q, "400 Bad Request", "");
	}
	head = mem_ndup(c->buf, (size_t)(end - c->buf));
	c->n -= (size_t)(end - c->buf);
	memmove(c->buf, end, c->n + 1);
	if (parse(&q, head)) {
		err = answer(c, &q);
	} else {
		q = (struct request){.last = true};
		err = refuse(c, &q, "400 Bad Request", "");
	}
	free(head);
	return err != 0 ? err : !q.last;
}

int http_serve(const char *root, const char *folder, int in, int out)
{
	struct connection c = {.folder = folder, .in = in, .out = out};
	int r;

	c.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c.root < 0)
		return -errno;
	while ((r = serve_one(&c)) == 1)
		;
	close(c.root);
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"

#define PORT 80

struct text {
	char *to;
	usize room, len;
	int full;
};

static void add(struct text *t, const char *s, usize n)
{
	if (t->full || n >= t->room - t->len) {
		t->full = 1;
		return;
	}
	memcpy(t->to + t->len, s, n);
	t->len += n;
	t->to[t->len] = '\0';
}

static void adds(struct text *t, const char *s)
{
	add(t, s, strlen(s));
}

/* In decimal, without a division of 64 bits, which GRUB's 32-bit modules do not have. */
static void add_number(struct text *t, u64 v)
{
	char digits[20];
	u32 limb[3], n = sizeof digits;

	/* base 2^28: a remainder below ten and a limb fit in 32 bits */
	limb[0] = (u32)(v & 0xfffffff);
	limb[1] = (u32)(v >> 28 & 0xfffffff);
	limb[2] = (u32)(v >> 56);
	do {
		u32 rest = 0;

		for (int i = 2; i >= 0; i--) {
			u32 part = rest << 28 | limb[i];

			limb[i] = part / 10;
			rest = part % 10;
		}
		digits[--n] = (char)('0' + rest);
	} while (limb[0] != 0 || limb[1] != 0 || limb[2] != 0);
	add(t, digits + n, sizeof digits - n);
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static int same(const char *a, const char *b, usize n)
{
	for (usize i = 0; i < n; i++) {
		if (lower(a[i]) != lower(b[i]))
			return 0;
	}
	return 1;
}

static int hex(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
}

/* --- servers ---------------------------------------------------------------------------------- */

/* HOST[:PORT] as an URL has it, LEN bytes. */
static int authority(const char *s, usize len, const char **host, usize *n, u16 *port)
{
	usize end = 0;
	u32 value = 0;

	*host = s;
	*port = PORT;
	if (len > 0 && s[0] == '[') {
		while (end < len && s[end] != ']')
			end++;
		if (end == len)
			return -1;
		*host = s + 1;
		*n = end - 1;
		end++;
	} else {
		while (end < len && s[end] != ':')
			end++;
		*n = end;
	}
	if (*n == 0)
		return -1;
	if (end == len)
		return 0;
	if (s[end++] != ':')
		return -1;
	if (end == len) /* "host:" is allowed: RFC 3986 §3.2.3 */
		return 0;
	for (; end < len; end++) {
		if (s[end] < '0' || s[end] > '9')
			return -1;
		value = value * 10 + (u32)(s[end] - '0');
		if (value > 65535)
			return -1;
	}
	*port = (u16)value;
	return value == 0 ? -1 : 0;
}

static int bare_v6(const char *s)
{
	unsigned colons = 0;

	for (usize i = 0; s[i] != '\0'; i++)
		colons += s[i] == ':';
	return s[0] != '[' && colons > 1;
}

int http_server(const char *server, char host[HTTP_HOST_MAX], u16 *port)
{
	const char *h = server;
	usize n = strlen(server);

	*port = PORT;
	if (!bare_v6(server) && authority(server, strlen(server), &h, &n, port) != 0)
		return -1;
	if (n == 0 || n >= HTTP_HOST_MAX)
		return -1;
	for (usize i = 0; i < n; i++) {
		if (h[i] <= ' ' || h[i] == 0x7f)
			return -1;
	}
	memcpy(host, h, n);
	host[n] = '\0';
	return 0;
}

/* --- targets ---------------------------------------------------------------------------------- */

/* RFC 3986 §2: what stands in no URL, but as an escape. */
static int to_escape(const char *p)
{
	static const char not [] = "\"#<>\\^`{|}";

	if (p[0] == '%')
		return !hex(p[1]) || !hex(p[2]);
	for (usize i = 0; not [i] != '\0'; i++) {
		if (p[0] == not [i])
			return 1;
	}
	return (u8)p[0] <= ' ' || (u8)p[0] >= 0x7f;
}

static void add_escaped(struct text *t, const char *s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *s != '\0'; s++) {
		char escape[] = {'%', digits[(u8)*s >> 4], digits[(u8)*s & 15]};

		if (to_escape(s))
			add(t, escape, sizeof escape);
		else
			add(t, s, 1);
	}
}

int http_target(const char *path, char target[HTTP_TARGET_MAX])
{
	struct text t = {.to = target, .room = HTTP_TARGET_MAX};

	if (path[0] != '/')
		add(&t, "/", 1);
	add_escaped(&t, path);
	return t.full ? -1 : 0;
}

static usize until(const char *s, const char *stop)
{
	usize n = 0;

	for (; s[n] != '\0'; n++) {
		for (usize i = 0; stop[i] != '\0'; i++) {
			if (s[n] == stop[i])
				return n;
		}
	}
	return n;
}

/* "/a/./b/../c?d" becomes "/a/c?d": RFC 3986 §5.2.4. */
static void remove_dots(char *path)
{
	char *to = path, *s = path, *const end = path + until(path, "?");

	while (s < end) {
		usize n = 1 + until(s + 1, "/?");
		int up = n == 3 && s[1] == '.' && s[2] == '.';

		if (up) {
			while (to > path && *--to != '/')
				;
		}
		if (up || (n == 2 && s[1] == '.')) {
			if (s + n == end)
				*to++ = '/';
		} else {
			memmove(to, s, n);
			to += n;
		}
		s += n;
	}
	memmove(to, end, strlen(end) + 1);
}

int http_redirect(const char *location, const char *host, u16 port, char target[HTTP_TARGET_MAX])
{
	char made[HTTP_TARGET_MAX], clean[HTTP_TARGET_MAX];
	struct text t = {.to = made, .room = sizeof made}, c = {.to = clean, .room = sizeof clean};
	const char *s = location;
	usize scheme = until(s, ":/?#"), n;

	made[0] = clean[0] = '\0';
	if (s[scheme] == ':') {
		if (scheme != 4 || !same(s, "http", 4) || s[5] != '/' || s[6] != '/')
			return -1;
		s += 5;
	}
	if (s[0] == '/' && s[1] == '/') {
		const char *h;
		usize h_len;
		u16 p;

		s += 2;
		n = until(s, "/?#");
		if (authority(s, n, &h, &h_len, &p) != 0 || p != port || h_len != strlen(host) ||
		    !same(h, host, h_len))
			return -1;
		s += n;
		if (*s != '/')
			add(&t, "/", 1);
	} else if (s[0] == '?') {
		add(&t, target, until(target, "?"));
	} else if (s[0] != '/') {
		/* beside the target: up to the last slash of its path */
		n = until(target, "?");
		while (n > 0 && target[n - 1] != '/')
			n--;
		add(&t, target, n);
	}
	add(&t, s, until(s, "#"));
	add_escaped(&c, made);
	if (t.full || c.full || clean[0] != '/')
		return -1;
	remove_dots(clean);
	memcpy(target, clean, strlen(clean) + 1);
	return 0;
}

/* --- the request ------------------------------------------------------------------------------ */

usize http_request(char *out, usize room, const char *server, const char *target, u64 offset,
		   const char *validator)
{
	struct text t = {.to = out, .room = room};

	adds(&t, "GET ");
	adds(&t, target);
	adds(&t, " HTTP/1.1\r\nHost: ");
	if (bare_v6(server)) {
		adds(&t, "[");
		adds(&t, server);
		adds(&t, "]");
	} else {
		adds(&t, server);
	}
	/* the bytes of the file, as they are: whoever loads it unpacks it */
	adds(&t,
	     "\r\nUser-Agent: mkboot\r\nConnection: keep-alive\r\nAccept-Encoding: identity\r\n");
	if (offset > 0) {
		adds(&t, "Range: bytes=");
		add_number(&t, offset);
		adds(&t, "-\r\n");
		if (validator[0] != '\0') {
			adds(&t, "If-Range: ");
			adds(&t, validator);
			adds(&t, "\r\n");
		}
	}
	adds(&t, "\r\n");
	return t.full ? 0 : t.len;
}

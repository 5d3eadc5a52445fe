/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"

const char *http_error_text(enum http_error e)
{
	switch (e) {
	case HTTP_OK:
		break;
	case HTTP_GARBAGE:
		return "its answer is not HTTP";
	case HTTP_TOO_LONG:
		return "its answer's head is too long";
	case HTTP_BAD_FIELD:
		return "its answer has a length or range that makes no sense";
	case HTTP_CONFLICT:
		return "its answer has two lengths that contradict each other";
	case HTTP_ENCODING:
		return "its answer is in a transfer coding that nobody asked for";
	case HTTP_BAD_CHUNK:
		return "its chunks make no sense";
	}
	return "nothing is wrong";
}

void http_response_begin(struct http_response *r)
{
	memset(r, 0, sizeof *r);
	r->length = r->first = r->total = HTTP_UNKNOWN;
}

static int space(char c)
{
	return c == ' ' || c == '\t';
}

static int digit(char c)
{
	return c >= '0' && c <= '9';
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Does S begin with WORD, in small letters? The rest of S, or NULL. */
static const char *begins(const char *s, const char *word)
{
	for (; *word != '\0'; s++, word++) {
		if (lower(*s) != *word)
			return NULL;
	}
	return s;
}

static const char *skip_spaces(const char *s)
{
	while (space(*s))
		s++;
	return s;
}

/* Digits to *V, below 2^63; what follows them, or NULL. */
static const char *number(const char *s, u64 *v)
{
	*v = 0;
	if (!digit(*s))
		return NULL;
	for (; digit(*s); s++) {
		if (*v > (~(u64)0 >> 1) / 10 - 1)
			return NULL;
		*v = *v * 10 + (u64)(*s - '0');
	}
	return s;
}

/* "a, b": the next element, from *S on, its length in *N; *S is behind it. 0: there is none. */
static const char *element(const char **s, usize *n)
{
	const char *at = *s;

	while (space(*at) || *at == ',')
		at++;
	*n = 0;
	while (at[*n] != '\0' && at[*n] != ',')
		++*n;
	*s = at + *n;
	while (*n > 0 && space(at[*n - 1]))
		--*n;
	return *n > 0 ? at : NULL;
}

static void copy_text(char *to, usize room, const char *s)
{
	usize n = 0;

	while (s[n] != '\0' && n + 1 < room) {
		to[n] = s[n];
		n++;
	}
	to[n] = '\0';
}

static void status_line(struct http_response *r)
{
	const char *s = r->line;

	r->has_line = 1;
	/* RFC 9112 §4; any minor version is as good (RFC 9110 §2.5) */
	if (begins(s, "http/1.") == NULL || !digit(s[7]) || s[8] != ' ' || s[9] < '1' ||
	    s[9] > '5' || !digit(s[10]) || !digit(s[11]) || (s[12] != ' ' && s[12] != '\0')) {
		r->error = HTTP_GARBAGE;
		return;
	}
	r->http10 = r->close = s[7] == '0';
	r->status = (unsigned)(s[9] - '0') * 100 + (unsigned)(s[10] - '0') * 10 +
		    (unsigned)(s[11] - '0');
	copy_text(r->status_line, sizeof r->status_line, s + 9);
	for (char *p = r->status_line; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
}

/* RFC 9110 §8.6: several lengths are none, unless they are the same. */
static void content_length(struct http_response *r, const char *s)
{
	const char *at;
	usize n;

	if (*s == '\0')
		r->error = HTTP_BAD_FIELD;
	while (r->error == HTTP_OK && (at = element(&s, &n)) != NULL) {
		u64 v;

		if (number(at, &v) != at + n)
			r->error = HTTP_BAD_FIELD;
		else if (r->length != HTTP_UNKNOWN && r->length != v)
			r->error = HTTP_CONFLICT;
		r->length = v;
	}
}

static void transfer_encoding(struct http_response *r, const char *s)
{
	const char *at;
	usize n;

	while ((at = element(&s, &n)) != NULL) {
		if (r->coded || n != 7 || begins(at, "chunked") == NULL)
			r->error = HTTP_ENCODING;
		r->coded = r->chunked = 1;
	}
}

/* RFC 9110 §14.4: "bytes 5-9/10"; a total or the range may be "*". */
static void content_range(struct http_response *r, const char *s)
{
	u64 last = 0;

	s = begins(s, "bytes");
	if (s != NULL && space(*s)) {
		s = skip_spaces(s);
		if (*s == '*')
			s++;
		else if ((s = number(s, &r->first)) != NULL)
			s = *s == '-' ? number(s + 1, &last) : NULL;
		if (s != NULL && *s == '/') {
			if (s[1] == '*' && s[2] == '\0')
				return;
			s = number(s + 1, &r->total);
			if (s != NULL && *s == '\0' &&
			    (r->first == HTTP_UNKNOWN || (r->first <= last && last < r->total)))
				return;
		}
	}
	r->error = HTTP_BAD_FIELD;
}

static void connection(struct http_response *r, const char *s)
{
	const char *at;
	usize n;

	while ((at = element(&s, &n)) != NULL) {
		if (n == 5 && begins(at, "close") != NULL)
			r->close = 1;
		else if (n == 10 && begins(at, "keep-alive") != NULL && r->http10)
			r->close = 0;
	}
}

static void location(struct http_response *r, const char *s)
{
	if (strlen(s) >= sizeof r->location)
		r->error = HTTP_TOO_LONG;
	else
		copy_text(r->location, sizeof r->location, s);
}

/* RFC 9110 §13.1.5: a weak one is no good for If-Range. */
static void etag(struct http_response *r, const char *s)
{
	usize n = strlen(s);

	if (n < 2 || n >= sizeof r->validator || s[0] != '"' || s[n - 1] != '"')
		return;
	copy_text(r->validator, sizeof r->validator, s);
	r->has_etag = 1;
}

static void last_modified(struct http_response *r, const char *s)
{
	if (!r->has_etag && strlen(s) < sizeof r->validator)
		copy_text(r->validator, sizeof r->validator, s);
}

static void accept_ranges(struct http_response *r, const char *s)
{
	const char *rest = begins(s, "none");

	r->no_ranges = rest != NULL && *rest == '\0';
}

/* Content-Encoding is not here: that a file is packed is said by its own first bytes, and many
 * servers put it on every .gz. */
static const struct {
	const char *name;
	void (*read)(struct http_response *r, const char *value);
} fields[] = {
	{"content-length", content_length},
	{"transfer-encoding", transfer_encoding},
	{"content-range", content_range},
	{"connection", connection},
	{"location", location},
	{"etag", etag},
	{"last-modified", last_modified},
	{"accept-ranges", accept_ranges},
};

/* A field's line, or the empty line's end of the head, is in r->line. */
static void field_line(struct http_response *r)
{
	for (usize i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *rest = begins(r->line, fields[i].name);

		/* space before the colon is wrong, and taken out of answers: RFC 9112 §5.1 */
		rest = rest != NULL ? skip_spaces(rest) : NULL;
		if (rest == NULL || *rest != ':')
			continue;
		if (r->skip)
			r->error = HTTP_TOO_LONG;
		else
			fields[i].read(r, skip_spaces(rest + 1));
	}
}

static void take_line(struct http_response *r)
{
	while (r->n_line > 0 && (space(r->line[r->n_line - 1]) || r->line[r->n_line - 1] == '\r'))
		r->n_line--;
	r->line[r->n_line] = '\0';
	/* a NUL would end it for some and not for others */
	if (strlen(r->line) != r->n_line)
		r->error = HTTP_GARBAGE;
	else if (!r->has_line)
		status_line(r);
	else
		field_line(r);
	r->n_line = 0;
	r->skip = r->ended_line = 0;
}

/* RFC 9112 §6.3, and RFC 9110 §15.2: 1xx has a head and nothing else, and another follows. */
static void end_of_head(struct http_response *r)
{
	if (r->status < 200) {
		u32 n_head = r->n_head;

		if (r->status == 101)
			r->error = HTTP_GARBAGE;
		if (r->error != HTTP_OK)
			return;
		http_response_begin(r);
		r->n_head = n_head;
		return;
	}
	if (r->chunked && (r->length != HTTP_UNKNOWN || r->http10)) {
		r->error = HTTP_CONFLICT;
		return;
	}
	r->done = 1;
	r->framing = r->chunked                  ? HTTP_CHUNKED
		     : r->length == HTTP_UNKNOWN ? HTTP_UNTIL_CLOSE
						 : HTTP_LENGTH;
	if (r->status == 204 || r->status == 304) {
		r->framing = HTTP_LENGTH;
		r->length = 0;
	}
	r->left = r->framing == HTTP_LENGTH ? r->length : 0;
	r->whole = r->framing == HTTP_LENGTH && r->left == 0;
}

static void take_byte(struct http_response *r, char c)
{
	if (++r->n_head > HTTP_HEAD_MAX) {
		r->error = HTTP_TOO_LONG;
		return;
	}
	if (r->ended_line) {
		/* A line that begins with a space goes on with the one before (RFC 9112 §5.2). */
		if (space(c)) {
			c = ' ';
			r->ended_line = 0;
			if (r->line[r->n_line - 1] == '\r')
				r->n_line--;
		} else {
			take_line(r);
			if (r->error != HTTP_OK)
				return;
		}
	}
	if (c == '\n') {
		if (r->n_line == 0 || (r->n_line == 1 && r->line[0] == '\r')) {
			r->n_line = 0;
			/* empty lines before a status line: some servers leave one behind a body */
			if (r->has_line)
				end_of_head(r);
			return;
		}
		r->ended_line = 1;
		if (!r->has_line) /* at once: some servers say no more than 404 and are gone */
			take_line(r);
		return;
	}
	if (r->n_line < sizeof r->line - 1) {
		r->line[r->n_line++] = c;
	} else if (!r->has_line) {
		r->error = HTTP_GARBAGE;
	} else {
		r->skip = 1;
	}
	/* what does not begin like a status line is not waited for to the end of its first */
	if (!r->has_line && r->n_line <= 7 && c != '\r' && lower(c) != "http/1."[r->n_line - 1])
		r->error = HTTP_GARBAGE;
}

usize http_head(struct http_response *r, const u8 *p, usize n)
{
	usize i = 0;

	while (i < n && r->error == HTTP_OK && !r->done)
		take_byte(r, (char)p[i++]);
	return i;
}

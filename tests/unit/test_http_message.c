/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP's answers: heads, and bodies in their framings. */
#include "testing.h"
#include "http/message.h"

#define NONE     HTTP_UNKNOWN
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct http_response r;

/* HEAD in pieces of N bytes; how many were the head's. */
static usize feed(const char *head, usize len, usize n)
{
	usize at = 0;

	http_response_begin(&r);
	while (at < len && !r.done && r.error == HTTP_OK) {
		usize piece = len - at < n ? len - at : n;

		at += http_head(&r, (const u8 *)head + at, piece);
	}
	return at;
}

#define OK_LINE "HTTP/1.1 200 OK\r\n"

static void test_head(void **state)
{
	static const struct {
		const char *head;
		enum http_error error;
		enum http_framing framing;
		u64 length;
		unsigned status;
		u8 close;
	} cases[] = {
		{OK_LINE "Content-Length: 5\r\n\r\n", HTTP_OK, HTTP_LENGTH, 5, 200, 0},
		{"HTTP/1.1 200 OK\nContent-Length:5\n\n", HTTP_OK, HTTP_LENGTH, 5, 200, 0},
		{"HTTP/1.1 200\r\ncontent-LENGTH: \t5 \r\n\r\n", HTTP_OK, HTTP_LENGTH, 5, 200, 0},
		{"\r\n" OK_LINE "\r\n", HTTP_OK, HTTP_UNTIL_CLOSE, HTTP_UNKNOWN, 200, 0},
		{"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_OK, HTTP_LENGTH, 0, 200, 1},
		{"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", HTTP_OK, HTTP_UNTIL_CLOSE,
		 HTTP_UNKNOWN, 200, 0},
		{OK_LINE "Connection: x, Close\r\nTransfer-Encoding: Chunked\r\n\r\n", HTTP_OK,
		 HTTP_CHUNKED, HTTP_UNKNOWN, 200, 1},
		{"HTTP/1.1 204 None\r\n\r\n", HTTP_OK, HTTP_LENGTH, 0, 204, 0},
		{"HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\n", HTTP_OK, HTTP_LENGTH, 14,
		 404, 0},
		/* 1xx comes before; what it says does not count */
		{"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\nHTTP/1.1 103 x\r\n\r\n" OK_LINE
		 "Content-Length: 5\r\n\r\n",
		 HTTP_OK, HTTP_LENGTH, 5, 200, 0},
		{"HTTP/1.1 101 Switching Protocols\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		/* lengths: RFC 9112 §6.3 */
		{OK_LINE "Content-Length: 5\r\nContent-Length: 5, 5\r\n\r\n", HTTP_OK, HTTP_LENGTH,
		 5, 200, 0},
		{OK_LINE "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTP_CONFLICT, 0, 0, 0,
		 0},
		{OK_LINE "Content-Length: 5, 6\r\n\r\n", HTTP_CONFLICT, 0, 0, 0, 0},
		{OK_LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_CONFLICT,
		 0, 0, 0, 0},
		{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_CONFLICT, 0, 0, 0,
		 0},
		{OK_LINE "Content-Length: -5\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Content-Length: +5\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Content-Length: 0x5\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Content-Length: 5 5\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Content-Length: \r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Content-Length: 99999999999999999999\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0,
		 0},
		{OK_LINE "Content-Length: 9000000000000000000\r\n\r\n", HTTP_OK, HTTP_LENGTH,
		 9000000000000000000, 200, 0},
		/* a line that goes on */
		{OK_LINE "Content-Length:\r\n 5\r\n\r\n", HTTP_OK, HTTP_LENGTH, 5, 200, 0},
		{OK_LINE "Content-Length: 5\r\n 5\r\n\r\n", HTTP_BAD_FIELD, 0, 0, 0, 0},
		{OK_LINE "Transfer-Encoding: gzip\r\n\r\n", HTTP_ENCODING, 0, 0, 0, 0},
		{OK_LINE "Transfer-Encoding: gzip, chunked\r\n\r\n", HTTP_ENCODING, 0, 0, 0, 0},
		{OK_LINE "Transfer-Encoding: chunked, chunked\r\n\r\n", HTTP_ENCODING, 0, 0, 0, 0},
		{OK_LINE "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", HTTP_OK,
		 HTTP_LENGTH, 5, 200, 0},
		{OK_LINE "no colon\r\nContent-Length 5\r\nContent-Length : 6\r\n\r\n", HTTP_OK,
		 HTTP_LENGTH, 6, 200, 0},
		{OK_LINE "Transfer-Encoding\t : chunked\r\n\r\n", HTTP_OK, HTTP_CHUNKED,
		 HTTP_UNKNOWN, 200, 0},
		{"HTTP/2 200\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"HTTP/1.1 99 x\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"HTTP/1.1 600 x\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"HTTP/1.1 2000 x\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"HTTP/1.1  200 x\r\n\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"SSH-2.0-x\r\n", HTTP_GARBAGE, 0, 0, 0, 0},
		{"x", HTTP_GARBAGE, 0, 0, 0, 0},
		{"<html>", HTTP_GARBAGE, 0, 0, 0, 0},
		{"\x7f"
		 "ELF",
		 HTTP_GARBAGE, 0, 0, 0, 0},
	};
	static const usize pieces[] = {1, 2, 7, 10000};

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		for (usize k = 0; k < COUNT(pieces); k++) {
			usize len = strlen(cases[i].head), used;

			used = feed(cases[i].head, len, pieces[k]);
			if (r.error != cases[i].error)
				print_error("%s: %s\n", cases[i].head, http_error_text(r.error));
			assert_int_equal(r.error, cases[i].error);
			if (r.error != HTTP_OK) {
				assert_false(r.done);
				continue;
			}
			assert_true(r.done);
			assert_int_equal(used, len);
			assert_int_equal(r.status, cases[i].status);
			assert_int_equal(r.framing, cases[i].framing);
			assert_true(r.framing != HTTP_LENGTH || r.left == cases[i].length);
			assert_int_equal(r.close, cases[i].close);
		}
	}
}

static void test_fields(void **state)
{
	static const struct {
		const char *fields;
		enum http_error error;
		u64 first, total;
		const char *validator, *location;
		u8 no_ranges;
	} cases[] = {
		{"Content-Range: bytes 5-9/10", HTTP_OK, 5, 10, "", "", 0},
		{"Content-Range: bytes 5-9/*", HTTP_OK, 5, HTTP_UNKNOWN, "", "", 0},
		{"Content-Range: bytes */10", HTTP_OK, HTTP_UNKNOWN, 10, "", "", 0},
		{"Content-Range: bytes 9-5/10", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: bytes 5-10/10", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: bytes 5-/10", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: bytes -5/10", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: bytes 5-9", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: bytes 5-9/10 ,", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"Content-Range: lines 5-9/10", HTTP_BAD_FIELD, 0, 0, "", "", 0},
		{"ETag: \"a b\"", HTTP_OK, NONE, NONE, "\"a b\"", "", 0},
		{"ETag: W/\"a\"", HTTP_OK, NONE, NONE, "", "", 0},
		{"ETag: a", HTTP_OK, NONE, NONE, "", "", 0},
		{"Last-Modified: Sun, 1 Jan\r\nETag: \"a\"", HTTP_OK, NONE, NONE, "\"a\"", "", 0},
		{"ETag: \"a\"\r\nLast-Modified: Sun, 1 Jan", HTTP_OK, NONE, NONE, "\"a\"", "", 0},
		{"ETag: W/\"a\"\r\nLast-Modified: Sun, 1 Jan", HTTP_OK, NONE, NONE, "Sun, 1 Jan",
		 "", 0},
		{"Location: /x y ", HTTP_OK, NONE, NONE, "", "/x y", 0},
		{"Accept-Ranges: none", HTTP_OK, NONE, NONE, "", "", 1},
		{"Accept-Ranges: bytes", HTTP_OK, NONE, NONE, "", "", 0},
	};
	char head[512];

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		snprintf(head, sizeof head, OK_LINE "%s\r\n\r\n", cases[i].fields);
		feed(head, strlen(head), 1000);
		assert_int_equal(r.error, cases[i].error);
		if (r.error != HTTP_OK)
			continue;
		assert_true(r.first == cases[i].first);
		assert_true(r.total == cases[i].total);
		assert_string_equal(r.validator, cases[i].validator);
		assert_string_equal(r.location, cases[i].location);
		assert_int_equal(r.no_ranges, cases[i].no_ranges);
	}
}

/* What is shown on a screen has no control characters; a server that ends behind its status line
 * has said enough. */
static void test_status_line(void **state)
{
	const char *head = "HTTP/1.1 404 N\x1b[31m\t\xc3\xbc!\r\n";

	(void)state;
	feed(head, strlen(head), 1000);
	assert_int_equal(r.status, 404);
	assert_string_equal(r.status_line, "404 N?[31m??"
					   "?!");
}

/* BEFORE, N times FILL, AFTER; their length. */
static usize make_head(char *head, const char *before, char fill, usize n, const char *after)
{
	const usize first = strlen(before), last = strlen(after);

	memcpy(head, before, first);
	memset(head + first, fill, n);
	memcpy(head + first + n, after, last);
	return first + n + last;
}

static void test_bounds(void **state)
{
	char *head = mem_alloc(200000);
	usize n;

	(void)state;
	/* a field that nobody needs may be long */
	n = make_head(head, OK_LINE "Cookie: ", 'c', 10000, "\r\nContent-Length: 7\r\n\r\n");
	assert_int_equal(feed(head, n, 1000), n);
	assert_int_equal(r.length, 7);
	/* one that matters may not */
	n = make_head(head, OK_LINE "Location: /", 'l', 10000, "\r\n\r\n");
	feed(head, n, 1000);
	assert_int_equal(r.error, HTTP_TOO_LONG);
	n = make_head(head, OK_LINE "Location: /", 'l', HTTP_TARGET_MAX - 1, "\r\n\r\n");
	feed(head, n, 1000);
	assert_int_equal(r.error, HTTP_TOO_LONG);
	/* a status line without an end; a head; many 1xx */
	make_head(head, "HTTP/1.1 200 ", 'o', 100000, "");
	feed(head, 100000, 1000);
	assert_int_equal(r.error, HTTP_GARBAGE);
	n = make_head(head, OK_LINE, ' ', 0, "");
	for (usize i = n; i < 150000; i += 4)
		memcpy(head + i, "a:b\n", 4);
	feed(head, 150000, 1000);
	assert_int_equal(r.error, HTTP_TOO_LONG);
	for (usize i = 0; i < 150000; i += 18)
		memcpy(head + i, "HTTP/1.1 100 C\n\r\n\r", 18);
	feed(head, 150000, 1000);
	assert_int_not_equal(r.error, HTTP_OK);
	memset(head, '\n', 150000);
	feed(head, 150000, 1000);
	assert_int_equal(r.error, HTTP_TOO_LONG);
	/* a NUL */
	memcpy(head, OK_LINE "Content-Length: 5\0006\r\n\r\n", 40);
	feed(head, 40, 1000);
	assert_int_equal(r.error, HTTP_GARBAGE);
	free(head);
}

/* --- bodies ------------------------------------------------------------------------------------
 */

/* The body of BYTES in pieces of N, into OUT; how many bytes were dealt with. */
static usize body(const char *bytes, usize len, usize n, char *out)
{
	usize at = 0;

	*out = '\0';
	while (at < len && !r.whole && r.error == HTTP_OK) {
		usize piece = len - at < n ? len - at : n, used, got;
		const u8 *data;

		used = http_body(&r, (const u8 *)bytes + at, piece, &data, &got);
		strncat(out, (const char *)data, got);
		assert_true(used > 0 || r.error != HTTP_OK);
		at += used;
	}
	return at;
}

static void test_body(void **state)
{
	static const char chunked[] = OK_LINE "Transfer-Encoding: chunked\r\n\r\n";
	static const char five[] = OK_LINE "Content-Length: 5\r\n\r\n";
	static const struct {
		const char *head, *bytes, *data;
		u8 whole;
		usize left; /* bytes that are the next response's */
		enum http_error error;
	} cases[] = {
		{five, "hello", "hello", 1, 0, HTTP_OK},
		{five, "helloHTTP", "hello", 1, 4, HTTP_OK},
		{five, "hell", "hell", 0, 0, HTTP_OK},
		{OK_LINE "\r\n", "till the end", "till the end", 0, 0, HTTP_OK},
		{chunked, "5\r\nhello\r\n0\r\n\r\n", "hello", 1, 0, HTTP_OK},
		{chunked, "3\r\nhel\r\n02;x=\"y\"\r\nlo\r\n000\r\n\r\nmore", "hello", 1, 4,
		 HTTP_OK},
		{chunked, "5\nhello\n0\n\n", "hello", 1, 0, HTTP_OK},
		{chunked, "a \r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\n", "0123456789", 1, 0,
		 HTTP_OK},
		{chunked, "5\r\nhello\r\n0\r\n", "hello", 0, 0, HTTP_OK},
		{chunked, "5\r\nhel", "hel", 0, 0, HTTP_OK},
		{chunked, "0\r\n\r\n", "", 1, 0, HTTP_OK},
		{chunked, "5\r\nhellox\r\n", "hello", 0, 3, HTTP_BAD_CHUNK},
		{chunked, "5\r\nhello\rx", "hello", 0, 0, HTTP_BAD_CHUNK},
		{chunked, "\r\n", "", 0, 2, HTTP_BAD_CHUNK},
		{chunked, "-5\r\nhello\r\n", "", 0, 10, HTTP_BAD_CHUNK},
		{chunked, ";x\r\n", "", 0, 4, HTTP_BAD_CHUNK},
		{chunked, "g\r\n", "", 0, 3, HTTP_BAD_CHUNK},
		{chunked, "0000000000000000\r\n\r\n", "", 0, 5, HTTP_BAD_CHUNK},
		{chunked, "fffffffffffffff\r\nx", "x", 0, 0, HTTP_OK},
	};
	static const usize pieces[] = {1, 2, 3, 1000};
	char out[100];

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		for (usize k = 0; k < COUNT(pieces); k++) {
			usize len = strlen(cases[i].bytes), used;

			feed(cases[i].head, strlen(cases[i].head), 1000);
			assert_true(r.done);
			used = body(cases[i].bytes, len, pieces[k], out);
			assert_string_equal(out, cases[i].data);
			assert_int_equal(r.error, cases[i].error);
			assert_int_equal(r.whole, cases[i].whole);
			if (r.error == HTTP_OK)
				assert_int_equal(len - used, cases[i].left);
		}
	}
}

/* What nobody reads has an end; a large file in small chunks, each with an extension, has none. */
static void test_many_chunks(void **state)
{
	static const char chunked[] = OK_LINE "Transfer-Encoding: chunked\r\n\r\n";
	char out[100];

	(void)state;
	feed(chunked, strlen(chunked), 1000);
	for (u32 i = 0; i < 70000; i++) {
		body("1;a=b\r\nx\r\n", 10, 10, out);
		assert_string_equal(out, "x");
	}
	body("0;a=b\r\n\r\n", 9, 9, out);
	assert_int_equal(r.error, HTTP_OK);
	assert_true(r.whole);
	/* trailers without end */
	feed(chunked, strlen(chunked), 1000);
	body("0\r\n", 3, 3, out);
	for (u32 i = 0; i < 70000 && r.error == HTTP_OK; i++)
		body("a\n", 2, 2, out);
	assert_int_equal(r.error, HTTP_BAD_CHUNK);
	/* an extension */
	feed(chunked, strlen(chunked), 1000);
	body("1;", 2, 2, out);
	for (u32 i = 0; i < 70000 && r.error == HTTP_OK; i++)
		body("a", 1, 1, out);
	assert_int_equal(r.error, HTTP_BAD_CHUNK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),        cmocka_unit_test(test_fields),
		cmocka_unit_test(test_status_line), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_body),        cmocka_unit_test(test_many_chunks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

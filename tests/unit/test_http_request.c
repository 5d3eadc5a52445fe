/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP's requests, and where a redirect leads. */
#include "testing.h"
#include "http/message.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static void test_server(void **state)
{
	static const struct {
		const char *server, *host; /* NULL: refused */
		unsigned port;
	} cases[] = {
		{"192.168.1.2", "192.168.1.2", 80},
		{"boot.example", "boot.example", 80},
		{"boot.example:8080", "boot.example", 8080},
		{"boot:", "boot", 80},
		{"fd77::1", "fd77::1", 80},
		{"[fd77::1]", "fd77::1", 80},
		{"[fd77::1]:81", "fd77::1", 81},
		{"", NULL, 0},
		{":80", NULL, 0},
		{"boot:0", NULL, 0},
		{"boot:65536", NULL, 0},
		{"boot:99999999999", NULL, 0},
		{"boot:8o", NULL, 0},
		{"[fd77::1", NULL, 0},
		{"[fd77::1]80", NULL, 0},
		{"[]", NULL, 0},
		{"a b", NULL, 0},
		{"a\r\nX: y", NULL, 0},
	};
	char host[HTTP_HOST_MAX], big[HTTP_HOST_MAX + 1];
	u16 port;

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		int err = http_server(cases[i].server, host, &port);

		assert_int_equal(err, cases[i].host == NULL ? -1 : 0);
		if (err == 0) {
			assert_string_equal(host, cases[i].host);
			assert_int_equal(port, cases[i].port);
		}
	}
	memset(big, 'a', HTTP_HOST_MAX);
	big[HTTP_HOST_MAX] = '\0';
	assert_int_equal(http_server(big, host, &port), -1);
	assert_int_equal(http_server(big + 1, host, &port), 0);
}

static void test_target(void **state)
{
	static const char *const cases[][2] = {
		{"/demo/boot/k.elf", "/demo/boot/k.elf"},
		{"demo/k", "/demo/k"},
		{"", "/"},
		{"/a b/c\"d", "/a%20b/c%22d"},
		{"/100%", "/100%25"},
		{"/100%4g%", "/100%254g%25"},
		{"/a%20b?x=1&y={z}", "/a%20b?x=1&y=%7Bz%7D"},
		{"/gr\xc3\xbc\xc3\x9f", "/gr%C3%BC%C3%9F"},
		{"/a\r\nHost: b", "/a%0D%0AHost:%20b"},
		{"/a#b\\c", "/a%23b%5Cc"},
		{"/+,;=@:~-._!$&'()*", "/+,;=@:~-._!$&'()*"},
	};
	char target[HTTP_TARGET_MAX], big[HTTP_TARGET_MAX + 1];

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		assert_int_equal(http_target(cases[i][0], target), 0);
		assert_string_equal(target, cases[i][1]);
	}
	memset(big, '/', HTTP_TARGET_MAX);
	big[HTTP_TARGET_MAX] = '\0';
	assert_int_equal(http_target(big, target), -1);
	assert_int_equal(http_target(big + 1, target), 0);
	memset(big, ' ', HTTP_TARGET_MAX);
	assert_int_equal(http_target(big + 1 + HTTP_TARGET_MAX * 2 / 3, target), 0);
	assert_int_equal(http_target(big + HTTP_TARGET_MAX * 2 / 3, target), -1);
	assert_int_equal(http_target(big + HTTP_TARGET_MAX / 2, target), -1);
}

static void test_request(void **state)
{
	static const char common[] =
		"\r\nUser-Agent: mkboot\r\nConnection: keep-alive\r\nAccept-Encoding: identity\r\n";
	static const struct {
		u64 offset;
		const char *server, *validator, *host, *more;
	} cases[] = {
		{0, "boot:81", "\"x\"", "boot:81", ""},
		{1, "boot", "", "boot", "Range: bytes=1-\r\n"},
		{10, "fd00::1", "\"x\"", "[fd00::1]", "Range: bytes=10-\r\nIf-Range: \"x\"\r\n"},
		{4294967296, "b", "", "b", "Range: bytes=4294967296-\r\n"},
		{UINT64_MAX, "b", "", "b", "Range: bytes=18446744073709551615-\r\n"},
		{1000000000000000000, "b", "", "b", "Range: bytes=1000000000000000000-\r\n"},
	};
	char out[HTTP_REQUEST_MAX], want[1024];

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		usize n = http_request(out, sizeof out, cases[i].server, "/f", cases[i].offset,
				       cases[i].validator);

		snprintf(want, sizeof want, "GET /f HTTP/1.1\r\nHost: %s%s%s\r\n", cases[i].host,
			 common, cases[i].more);
		assert_string_equal(out, want);
		assert_int_equal(n, strlen(want));
		assert_int_equal(http_request(out, n, cases[i].server, "/f", cases[i].offset,
					      cases[i].validator),
				 0);
	}
}

static void test_redirect(void **state)
{
	static const char *const cases[][3] = {
		/* target, location, the new one */
		{"/a/b", "/c/d", "/c/d"},
		{"/a/b", "c", "/a/c"},
		{"/a/b?x=/y", "c?z", "/a/c?z"},
		{"/a/b?x", "?y", "/a/b?y"},
		{"/a/", "http://boot/x#y", "/x"},
		{"/a/", "HTTP://BOOT:80/x", "/x"},
		{"/a/", "http://boot", "/"},
		{"/a/", "http://boot?q", "/?q"},
		{"/a/", "//boot/z z", "/z%20z"},
		{"/a/b/c", "../d", "/a/d"},
		{"/a/b/c", "./d/", "/a/b/d/"},
		{"/a/b/c", ".", "/a/b/"},
		{"/a/b/c", "..", "/a/"},
		{"/a/b", "../../..", "/"},
		{"/a/b", "/../x", "/x"},
		{"/a/b", "/x/./y/../z?../q", "/x/z?../q"},
		{"/a/b", "/.x/..y/.../z.", "/.x/..y/.../z."},
		{"/a/b", "http://boot/..?q", "/?q"},
		{"/a/", "http://boot:81/", NULL},
		{"/a/", "http://boot.example/", NULL},
		{"/a/", "http://boo/", NULL},
		{"/a/", "http://user@boot/", NULL},
		{"/a/", "https://boot/", NULL},
		{"/a/", "ftp://boot/", NULL},
		{"/a/", "http:/x", NULL},
		{"/a/", "http:x", NULL},
		{"/a/", "//boot:80x/", NULL},
	};
	char target[HTTP_TARGET_MAX], big[HTTP_TARGET_MAX + 1];

	(void)state;
	for (usize i = 0; i < COUNT(cases); i++) {
		snprintf(target, sizeof target, "%s", cases[i][0]);
		assert_int_equal(http_redirect(cases[i][1], "boot", 80, target),
				 cases[i][2] == NULL ? -1 : 0);
		assert_string_equal(target, cases[i][2] == NULL ? cases[i][0] : cases[i][2]);
	}
	memset(big, 'a', HTTP_TARGET_MAX);
	big[HTTP_TARGET_MAX] = '\0';
	assert_int_equal(http_redirect(big, "boot", 80, target), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server),
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_redirect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The web server for guests: bytes in, bytes out. */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "vm/http.h"

/* The tree: boot/k.elf, boot/empty, a link that leads out of it, a pipe; beside it a secret. */
static int tree_setup(void **state)
{
	char *path;

	if (folder_setup(state) != 0 || chdir(*state) != 0)
		return -1;
	path = path_join(*state, "tree/boot");
	if (fs_mkdirs(path) != 0 || fs_write("secret", "secret", 6) != 0 ||
	    fs_write("tree/boot/k.elf", "0123456789", 10) != 0 ||
	    fs_write("tree/boot/empty", "", 0) != 0 || fs_write("tree/boot/a b", "ab", 2) != 0 ||
	    symlink("../../secret", "tree/boot/link") != 0 || symlink("..", "tree/up") != 0 ||
	    mkfifo("tree/boot/pipe", 0600) != 0)
		return -1;
	free(path);
	return 0;
}

/* LEN bytes in by a file, what comes out in *OUT. */
static int serve(const char *request, size_t len, struct strbuf *out)
{
	int in, to, r;

	out->len = 0;
	strbuf_adds(out, "");
	assert_int_equal(fs_write("in", request, len), 0);
	in = open("in", O_RDONLY);
	to = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	r = http_serve("tree", "net/demo", in, to);
	close(in);
	close(to);
	assert_int_equal(fs_read("out", 1 << 20, out), 0);
	strbuf_adds(out, "");
	return r;
}

static void answers(const char *request, const char *want)
{
	struct strbuf out = {0};

	assert_int_equal(serve(request, strlen(request), &out), 0);
	assert_string_equal(out.data != NULL ? out.data : "", want);
	strbuf_free(&out);
}

#define OK(n) "HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: " #n "\r\n\r\n"
#define NO(status, more, n)                                                              \
	"HTTP/1.1 " status "\r\nContent-Type: text/plain\r\n" more "Content-Length: " #n \
	"\r\n\r\n" status "\n"
#define NOT_FOUND NO("404 Not Found", "", 14)
#define BAD       NO("400 Bad Request", "", 16)

static void test_files(void **state)
{
	(void)state;
	/* as GRUB asks */
	answers("GET /net/demo/boot/k.elf HTTP/1.1\r\nHost: 192.168.1.2\r\nUser-Agent: "
		"GRUB\r\n\r\n",
		OK(10) "0123456789");
	answers("GET /net/demo/boot/empty HTTP/1.1\n\n", OK(0));
	answers("HEAD /net/demo/boot/k.elf HTTP/1.1\r\n\r\n", OK(10));
	answers("GET /net/demo/boot/a b HTTP/1.1\r\n\r\n", OK(2) "ab");
	answers("GET /net/demo/bo%6ft/a%20b?x HTTP/1.1\r\n\r\n", OK(2) "ab");
	/* one after the other, until the client wants no more */
	answers("GET /net/demo/boot/empty HTTP/1.1\r\n\r\n"
		"GET /net/demo/boot/none HTTP/1.1\r\n\r\n"
		"GET /net/demo/boot/empty HTTP/1.1\r\nconnection: close \r\n\r\n"
		"GET /net/demo/boot/k.elf HTTP/1.1\r\n\r\n",
		OK(0) NOT_FOUND "HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 0\r\n"
				"Connection: close\r\n\r\n");
	answers("GET /net/demo/boot/empty HTTP/1.0\r\n\r\nGET /net/demo/boot/k.elf "
		"HTTP/1.0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 0\r\n"
		"Connection: close\r\n\r\n");
	/* a client that says nothing, or leaves in the midst of it */
	answers("", "");
	answers("GET /net/demo/boot/k.elf HTTP/1.1\r\nHost", "");
}

static void part(const char *range, const char *want)
{
	char *request =
		mem_printf("GET /net/demo/boot/k.elf HTTP/1.1\r\nRange: bytes=%s\r\n\r\n", range);

	answers(request, want);
	free(request);
}

#define PART(range, n)                                                          \
	"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " range "/10\r\n" \
	"Content-Length: " #n "\r\n\r\n"
#define OUTSIDE NO("416 Range Not Satisfiable", "Content-Range: bytes */10\r\n", 26)

static void test_ranges(void **state)
{
	(void)state;
	part("4-", PART("4-9", 6) "456789"); /* as GRUB asks after a seek */
	part("0-0", PART("0-0", 1) "0");
	part("9-", PART("9-9", 1) "9");
	part("3-99", PART("3-9", 7) "3456789");
	part("10-", OUTSIDE);
	part("99999999999-", OUTSIDE);
	part("-3", PART("7-9", 3) "789");
	/* other forms may be ignored, RFC 9110 §14.2 */
	part("5-4", OK(10) "0123456789");
	part("1-2,4-5", OK(10) "0123456789");
	answers("HEAD /net/demo/boot/k.elf HTTP/1.1\r\nRange: bytes=4-\r\n\r\n", OK(10));
}

static void test_refused(void **state)
{
	static const char *const hidden[] = {
		"/net/demo/boot/none",
		"/net/demo/boot",
		"/net/demo/boot/",
		"/net/demo/boot/link",
		"/net/demo/up/secret",
		"/net/demo/boot/pipe",
		"/net/demo/../secret",
		"/net/demo/%2e%2e/secret",
		"/net/demo/boot/../../../secret",
		"/net/demo/boot/./k.elf",
		"/net/demo//boot/k.elf",
		"/net/demo",
		"/net/demo/",
		"/",
		"/demo/boot/k.elf",
		"/net/demoboot/k.elf",
		"/net/demo/boot/k.elf/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
		char *request = mem_printf("GET %s HTTP/1.1\r\n\r\n", hidden[i]);

		answers(request, NOT_FOUND);
		free(request);
	}
	/* GRUB would take the page for the file */
	answers("GET /net/demo/no HTTP/1.1\r\nUser-Agent: GRUB 2.06\r\n\r\n"
		"GET /net/demo/boot/k.elf HTTP/1.1\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\n");
	answers("GET net/demo/boot/k.elf HTTP/1.1\r\n\r\n", BAD);
	answers("GET /net/demo/boot/k%zz HTTP/1.1\r\n\r\n", BAD);
	answers("GET /net/demo/boot/k.elf%00 HTTP/1.1\r\n\r\n", BAD);
	answers("POST /net/demo/boot/k.elf HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
		NO("405 Method Not Allowed", "Allow: GET, HEAD\r\n", 23));
}

#define CLOSED(status, n)                                                        \
	"HTTP/1.1 " status "\r\nContent-Type: text/plain\r\nContent-Length: " #n \
	"\r\nConnection: close\r\n\r\n" status "\n"

static void test_garbage(void **state)
{
	char *big = mem_alloc(9000);
	struct strbuf out = {0};

	(void)state;
	answers("hello\r\n\r\n", CLOSED("400 Bad Request", 16));
	answers("\r\n\r\n", CLOSED("400 Bad Request", 16));
	answers("GET /net/demo/boot/k.elf\r\n\r\n", CLOSED("400 Bad Request", 16));
	answers("GET / SPDY/3\r\n\r\n", CLOSED("400 Bad Request", 16));
	/* what comes after a body is not known */
	answers("POST /a HTTP/1.1\r\nContent-Length: 4\r\n\r\nGET ",
		"HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nAllow: GET, "
		"HEAD\r\n"
		"Content-Length: 23\r\nConnection: close\r\n\r\n405 Method Not Allowed\n");
	memset(big, 'a', 9000);
	assert_int_equal(serve(big, 9000, &out), 0);
	assert_string_equal(out.data, CLOSED("431 Request Header Fields Too Large", 36));
	memcpy(big, "GET /a\0b HTTP/1.1\r\n\r\n", 21);
	assert_int_equal(serve(big, 21, &out), 0);
	assert_string_equal(out.data, CLOSED("400 Bad Request", 16));
	free(big);
	strbuf_free(&out);
}

static void test_broken(void **state)
{
	int full = open("/dev/full", O_WRONLY), in;

	(void)state;
	assert_int_equal(http_serve("no such", "demo", 0, 1), -ENOENT);
	assert_int_equal(fs_write("in", "GET / HTTP/1.1\r\n\r\n", 18), 0);
	in = open("in", O_RDONLY);
	assert_int_equal(http_serve("tree", "demo", in, full), -ENOSPC);
	close(in);
	close(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),   cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, tree_setup, folder_teardown);
}

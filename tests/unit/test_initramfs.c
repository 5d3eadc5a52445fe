/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"

#define EPOCH  1700000000
#define NOBODY 65534

/* Each test works in a folder of its own, and may name its files relative to it. */
static int setup(void **state)
{
	char *dir = mem_dup("/tmp/test_initramfs.XXXXXX");

	umask(022);
	if (mkdtemp(dir) == NULL || chmod(dir, 0777) != 0 || chdir(dir) != 0)
		return -1;
	*state = dir;
	return 0;
}

static int teardown(void **state)
{
	int err = chdir("/");

	err |= fs_remove_tree(*state);
	free(*state);
	return err;
}

static void write_file(const char *path, const char *text)
{
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
}

static void set_mtime(const char *path, time_t t)
{
	assert_int_equal(fs_set_mtime(path, t), 0);
}

/* The cpio inside a gzip file. */
static void unpack(const char *path, struct strbuf *out)
{
	char buf[65536];
	gzFile f = gzopen(path, "rb");
	int n;

	assert_non_null(f);
	while ((n = gzread(f, buf, sizeof buf)) > 0)
		strbuf_add(out, buf, (size_t)n);
	assert_int_equal(n, 0);
	assert_int_equal(gzclose(f), Z_OK);
}

/* What cpio(1), which had no part in writing it, says of the archive. */
static char *cpio_list(const char *path)
{
	const char *argv[] = {"cpio", "-itvn", "--quiet", "-F", "list.cpio", NULL};
	const char *env[] = {"TZ=UTC", "LC_ALL=C", NULL};
	struct strbuf cpio = {0}, out = {0};

	unpack(path, &cpio);
	assert_int_equal(fs_write("list.cpio", cpio.data, cpio.len), 0);
	strbuf_free(&cpio);
	assert_int_equal(exec_run("cpio", argv, env, &out), MK_OK);
	return strbuf_take(&out);
}

/* The FIELDth of the thirteen numbers of a newc header, counted from 0 (buffer-format.rst). */
static unsigned long field(const char *header, int number)
{
	char digits[9] = {0};

	memcpy(digits, header + 6 + 8 * number, 8);
	return strtoul(digits, NULL, 16);
}
enum { INO, MODE, UID, GID, NLINK, MTIME, FILESIZE, MAJ, MIN, RMAJ, RMIN, NAMESIZE, CHECK };

/* The header of NAME; NULL where it is not there. */
static const char *find(const struct strbuf *cpio, const char *name)
{
	size_t at = 0;

	while (at + 110 <= cpio->len) {
		const char *h = cpio->data + at;
		size_t namesize = field(h, NAMESIZE), size = field(h, FILESIZE);

		assert_memory_equal(h, "070701", 6);
		if (strcmp(h + 110, name) == 0)
			return h;
		if (strcmp(h + 110, "TRAILER!!!") == 0)
			break;
		at = (at + 110 + namesize + 3) & ~(size_t)3;
		at = (at + size + 3) & ~(size_t)3;
	}
	return NULL;
}

static void assert_same_files(const char *a, const char *b)
{
	struct strbuf x = {0}, y = {0};

	assert_int_equal(fs_read(a, SIZE_MAX, &x), 0);
	assert_int_equal(fs_read(b, SIZE_MAX, &y), 0);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	strbuf_free(&x);
	strbuf_free(&y);
}

static void lists_what_is_in_the_folder(void **state)
{
	char *list;

	(void)state;
	assert_int_equal(fs_mkdirs("f/bin"), 0);
	write_file("f/init", "#!/bin/sh\n");
	assert_int_equal(chmod("f/init", 0755), 0);
	write_file("f/bin-x", "");
	write_file("f/bin/\xc3\xa9", "e");
	write_file("f/bin/\xff", "not UTF-8");
	assert_int_equal(symlink("bin/busybox", "f/sh"), 0);
	assert_int_equal(mkfifo("f/pipe", 0600), 0);
	assert_int_equal(initramfs_make("f/", EPOCH, "i.gz"), MK_OK);
	list = cpio_list("i.gz");
	assert_string_equal(
		list, "drwxr-xr-x   2 0        0               0 Nov 14  2023 bin\n"
		      "-rw-r--r--   1 0        0               0 Nov 14  2023 bin-x\n"
		      "-rw-r--r--   1 0        0               1 Nov 14  2023 bin/\xc3\xa9\n"
		      "-rw-r--r--   1 0        0               9 Nov 14  2023 bin/\xff\n"
		      "drwxr-xr-x   2 0        0               0 Nov 14  2023 dev\n"
		      "crw-------   1 0        0          5,   1 Nov 14  2023 dev/console\n"
		      "-rwxr-xr-x   1 0        0              10 Nov 14  2023 init\n"
		      "prw-------   1 0        0               0 Nov 14  2023 pipe\n"
		      "lrwxrwxrwx   1 0        0              11 Nov 14  2023 sh -> bin/busybox\n");
	free(list);
}

static void same_contents_same_bytes(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("a/lib"), 0);
	write_file("a/init", "x");
	write_file("a/lib/one", "1");
	write_file("a/lib/two", "same");
	write_file("a/lib/three", "same");
	assert_int_equal(symlink("init", "a/sh"), 0);

	/* Another order, so other inodes; a hard link; other times. */
	assert_int_equal(fs_mkdirs("b/c/lib"), 0);
	assert_int_equal(symlink("init", "b/c/sh"), 0);
	write_file("b/c/lib/three", "same");
	assert_int_equal(link("b/c/lib/three", "b/c/lib/two"), 0);
	write_file("b/c/lib/one", "1");
	write_file("b/c/init", "x");
	set_mtime("b/c/init", 1);
	set_mtime("b/c/sh", 2);
	set_mtime("b/c/lib", 3);

	assert_int_equal(initramfs_make("a", EPOCH, "a.gz"), MK_OK);
	assert_int_equal(initramfs_make("b/c", EPOCH, "b.gz"), MK_OK);
	assert_same_files("a.gz", "b.gz");
}

static void gzip_header_says_nothing_of_the_place(void **state)
{
	static const unsigned char want[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255};
	struct strbuf b = {0};

	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	assert_int_equal(fs_read("i.gz", SIZE_MAX, &b), 0);
	assert_true(b.len > sizeof want);
	assert_memory_equal(b.data, want, sizeof want);
	strbuf_free(&b);
}

static void fields_of_the_headers(void **state)
{
	struct strbuf cpio = {0};
	const char *one, *two, *console;

	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	write_file("f/one", "1");
	assert_int_equal(link("f/one", "f/two"), 0);
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	unpack("i.gz", &cpio);
	one = find(&cpio, "one");
	two = find(&cpio, "two");
	console = find(&cpio, "dev/console");
	assert_non_null(one);
	assert_non_null(two);
	assert_non_null(console);
	assert_non_null(find(&cpio, "dev"));
	assert_null(find(&cpio, "."));
	assert_int_equal(field(find(&cpio, "dev"), INO), 1);
	assert_int_equal(field(console, INO), 2);
	assert_int_equal(field(one, INO), 3);
	assert_int_equal(field(two, INO), 4);
	assert_int_equal(field(one, NLINK), 1);
	assert_int_equal(field(two, FILESIZE), 1);
	assert_int_equal(field(one, MTIME), EPOCH);
	assert_int_equal(field(one, MAJ) + field(one, MIN), 0);
	assert_int_equal(field(console, MODE), S_IFCHR | 0600);
	assert_int_equal(field(console, RMAJ), 5);
	assert_int_equal(field(console, RMIN), 1);
	/* Nothing behind the trailer: 110 bytes of header, the name, padding to 4. */
	assert_true(cpio.len > 124);
	assert_string_equal(cpio.data + cpio.len - 124 + 110, "TRAILER!!!");
	strbuf_free(&cpio);
}

static void console_of_the_folder_is_kept(void **state)
{
	struct strbuf cpio = {0};
	const char *console;

	(void)state;
	assert_int_equal(fs_mkdirs("f/dev"), 0);
	write_file("f/dev/console", "mine");
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	unpack("i.gz", &cpio);
	console = find(&cpio, "dev/console");
	assert_non_null(console);
	assert_int_equal(field(console, MODE), S_IFREG | 0644);
	strbuf_free(&cpio);
}

static void dev_that_is_no_folder_is_kept(void **state)
{
	struct strbuf cpio = {0};

	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	assert_int_equal(symlink("tmp", "f/dev"), 0);
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	unpack("i.gz", &cpio);
	assert_int_equal(field(find(&cpio, "dev"), MODE), S_IFLNK | 0777);
	assert_null(find(&cpio, "dev/console"));
	strbuf_free(&cpio);
}

static void nodes_and_sockets_are_kept(void **state)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX, .sun_path = "f/sock"};
	struct strbuf cpio = {0};
	const char *h;
	int fd;

	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof sun), 0);
	close(fd);
	/* Only root may make a device node, and not even root in every container. */
	bool node = mknod("f/loop", S_IFBLK | 0600, makedev(7, 300)) == 0;

	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	unpack("i.gz", &cpio);
	assert_int_equal(field(find(&cpio, "sock"), MODE) & S_IFMT, S_IFSOCK);
	if (node) {
		h = find(&cpio, "loop");
		assert_int_equal(field(h, MODE), S_IFBLK | 0600);
		assert_int_equal(field(h, RMAJ), 7);
		assert_int_equal(field(h, RMIN), 300);
	}
	strbuf_free(&cpio);
}

static void a_big_file_arrives_whole(void **state)
{
	const size_t size = (24u << 20) + 13;
	struct strbuf cpio = {0};
	unsigned char *data = mem_alloc(size);
	const char *h;
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < size; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = (unsigned char)(x >> 24);
	}
	assert_int_equal(fs_mkdirs("f"), 0);
	assert_int_equal(fs_write("f/big", data, size), 0);
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	unpack("i.gz", &cpio);
	h = find(&cpio, "big");
	assert_non_null(h);
	assert_int_equal(field(h, FILESIZE), size);
	h += (110 + field(h, NAMESIZE) + 3) & ~3ul; /* "big" starts 4-aligned */
	assert_memory_equal(h, data, size);
	strbuf_free(&cpio);
	free(data);
}

/* Run as somebody whom permissions bind. */
static enum mk_status make_as_nobody(void)
{
	enum mk_status status;

	if (geteuid() != 0)
		return initramfs_make("f", EPOCH, "i.gz");
	assert_int_equal(seteuid(NOBODY), 0);
	status = initramfs_make("f", EPOCH, "i.gz");
	assert_int_equal(seteuid(0), 0);
	return status;
}

static void unreadable_folder_fails(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("f/secret"), 0);
	assert_int_equal(make_as_nobody(), MK_OK);
	assert_int_equal(unlink("i.gz"), 0);
	assert_int_equal(chmod("f/secret", 0), 0);
	assert_int_equal(make_as_nobody(), MK_FAILED);
	assert_false(fs_exists("i.gz"));
	assert_int_equal(chmod("f/secret", 0700), 0);
}

static void unreadable_file_fails(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	write_file("f/secret", "x");
	assert_int_equal(chmod("f/secret", 0), 0);
	assert_int_equal(make_as_nobody(), MK_FAILED);
	assert_false(fs_exists("i.gz"));
}

static void what_cannot_be_written_fails(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("f"), 0);
	write_file("f/a", "x");
	assert_int_equal(initramfs_make("nowhere", EPOCH, "i.gz"), MK_FAILED);
	assert_int_equal(initramfs_make("f/a", EPOCH, "i.gz"), MK_FAILED);
	assert_false(fs_exists("i.gz"));
	assert_int_equal(initramfs_make("f", EPOCH, "nowhere/i.gz"), MK_FAILED);
	/* A full disk. A failure removes what it began, but never a device. */
	assert_int_equal(symlink("/dev/full", "full"), 0);
	assert_int_equal(initramfs_make("f", EPOCH, "full"), MK_FAILED);
	assert_true(fs_exists("full"));
}

static void name_of_the_trailer_fails(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdirs("f/sub"), 0);
	write_file("f/sub/TRAILER!!!", "x");
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_OK);
	write_file("f/TRAILER!!!", "x");
	assert_int_equal(initramfs_make("f", EPOCH, "i.gz"), MK_BAD_INPUT);
}

static void newest_is_the_newest(void **state)
{
	time_t t = 0;

	(void)state;
	assert_int_equal(fs_mkdirs("f/sub"), 0);
	write_file("f/sub/a", "x");
	assert_int_equal(symlink("a", "f/sub/l"), 0);
	set_mtime("f/sub/a", 2000);
	set_mtime("f/sub/l", 1000);
	set_mtime("f/sub", 1000);
	set_mtime("f", 1000);
	assert_int_equal(initramfs_newest("f", &t), 0);
	assert_int_equal(t, 2000);
	set_mtime("f/sub/l", 3000); /* of the link itself */
	assert_int_equal(initramfs_newest("f", &t), 0);
	assert_int_equal(t, 3000);
	set_mtime("f", 4000);
	assert_int_equal(initramfs_newest("f", &t), 0);
	assert_int_equal(t, 4000);
	set_mtime("f/sub/a", -5);
	set_mtime("f/sub/l", -5);
	set_mtime("f/sub", -5);
	set_mtime("f", -5);
	assert_int_equal(initramfs_newest("f", &t), 0);
	assert_int_equal(t, -5);
	assert_int_equal(initramfs_newest("nowhere", &t), -ENOENT);
	assert_int_equal(initramfs_newest("f/sub/a", &t), -ENOTDIR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_what_is_in_the_folder),
		TEST(same_contents_same_bytes),
		TEST(gzip_header_says_nothing_of_the_place),
		TEST(fields_of_the_headers),
		TEST(console_of_the_folder_is_kept),
		TEST(dev_that_is_no_folder_is_kept),
		TEST(nodes_and_sockets_are_kept),
		TEST(a_big_file_arrives_whole),
		TEST(unreadable_folder_fails),
		TEST(unreadable_file_fails),
		TEST(what_cannot_be_written_fails),
		TEST(name_of_the_trailer_fails),
		TEST(newest_is_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#include "kernel/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

/* Compress I and write it, followed by TAIL. */
static void write_gzip(const struct image *i, const void *tail, size_t len)
{
	struct strbuf z = {0};

	assert_int_equal(gz_compress(i->bytes, i->len, &z), 0);
	strbuf_add(&z, tail, len);
	assert_int_equal(fs_write(craft_path, z.data, z.len), 0);
	strbuf_free(&z);
}

static void test_kernel(void **state)
{
	struct image i = craft_kernel(true);
	struct kernel k;

	(void)state;
	craft_multiboot(&i, CRAFT_HEADER, 0);
	write_gzip(&i, NULL, 0);
	assert_int_equal(kernel_probe(craft_path, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(k.protocol, PROTOCOL_MULTIBOOT);
	assert_int_equal(k.n_problems, 0);
	assert_true(k.gzip);
	assert_true(k.size < i.len);
	kernel_free(&k);
	/* GRUB reads the unpacked size off the file's end. */
	write_gzip(&i, "tail", 4);
	assert_int_equal(kernel_probe(craft_path, PROTOCOL_AUTO, &k), 0);
	assert_true(has_problem(&k, true, "bytes behind the first, which GRUB cannot unpack"));
	kernel_free(&k);
	image_free(&i);
}

static void test_bootsector(void **state)
{
	struct image i = image_new(512);
	struct kernel k;

	(void)state;
	put(&i, 510, 2, 0xAA55);
	write_gzip(&i, NULL, 0);
	assert_int_equal(kernel_probe(craft_path, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(k.protocol, PROTOCOL_BOOTSECTOR);
	assert_int_equal(count_errors(&k), 1);
	assert_true(has_problem(&k, true, "unpack it with gunzip"));
	kernel_free(&k);
	image_free(&i);
}

static void expect_errno(int err)
{
	struct kernel k;

	assert_int_equal(kernel_probe(craft_path, PROTOCOL_AUTO, &k), err);
	kernel_free(&k);
}

static void test_damaged(void **state)
{
	struct image i = craft_kernel(true);
	struct strbuf z = {0};

	(void)state;
	assert_int_equal(gz_compress(i.bytes, i.len, &z), 0);
	for (size_t cut = 10; cut < z.len; cut += z.len / 10) {
		assert_int_equal(fs_write(craft_path, z.data, cut), 0);
		expect_errno(-EBADMSG);
	}
	z.data[z.len - 6] ^= 1; /* the checksum */
	assert_int_equal(fs_write(craft_path, z.data, z.len), 0);
	expect_errno(-EBADMSG);
	image_free(&i);
	strbuf_free(&z);
	i = image_new(0);
	write_gzip(&i, NULL, 0);
	expect_errno(-ENODATA);
	image_free(&i);
	i = image_new(5);
	write_gzip(&i, NULL, 0);
	expect_errno(-ENOEXEC);
	image_free(&i);
}

/* Reads anywhere, forwards and backwards, give what a plain file gives. */
static void test_reader(void **state)
{
	struct image i = image_new(300001);
	struct kernel_reader *r;
	unsigned char buf[70000];
	uint32_t x = 1;

	(void)state;
	for (size_t n = 0; n < i.len; n++) {
		x = x * 1664525 + 1013904223;
		i.bytes[n] = (unsigned char)((x >> 24) & 0x1f);
	}
	write_gzip(&i, NULL, 0);
	assert_int_equal(reader_open(craft_path, &r), 0);
	assert_true(kernel_size(r) == i.len);
	for (unsigned n = 0; n < 200; n++) {
		size_t at, len, want, got;

		x = x * 1664525 + 1013904223;
		at = (x >> 8) % (i.len + 1000);
		x = x * 1664525 + 1013904223;
		len = (x >> 8) % sizeof buf;
		want = at >= i.len ? 0 : i.len - at < len ? i.len - at : len;
		got = kernel_read(r, at, buf, len);
		assert_true(got == want);
		if (got > 0)
			assert_memory_equal(buf, i.bytes + at, got);
	}
	assert_int_equal(reader_error(r), 0);
	reader_close(r);
	image_free(&i);
}

/* A kernel of 2 GiB (most of it a hole) is told from a few of its bytes. */
static void test_big(void **state)
{
	struct craft_segment s = {0, 0x100000, 0x100000, UINT64_C(1) << 31, UINT64_C(1) << 31};
	struct image i = image_new(4096);
	struct timespec from, to;
	struct kernel k;
	int fd;

	(void)state;
	craft_elf(&i, true, 0x100000, &s, 1);
	craft_multiboot2(&i, CRAFT_HEADER, 0, 24);
	craft_tag(&i, CRAFT_HEADER + 16, 0, 0, 0, NULL);
	assert_int_equal(fs_write(craft_path, i.bytes, i.len), 0);
	fd = open(craft_path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)1 << 31), 0);
	close(fd);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(kernel_probe(craft_path, PROTOCOL_AUTO, &k), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	assert_int_equal(k.protocol, PROTOCOL_MULTIBOOT2);
	assert_int_equal(k.n_problems, 0);
	assert_true((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000 < 500);
	kernel_free(&k);
	image_free(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel),  cmocka_unit_test(test_bootsector),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_reader),
		cmocka_unit_test(test_big),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#include <errno.h>
#include <zlib.h>

static char to_path[sizeof craft_path + 4];

/* Bytes that compress, but not to nothing. */
static struct image bytes(size_t len)
{
	struct image i = image_new(len);
	uint32_t x = 7;

	for (size_t n = 0; n < len; n++) {
		x = x * 1664525 + 1013904223;
		i.bytes[n] = (unsigned char)((x >> 24) & 0x0f);
	}
	return i;
}

static void unpack(const struct strbuf *z, const struct image *want)
{
	unsigned char *out = mem_alloc(want->len + 1);
	z_stream s = {.next_in = (Bytef *)z->data,
		      .avail_in = (uInt)z->len,
		      .next_out = out,
		      .avail_out = (uInt)want->len + 1};

	assert_int_equal(inflateInit2(&s, 16 + MAX_WBITS), Z_OK);
	assert_int_equal(inflate(&s, Z_FINISH), Z_STREAM_END);
	assert_int_equal(s.avail_in, 0);
	assert_int_equal(s.total_out, want->len);
	assert_memory_equal(out, want->bytes, want->len);
	inflateEnd(&s);
	free(out);
}

/* RFC 1952 §2.3: ID, CM 8, no flags, no time, XFL 2 (slowest), OS 255. */
static void test_header(void **state)
{
	static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255};
	struct strbuf z = {0};

	(void)state;
	strbuf_adds(&z, "before");
	assert_int_equal(gz_compress("hello", 5, &z), 0);
	assert_memory_equal(z.data, "before", 6);
	assert_memory_equal(z.data + 6, head, sizeof head);
	assert_int_equal(z.data[z.len - 4], 5); /* ISIZE */
	strbuf_free(&z);
}

/* Lengths around the chunks that are read and written; memory and file give the same bytes. */
static void test_round_trip(void **state)
{
	static const size_t lens[] = {0, 1, 262143, 262144, 262145, 524288, 1000000};

	(void)state;
	snprintf(to_path, sizeof to_path, "%s.gz", craft_path);
	for (size_t n = 0; n < sizeof lens / sizeof lens[0]; n++) {
		struct image i = bytes(lens[n]);
		struct strbuf z = {0}, file = {0};

		assert_int_equal(gz_compress(i.bytes, i.len, &z), 0);
		unpack(&z, &i);
		assert_int_equal(fs_write(craft_path, i.bytes, i.len), 0);
		assert_int_equal(gz_compress_file(craft_path, to_path), 0);
		assert_int_equal(fs_read(to_path, 1 << 24, &file), 0);
		assert_int_equal(file.len, z.len);
		assert_memory_equal(file.data, z.data, z.len);
		assert_true(gz_is(to_path));
		assert_false(gz_is(craft_path));
		image_free(&i);
		strbuf_free(&z);
		strbuf_free(&file);
	}
}

static void test_errors(void **state)
{
	(void)state;
	assert_false(gz_is("/nonexistent"));
	assert_false(gz_is(craft_dir));
	assert_int_equal(gz_compress_file("/nonexistent", to_path), -ENOENT);
	assert_int_equal(gz_compress_file(craft_dir, to_path), -EISDIR);
	assert_int_equal(gz_compress_file(craft_path, "/nonexistent/x"), -ENOENT);
	assert_int_equal(gz_compress_file(craft_path, "/dev/full"), -ENOSPC);
	assert_true(fs_exists("/dev/full")); /* half a file is removed, a device is not */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

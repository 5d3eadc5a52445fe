/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/strbuf.h"
#include "media/gpt.h"

/* A disk's first 34 blocks, by UEFI 2.10 tables 5.5 and 5.6: one ESP at 100..199 of 1000. */
static unsigned char disk[34 * 512];

static void put(size_t at, uint64_t v, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		disk[at + i] = (unsigned char)(v >> (8 * i));
}

static void seal(void)
{
	put(512 + 88, crc32(0, disk + 1024, 128 * 128), 4);
	put(512 + 16, 0, 4);
	put(512 + 16, crc32(0, disk + 512, 92), 4);
}

static int make(void **state)
{
	(void)state;
	memset(disk, 0, sizeof disk);
	memcpy(disk + 512, "EFI PART\0\0\1\0\x5c\0\0\0", 16);
	put(512 + 24, 1, 8);
	put(512 + 32, 999, 8);
	put(512 + 40, 34, 8);
	put(512 + 48, 966, 8);
	put(512 + 72, 2, 8);
	put(512 + 80, 128, 4);
	put(512 + 84, 128, 4);
	memcpy(disk + 1024 + 128, gpt_type_esp, 16);
	put(1024 + 128 + 32, 100, 8);
	put(1024 + 128 + 40, 199, 8);
	seal();
	return 0;
}

static void reads_the_primary(void **state)
{
	struct gpt g;
	uint64_t first, last;

	(void)state;
	assert_int_equal(gpt_read(disk, sizeof disk, &g), 0);
	assert_int_equal(g.lba, 1);
	assert_int_equal(g.alternate_lba, 999);
	assert_int_equal(g.n_entries, 128);
	assert_ptr_equal(g.entries, disk + 1024);
	assert_int_equal(gpt_find(&g, gpt_type_esp, &first, &last), 0);
	assert_int_equal(first, 100);
	assert_int_equal(last, 199);
	assert_int_equal(gpt_find(&g, gpt_type_basic_data, &first, &last), -ENOENT);
}

static void type_guids_are_those_of_the_specification(void **state)
{
	/* C12A7328-F81F-11D2-BA4B-00A0C93EC93B, EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 */
	static const char esp[] =
		"\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\x00\xa0\xc9\x3e\xc9\x3b";
	static const char data[] =
		"\xa2\xa0\xd0\xeb\xe5\xb9\x33\x44\x87\xc0\x68\xb6\xb7\x26\x99\xc7";

	(void)state;
	assert_memory_equal(gpt_type_esp, esp, 16);
	assert_memory_equal(gpt_type_basic_data, data, 16);
}

static void refuses_what_is_damaged(void **state)
{
	struct gpt g;

	(void)state;
	assert_int_equal(gpt_read(disk, 1000, &g), -ENOENT);
	disk[512]++;
	assert_int_equal(gpt_read(disk, sizeof disk, &g), -ENOENT);
	disk[512]--;
	for (size_t i = 512 + 8; i < 512 + 92; i++) { /* any byte of the header, any entry */
		disk[i] ^= 0x40;
		assert_int_equal(gpt_read(disk, sizeof disk, &g), -EINVAL);
		disk[i] ^= 0x40;
	}
	disk[1024 + 128 * 128 - 1] ^= 1;
	assert_int_equal(gpt_read(disk, sizeof disk, &g), -EINVAL);
	disk[1024 + 128 * 128 - 1] ^= 1;
	assert_int_equal(gpt_read(disk, sizeof disk, &g), 0);
}

/* Right checksums, wrong bounds. */
static void refuses_entries_out_of_bounds(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
		unsigned bytes;
	} rows[] = {
		{512 + 24, 2, 8},          /* not the primary */
		{512 + 72, 3, 8},          /* past the end of what we have */
		{512 + 72, UINT64_MAX, 8}, /* far past it */
		{512 + 72, 1, 8},          /* over the header */
		{512 + 80, 129, 4},        /* too many */
		{512 + 80, 0xffffffff, 4}, /* with a product of over 64 KiB * 2^32 */
		{512 + 84, 64, 4},         /* too small to be entries */
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct gpt g;

		make(state);
		put(rows[i].at, rows[i].value, rows[i].bytes);
		seal();
		assert_int_equal(gpt_read(disk, sizeof disk, &g), -EINVAL);
	}
}

static void backup_mirrors_the_primary(void **state)
{
	struct strbuf b = {0};
	struct gpt g;
	unsigned char h[512];

	(void)state;
	assert_int_equal(gpt_read(disk, sizeof disk, &g), 0);
	gpt_backup(&g, &b);
	assert_int_equal(b.len, 33 * 512);
	assert_memory_equal(b.data, disk + 1024, 32 * 512);
	memcpy(h, b.data + (size_t)32 * 512, 512);
	/* §5.3.2: itself at 999, the other at 1, its entries at 967..998. */
	assert_memory_equal(h + 24, "\xe7\x03\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16);
	assert_memory_equal(h + 72, "\xc7\x03\0\0\0\0\0\0", 8);
	/* Between these, and after them, as in the primary. */
	assert_memory_equal(h + 40, disk + 512 + 40, 32);
	assert_memory_equal(h + 80, disk + 512 + 80, 432);
	{
		uint32_t crc = (uint32_t)(h[16] | h[17] << 8 | h[18] << 16) | (uint32_t)h[19] << 24;

		memset(h + 16, 0, 4);
		assert_int_equal(crc, crc32(0, h, 92));
	}
	strbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reads_the_primary, make),
		cmocka_unit_test(type_guids_are_those_of_the_specification),
		cmocka_unit_test_setup(refuses_what_is_damaged, make),
		cmocka_unit_test_setup(refuses_entries_out_of_bounds, make),
		cmocka_unit_test_setup(backup_mirrors_the_primary, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

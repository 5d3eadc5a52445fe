/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/floppy_layout.h"

/* A boot.img and a core.img with the fields that GRUB's have; every other byte tells where it
 * comes from. */

static struct strbuf boot_img(void)
{
	struct strbuf b = {0};

	strbuf_zeros(&b, 512);
	memset(b.data, 0xB0, 512);
	memcpy(b.data, "\xEB\x63\x90", 3);
	memset(b.data + 3, 0, 0x5A - 3);
	memcpy(b.data + 0x5A, "\0\x80\1\0\0\0\0\0\0\0", 10);
	memcpy(b.data + 510, "\x55\xAA", 2);
	return b;
}

static struct strbuf core_img(size_t size)
{
	size_t rest = (size + 511) / 512 - 1;
	struct strbuf b = {0};

	strbuf_zeros(&b, size);
	memset(b.data, 0xC0, size);
	memcpy(b.data + 500, "\2\0\0\0\0\0\0\0", 8);
	b.data[508] = (char)rest;
	b.data[509] = (char)(rest >> 8);
	memcpy(b.data + 510, "\x20\x08", 2);
	return b;
}

static void test_geometry(void **state)
{
	/* capacity of the whole disk, and after a core of 143,541 bytes (281 sectors) */
	static const struct {
		unsigned kb;
		uint64_t empty, with_core;
	} expected[] = {
		{720, 713 * 1024, (713 * 2 - 281) / 2 * 1024},
		{1200, 2371 * 512, (2371 - 281) * 512},
		{1440, 2847 * 512, (2847 - 281) * 512},
		{2880, 2863 * 1024, (2863 * 2 - 281) / 2 * 1024},
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct floppy_disk *d = floppy_disk_find(expected[i].kb);
		struct fat_geometry g = floppy_geometry(d, 143541);

		assert_int_equal(d->dos.sectors, d->kb * 2);
		assert_int_equal(d->dos.sectors, 80 * d->dos.heads * d->dos.sectors_per_track);
		assert_int_equal(fat_capacity(&d->dos), expected[i].empty);
		assert_int_equal(g.reserved_sectors, 282);
		assert_int_equal(fat_capacity(&g), expected[i].with_core);
		/* a core that leaves nothing, or is larger than the disk */
		g = floppy_geometry(d, d->kb * 1024 - 512);
		assert_int_equal(fat_capacity(&g), 0);
		g = floppy_geometry(d, (size_t)1 << 30);
		assert_int_equal(fat_capacity(&g), 0);
	}
	assert_null(floppy_disk_find(360));
	assert_null(floppy_disk_find(0));
}

static void test_label(void **state)
{
	(void)state;
	assert_string_equal(floppy_label(NULL).text, "MKBOOT");
	assert_string_equal(floppy_label("").text, "MKBOOT");
	assert_string_equal(floppy_label("Ace os 1").text, "ACE OS 1");
	assert_string_equal(floppy_label(" longer than eleven").text, "_LONGER THA");
	assert_string_equal(floppy_label("a.b/\xC3\xA4").text, "A_B___");
}

static void test_grub_problem(void **state)
{
	struct strbuf boot = boot_img(), core = core_img(1500);
	/* one byte wrong: in which, where, and a word of what is said */
	static const struct {
		int in_core;
		size_t at;
		const char *words;
	} wrong[] = {
		{0, 0, "short jump"},       {0, 1, "BPB"},         {0, 510, "boot sector"},
		{0, 0x5C, "sector 1"},      {0, 0x60, "sector 1"}, {1, 500, "sector 2"},
		{1, 508, "does not cover"}, {1, 511, "sector 2"},
	};

	(void)state;
	assert_null(floppy_grub_problem(&boot, &core));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *byte = (wrong[i].in_core ? core.data : boot.data) + wrong[i].at, old = *byte;
		const char *said;

		*byte = (char)(*byte ^ 0x40);
		said = floppy_grub_problem(&boot, &core);
		assert_non_null(said);
		assert_non_null(strstr(said, wrong[i].words));
		*byte = old;
	}
	core.len = 512;
	assert_non_null(floppy_grub_problem(&boot, &core));
	boot.len = 511;
	assert_non_null(floppy_grub_problem(&boot, &core));
	strbuf_free(&boot);
	strbuf_free(&core);
}

/* Sector 0 around the BPB, the core behind it, the file system where the BPB says. */
static void test_install(void **state)
{
	char path[] = "/tmp/test_floppy.XXXXXX";
	struct strbuf boot = boot_img(), core = core_img(143541), before = {0}, after = {0};
	struct strbuf larger = core_img(143541 + 512);
	struct fat_file file = {"boot/kernel.elf", "kernel", NULL, 6};

	(void)state;
	close(mkstemp(path));
	for (const struct floppy_disk *d = floppy_disks; d->kb != 0; d++) {
		struct fat_geometry g = floppy_geometry(d, core.len);
		const char *const fsck[] = {"fsck.fat", "-n", path, NULL};
		const char *const mtype[] = {"mtype", "-i", path, "::boot/kernel.elf", NULL};
		struct strbuf out = {0};

		g.label = "FLOPPY";
		assert_int_equal(fat_make(path, &g, 1700000000, &file, 1), MK_OK);
		assert_int_equal(fs_read(path, 1 << 24, &before), 0);
		assert_int_equal(floppy_install(path, &boot, &core), 0);
		assert_int_equal(fs_read(path, 1 << 24, &after), 0);
		assert_int_equal(after.len, d->kb * 1024);
		assert_int_equal(before.len, after.len);

		assert_memory_equal(after.data, boot.data, 3);
		assert_memory_equal(after.data + 3, before.data + 3, 0x5A - 3);
		assert_memory_equal(after.data + 0x5A, boot.data + 0x5A, 512 - 0x5A);
		assert_memory_equal(after.data + 512, core.data, core.len);
		for (size_t i = 512 + core.len; i < 282 * 512; i++)
			assert_int_equal(after.data[i], 0);
		assert_memory_equal(after.data + 282 * 512, before.data + 282 * 512,
				    after.len - 282 * 512);
		/* the FAT begins there, with the media byte */
		assert_int_equal(after.data[282 * 512], (char)d->dos.media);

		assert_int_equal(exec_run("dosfstools", fsck, NULL, NULL), MK_OK);
		/* mtools reads it without being told to skip its checks */
		assert_int_equal(exec_run("mtools", mtype, NULL, &out), MK_OK);
		assert_string_equal(out.data, "kernel");
		strbuf_free(&out);

		assert_int_equal(floppy_install(path, &boot, &larger), -ENOSPC);
		strbuf_free(&before);
		strbuf_free(&after);
	}
	assert_int_equal(unlink(path), 0);
	assert_int_equal(floppy_install(path, &boot, &core), -ENOENT);
	strbuf_free(&boot);
	strbuf_free(&core);
	strbuf_free(&larger);
}

static struct floppy_file *some_files(size_t *n)
{
	static const struct floppy_file all[] = {
		{"boot/kernel.elf", "k", 900000, true, NULL, NULL, 400000, false},
		{"boot/noise", "n", 600000, true, NULL, NULL, 600100, false},
		{"boot/done.gz", "d", 1000, false, NULL, NULL, 0, false},
		{"boot/same", "s", 3000, true, NULL, NULL, 10, false},
		{"boot/same.gz", "g", 10, false, NULL, NULL, 0, false},
	};
	struct floppy_file *files;

	*n = sizeof all / sizeof *all;
	files = mem_array(*n, sizeof *files);
	memcpy(files, all, sizeof all);
	return files;
}

static void pack(struct floppy_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (files[i].may_gzip) {
			files[i].gz_name = mem_printf("%s.gz", files[i].name);
			files[i].gz_source = mem_printf("tmp/%zu", i);
		}
	floppy_pack(files, n);
}

/* Only where it is smaller, and its name free. */
static void test_pack(void **state)
{
	size_t n;
	struct floppy_file *files = some_files(&n);
	struct fat_file *c;

	(void)state;
	c = floppy_contents(files, n);
	assert_string_equal(c[0].name, "boot/kernel.elf");
	assert_string_equal(c[0].source, "k");
	assert_int_equal(c[0].size, 900000);
	free(c);
	pack(files, n);
	c = floppy_contents(files, n);
	assert_string_equal(c[0].name, "boot/kernel.elf.gz");
	assert_string_equal(c[0].source, "tmp/0");
	assert_int_equal(c[0].size, 400000);
	assert_string_equal(c[1].name, "boot/noise");
	assert_int_equal(c[1].size, 600000);
	assert_string_equal(c[2].name, "boot/done.gz");
	assert_string_equal(c[3].name, "boot/same");
	assert_string_equal(c[4].name, "boot/same.gz");
	free(c);
	floppy_files_free(files, n);
	floppy_files_free(NULL, 3);
}

/* To the byte: what fits exactly, and one cluster more. */
static void test_excess(void **state)
{
	const struct floppy_disk *d = floppy_disk_find(1440);
	struct fat_geometry g = floppy_geometry(d, 143541);
	struct floppy_file file = {.name = "boot/k", .source = "k"};

	(void)state;
	file.size = 2566 * 512 - 512; /* the folder takes a cluster */
	assert_int_equal(floppy_excess(&g, &file, 1), 0);
	file.size++;
	assert_int_equal(floppy_excess(&g, &file, 1), 512);
	file.size = 2566 * 512 + 10 * 512;
	assert_int_equal(floppy_excess(&g, &file, 1), 11 * 512);
}

static void test_too_big(void **state)
{
	const struct floppy_disk *d = floppy_disk_find(1440);
	size_t n;
	struct floppy_file *files = some_files(&n);
	char *text;

	(void)state;
	files[1].size = 1000000;
	files[1].gz_size = 1000100;
	pack(files, n);
	text = floppy_too_big("demo-floppy.img", d, 143541, files, n);
	/* 1 + 782 + 1954 + 2 + 6 + 1 clusters, of 2566 */
	assert_string_equal(
		text,
		"demo-floppy.img: 92,160 bytes too big for a 1.44 MB floppy (1,313,792 bytes for "
		"files after GRUB's 143,541, in clusters of 512):\n"
		"  boot/kernel.elf  900,000 bytes (400,000 gzip-compressed)\n"
		"  boot/noise  1,000,000 bytes (gzip makes it no smaller)\n"
		"  boot/done.gz  1,000 bytes (goes as it is)\n"
		"  boot/same  3,000 bytes\n"
		"  boot/same.gz  10 bytes (goes as it is)\n"
		"It fits a 2.88 MB floppy (size 2880); or leave the floppy out; or load these "
		"files "
		"over the network (tftp)");
	free(text);
	files[1].size = 3000000;
	text = floppy_too_big("demo-floppy.img", d, 143541, files, n);
	assert_non_null(strstr(text, "\nNo floppy is large enough: make the files smaller; "));
	free(text);
	floppy_files_free(files, n);
}

/* The distribution's boot.img is what all of this supposes. */
static void test_real_boot_img(void **state)
{
	struct strbuf boot = {0}, core = core_img(143541);

	(void)state;
	if (fs_read("/usr/lib/grub/i386-pc/boot.img", 4096, &boot) != 0)
		skip();
	assert_null(floppy_grub_problem(&boot, &core));
	strbuf_free(&boot);
	strbuf_free(&core);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometry),     cmocka_unit_test(test_label),
		cmocka_unit_test(test_grub_problem), cmocka_unit_test(test_install),
		cmocka_unit_test(test_pack),         cmocka_unit_test(test_excess),
		cmocka_unit_test(test_too_big),      cmocka_unit_test(test_real_boot_img),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

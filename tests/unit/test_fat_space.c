/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fits, to the last cluster, by mtools' count. */
#include "fat_fixture.h"

static enum mk_status mcopy_one(const void *arg)
{
	return exec_run("mtools", arg, (const char *const[]){"MTOOLS_SKIP_CHECK=1", NULL}, NULL);
}

/* Fill G to its last byte beside OTHERS: that fits; one byte more is refused by mtools, too. */
static void fill(const struct fat_geometry *g, const struct fat_file *others, size_t n)
{
	char *path = in_tmp("fill.img"), *source = in_tmp("filler"), *text;
	struct fat_file *files = mem_array(n + 1, sizeof *files);
	const char *const argv[] = {"mcopy", "-i", path, "-Q", source, "::/boot/filler", NULL};
	struct strbuf zeros = {0};

	memcpy(files, others, n * sizeof *files);
	files[n] = (struct fat_file){.name = "boot/filler", .source = source};
	files[n].size = fat_capacity(g) - fat_space(g, files, n + 1);
	strbuf_zeros(&zeros, files[n].size);
	assert_int_equal(fs_write(source, zeros.data, zeros.len), 0);
	assert_int_equal(fat_space(g, files, n + 1), fat_capacity(g));
	assert_int_equal(fat_make(path, g, EPOCH, files, n + 1), MK_OK);
	assert_int_equal(used(g, path), fat_capacity(g));
	fsck(path);

	files[n].size++;
	assert_true(fat_space(g, files, n + 1) > fat_capacity(g));
	strbuf_addc(&zeros, 0);
	assert_int_equal(fs_write(source, zeros.data, zeros.len), 0);
	assert_int_equal(fat_make(path, g, EPOCH, files, n), MK_OK);
	text = said(mcopy_one, argv, MK_FAILED);
	assert_non_null(strstr(text, "Disk full"));
	free(text);
	/* and the filler of before, put in by mtools alone, is taken */
	assert_int_equal(fs_write(source, zeros.data, zeros.len - 1), 0);
	assert_int_equal(mcopy_one(argv), MK_OK);
	strbuf_free(&zeros);
	free(files);
	free(source);
	free(path);
}

static void test_fill(void **state)
{
	const struct fat_file files[] = {{"boot/kernel.elf", "k", NULL, 1},
					 {"EFI/BOOT/a-name-that-needs-slots.efi", "efi", NULL, 3}};
	struct fat_geometry g = small;

	(void)state;
	fill(&small, files, 2);
	g.sectors_per_cluster = 4;
	fill(&g, files, 2);
	/* a 1.44 MB floppy with 289 reserved sectors: more than mformat's -R can take */
	fill(&(struct fat_geometry){2880, 290, 1, 2, 224, 9, 18, 2, 0xF0, 0, "FLOPPY"}, files, 2);
	/* FAT16 */
	fill(&(struct fat_geometry){8000, 1, 1, 2, 32, 32, 1, 1, 0xF8, 0, NULL}, files, 2);
}

/* Names of every length, and folders that outgrow a cluster: the space is what mtools takes. */
static void test_space(void **state)
{
	struct fat_geometry g = {2880, 1, 1, 2, 224, 9, 18, 2, 0xF0, 0, "SPACE"};
	static const char *const shapes[] = {"%s/%.*s",      "%s/%.*s.a",   "%s/%.*s.B",
					     "%s/%.*s.long", "%s/.%.*s",    "%s/%.*s.a.b",
					     "%s/K%.*s",     "%s/%.*s~.E_-"};
	char *path = in_tmp("space.img");
	char letters[196];

	(void)state;
	memset(letters, 'x', sizeof letters);
	for (int spc = 1; spc <= 4; spc *= 2) {
		struct fat_file *files = NULL;
		size_t n = 0;

		g.sectors_per_cluster = (uint8_t)spc;
		for (int len = 1; len <= 40; len++)
			for (size_t s = 0; s < 7; s++) {
				char *dir = mem_printf("dir%d/s%zu", len % 3, s);
				char *name = mem_printf(shapes[s], dir, len, letters);

				*MEM_PUSH(files, n) = (struct fat_file){name, letters, NULL,
									(uint64_t)(len * 37 % 190)};
				free(dir);
			}
		*MEM_PUSH(files, n) =
			(struct fat_file){mem_printf("dir0/%.*s", 195, letters), "", NULL, 0};
		assert_int_equal(fat_make(path, &g, EPOCH, files, n), MK_OK);
		assert_int_equal(used(&g, path), fat_space(&g, files, n));
		fsck(path);
		for (size_t i = 0; i < n; i++)
			free((char *)(uintptr_t)files[i].name);
		free(files);
	}
	free(path);
}

/* Entries of each name, one by one: in a folder of its own, in the folder's only cluster. */
static void test_entries(void **state)
{
	static const struct {
		const char *name;
		unsigned entries;
	} names[] = {
		{"k", 1},
		{"KERNEL.ELF", 1},
		{"kernel.elf", 1},
		{"KERNEL.elf", 1},
		{"kernel.ELF", 1},
		{"Kernel.elf", 2},
		{"kernel.Elf", 2},
		{"12345678.123", 1},
		{"123456789", 2},
		{"a.1234", 2},
		{"a.b.c", 2},
		{".a", 2},
		{"con.elf", 2},
		{"com5", 1},
		{"console", 1},
		{"thirteen-char", 2},
		{"fourteen-chars", 3},
		{"a-b_c.gz", 1},
		{"vmlinuz-6.1.0", 2},
		{"A1b", 2},
		{"initrd.img.gz", 2},
		{"lpt1.gz", 2},
	};
	const size_t n = sizeof names / sizeof *names;
	struct fat_file files[sizeof names / sizeof *names];
	char *path = in_tmp("entries.img");
	struct fat_geometry g = small;
	struct fat_folders f;
	struct strbuf b;

	(void)state;
	for (size_t i = 0; i < n; i++)
		files[i] = (struct fat_file){mem_printf("d%zu/%s", i + 10, names[i].name), "", NULL,
					     0};
	f = fat_folders(files, n, false);
	assert_int_equal(f.n, 1 + n);
	g.root_entries = 64;
	g.label = NULL;
	assert_int_equal(fat_make(path, &g, EPOCH, files, n), MK_OK);
	fsck(path);
	b = slurp(path);
	for (size_t i = 0; i < n; i++) {
		unsigned count = 0;

		/* root: 4 sectors from 3; data from 7; empty files have no cluster */
		for (size_t at = (7 + i) * 512; at < (8 + i) * 512; at += 32)
			count += b.data[at] != 0;
		if (count != names[i].entries + 2 || f.items[1 + i].entries != count)
			fail_msg("%s: %u entries on the volume, %u counted", names[i].name,
				 count - 2, f.items[1 + i].entries - 2);
	}
	strbuf_free(&b);
	fat_folders_free(&f);
	for (size_t i = 0; i < n; i++)
		free((char *)(uintptr_t)files[i].name);
	free(path);
}

/* The root's entries are counted, too: 224 with the label's. */
static void test_root(void **state)
{
	struct fat_geometry g = {2880, 1, 1, 2, 224, 9, 18, 2, 0xF0, 0, "ROOT"};
	char *path = in_tmp("root.img");
	struct fat_file files[112];

	(void)state;
	for (int i = 0; i < 112; i++)
		files[i] = (struct fat_file){mem_printf("Mixed%d", i), "", NULL, 0};
	assert_int_equal(fat_make(path, &g, EPOCH, files, 111), MK_OK); /* 1 + 222 */
	fsck(path);
	assert_int_equal(fat_make(path, &g, EPOCH, files, 112), MK_FAILED);
	assert_false(fs_exists(path));
	g.label = NULL;
	assert_int_equal(fat_make(path, &g, EPOCH, files, 112), MK_OK); /* 224 */
	fsck(path);
	for (int i = 0; i < 112; i++)
		free((char *)(uintptr_t)files[i].name);
	free(path);
}

static void test_fit(void **state)
{
	static const uint64_t sizes[] = {0,        1,        511,      512,     513,
					 335872,   2000000,  2080000,  2082816, 2083329,
					 2099712,  2099713,  2100224,  2100225, 4000000,
					 33500000, 33546752, 33546753, 40000000};
	char *path = in_tmp("fit.img"), *big = in_tmp("big");
	struct fat_file files[] = {{"EFI/BOOT/BOOTX64.EFI", NULL, big, 0},
				   {"EFI/BOOT/BOOTIA32.EFI", "ia32", NULL, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct fat_geometry g;

		assert_int_equal(fs_write(big, "", 0), 0);
		assert_int_equal(truncate(big, (off_t)sizes[i]), 0);
		files[0].size = sizes[i];
		g = fat_fit(files, 2);
		g.label = "MKBOOT";
		assert_true(fat_capacity(&g) >= fat_space(&g, files, 2));
		assert_int_equal(g.sectors_per_cluster, sizes[i] > 33546752 ? 2 : 1);
		assert_int_equal(fat_make(path, &g, EPOCH, files, 2), MK_OK);
		assert_int_equal(used(&g, path), fat_space(&g, files, 2));
		fsck(path);
		/* one sector less would not do, but for the sizes near the limit of FAT12 */
		g.sectors--;
		if (sizes[i] < 2080000 || sizes[i] > 2100225)
			assert_true(fat_capacity(&g) < fat_space(&g, files, 2));
	}
	/* GRUB's images for x64 and ia32, of a usual size: 573,440 bytes, and 6 KB around them */
	files[0].size = 335872;
	files[1].size = 237568;
	assert_int_equal(fat_fit(files, 2).sectors * 512, 579584);
	free(big);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill), cmocka_unit_test(test_space),
		cmocka_unit_test(test_root), cmocka_unit_test(test_entries),
		cmocka_unit_test(test_fit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

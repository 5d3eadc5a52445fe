/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/fat.h"
#include "media/fat_names.h"

/* The oracles: mtools reads back and refuses what does not fit; fsck.fat finds nothing wrong. */

#define EPOCH ((time_t)1700000000) /* 2023-11-14 22:13:20 UTC */

static char *tmp;

static int setup(void **state)
{
	(void)state;
	tmp = mem_dup("/tmp/test_fat.XXXXXX");
	return mkdtemp(tmp) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	fs_remove_tree(tmp);
	free(tmp);
	return 0;
}

static char *in_tmp(const char *name)
{
	return path_join(tmp, name);
}

static struct strbuf slurp(const char *path)
{
	struct strbuf b = {0};

	assert_int_equal(fs_read(path, (size_t)1 << 28, &b), 0);
	return b;
}

static void fsck(const char *path)
{
	const char *const argv[] = {"fsck.fat", "-n", path, NULL};
	struct strbuf out = {0};

	assert_int_equal(exec_run("dosfstools", argv, NULL, &out), MK_OK);
	/* Two lines: the version, and "PATH: N files, U/T clusters". */
	assert_non_null(strchr(out.data, '\n'));
	assert_non_null(strstr(out.data, " clusters\n"));
	assert_ptr_equal(strchr(strchr(out.data, '\n') + 1, '\n') + 1, out.data + out.len);
	strbuf_free(&out);
}

static char *mtools(const char *program, const char *image, const char *option, const char *name)
{
	const char *const argv[] = {program, "-i", image, name, option, NULL};
	const char *const env[] = {"MTOOLS_SKIP_CHECK=1", "TZ=UTC", NULL};
	struct strbuf out = {0};

	assert_int_equal(exec_run("mtools", argv, env, &out), MK_OK);
	return strbuf_take(&out);
}

/* What standard error got from F(ARG). */
static char *said(enum mk_status (*f)(const void *), const void *arg, enum mk_status expected)
{
	char *path = in_tmp("stderr");
	int saved = dup(2), fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum mk_status st;
	struct strbuf b;

	fflush(stderr);
	dup2(fd, 2);
	st = f(arg);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	close(fd);
	assert_int_equal(st, expected);
	b = slurp(path);
	free(path);
	return strbuf_take(&b);
}

static const struct fat_geometry small = {
	.sectors = 200,
	.reserved_sectors = 1,
	.sectors_per_cluster = 1,
	.fats = 2,
	.root_entries = 16,
	.fat_sectors = 1,
	.sectors_per_track = 1,
	.heads = 1,
	.media = 0xF8,
	.serial = 0x12345678,
	.label = "ESP",
};

static uint32_t fat12(const unsigned char *fat, uint32_t i)
{
	unsigned v = fat[i * 3 / 2] | (unsigned)fat[i * 3 / 2 + 1] << 8;

	return i % 2 != 0 ? v >> 4 : v & 0xFFF;
}

/* Bytes of the data area that the FAT says are in use. */
static uint64_t used(const struct fat_geometry *g, const char *path)
{
	struct strbuf b = slurp(path);
	const unsigned char *fat = (unsigned char *)b.data + g->reserved_sectors * 512;
	uint64_t cluster = g->sectors_per_cluster * 512u, n = fat_capacity(g) / cluster, in_use = 0;

	for (uint32_t i = 2; i < n + 2; i++)
		if (n < 4085 ? fat12(fat, i) != 0 : (fat[2 * i] | fat[2 * i + 1]) != 0)
			in_use++;
	strbuf_free(&b);
	return in_use * cluster;
}

static void test_bytes(void **state)
{
	/* 63 bytes, from fatgen103's tables */
	static const unsigned char bpb[] = {0xEB, 0x3C, 0x90, 'M',  'S',  'W',  'I', 'N', '4',
					    '.',  '1',  0,    2, /* bytes per sector */
					    1,    1,    0,    2,    16,   0,    200, 0,   0xF8,
					    1,    0,    1,    0,    1,    0, /* to heads */
					    0,    0,    0,    0,    0,    0,    0,   0,   0x80,
					    0,    0x29, 0x78, 0x56, 0x34, 0x12, 'E', 'S', 'P',
					    ' ',  ' ',  ' ',  ' ',  ' ',  ' ',  ' ', ' ', 'F',
					    'A',  'T',  '1',  '2',  ' ',  ' ',  ' '};
	static const unsigned char label[32] = {
		'E', 'S', 'P', ' ', ' ', ' ', ' ', ' ', ' ',  ' ',  ' ',  8,   0, 0,
		0,   0,   0,   0,   0,   0,   0,   0,   0xAA, 0xB1, 0x6E, 0x57}; /* 22:13:20,
										    2023-11-14 */
	char *path = in_tmp("bytes.img");
	struct strbuf b;

	(void)state;
	assert_int_equal(fat_make(path, &small, EPOCH, NULL, 0), MK_OK);
	b = slurp(path);
	assert_int_equal(b.len, 200 * 512);
	assert_memory_equal(b.data, bpb, sizeof bpb);
	for (int i = 446; i < 510; i++)
		assert_int_equal(b.data[i], 0);
	assert_memory_equal(b.data + 510, "\x55\xAA", 2);
	assert_memory_equal(b.data + 512, "\xF8\xFF\xFF\0", 4);
	assert_memory_equal(b.data + 1024, "\xF8\xFF\xFF\0", 4);
	assert_memory_equal(b.data + 1536, label, sizeof label);
	fsck(path);
	strbuf_free(&b);
	free(path);
}

static void test_contents(void **state)
{
	char *path = in_tmp("contents.img"), *source = in_tmp("source"), *text;
	struct fat_file files[] = {
		{"EFI/BOOT/BOOTX64.EFI", "x64", NULL, 3},
		{"boot/zz.bin", NULL, source, 5},
		{"EFI/BOOT/BOOTIA32.EFI", "ia32!", NULL, 5},
		{"boot/a-long-name.mod.gz", "mod", NULL, 3},
		{"boot/empty", "", NULL, 0},
		{"boot/con.elf", "con", NULL, 3},
	};

	(void)state;
	assert_int_equal(fs_write(source, "bytes", 5), 0);
	assert_int_equal(fat_make(path, &small, EPOCH, files, 6), MK_OK);
	fsck(path);
	assert_int_equal(fat_space(&small, files, 6), used(&small, path));
	/* In the order of the arguments, whatever readdir's is. */
	text = mtools("mdir", path, "-b/", "::");
	assert_string_equal(text, "::/EFI/\n::/boot/\n::/EFI/BOOT/\n::/EFI/BOOT/BOOTX64.EFI\n"
				  "::/EFI/BOOT/BOOTIA32.EFI\n::/boot/zz.bin\n"
				  "::/boot/a-long-name.mod.gz\n::/boot/empty\n::/boot/con.elf\n");
	free(text);
	text = mtools("mtype", path, NULL, "::boot/zz.bin");
	assert_string_equal(text, "bytes");
	free(text);
	text = mtools("mtype", path, NULL, "::EFI/BOOT/BOOTIA32.EFI");
	assert_string_equal(text, "ia32!");
	free(text);
	text = mtools("mdir", path, "-a", "::boot");
	assert_int_equal(strstr(text, "2023-11-14  22:13") != NULL, 1);
	free(text);
	free(source);
	free(path);
}

/* Every time in every entry is EPOCH. */
static void test_times(void **state)
{
	static const unsigned char stamp[4] = {0xAA, 0xB1, 0x6E, 0x57};
	char *path = in_tmp("times.img"), *source = in_tmp("old");
	struct fat_file files[] = {{"d/e/f", NULL, source, 1}, {"d/g", "g", NULL, 1}};
	struct strbuf b;
	unsigned n = 0;

	(void)state;
	assert_int_equal(fs_write(source, "o", 1), 0);
	assert_int_equal(fs_set_mtime(source, 1000000000), 0);
	assert_int_equal(fat_make(path, &small, EPOCH, files, 2), MK_OK);
	b = slurp(path);
	for (size_t at = 1536; at + 32 <= b.len; at += 32) {
		if (memcmp(b.data + at + 22, "\0\0\0\0", 4) == 0)
			continue;
		assert_memory_equal(b.data + at + 22, stamp, 4);
		n++;
	}
	assert_int_equal(n, 1 + 1 + 2 + 1 + 2 + 1 + 1); /* label d . .. e . .. f g */
	strbuf_free(&b);
	/* Out of FAT's range: its first and its last moment. */
	assert_int_equal(fat_make(path, &small, 0, NULL, 0), MK_OK);
	b = slurp(path);
	assert_memory_equal(b.data + 1536 + 22, "\0\0\x21\0", 4);
	strbuf_free(&b);
	assert_int_equal(fat_make(path, &small, 5000000000, files, 2), MK_OK);
	b = slurp(path);
	assert_memory_equal(b.data + 1536 + 32 + 22, "\x7D\xBF\x9F\xFF", 4);
	strbuf_free(&b);
	free(source);
	free(path);
}

static void test_same_bytes(void **state)
{
	char *source = in_tmp("data"), *home = in_tmp("home"), *rc = in_tmp("home/.mtoolsrc");
	char *old_home = mem_dup(getenv("HOME")), *a = in_tmp("one.img"),
	     *c = in_tmp("two $(touch x) @@7 |~.img");
	struct fat_file files[] = {
		{"boot/kernel_with_long_name.elf", NULL, source, 4},
		{"boot/kernel_with_long_name.gz", "2", NULL, 1},
		{"boot/Mixed", "3", NULL, 1},
	};
	struct strbuf x, y;
	mode_t mask;
	char cwd[4096];

	(void)state;
	assert_int_equal(fs_write(source, "data", 4), 0);
	assert_int_equal(fat_make(a, &small, EPOCH, files, 3), MK_OK);
	/* All that could leak in, another: */
	files[0].source = NULL;
	files[0].data = "data";
	assert_int_equal(fs_mkdirs(home), 0);
	assert_int_equal(fs_write(rc, "no such setting\n", 16), 0);
	assert_non_null(getcwd(cwd, sizeof cwd));
	assert_int_equal(chdir(tmp), 0);
	mask = umask(077);
	setenv("TZ", "America/Caracas", 1);
	setenv("LC_ALL", "C", 1);
	setenv("HOME", home, 1);
	setenv("MTOOLSRC", rc, 1);
	setenv("MTOOLS_NO_VFAT", "1", 1);
	setenv("MTOOLS_LOWER_CASE", "1", 1);
	setenv("SOURCE_DATE_EPOCH", "1", 1);
	assert_int_equal(fat_make(path_base(c), &small, EPOCH, files, 3), MK_OK);
	unsetenv("MTOOLSRC");
	unsetenv("MTOOLS_NO_VFAT");
	unsetenv("MTOOLS_LOWER_CASE");
	unsetenv("SOURCE_DATE_EPOCH");
	unsetenv("TZ");
	unsetenv("LC_ALL");
	setenv("HOME", old_home != NULL ? old_home : "/", 1);
	umask(mask);
	assert_int_equal(chdir(cwd), 0);
	x = slurp(a);
	y = slurp(c);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	strbuf_free(&x);
	strbuf_free(&y);
	/* Nothing is left beside them, and no shell has run. */
	for (const char *const *p = (const char *const[]){"x", NULL}; *p != NULL; p++) {
		char *path = in_tmp(*p);

		assert_false(fs_exists(path));
		free(path);
	}
	free(old_home);
	free(a);
	free(c);
	free(rc);
	free(home);
	free(source);
}

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

struct make {
	struct fat_geometry g;
	const char *path;
	const struct fat_file *files;
	size_t n;
};

static enum mk_status make(const void *arg)
{
	const struct make *m = arg;

	return fat_make(m->path, &m->g, EPOCH, m->files, m->n);
}

static void refused(struct make m, enum mk_status expected, const char *words)
{
	char *text = said(make, &m, expected);

	assert_int_equal(strncmp(text, "mkboot: error: ", 15), 0);
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, text);
	assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text)); /* one line */
	assert_false(fs_exists(m.path));
	free(text);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {"a b", "a:b",      "",        "a//b", "/a",
					  "a/",  "boot/.",   "boot/..", "x.",   "\xC3\xA4",
					  "a*",  "boot/CON", "com1",    "lpt4"};
	char *path = in_tmp("refused.img"), *source = in_tmp("short");
	struct fat_file two[] = {{"boot/a", "", NULL, 0}, {"Boot/A", "", NULL, 0}};
	struct fat_file one = {"k", "", NULL, 0};
	struct make m = {small, path, &one, 1};
	char long_name[197];
	struct rlimit limit, old;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		one.name = bad[i];
		refused(m, MK_BAD_INPUT, "cannot have a file named");
	}
	memset(long_name, 'x', 196);
	long_name[196] = '\0';
	one.name = long_name;
	refused(m, MK_BAD_INPUT, "longer than 195");
	refused((struct make){small, path, two, 2}, MK_BAD_INPUT, "same name");
	two[0].name = "boot";
	refused((struct make){small, path, two, 2}, MK_BAD_INPUT, "same name");

	one = (struct fat_file){"k", "", NULL, fat_capacity(&small) + 1};
	refused(m, MK_FAILED, "512 bytes too big");
	one = (struct fat_file){"k", NULL, source, 4};
	refused(m, MK_FAILED, "No such file");
	assert_int_equal(fs_write(source, "abc", 3), 0);
	refused(m, MK_FAILED, "4 bytes became 3");
	one.size = 3;
	m.path = "/nonexistent/x.img";
	refused(m, MK_FAILED, "/nonexistent/x.img: cannot create");
	m.path = path;

	/* A disk that is full: found out before mcopy starts. */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){100 * 512, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &limit);
	refused(m, MK_FAILED, "cannot write: File too large");
	setrlimit(RLIMIT_FSIZE, &old);
	free(source);
	free(path);
}

static void test_no_mtools(void **state)
{
	char *path = in_tmp("missing.img"), *old = mem_dup(getenv("PATH"));
	struct fat_file one = {"k", "", NULL, 0};

	(void)state;
	setenv("PATH", "/nonexistent", 1);
	refused((struct make){small, path, &one, 1}, MK_MISSING, "apt-get install mtools");
	setenv("PATH", old, 1);
	free(old);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),     cmocka_unit_test(test_contents),
		cmocka_unit_test(test_times),     cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_fill),      cmocka_unit_test(test_space),
		cmocka_unit_test(test_root),      cmocka_unit_test(test_entries),
		cmocka_unit_test(test_fit),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_mtools),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fat_fixture.h"

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
		cmocka_unit_test(test_bytes),   cmocka_unit_test(test_contents),
		cmocka_unit_test(test_times),   cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_no_mtools),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

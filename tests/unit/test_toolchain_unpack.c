/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/strbuf.h"
#include "toolchain/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

struct member {
	const char *name;
	mode_t type;      /* AE_IF...; 0: a hard link */
	const char *text; /* a file's contents, a link's target */
};

static void write_tar(const char *path, const struct member *m, size_t n)
{
	struct archive *a = archive_write_new();

	assert_int_equal(archive_write_add_filter_gzip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_gnutar(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();

		archive_entry_set_pathname(e, m[i].name);
		archive_entry_set_filetype(e, m[i].type != 0 ? m[i].type : AE_IFREG);
		archive_entry_set_perm(e, 06755);
		archive_entry_set_mtime(e, 1000000000, 0);
		if (m[i].type == 0)
			archive_entry_set_hardlink(e, m[i].text);
		else if (m[i].type == AE_IFLNK)
			archive_entry_set_symlink(e, m[i].text);
		else if (m[i].type == AE_IFREG)
			archive_entry_set_size(e, (la_int64_t)strlen(m[i].text));
		assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
		if (m[i].type == AE_IFREG)
			archive_write_data(a, m[i].text, strlen(m[i].text));
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* Unpack the members into DIR/in; the message is in *WORDS. */
static enum mk_status try(const char *dir, const struct member *m, size_t n, unsigned strip,
			  const char *only, char **words)
{
	char *tar = path_join(dir, "x.tar.gz"), *in = path_join(dir, "in");
	struct caught c;
	enum mk_status st;

	write_tar(tar, m, n);
	fs_remove_tree(in);
	assert_int_equal(fs_mkdirs(in), 0);
	catch_begin(&c);
	st = unpack(tar, in, strip, only);
	catch_end(&c);
	*words = c.text;
	free(in);
	free(tar);
	return st;
}

static void assert_file(const char *dir, const char *name, const char *want)
{
	char *path = path_join(dir, name);
	struct strbuf text = {0};

	strbuf_adds(&text, "");
	assert_int_equal(fs_read(path, 1 << 20, &text), 0);
	assert_string_equal(text.data, want);
	strbuf_free(&text);
	free(path);
}

static bool there(const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	bool yes = fs_exists(path);

	free(path);
	return yes;
}

static void test_good(void **state)
{
	static const struct member m[] = {
		{"grub-9", AE_IFDIR, NULL},
		{"./grub-9/include/a.h", AE_IFREG, "a\n"},
		{"grub-9/include/deep/b.h", AE_IFLNK, "../a.h"},
		{"grub-9/include/c.h", 0, "grub-9/include/a.h"},
		{"grub-9/configure", AE_IFREG, "#!/bin/sh\n"},
	};
	char *words, *path = path_join(*state, "in/configure");
	char here[4096], after[4096];
	struct stat st;

	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(try(*state, m, 5, 1, NULL, &words), MK_OK);
	assert_string_equal(words, "");
	free(words);
	assert_file(*state, "in/include/a.h", "a\n");
	assert_file(*state, "in/include/deep/b.h", "a\n");
	assert_file(*state, "in/include/c.h", "a\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755); /* no set-uid */
	assert_int_equal(st.st_mtime, 1000000000);
	/* the working directory is as it was */
	assert_non_null(getcwd(after, sizeof after));
	assert_string_equal(here, after);

	assert_int_equal(try(*state, m, 5, 1, "include/", &words), MK_OK);
	free(words);
	assert_true(there(*state, "in/include/a.h"));
	assert_false(there(*state, "in/configure"));
	free(path);
}

/* Each of these is refused, and nothing appears beside the folder. */
static void test_escapes(void **state)
{
	static const struct {
		struct member m[3];
		size_t n;
		unsigned strip;
	} cases[] = {
		{{{"../evil", AE_IFREG, "x"}}, 1, 0},
		{{{"../evil", AE_IFREG, "x"}}, 1, 1},
		{{{"a/../../evil", AE_IFREG, "x"}}, 1, 0},
		{{{"a/..", AE_IFREG, "x"}}, 1, 0},
		{{{"/tmp/mkboot-test-evil", AE_IFREG, "x"}}, 1, 0},
		{{{"/tmp/mkboot-test-evil", AE_IFREG, "x"}}, 1, 1},
		{{{"l", AE_IFLNK, ".."}, {"l/evil", AE_IFREG, "x"}}, 2, 0},
		{{{"l", AE_IFLNK, "/tmp"}, {"l/mkboot-test-evil", AE_IFREG, "x"}}, 2, 0},
		{{{"a/l", AE_IFLNK, "../.."}}, 1, 0},
		/* inside as the archive has it, outside once the first folder is off */
		{{{"a/l", AE_IFLNK, "../evil"}}, 1, 1},
		{{{"a/b/s", AE_IFLNK, "../.."}, {"a/b/l", AE_IFLNK, "s/../evil"}}, 2, 0},
		{{{"h", 0, "../evil"}}, 1, 0},
		{{{"h", 0, "/etc/passwd"}}, 1, 0},
		{{{"grub/h", 0, "h"}}, 1, 1},
		{{{"fifo", AE_IFIFO, NULL}}, 1, 0},
		{{{"dev", AE_IFCHR, NULL}}, 1, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *words;
		enum mk_status st =
			try(*state, cases[i].m, cases[i].n, cases[i].strip, NULL, &words);

		if (st != MK_BAD_INPUT || strstr(words, "refused") == NULL)
			fail_msg("case %zu: %d, %s", i, (int)st, words);
		assert_false(there(*state, "evil"));
		assert_int_equal(access("/tmp/mkboot-test-evil", F_OK), -1);
		free(words);
	}
}

/* A link that stays inside is followed by nothing that is unpacked later. */
static void test_through_link(void **state)
{
	static const struct member m[] = {
		{"d/x", AE_IFREG, "1"}, {"l", AE_IFLNK, "d"}, {"l/x", AE_IFREG, "2"}};
	char *words;

	try(*state, m, 3, 0, NULL, &words);
	free(words);
	assert_file(*state, "in/d/x", "1");
}

static void test_damaged(void **state)
{
	static const struct member m[] = {{"a", AE_IFREG, "0123456789"}};
	char *tar = path_join(*state, "x.tar.gz"), *in = path_join(*state, "in"), *words;
	struct strbuf text = {0};
	struct caught c;

	assert_int_equal(try(*state, m, 1, 0, NULL, &words), MK_OK);
	free(words);
	assert_int_equal(fs_read(tar, 1 << 20, &text), 0);
	assert_int_equal(fs_write(tar, text.data, text.len / 2), 0);
	catch_begin(&c);
	assert_int_equal(unpack(tar, in, 0, NULL), MK_BAD_INPUT);
	catch_end(&c);
	assert_non_null(strstr(c.text, "cannot unpack"));
	free(c.text);
	strbuf_free(&text);
	free(in);
	free(tar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_escapes, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_through_link, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_damaged, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/strbuf.h"
#include "toolchain/apt_sources.h"
#include "toolchain/source.h"

static void assert_converted(unsigned (*convert)(const char *, struct strbuf *), const char *text,
			     unsigned n, const char *want)
{
	struct strbuf out = {0};

	strbuf_adds(&out, "");
	assert_int_equal(convert(text, &out), n);
	assert_string_equal(out.data, want);
	strbuf_free(&out);
}

static void test_one_line(void **state)
{
	(void)state;
	assert_converted(
		apt_sources_list,
		"# deb http://deb.debian.org/debian bookworm main\n"
		"deb http://deb.debian.org/debian bookworm main contrib # ours\n"
		"  deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://m/debian/ sid "
		"main\r\n"
		"deb-src http://m/debian-security bookworm-security main\n"
		"deb https://deb.nodesource.com/node_20.x nodistro main\n"
		"deb [signed-by=/debian.gpg] https://dl.example.com/x stable main\n"
		"debug http://m/debian x main\n"
		"deb mirror+file:/etc/apt/mirrors/debian.list bookworm main",
		4,
		"deb-src http://deb.debian.org/debian bookworm main contrib \n"
		"deb-src [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://m/debian/ sid "
		"main\n"
		"deb-src http://m/debian-security bookworm-security main\n"
		"deb-src mirror+file:/etc/apt/mirrors/debian.list bookworm main\n");
	assert_converted(apt_sources_list, "", 0, "");
	assert_converted(apt_sources_list, "deb [", 0, "");
}

static void test_deb822(void **state)
{
	(void)state;
	assert_converted(
		apt_sources_deb822,
		"\n# snapshot\nTypes: deb\n# http://snapshot\n"
		"URIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates\n"
		"Components: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n"
		" xyz\n"
		" \n"
		"Types: deb deb-src\nURIs:\n http://a/x\n http://b/ubuntu\nSuites: s\n"
		"\n"
		"Types: deb\nURIs: https://deb.nodesource.com/node_20.x\nSuites: nodistro\n"
		"Signed-By: /usr/share/keyrings/debian.gpg\n"
		"\n\n"
		"Enabled: no\nTypes: deb\nURIs: http://c/debian\nSuites: s\n",
		2,
		"Types: deb-src\nURIs: http://deb.debian.org/debian\n"
		"Suites: bookworm bookworm-updates\nComponents: main\nSigned-By:\n"
		" -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n xyz\n\n"
		"Types: deb-src\nURIs:\n http://a/x\n http://b/ubuntu\nSuites: s\n\n");
	assert_converted(apt_sources_deb822, "", 0, "");
	assert_converted(apt_sources_deb822, "Types: deb", 0, "");
}

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_dsc(void **state)
{
	static const char *const bad[] = {
		"",
		"\nChecksums-Sha256:\nFiles:\n",
		"\nChecksums-Sha256:\n " HEX_A " 1 ../x\n",
		"\nChecksums-Sha256:\n " HEX_A " 1 .x\n",
		"\nChecksums-Sha256:\n aaaa 1 x\n",
		"\nChecksums-Sha256:\n " HEX_A "a 1 x\n",
		"\nChecksums-Sha256:\n " HEX_A " 1 x\n " HEX_A " 1 a/b\n",
		"\nChecksums-Sha1:\n " HEX_A " 1 x\n",
	};
	struct dsc_file *files;
	size_t n;

	(void)state;
	assert_true(dsc_parse("-----BEGIN PGP SIGNED MESSAGE-----\nFormat: 3.0 (quilt)\n"
			      "Checksums-Sha1:\n aaaa 1 wrong\n"
			      "Checksums-Sha256:\n " HEX_A " 6581924 g_1.orig.tar.xz\n " HEX_B
			      " 12 g_1-1.debian.tar.xz\nFiles:\n bbbb 2 wrong\n",
			      &files, &n));
	assert_int_equal(n, 2);
	assert_string_equal(files[0].name, "g_1.orig.tar.xz");
	assert_string_equal(files[0].sha256, HEX_A);
	assert_string_equal(files[1].name, "g_1-1.debian.tar.xz");
	assert_string_equal(files[1].sha256, HEX_B);
	dsc_free(files, n);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (dsc_parse(bad[i], &files, &n))
			fail_msg("taken: %s", bad[i]);
		assert_null(files);
	}
}

static void write_in(const char *dir, const char *name, const char *text)
{
	char *path = path_join(dir, name);

	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(path);
}

/* A tarball that is not what its .dsc says is not used. */
static void test_dsc_check(void **state)
{
	struct source src = {.package = (char[]){"g"}, .version = (char[]){"2:1-1"}};
	struct digest a = digest_of("orig", 4), b = digest_of("debian", 6);
	char *dsc = mem_printf("\nChecksums-Sha256:\n %s 4 g_1.orig.tar.xz\n"
			       " %s 6 g_1-1.debian.tar.xz\nFiles:\n",
			       digest_hex(&a).text, digest_hex(&b).text);
	char *orig, *debian, *want = path_join(*state, "g_1.orig.tar.xz");
	struct caught c;

	write_in(*state, "g_1-1.dsc", dsc);
	write_in(*state, "g_1.orig.tar.xz", "orig");
	write_in(*state, "g_1-1.debian.tar.xz", "debian");
	assert_int_equal(debian_check(&src, *state, &orig, &debian), MK_OK);
	assert_string_equal(orig, want);
	free(orig);
	free(debian);
	write_in(*state, "g_1-1.debian.tar.xz", "debiaN");
	catch_begin(&c);
	assert_int_equal(debian_check(&src, *state, &orig, &debian), MK_FAILED);
	catch_end(&c);
	assert_non_null(strstr(c.text, "g_1-1.debian.tar.xz: its SHA-256 is"));
	free(c.text);
	free(orig);
	free(debian);
	free(want);
	free(dsc);
}

static void test_patch_filter(void **state)
{
	static const char patch[] = "From: somebody\n\n--- not a file\n\n"
				    "diff --git a/include/x.h b/include/x.h\n"
				    "--- a/include/x.h\n+++ b/include/x.h\n"
				    "@@ -1,3 +1,4 @@ struct\n a\n--- a/conf\n+++ b/conf\n+new\n\n"
				    "@@ -9 +10 @@\n-o\n+n\n\\ No newline at end of file\n"
				    "--- a/conf/include/y\n+++ b/conf/include/y\n"
				    "@@ -1 +1 @@\n-include/\n+b\n"
				    "--- /dev/null\n+++ b/include/new.h\n"
				    "@@ -0,0 +1,2 @@\n+one\n+two\n"
				    "-- \n2.39\n";
	static const char want[] = "--- a/include/x.h\n+++ b/include/x.h\n"
				   "@@ -1,3 +1,4 @@ struct\n a\n--- a/conf\n+++ b/conf\n+new\n\n"
				   "@@ -9 +10 @@\n-o\n+n\n\\ No newline at end of file\n"
				   "--- /dev/null\n+++ b/include/new.h\n"
				   "@@ -0,0 +1,2 @@\n+one\n+two\n";
	struct strbuf out = {0};

	(void)state;
	patch_filter(patch, "include/", &out);
	assert_string_equal(out.data, want);
	strbuf_free(&out);
}

/* What is fetched is compared before it is used; curl's file: does for a server. */
static void test_download(void **state)
{
	struct digest d = digest_of("hello", 5), wrong = digest_of("Hello", 5);
	char *url = mem_printf("file://%s/from", (char *)*state), *to = path_join(*state, "to");
	char *none = mem_printf("file://%s/none", (char *)*state);
	struct caught c;

	write_in(*state, "from", "hello");
	assert_int_equal(download(url, to, digest_hex(&d).text, NULL), MK_OK);
	catch_begin(&c);
	assert_int_equal(download(url, to, digest_hex(&wrong).text, NULL), MK_BAD_INPUT);
	assert_int_equal(download(none, to, digest_hex(&d).text, NULL), MK_FAILED);
	assert_int_equal(download("gopher://x/y", to, digest_hex(&d).text, NULL), MK_FAILED);
	catch_end(&c);
	assert_non_null(strstr(c.text, "refused: its SHA-256 is"));
	assert_non_null(strstr(c.text, "cannot be fetched"));
	free(c.text);
	free(none);
	free(url);
	free(to);
}

/* Of a recipe's key, what is wrong with it is said before anything is fetched. */
static void test_recipe_source(void **state)
{
	static const struct {
		const char *source, *sha256, *words;
	} bad[] = {
		{"https://x/y.tar.xz", NULL, "needs sha256"},
		{"https://x/y.tar.xz", "abc", "64 hexadecimal digits"},
		{"ftp://x/y.tar.xz", HEX_A, "https:, http: or file:"},
		{"/nowhere/x.tar.xz", NULL, "No such file"},
	};
	struct recipe_grub g = {.given = true};
	char *path = path_join(*state, "x.tar");
	struct digest d = digest_of("hello", 5);
	struct source src;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct caught c;

		g.source.text = (char *)(uintptr_t)bad[i].source;
		g.sha256.text = (char *)(uintptr_t)bad[i].sha256;
		catch_begin(&c);
		assert_int_equal(source_of_recipe(&g, &src), MK_BAD_INPUT);
		catch_end(&c);
		if (strstr(c.text, bad[i].words) == NULL)
			fail_msg("%s: %s", bad[i].source, c.text);
		free(c.text);
	}
	write_in(*state, "x.tar", "hello");
	g.source.text = path;
	g.sha256.text = NULL;
	assert_int_equal(source_of_recipe(&g, &src), MK_OK);
	assert_string_equal(src.id, digest_hex(&d).text);
	source_free(&src);
	g.sha256.text = (char[]){HEX_A};
	{
		struct caught c;

		catch_begin(&c);
		assert_int_equal(source_of_recipe(&g, &src), MK_BAD_INPUT);
		catch_end(&c);
		assert_non_null(strstr(c.text, "its SHA-256 is"));
		free(c.text);
	}
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_deb822),
		cmocka_unit_test(test_dsc),
		cmocka_unit_test_setup_teardown(test_dsc_check, folder_setup, folder_teardown),
		cmocka_unit_test(test_patch_filter),
		cmocka_unit_test_setup_teardown(test_download, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_recipe_source, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

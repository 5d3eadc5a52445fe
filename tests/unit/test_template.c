/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/template.h"

/* "quote": brackets around the value; nothing holds a newline. */
static bool brackets(struct strbuf *out, const char *text)
{
	if (strchr(text, '\n') != NULL)
		return false;
	strbuf_addf(out, "[%s]", text);
	return true;
}

static struct template_data *sample(void)
{
	struct template_data *d = template_data_new(), *item;

	template_set(d, "name", "demo");
	template_setf(d, "number", "%d", 42);
	template_flag(d, "yes", true);
	template_flag(d, "no", false);
	template_list(d, "none");
	item = template_add(d, "hosts");
	template_set(item, "host", "a");
	template_set(item, "name", "inner");
	template_set(template_add(item, "archs"), "arch", "7");
	template_set(template_add(item, "archs"), "arch", "9");
	item = template_add(d, "hosts");
	template_set(item, "host", "b");
	template_list(item, "archs");
	return d;
}

static void check(const char *text, template_escape escape, enum mk_status want, const char *result)
{
	struct template_data *d = sample();
	struct strbuf out = {0};

	strbuf_adds(&out, ">");
	assert_int_equal(template_fill("test.conf", text, d, escape, &out), want);
	assert_string_equal(out.data + 1, result);
	assert_int_equal(out.len, strlen(out.data));
	strbuf_free(&out);
	template_data_free(d);
}

static void test_values(void **state)
{
	(void)state;
	check("", NULL, MK_OK, "");
	check("no tag\n", NULL, MK_OK, "no tag\n");
	check("@name@", NULL, MK_OK, "demo");
	check("a @name@ b @number@\n", brackets, MK_OK, "a [demo] b [42]\n");
	check("me@@here@@@name@@@", NULL, MK_OK, "me@here@demo@");
}

static void test_flags(void **state)
{
	(void)state;
	check("@#yes@y@/yes@@^yes@n@/yes@.", NULL, MK_OK, "y.");
	check("@#no@y@/no@@^no@n@/no@.", NULL, MK_OK, "n.");
	check("@#yes@@#no@x@/no@@^no@z@/no@@/yes@", NULL, MK_OK, "z");
	/* What is not written is not looked up, but must be closed. */
	check("@#no@@nobody@@#nobody@@/nobody@@/no@", NULL, MK_OK, "");
}

static void test_lists(void **state)
{
	(void)state;
	check("@#hosts@@host@=@name@ @/hosts@", NULL, MK_OK, "a=inner b=demo ");
	check("@#none@x@/none@@^none@empty@/none@", NULL, MK_OK, "empty");
	check("@#hosts@@host@:@#archs@ @host@@arch@@/archs@@^archs@ -@/archs@;@/hosts@", NULL,
	      MK_OK, "a: a7 a9;b: -;");
	/* Where the items around lend their lists. */
	check("@#hosts@@#yes@@host@@/yes@@/hosts@", NULL, MK_OK, "ab");
}

static void test_lines(void **state)
{
	(void)state;
	check("1\n@#yes@\n2\n@/yes@\n3\n", NULL, MK_OK, "1\n2\n3\n");
	check("1\n  @#no@\t\n2\n  @/no@\n3\n", NULL, MK_OK, "1\n3\n");
	check("@#hosts@\n- @host@\n@/hosts@", NULL, MK_OK, "- a\n- b\n");
	check("@#hosts@\n@#archs@\n- @arch@\n@/archs@\n@/hosts@\n.", NULL, MK_OK, "- 7\n- 9\n.");
	/* With anything else in the line, the line stays. */
	check("x @#yes@\ny\n@/yes@\n", NULL, MK_OK, "x \ny\n");
	check("  @#yes@y@/yes@\n", NULL, MK_OK, "  y\n");
	check("@name@\n@name@\n", NULL, MK_OK, "demo\ndemo\n");
}

static void test_broken(void **state)
{
	static const char *const texts[] = {
		"@",
		"one@two",
		"@name",
		"@na me@",
		"@Name@",
		"@#@",
		"@#yes@",
		"@#yes@@/no@",
		"@#yes@@#no@@/yes@@/no@",
		"@/yes@",
		"x@#hosts@@/hosts",
		"@nobody@",
		"@#nobody@@/nobody@",
		"@^nobody@@/nobody@",
		"@#name@@/name@",
		"@yes@",
		"@hosts@",
		"@host@",
		"@#hosts@@arch@@/hosts@",
		"@#no@@#yes@@/no@",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		check(texts[i], NULL, MK_FAILED, "");
	check("@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@"
	      "@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@",
	      NULL, MK_FAILED, "");
	check("@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@@#yes@8"
	      "@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@@/yes@",
	      NULL, MK_OK, "8");
	/* Nothing is left of what came before the mistake. */
	check("good\n@nobody@\n", NULL, MK_FAILED, "");
}

static void test_refused(void **state)
{
	struct template_data *d = template_data_new();
	struct strbuf out = {0};

	(void)state;
	template_set(d, "file", "a\nb");
	assert_int_equal(template_fill("t", "file=@file@\n", d, brackets, &out), MK_BAD_INPUT);
	assert_int_equal(out.len, 0);
	assert_int_equal(template_fill("t", "file=@file@\n", d, NULL, &out), MK_OK);
	assert_string_equal(out.data, "file=a\nb\n");
	strbuf_free(&out);
	template_data_free(d);
	template_data_free(NULL);
}

/* A folder of its own for $MKBOOT_DATA, with FILE in it. */
static char *scratch(const char *file, const char *bytes, size_t len)
{
	char *dir = mem_dup("/tmp/mkboot-test.XXXXXX"), *path;

	assert_non_null(mkdtemp(dir));
	path = path_join(dir, file);
	assert_int_equal(fs_write(path, bytes, len), 0);
	free(path);
	assert_int_equal(setenv("MKBOOT_DATA", dir, 1), 0);
	return dir;
}

static void test_file(void **state)
{
	static const char nul[] = "a\0b";
	char *dir = scratch("t.txt", "@name@!\n", 8), *path;
	struct template_data *d = sample();
	struct strbuf out = {0};

	(void)state;
	assert_int_equal(template_fill_file("t.txt", d, NULL, &out), MK_OK);
	assert_string_equal(out.data, "demo!\n");
	assert_int_equal(template_fill_file("missing.txt", d, NULL, &out), MK_FAILED);
	path = path_join(dir, "nul.txt");
	assert_int_equal(fs_write(path, nul, sizeof nul), 0);
	assert_int_equal(template_fill_file("nul.txt", d, NULL, &out), MK_FAILED);
	assert_string_equal(out.data, "demo!\n");
	free(path);
	strbuf_free(&out);
	template_data_free(d);
	assert_int_equal(fs_remove_tree(dir), 0);
	free(dir);
	unsetenv("MKBOOT_DATA");
}

static void test_datadir(void **state)
{
	char *dir = scratch("t.txt", "x", 1), *want = path_join(dir, "t.txt"), *got;

	(void)state;
	got = datadir_path("t.txt");
	assert_string_equal(got, want);
	free(got);
	free(want);

	/* Nowhere: the first place that it could be in. */
	got = datadir_path("no/such/file");
	want = path_join(dir, "no/such/file");
	assert_string_equal(got, want);
	free(got);
	free(want);

	/* Not in $MKBOOT_DATA, but in the source tree that this test was built in. */
	got = datadir_path("templates/dhcp/dnsmasq.conf");
	assert_true(fs_exists(got));
	assert_int_not_equal(strncmp(got, dir, strlen(dir)), 0);
	free(got);

	assert_int_equal(unsetenv("MKBOOT_DATA"), 0);
	got = datadir_path("no/such/file");
	assert_non_null(strstr(got, "/../share/mkboot/no/such/file"));
	free(got);
	assert_int_equal(fs_remove_tree(dir), 0);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_flags),
		cmocka_unit_test(test_lists),  cmocka_unit_test(test_lines),
		cmocka_unit_test(test_broken), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_file),   cmocka_unit_test(test_datadir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"
#include "base/strbuf.h"
#include "vm/accel.h"

#include <sys/stat.h>

/* A QEMU of the test's own is first on PATH: a script that writes a line for each start to `log`,
 * and ends as CASES, shell's, say. The cache is the test's own, too. */
static void fake_qemu(const char *dir, const char *cases)
{
	char *path = mem_printf("%s/qemu-system-x86_64", dir), *cache = mem_printf("%s/cache", dir);
	char *script = mem_printf("#!/bin/sh\n"
				  "echo \"$*\" >> %s/log\n"
				  "case \"$*\" in\n%s\nesac\n",
				  dir, cases);
	char *search = mem_printf("%s:/usr/bin:/bin", dir);

	assert_int_equal(fs_write(path, script, strlen(script)), 0);
	assert_int_equal(chmod(path, 0755), 0);
	setenv("PATH", search, 1);
	setenv("MKBOOT_CACHE", cache, 1);
	free(search);
	free(script);
	free(cache);
	free(path);
}

/* How many times it was started. */
static size_t starts(const char *dir)
{
	char *path = mem_printf("%s/log", dir);
	struct strbuf log = {0};
	size_t n = 0;

	fs_read(path, 1 << 20, &log);
	for (size_t i = 0; i < log.len; i++)
		n += log.data[i] == '\n';
	strbuf_free(&log);
	free(path);
	return n;
}

static void told(enum mk_status st, const char *got, char *why, const char *accel,
		 const char *words)
{
	assert_int_equal(st, MK_OK);
	assert_string_equal(got, accel);
	assert_non_null(why);
	if (strstr(why, words) == NULL)
		fail_msg("no \"%s\" in: %s", words, why);
	free(why);
}

static void expect(const char *asked, const char *accel, const char *words)
{
	const char *got = NULL;
	char *why = NULL;
	enum mk_status st = vm_accel_choose(asked, &got, &why);

	told(st, got, why, accel, words);
}

/* The trial, also where there is no device to be asked first. */
static void expect_tried(const char *accel, const char *words)
{
	const char *got = NULL;
	char *why = NULL;
	enum mk_status st = vm_accel_try(&got, &why);

	told(st, got, why, accel, words);
}

static void test_kvm_fast(void **state)
{
	/* it is given TCG's second, so that it ends in time on a busy machine, too */
	fake_qemu(*state, "*'accel kvm'*) exit 33 ;;\n*) sleep 1; exit 33 ;;");
	expect_tried("kvm", "ended well");
	assert_int_equal(starts(*state), 2);
	/* the second time, from the cache */
	expect_tried("kvm", "ended well");
	assert_int_equal(starts(*state), 2);
	/* another QEMU is another question */
	fake_qemu(*state, "*'accel kvm'*) exit 1 ;;\n*) exit 33 ;;");
	expect_tried("tcg", "did not end well");
	assert_int_equal(starts(*state), 4);
}

static void test_kvm_fails(void **state)
{
	fake_qemu(*state, "*'accel kvm'*) exit 0 ;;\n*) sleep 1; exit 33 ;;");
	expect_tried("tcg", "did not end well");
	expect_tried("tcg", "did not end well");
	assert_int_equal(starts(*state), 2);
}

/* KVM's guest never ends: it is given the time of the other one, and then it is gone, on a busy
 * machine perhaps before it has written its line of the log. */
static void test_kvm_slow(void **state)
{
	char *still = mem_printf("%s/still", (char *)*state);
	char *cases =
		mem_printf("*'accel kvm'*) sleep 60; echo > %s; exit 33 ;;\n*) exit 33 ;;", still);
	size_t once;

	fake_qemu(*state, cases);
	expect_tried("tcg", "did not end well");
	once = starts(*state);
	assert_in_range(once, 1, 2);
	expect_tried("tcg", "did not end well");
	assert_int_equal(starts(*state), once);
	assert_false(fs_exists(still));
	free(cases);
	free(still);
}

/* Nothing runs: emulation, and the next time it is tried again. */
static void test_nothing_runs(void **state)
{
	fake_qemu(*state, "*) exit 1 ;;");
	expect_tried("tcg", "and did not with TCG");
	expect_tried("tcg", "and did not with TCG");
	assert_int_equal(starts(*state), 4);
}

static void test_asked(void **state)
{
	const char *accel;

	fake_qemu(*state, "*) exit 1 ;;");
	expect("kvm", "kvm", "asked");
	expect("tcg", "tcg", "asked");
	assert_int_equal(vm_accel_choose("xen", &accel, NULL), MK_USAGE);
	assert_int_equal(starts(*state), 0);
}

static void test_missing(void **state)
{
	const char *accel;

	(void)state;
	setenv("PATH", "/nowhere", 1);
	if (fs_exists("/usr/sbin/qemu-system-x86_64") || fs_exists("/sbin/qemu-system-x86_64"))
		skip();
	assert_int_equal(vm_accel_try(&accel, NULL), MK_MISSING);
}

static void test_device(void **state)
{
	char *file = mem_printf("%s/kvm", (char *)*state);

	assert_non_null(strstr(vm_accel_no_kvm(file), "there is no"));
	assert_int_equal(fs_write(file, "", 0), 0);
	assert_non_null(strstr(vm_accel_no_kvm(file), "not KVM's"));
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kvm_fast, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_kvm_fails, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_kvm_slow, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_runs, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_asked, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_missing, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_device, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

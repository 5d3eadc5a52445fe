/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vm/machine.h"
#include "vm/vm.h"

/* A machine's part is played by bash (which takes descriptors of two digits): what is tried here is
 * the child process, its channels and its end, not the emulator. */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Run SCRIPT ($1 is the screen's descriptor, $2 that of QMP, $3 the file's), judged by EXPECT. */
static void run(const char *script, const char *expect, unsigned seconds, struct machine *m,
		struct judge_event *e)
{
	struct recipe_test t = {.timeout = seconds};
	struct vm_argv argv = {0};
	struct judge j;

	t.expect.written = (char *)(uintptr_t)expect;
	assert_int_equal(machine_open(m), 0);
	assert_int_equal(machine_take_file(m, "/proc/self/cmdline"), 0);
	vm_argv_add(&argv, "bash");
	vm_argv_add(&argv, "-c");
	vm_argv_add(&argv, "%s", script);
	vm_argv_add(&argv, "bash");
	vm_argv_add(&argv, "%d", m->theirs[MACHINE_SCREEN]);
	vm_argv_add(&argv, "%d", m->theirs[MACHINE_QMP]);
	vm_argv_add(&argv, "%d", m->file);
	judge_begin(&j, &t);
	assert_int_equal(machine_start(m, "/bin/bash", argv.items), 0);
	machine_watch(m, &j, seconds, e);
	judge_free(&j);
	vm_argv_free(&argv);
}

static void test_status_and_bytes(void **state)
{
	struct judge_event e = {0};
	struct machine m;

	(void)state;
	run("printf serial; printf screen >&$1; printf words >&2; exit 33", NULL, 30, &m, &e);
	assert_int_equal(e.end, JUDGE_EXITED);
	assert_int_equal(e.status, 33);
	assert_string_equal(m.got[MACHINE_SERIAL].data, "serial");
	assert_string_equal(m.got[MACHINE_SCREEN].data, "screen");
	assert_string_equal(e.words, "words");
	machine_close(&m);
}

static void test_shutdown_cause(void **state)
{
	struct judge_event e = {0};
	struct machine m;

	(void)state;
	run("printf '{\"QMP\": 1}\\n{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "
	    "\"reason\": \"guest-reset\"}}\\r\\n' >&$2",
	    NULL, 30, &m, &e);
	assert_int_equal(e.end, JUDGE_RESET);
	machine_close(&m);
	run("printf '{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"guest-shutdown\"}}' >&$2",
	    NULL, 30, &m, &e);
	assert_int_equal(e.end, JUDGE_POWEROFF);
	machine_close(&m);
	run("printf 'no JSON\\n[]\\n{\"event\": 1}\\n' >&$2; kill -SEGV $$", NULL, 30, &m, &e);
	assert_int_equal(e.end, JUDGE_KILLED);
	assert_int_equal(e.status, SIGSEGV);
	machine_close(&m);
}

/* Stopped as soon as all is known; the greeting was sent; a key is pressed where GRUB asks. */
static void test_stop_early_and_keys(void **state)
{
	struct judge_event e = {0};
	struct machine m;
	double start = now();

	(void)state;
	run("read greeting <&$2; case $greeting in *qmp_capabilities*) ;; *) exit 1;; esac\n"
	    "printf 'error: x\\n\\nPress any key to continue...'; head -c 1 > /dev/null\n"
	    "printf '\\nhello\\n'; exec tail -f /dev/null",
	    "hello", 30, &m, &e);
	assert_int_equal(e.end, JUDGE_STOPPED);
	assert_true(now() - start < 10);
	machine_close(&m);
	run("printf 'error: x\\n\\nPress any key to continue...' >&$1; read greeting <&$2\n"
	    "read key <&$2; case $key in *send-key*spc*) printf hello; exec tail -f /dev/null; "
	    "esac",
	    "hello", 30, &m, &e);
	assert_int_equal(e.end, JUDGE_STOPPED);
	machine_close(&m);
}

/* The deadline holds, for a child that closes everything and ignores SIGTERM, too. */
static void test_deadline(void **state)
{
	struct judge_event e = {0};
	struct machine m;
	double start = now();

	(void)state;
	run("trap '' TERM; exec >/dev/null 2>&1 tail -f /dev/null", "hello", 1, &m, &e);
	assert_int_equal(e.end, JUDGE_DEADLINE);
	assert_true(now() - start >= 1 && now() - start < 10);
	assert_int_equal(m.pid, -1);
	machine_close(&m);
}

/* Of a guest that writes a great deal, the last bytes are kept. */
static void test_flood(void **state)
{
	struct judge_event e = {0};
	struct machine m;

	(void)state;
	run("head -c 12000000 /dev/zero | tr '\\0' 'x'; printf y", "hello", 300, &m, &e);
	assert_int_equal(e.end, JUDGE_EXITED);
	assert_int_equal(m.got[MACHINE_SERIAL].len, VM_KEEP);
	assert_int_equal(m.got[MACHINE_SERIAL].data[0], 'x');
	assert_int_equal(m.got[MACHINE_SERIAL].data[VM_KEEP - 1], 'y');
	machine_close(&m);
}

static void test_file(void **state)
{
	struct judge_event e = {0};
	struct machine m;

	(void)state;
	assert_int_equal(machine_open(&m), 0);
	assert_int_equal(machine_take_file(&m, "/nonexistent"), -ENOENT);
	machine_close(&m);
	assert_int_equal(machine_open(&m), 0);
	machine_close(&m);
	run("echo x >> /proc/self/fd/$3 && tail -c 2 /proc/self/fd/$3", NULL, 30, &m, &e);
	assert_int_equal(e.status, 0);
	assert_string_equal(m.got[MACHINE_SERIAL].data, "x\n");
	machine_close(&m);
}

static void test_cannot_run(void **state)
{
	char *argv[] = {NULL, NULL};
	struct machine m;

	(void)state;
	assert_int_equal(machine_open(&m), 0);
	assert_int_equal(machine_start(&m, "/dev/null", argv), -EACCES);
	machine_close(&m);
	assert_int_equal(machine_open(&m), 0);
	assert_int_equal(machine_start(&m, "/nonexistent", argv), -ENOENT);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_bytes),
		cmocka_unit_test(test_shutdown_cause),
		cmocka_unit_test(test_stop_early_and_keys),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_cannot_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

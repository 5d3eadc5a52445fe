/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "vm/machine.h"
#include "vm/qmp.h"

/* A machine's part is played by bash (which takes descriptors of two digits): what is tried here is
 * the child process, its channels and its end, not the emulator. */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A machine, what it is judged by, and how it ended. */
struct trial {
	struct machine m;
	struct recipe_test test;
	struct judge j;
	struct qmp qmp;
	struct judge_event e;
};

/* Start SCRIPT ($1... are the descriptors of debugcon, exit, log, screen, QMP, and a file), judged
 * by EXPECT. */
static void start(struct trial *t, const char *script, const char *expect)
{
	static const enum machine_channel channels[] = {MACHINE_DEBUGCON, MACHINE_EXIT, MACHINE_LOG,
							MACHINE_SCREEN, MACHINE_QMP};
	struct machine *m = &t->m;
	int file;

	*t = (struct trial){.test.expect.written = (char *)(uintptr_t)expect};
	assert_int_equal(machine_open(m), 0);
	assert_int_equal(machine_add_file(m, "file\n", 5, &file), 0);
	m->program = mem_dup("/bin/bash");
	m->on_stdout = MACHINE_SERIAL;
	vm_argv_add(&m->argv, "bash");
	vm_argv_add(&m->argv, "-c");
	vm_argv_add(&m->argv, "%s", script);
	vm_argv_add(&m->argv, "bash");
	for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
		vm_argv_add(&m->argv, "%d", m->theirs[channels[i]]);
	vm_argv_add(&m->argv, "%d", file);
	judge_begin(&t->j, &t->test);
	qmp_begin(&t->qmp);
	assert_int_equal(machine_start(m), 0);
	qmp_say(&t->qmp, m->ours[MACHINE_QMP], "qmp_capabilities", NULL);
}

/* Read until it ends, or the verdict is certain, or 30 s are over. True where it has ended. */
static bool watch(struct trial *t)
{
	struct pollfd fds[MACHINE_POLL_FDS];
	double until = now() + 30;

	while (!judge_over(&t->j) && now() < until) {
		poll(fds, machine_poll_fds(&t->m, fds), 1000);
		if (machine_read(&t->m, fds, &t->j)) {
			machine_collect(&t->m, &t->j, &t->e);
			return true;
		}
	}
	return false;
}

static void finish(struct trial *t)
{
	judge_free(&t->j);
	machine_close(&t->m);
}

static const char *got(const struct trial *t, enum machine_channel channel)
{
	return t->m.got[channel].data;
}

static void test_status_and_bytes(void **state)
{
	struct trial t;

	(void)state;
	start(&t,
	      "printf serial; printf debugcon >&$1; printf exit >&$2; printf log >&$3\n"
	      "printf screen >&$4; printf words >&2; exit 33",
	      NULL);
	assert_true(watch(&t));
	assert_int_equal(t.e.end, JUDGE_EXITED);
	assert_int_equal(t.e.status, 33);
	assert_int_equal(t.m.pid, -1);
	assert_string_equal(got(&t, MACHINE_SERIAL), "serial");
	assert_string_equal(got(&t, MACHINE_DEBUGCON), "debugcon");
	assert_string_equal(got(&t, MACHINE_EXIT), "exit");
	assert_string_equal(got(&t, MACHINE_LOG), "log");
	assert_string_equal(got(&t, MACHINE_SCREEN), "screen");
	assert_string_equal(t.e.words, "words");
	finish(&t);
	start(&t, "kill -SEGV $$", NULL);
	assert_true(watch(&t));
	assert_int_equal(t.e.end, JUDGE_KILLED);
	assert_int_equal(t.e.status, SIGSEGV);
	finish(&t);
}

/* Another channel on standard output. */
static void test_stdout(void **state)
{
	static const enum machine_channel channels[] = {MACHINE_STDOUT, MACHINE_DEBUGCON};
	struct pollfd fds[MACHINE_POLL_FDS];
	struct recipe_test none = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct machine m;
		struct judge_event e = {0};
		struct judge j;

		assert_int_equal(machine_open(&m), 0);
		m.program = mem_dup("/bin/echo");
		m.on_stdout = channels[i];
		vm_argv_add(&m.argv, "echo");
		vm_argv_add(&m.argv, "hello");
		judge_begin(&j, &none);
		assert_int_equal(machine_start(&m), 0);
		do
			poll(fds, machine_poll_fds(&m, fds), 30000);
		while (!machine_read(&m, fds, &j));
		machine_collect(&m, &j, &e);
		assert_string_equal(m.got[channels[i]].data, "hello\n");
		judge_free(&j);
		machine_close(&m);
	}
}

/* Known before it ends; the greeting was sent; a byte of the keyboard reaches it. */
static void test_both_ways(void **state)
{
	double begin = now();
	struct trial t;

	(void)state;
	start(&t,
	      "read greeting <&$5; case $greeting in *qmp_capabilities*) ;; *) exit 1;; esac\n"
	      "head -c 1 > /dev/null; printf '{\"QMP\": 1}\\nrest' >&$5\n"
	      "printf 'hello\\n'; exec tail -f /dev/null",
	      "hello");
	assert_int_equal(write(t.m.keys, " ", 1), 1);
	assert_false(watch(&t));
	assert_true(judge_over(&t.j));
	qmp_read(&t.qmp, &t.m.got[MACHINE_QMP], &t.j);
	assert_true(t.qmp.greeted);
	assert_string_equal(got(&t, MACHINE_QMP), "rest");
	machine_stop(&t.m);
	assert_int_equal(t.m.pid, -1);
	assert_true(now() - begin < 10);
	finish(&t);
}

/* What was written before an event is known when the event is. */
static void test_order(void **state)
{
	struct trial t;
	struct pollfd fds[MACHINE_POLL_FDS];

	(void)state;
	start(&t,
	      "head -c 900000 /dev/zero | tr '\\0' 'x'; printf 'event\\n' >&$5; exec tail -f "
	      "/dev/null",
	      NULL);
	while (t.m.got[MACHINE_QMP].len == 0) {
		poll(fds, machine_poll_fds(&t.m, fds), 30000);
		assert_false(machine_read(&t.m, fds, &t.j));
	}
	assert_int_equal(t.m.got[MACHINE_SERIAL].len, 900000);
	finish(&t);
}

/* A child that closes everything and ignores SIGTERM is ended, too. */
static void test_stubborn(void **state)
{
	struct trial t;
	double begin;

	(void)state;
	start(&t, "trap '' TERM; printf hello; exec >/dev/null 2>&1 tail -f /dev/null", "hello");
	assert_false(watch(&t));
	begin = now();
	machine_stop(&t.m);
	assert_true(now() - begin >= 0.9 && now() - begin < 10);
	assert_int_equal(t.m.pid, -1);
	finish(&t);
}

/* Of a guest that writes a great deal, the last bytes are kept. */
static void test_flood(void **state)
{
	struct strbuf *serial;
	struct trial t;

	(void)state;
	start(&t, "head -c 12000000 /dev/zero | tr '\\0' 'x'; printf y", NULL);
	assert_true(watch(&t));
	serial = &t.m.got[MACHINE_SERIAL];
	assert_in_range(serial->len, VM_KEEP, 2 * VM_KEEP);
	assert_int_equal(serial->data[0], 'x');
	assert_int_equal(serial->data[serial->len - 1], 'y');
	finish(&t);
}

static void test_files(void **state)
{
	struct machine m;
	struct trial t;
	int fd;

	(void)state;
	assert_int_equal(machine_open(&m), 0);
	assert_int_equal(machine_copy_file(&m, "/nonexistent", &fd), -ENOENT);
	for (int i = 0; i < MACHINE_FILES; i++)
		assert_int_equal(machine_copy_file(&m, "/proc/self/cmdline", &fd), 0);
	assert_int_equal(machine_copy_file(&m, "/proc/self/cmdline", &fd), -EMFILE);
	assert_int_equal(machine_add_file(&m, "", 0, &fd), -EMFILE);
	machine_close(&m);
	start(&t, "echo x >> /proc/self/fd/$6 && cat /proc/self/fd/$6", NULL);
	assert_true(watch(&t));
	assert_int_equal(t.e.status, 0);
	assert_string_equal(got(&t, MACHINE_SERIAL), "file\nx\n");
	finish(&t);
}

static void test_lines(void **state)
{
	struct strbuf b = {0};
	size_t at = 0;

	(void)state;
	assert_null(machine_line(&b, &at));
	strbuf_adds(&b, "one\n\ntw");
	assert_string_equal(machine_line(&b, &at), "one");
	assert_string_equal(machine_line(&b, &at), "");
	assert_null(machine_line(&b, &at));
	assert_string_equal(b.data, "tw");
	at = 0;
	strbuf_adds(&b, "o\n");
	assert_string_equal(machine_line(&b, &at), "two");
	assert_null(machine_line(&b, &at));
	assert_int_equal(b.len, 0);
	strbuf_free(&b);
}

static void test_cannot_run(void **state)
{
	struct machine m;

	(void)state;
	assert_int_equal(machine_open(&m), 0);
	m.program = mem_dup("/dev/null");
	vm_argv_add(&m.argv, "null");
	assert_int_equal(machine_start(&m), -EACCES);
	free(m.program);
	m.program = mem_dup("/nonexistent");
	assert_int_equal(machine_start(&m), -ENOENT);
	machine_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_bytes),
		cmocka_unit_test(test_stdout),
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_stubborn),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_cannot_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

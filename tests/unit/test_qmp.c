/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU tells of itself: its monitor, and its log. */
#include "testing.h"

#include <sys/socket.h>

#include "vm/qemu_log.h"
#include "vm/qmp.h"

static const struct recipe_test no_test;

struct trial {
	struct qmp q;
	struct judge j;
	struct strbuf got;
};

static void begin(struct trial *t)
{
	*t = (struct trial){0};
	qmp_begin(&t->q);
	judge_begin(&t->j, &no_test);
}

static void say(struct trial *t, const char *text)
{
	strbuf_adds(&t->got, text);
	qmp_read(&t->q, &t->got, &t->j);
}

static void finish(struct trial *t)
{
	judge_free(&t->j);
	strbuf_free(&t->got);
}

static void test_greeting_and_answers(void **state)
{
	struct trial t;

	(void)state;
	begin(&t);
	say(&t, "{\"QMP\": {\"version\": {}, \"capabilities\": []}}");
	assert_false(t.q.greeted);
	say(&t, "\r\n{\"return\": {}, \"id\": 1}\r\n{\"retu");
	assert_true(t.q.greeted);
	assert_int_equal(t.q.answered, 1);
	assert_false(t.q.refused);
	say(&t, "rn\": {}, \"id\": 2}\r\n"
		"{\"id\": 3, \"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\r\n");
	assert_int_equal(t.q.answered, 3);
	assert_true(t.q.refused);
	assert_int_equal(t.got.len, 0);
	finish(&t);
}

/* Bytes that are no JSON, JSON that is no message: nothing comes of it. */
static void test_rubbish(void **state)
{
	struct trial t;

	(void)state;
	begin(&t);
	say(&t, "no JSON\n[]\n1\n\n{\"event\": 1}\n{\"id\": \"x\"}\n{\"event\": \"RESET\"}\n"
		"{\"event\": \"SHUTDOWN\", \"data\": []}\n{");
	assert_false(t.q.greeted);
	assert_int_equal(t.q.answered, 0);
	assert_int_equal(t.q.end, JUDGE_EXITED);
	assert_null(t.j.hopeless);
	assert_int_equal(t.got.len, 1);
	finish(&t);
}

static void shuts_down(const char *reason, enum judge_end end)
{
	char *line = mem_printf("{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true, "
				"\"reason\": \"%s\"}}\r\n",
				reason);
	struct trial t;

	begin(&t);
	say(&t, line);
	assert_true(t.q.shut_down);
	assert_int_equal(t.q.resets, 0);
	assert_int_equal(t.q.end, end);
	finish(&t);
	free(line);
}

static void test_shutdown(void **state)
{
	(void)state;
	shuts_down("guest-shutdown", JUDGE_POWEROFF);
	shuts_down("guest-reset", JUDGE_RESET);
	shuts_down("guest-panic", JUDGE_EXITED);
	/* somebody ended QEMU, which has status 0 then: nothing that the guest said */
	shuts_down("host-signal", JUDGE_KILLED);
	shuts_down("host-qmp-quit", JUDGE_EXITED);
}

static void test_commands(void **state)
{
	struct trial t;
	char buf[256] = "";
	int fds[2];

	(void)state;
	begin(&t);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(qmp_say(&t.q, fds[0], "stop", NULL), 1);
	assert_int_equal(qmp_say(&t.q, fds[0], "send-key", "{\"keys\": []}"), 2);
	assert_true(read(fds[1], buf, sizeof buf - 1) > 0);
	assert_string_equal(buf, "{\"execute\": \"stop\", \"id\": 1}\n"
				 "{\"execute\": \"send-key\", \"arguments\": {\"keys\": []}, "
				 "\"id\": 2}\n");
	close(fds[1]);
	/* nobody is there: no harm */
	assert_int_equal(qmp_say(&t.q, fds[0], "stop", NULL), 3);
	assert_int_equal(qmp_say(&t.q, -1, "stop", NULL), 4);
	close(fds[0]);
	finish(&t);
}

/* The end of a log, with a triple fault, and what the verdict makes of it. */
static void faults(unsigned cpus, const char *first, const char *second, const char *want)
{
	const struct judge_event e = {.end = JUDGE_STOPPED};
	struct qemu_log log = {.cpus = cpus};
	char *reason = NULL;
	struct trial t;

	begin(&t);
	strbuf_adds(&t.got, "CPU Reset (CPU 0)\nEAX=00000000\nEIP=0000fff0 EFL=00000002\n");
	strbuf_adds(&t.got, first);
	qemu_log_read(&log, &t.got, false, &t.j);
	strbuf_adds(&t.got, second);
	qemu_log_read(&log, &t.got, true, &t.j);
	assert_false(judge_verdict(&t.j, &e, &reason));
	if (strstr(reason, want) == NULL)
		fail_msg("no \"%s\" in: %s", want, reason);
	free(reason);
	finish(&t);
}

static void test_triple_fault(void **state)
{
	(void)state;
	faults(1, "Triple fault\nCPU Reset (CPU 0)\nEAX=00000001\nEI",
	       "P=00100042 EFL=00000046 [---Z-P-] CPL=0\n", "triple fault (EIP=00100042)");
	faults(1, "Triple fault\nCPU Reset (CPU 0)\n", "RIP=0000000000100042 RFL=00000046\n",
	       "triple fault (RIP=0000000000100042)");
	/* the registers did not come, or may be another processor's */
	faults(1, "Triple fault\n", "", "triple fault");
	faults(2, "Triple fault\n", "CPU Reset (CPU 0)\nEIP=00100042 EFL=00000046\n",
	       "triple fault");
}

static void test_no_triple_fault(void **state)
{
	struct qemu_log log = {.cpus = 1};
	struct trial t;

	(void)state;
	begin(&t);
	strbuf_adds(&t.got, "CPU Reset (CPU 0)\nEIP=0000fff0 EFL=00000002\nfaults\n");
	qemu_log_read(&log, &t.got, true, &t.j);
	assert_false(judge_over(&t.j));
	finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greeting_and_answers),
		cmocka_unit_test(test_rubbish),
		cmocka_unit_test(test_shutdown),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_triple_fault),
		cmocka_unit_test(test_no_triple_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

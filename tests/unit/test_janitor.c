/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left behind by a process that is killed: nothing. Every janitor here is that of a child,
 * because this process does not end. */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/exec.h"
#include "base/janitor.h"
#include "base/publish.h"
#include "base/strbuf.h"

#define LIMIT_MS 10000

/* What a child does in the folder, before it says that it has done it and is killed. */
typedef void work(const char *dir);

static void nap(void)
{
	const struct timespec t = {.tv_nsec = 1000000};

	nanosleep(&t, NULL);
}

static bool gone_soon(const char *path)
{
	for (int ms = 0; ms < LIMIT_MS && fs_exists(path); ms++)
		nap();
	return !fs_exists(path);
}

/* The child's process, which has done WORK and waits. *SAID is to be closed. */
static pid_t begin(work *w, const char *dir, int *said)
{
	int ends[2];
	char c = 0;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(dir) == 0)
			w(dir);
		if (write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &c, 1), 1);
	*said = ends[0];
	return pid;
}

static void end(pid_t pid, int sig, int said)
{
	int code;

	kill(pid, sig);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFSIGNALED(code) && WTERMSIG(code) == sig);
	close(said);
}

static void killed(work *w, const char *dir, int sig)
{
	int said;
	pid_t pid = begin(w, dir, &said);

	end(pid, sig, said);
}

static void put(const char *path)
{
	if (fs_write(path, "x", 1) != 0)
		_exit(1);
}

static void make_all(const char *dir)
{
	char *absolute = path_join(dir, "absolute");

	put("mine");
	janitor_add("file");
	put("file");
	janitor_add(absolute);
	put(absolute);
	free(absolute);
	janitor_add("folder");
	if (fs_mkdirs("folder/a/b") != 0 || symlink("/etc", "folder/a/etc") != 0)
		_exit(1);
	put("folder/a/b/file");
	if (symlink("mine", "link") != 0)
		_exit(1);
	janitor_add("link");
	janitor_add("never made");
	janitor_add("kept");
	put("kept");
	janitor_forget("kept");
	/* twice there, once forgotten */
	janitor_add("twice");
	janitor_add("twice");
	put("twice");
	janitor_forget("twice");
	janitor_forget("unknown");
}

static void test_all_kinds(void **state)
{
	static const int signals[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP};
	static const char *const gone[] = {"file", "absolute", "folder", "link", "twice"};

	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		killed(make_all, *state, signals[i]);
		for (size_t n = 0; n < sizeof gone / sizeof *gone; n++) {
			char *path = path_join(*state, gone[n]);

			assert_true(gone_soon(path));
			free(path);
		}
	}
	for (size_t n = 0; n < 2; n++) {
		char *path = path_join(*state, n == 0 ? "kept" : "mine");

		assert_true(fs_exists(path));
		free(path);
	}
	assert_true(fs_exists("/etc/passwd"));
}

static void make_temporary(const char *dir)
{
	char folder[] = "folder.XXXXXX", file[] = "file.XXXXXX", nowhere[] = "no/where.XXXXXX";
	struct stat st;
	int fd;

	(void)dir;
	if (janitor_mkdtemp(folder) != 0 || stat(folder, &st) != 0 || !S_ISDIR(st.st_mode) ||
	    (st.st_mode & 0777) != 0700 || strstr(folder, "XXXXXX") != NULL)
		_exit(1);
	fd = janitor_mkstemp(file);
	if (fd < 0 || stat(file, &st) != 0 || (st.st_mode & 0777) != 0600)
		_exit(1);
	if (janitor_mkdtemp(nowhere) == 0 || errno != ENOENT)
		_exit(1);
	/* known by these names from now on */
	if (symlink(folder, "the folder") != 0 || symlink(file, "the file") != 0)
		_exit(1);
}

static void test_temporary(void **state)
{
	static const char *const links[] = {"the folder", "the file"};

	killed(make_temporary, *state, SIGKILL);
	for (size_t i = 0; i < 2; i++) {
		char *link = path_join(*state, links[i]), name[64], *path;
		ssize_t n = readlink(link, name, sizeof name - 1);

		assert_true(n > 0);
		name[n] = '\0';
		path = path_join(*state, name);
		assert_true(gone_soon(path));
		free(path);
		free(link);
	}
}

static void lock(const char *dir)
{
	(void)dir;
	janitor_add_lock("free.lock");
	put("free.lock");
	janitor_add_lock("held.lock");
	put("held.lock");
}

/* A lock that somebody else holds is his. */
static void test_lock(void **state)
{
	char *free_lock = path_join(*state, "free.lock"), *held = path_join(*state, "held.lock");
	int said, fd;
	pid_t pid = begin(lock, *state, &said);

	fd = open(held, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	end(pid, SIGKILL, said);
	assert_true(gone_soon(free_lock)); /* held.lock was looked at before it: last come first */
	assert_true(fs_exists(held));
	close(fd);
	free(held);
	free(free_lock);
}

static void publish(const char *dir)
{
	struct publish p;

	(void)dir;
	if (publish_begin("out", "demo", &p) != MK_OK || !fs_exists(p.dir) ||
	    !fs_exists("out/.demo.lock") || symlink(p.dir, "the folder") != 0)
		_exit(1);
}

static void test_publish(void **state)
{
	char *link = path_join(*state, "the folder"), *out = path_join(*state, "out");
	char name[64], *path;
	ssize_t n;

	killed(publish, *state, SIGKILL);
	n = readlink(link, name, sizeof name - 1);
	assert_true(n > 0);
	name[n] = '\0';
	path = path_join(*state, name);
	assert_true(gone_soon(path));
	free(path);
	path = path_join(out, ".demo.lock");
	assert_true(gone_soon(path));
	free(path);
	assert_int_equal(rmdir(out), 0); /* and nothing else is in it */
	free(out);
	free(link);
}

/* A program that mkboot has started, and that writes as long as it lives. */
static void writer(const char *dir)
{
	static const char *const argv[] = {
		"sh", "-c", "echo $$ > pid; while :; do mkdir -p folder/a; echo > folder/a/b; done",
		NULL};

	(void)dir;
	janitor_add("folder");
	if (fork() == 0) {
		exec_try(argv, NULL, NULL);
		_exit(1);
	}
	while (!fs_exists("folder/a/b"))
		nap();
}

/* It has the connection, so that nothing is removed while it lives; the child that waits for it,
 * and with whom it ends, here is not the one that is killed. */
static void test_writer(void **state)
{
	char *folder = path_join(*state, "folder"), *path = path_join(*state, "pid");
	struct strbuf text = {0};
	int said;
	pid_t pid = begin(writer, *state, &said);

	assert_int_equal(fs_read(path, 100, &text), 0);
	end(pid, SIGKILL, said);
	for (int ms = 0; ms < 300; ms++)
		nap();
	assert_true(fs_exists(folder));
	assert_int_equal(kill((pid_t)atol(text.data), SIGKILL), 0);
	assert_true(gone_soon(folder));
	strbuf_free(&text);
	free(path);
	free(folder);
}

static void starter(const char *dir)
{
	static const char *const argv[] = {
		"sh", "-c", "echo $$ > pid; mv pid pid.whole; exec sleep 1000", NULL};

	(void)dir;
	/* the parent of the program is who is killed */
	if (write(STDOUT_FILENO, "", 0) == 0)
		exec_try(argv, NULL, NULL);
}

/* A program ends with who started it. */
static void test_program_ends(void **state)
{
	char *path = path_join(*state, "pid.whole");
	struct strbuf text = {0};
	pid_t pid, program;
	int code, ms;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(*state) == 0)
			starter(*state);
		_exit(1);
	}
	for (ms = 0; ms < LIMIT_MS && !fs_exists(path); ms++)
		nap();
	assert_int_equal(fs_read(path, 100, &text), 0);
	program = (pid_t)atol(text.data);
	assert_int_equal(kill(program, 0), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	for (ms = 0; ms < LIMIT_MS && kill(program, 0) == 0; ms++)
		nap();
	assert_true(ms < LIMIT_MS);
	strbuf_free(&text);
	free(path);
}

/* It has ended before the function returns: a child less, and what was told it afterwards stays. */
static void end_early(const char *dir)
{
	(void)dir;
	janitor_end(); /* there is none */
	janitor_add("early");
	put("early");
	janitor_end();
	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD || fs_exists("early"))
		_exit(1);
	janitor_add("late");
	put("late");
	janitor_forget("late");
	janitor_end();
}

static void test_ended(void **state)
{
	char *late = path_join(*state, "late");

	killed(end_early, *state, SIGKILL);
	assert_true(fs_exists(late));
	free(late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ended, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_temporary, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_all_kinds, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_lock, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_publish, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_writer, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_program_ends, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

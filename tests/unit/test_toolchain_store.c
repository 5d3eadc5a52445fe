/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "base/strbuf.h"
#include "toolchain/job.h"
#include "toolchain/store.h"
#include "toolchain/toolchain.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>

static int store_setup(void **state)
{
	int r = folder_setup(state);

	setenv("MKBOOT_CACHE", *state, 1);
	return r;
}

/* Another program makes it: what a program itself uses, it does not remove. */
static void make(const char *name, const char *what)
{
	pid_t pid = fork();
	int code;

	if (pid == 0) {
		struct store_slot slot;

		if (store_begin(STORE_GRUB, name, what, &slot) != MK_OK || slot.dir == NULL ||
		    store_commit(&slot, what) != MK_OK)
			_exit(1);
		store_end(&slot);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_int_equal(code, 0);
}

static void test_once(void **state)
{
	struct store_slot slot;
	struct toolchain_item *items;
	char *path = path_join(*state, "toolchain/grub/x");
	size_t n;

	/* given up: nothing is there */
	assert_int_equal(store_begin(STORE_GRUB, "x", "X", &slot), MK_OK);
	assert_non_null(slot.dir);
	store_end(&slot);
	assert_false(fs_exists(path));
	make("x", "GRUB 9");
	assert_int_equal(toolchain_list(&items, &n), MK_OK);
	assert_int_equal(n, 1);
	assert_string_equal(items[0].path, path);
	assert_string_equal(items[0].what, "GRUB 9");
	assert_true(items[0].size > 0);
	assert_true(time(NULL) - items[0].made < 100);
	toolchain_items_free(items, n);
	assert_int_equal(toolchain_clean(), MK_OK);
	assert_false(fs_exists(path));
	assert_int_equal(toolchain_list(&items, &n), MK_OK);
	assert_int_equal(n, 0);
	toolchain_items_free(items, n);
	free(path);
}

static void test_in_use(void **state)
{
	struct store_slot slot;
	char *path = path_join(*state, "toolchain/grub/x");
	struct caught c;

	make("x", "GRUB 9");
	assert_int_equal(store_begin(STORE_GRUB, "x", "X", &slot), MK_OK);
	assert_null(slot.dir);
	assert_string_equal(slot.path, path);
	store_end(&slot);
	catch_begin(&c);
	assert_int_equal(toolchain_clean(), MK_OK);
	catch_end(&c);
	assert_non_null(strstr(c.text, "x stays: another mkboot is at work with it"));
	assert_true(fs_exists(path));
	free(c.text);
	free(path);
}

/* What a killed one left is removed, by the next that makes the same and by clean. */
static void test_stale(void **state)
{
	char *stale = path_join(*state, "toolchain/grub/.x.mkboot-abcdef/sub");
	char *other = path_join(*state, "toolchain/grub/.xy.mkboot-abcdef");
	struct store_slot slot;

	assert_int_equal(fs_mkdirs(stale), 0);
	assert_int_equal(fs_mkdirs(other), 0);
	assert_int_equal(store_begin(STORE_GRUB, "x", "X", &slot), MK_OK);
	assert_false(fs_exists(stale));
	assert_true(fs_exists(other));
	store_end(&slot);
	assert_int_equal(toolchain_clean(), MK_OK);
	assert_false(fs_exists(other));
	free(other);
	free(stale);
}

/* Does PID wait for a flock? (proc(5), /proc/locks: "1: -> FLOCK  ADVISORY  WRITE PID ...") */
static bool waits_for_lock(pid_t pid)
{
	char line[256];
	FILE *locks = fopen("/proc/locks", "re");
	bool found = false;
	int waiter;

	while (locks != NULL && !found && fgets(line, sizeof line, locks) != NULL)
		found = sscanf(line, "%*d: -> FLOCK %*s %*s %d", &waiter) == 1 && waiter == pid;
	if (locks != NULL)
		fclose(locks);
	return found;
}

/* Two at once: the second waits, says so, and has what the first made; clean leaves it alone. */
static void test_two(void **state)
{
	struct store_slot slot;
	struct caught c;
	int go[2];
	char byte;
	pid_t pid;
	int code;

	(void)state;
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct store_slot mine;

		if (store_begin(STORE_GRUB, "x", "X", &mine) != MK_OK || mine.dir == NULL)
			_exit(1);
		if (write(go[1], "g", 1) != 1)
			_exit(1);
		for (int tries = 0; tries < 3000 && !waits_for_lock(getppid()); tries++)
			usleep(10000);
		_exit(store_commit(&mine, "made by the first") == MK_OK ? 0 : 1);
	}
	assert_int_equal(read(go[0], &byte, 1), 1);
	catch_begin(&c);
	assert_int_equal(toolchain_clean(), MK_OK);
	assert_int_equal(store_begin(STORE_GRUB, "x", "GRUB X", &slot), MK_OK);
	catch_end(&c);
	assert_null(slot.dir);
	store_end(&slot);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_int_equal(code, 0);
	assert_non_null(strstr(c.text, "x stays: another mkboot is at work"));
	assert_non_null(strstr(c.text, "GRUB X is being made by another mkboot; waiting for it"));
	free(c.text);
	close(go[0]);
	close(go[1]);
}

static void test_job_words(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); done; exit 3",
		NULL};
	static const char *const none[] = {"no-such-program", NULL};
	char *log = path_join(*state, "log");
	struct job job = {.argv = argv, .package = "p", .log = log, .what = "counting"};
	struct caught c;

	catch_begin(&c);
	assert_int_equal(job_run(&job), MK_FAILED);
	catch_end(&c);
	assert_null(strstr(c.text, "line 9\n"));
	assert_non_null(strstr(c.text, "line 10\n"));
	assert_non_null(strstr(c.text, "line 29\n"));
	assert_non_null(strstr(c.text, "counting: sh failed with exit status 3; above is the end"));
	assert_non_null(strstr(c.text, log));
	free(c.text);
	job.argv = none;
	catch_begin(&c);
	assert_int_equal(job_run(&job), MK_MISSING);
	catch_end(&c);
	assert_non_null(strstr(c.text, "apt-get install p"));
	free(c.text);
	free(log);
}

/* The environment that could change what is built does not get in. */
static void test_job_environment(void **state)
{
	static const char *const argv[] = {"sh", "-c",
					   "echo \"<$CFLAGS$MAKEFLAGS$CPATH$LC_ALL$MORE>\"", NULL};
	static const char *const env[] = {"MORE=!", NULL};
	char *log = path_join(*state, "log");
	const struct job job = {.argv = argv, .env = env, .package = "p", .log = log};
	struct strbuf text = {0};

	setenv("CFLAGS", "bad", 1);
	setenv("MAKEFLAGS", "bad", 1);
	setenv("CPATH", "bad", 1);
	assert_int_equal(job_try(&job), 0);
	unsetenv("CFLAGS");
	unsetenv("MAKEFLAGS");
	unsetenv("CPATH");
	assert_int_equal(fs_read(log, 4096, &text), 0);
	assert_non_null(strstr(text.data, "\n<C!>\n"));
	strbuf_free(&text);
	free(log);
}

/* Killed without a chance to clean up, mkboot takes the job and the job's own children along: they
 * all hold LOCK's description, so that the lock is free when, and only when, the last is gone. */
static void test_job_dies(void **state)
{
	static const char *const argv[] = {"sh", "-c", "sleep 100 & sleep 100 & echo both; wait",
					   NULL};
	char *log = path_join(*state, "log"), *lock = path_join(*state, "lock");
	const struct job job = {.argv = argv, .package = "p", .log = log};
	int fd, code, tries = 0;
	struct strbuf text = {0};
	pid_t pid = fork();

	if (pid == 0) {
		/* without O_CLOEXEC: the whole family has it */
		fd = open(lock, O_RDWR | O_CREAT, 0666);
		if (fd < 0 || flock(fd, LOCK_EX) != 0)
			_exit(1);
		job_try(&job);
		_exit(0);
	}
	/* until they run: the log begins with the command */
	while (fs_read(log, 4096, &text) != 0 || text.len == 0 ||
	       strstr(text.data, "\nboth\n") == NULL) {
		usleep(10000);
		assert_true(++tries < 3000);
		strbuf_free(&text);
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &code, 0), pid);
	fd = open(lock, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	for (tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
		usleep(10000);
		assert_true(tries < 2000);
	}
	close(fd);
	strbuf_free(&text);
	free(lock);
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_once, store_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_in_use, store_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_stale, store_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_two, store_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_job_words, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_job_environment, folder_setup,
						folder_teardown),
		cmocka_unit_test_setup_teardown(test_job_dies, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

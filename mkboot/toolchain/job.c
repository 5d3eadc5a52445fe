/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/job.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_LINES 20
#define TAIL_BYTES ((off_t)64 << 10)
#define TAIL_WIDTH 160
#define TICK_MS    200

/* What of mkboot's environment a job sees. */
static const char *const kept[] = {"PATH",       "HOME",        "http_proxy", "https_proxy",
				   "HTTP_PROXY", "HTTPS_PROXY", "all_proxy",  "ALL_PROXY",
				   "no_proxy",   "NO_PROXY",    "APT_CONFIG"};

static char **make_env(const char *tmp, const char *const more[])
{
	char **env = NULL;
	size_t n = 0;

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		const char *v = getenv(kept[i]);

		if (v != NULL)
			*MEM_PUSH(env, n) = mem_printf("%s=%s", kept[i], v);
	}
	*MEM_PUSH(env, n) = mem_printf("TMPDIR=%s", tmp);
	*MEM_PUSH(env, n) = mem_dup("LC_ALL=C");
	*MEM_PUSH(env, n) = mem_dup("TZ=UTC0");
	for (size_t i = 0; more != NULL && more[i] != NULL; i++)
		*MEM_PUSH(env, n) = mem_dup(more[i]);
	*MEM_PUSH(env, n) = NULL;
	return env;
}

static void free_env(char **env)
{
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
}

/* In the supervisor: its parent is gone, or wants an end. */
static void kill_group(int sig)
{
	(void)sig;
	kill(0, SIGKILL);
}

static _Noreturn void run_program(const struct job *job, const char *path, char **env, int log)
{
	int null = open("/dev/null", O_RDONLY);

	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
	    (job->dir != NULL && chdir(job->dir) != 0))
		_exit(126);
	execve(path, (char *const *)(uintptr_t)job->argv, env);
	_exit(126);
}

/*
 * The supervisor: a process between mkboot and the program, head of a process group. The kernel
 * sends it SIGTERM when mkboot ends in whatever way (PR_SET_PDEATHSIG); it kills the group, itself
 * too. It has a copy of mkboot's locks, so that those end after the last of the group.
 */
static _Noreturn void supervise(const struct job *job, char *path, char *tmp, char **env, int log,
				pid_t parent)
{
	struct sigaction on_term = {.sa_handler = kill_group};
	int code = 0;
	pid_t pid;

	setpgid(0, 0);
	sigaction(SIGTERM, &on_term, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126);
	pid = fork();
	if (pid == 0)
		run_program(job, path, env, log);
	while (pid < 0 || waitpid(pid, &code, 0) < 0) {
		if (pid < 0 || errno != EINTR)
			_exit(126);
	}
	free_env(env); /* valgrind looks at this process, too */
	free(path);
	free(tmp);
	_exit(WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code));
}

/* Count the lines that came to the log, draw the bar, until the supervisor has ended: then END,
 * whose other side it has, is closed. */
static void watch(const struct job *job, int end, off_t from)
{
	struct pollfd fd = {.fd = end, .events = POLLIN};
	int log = open(job->log, O_RDONLY | O_CLOEXEC);
	unsigned lines = 0;
	char buf[4096];

	while (poll(&fd, 1, job->progress != NULL && job->progress->terminal ? TICK_MS : -1) == 0 ||
	       fd.revents == 0) {
		ssize_t n;

		while (log >= 0 && (n = pread(log, buf, sizeof buf, from)) > 0) {
			for (ssize_t i = 0; i < n; i++)
				lines += buf[i] == '\n';
			from += n;
		}
		progress_draw(job->progress,
			      job->lines > 0 ? (double)lines / (double)job->lines : 0);
	}
	if (log >= 0)
		close(log);
}

/* For free(); NULL, and errno, where it cannot be made. */
static char *make_temporary(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = path_join(tmp != NULL && tmp[0] == '/' ? tmp : "/tmp", "mkboot-job-XXXXXX");

	if (janitor_mkdtemp(dir) != 0) {
		free(dir);
		dir = NULL;
	}
	return dir;
}

int job_try(const struct job *job)
{
	char *path = exec_find(job->argv[0]), *tmp = NULL, **env = NULL;
	int log = -1, ends[2] = {-1, -1}, code = 0, r = 0;
	pid_t parent = getpid(), pid;
	struct stat st;

	if (path == NULL)
		return -ENOENT;
	log = open(job->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (log < 0 || fstat(log, &st) != 0 || pipe2(ends, O_CLOEXEC) != 0 ||
	    (tmp = make_temporary()) == NULL) {
		r = -errno;
		goto done;
	}
	dprintf(log, "\n$");
	for (size_t i = 0; job->argv[i] != NULL; i++)
		dprintf(log, " %s", job->argv[i]);
	dprintf(log, "\n");
	env = make_env(tmp, job->env);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		supervise(job, path, tmp, env, log, parent);
	}
	if (pid < 0) {
		r = -errno;
		goto done;
	}
	close(ends[1]);
	ends[1] = -1;
	watch(job, ends[0], st.st_size);
	while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
		;
	r = WIFSIGNALED(code) ? 128 + WTERMSIG(code) : WEXITSTATUS(code);
done:
	if (env != NULL)
		free_env(env);
	for (int i = 0; i < 2; i++) {
		if (ends[i] >= 0)
			close(ends[i]);
	}
	if (log >= 0)
		close(log);
	if (tmp != NULL) {
		fs_remove_tree(tmp);
		janitor_forget(tmp);
	}
	free(tmp);
	free(path);
	return r;
}

static void show_tail(const char *path)
{
	struct strbuf text = {0};
	struct stat st;
	size_t lines = 0, at;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *buf;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		off_t from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
		size_t len = (size_t)(st.st_size - from);

		buf = mem_alloc(len);
		if (fs_pread(fd, buf, len, from) == 0)
			strbuf_add(&text, buf, len);
		free(buf);
	}
	close(fd);
	for (at = text.len; at > 0; at--) {
		if (text.data[at - 1] == '\n' && at < text.len && ++lines == TAIL_LINES)
			break;
	}
	while (at < text.len) {
		size_t n = strcspn(text.data + at, "\n");

		/* a compiler's command line would fill the screen */
		fprintf(stderr, "%.*s%s\n", (int)(n > TAIL_WIDTH ? TAIL_WIDTH : n), text.data + at,
			n > TAIL_WIDTH ? "..." : "");
		at += n + 1;
	}
	strbuf_free(&text);
}

enum mk_status job_run(const struct job *job)
{
	int r = job_try(job);

	if (r == 0)
		return MK_OK;
	progress_hide(job->progress);
	if (r == -ENOENT)
		return msg_missing(job->argv[0], job->package);
	if (r < 0)
		return msg_errno(job->argv[0], r, "cannot run");
	show_tail(job->log);
	if (r > 128)
		return msg_fail(MK_FAILED, "%s: %s was ended by signal %d; above is the end of %s",
				job->what, job->argv[0], r - 128, job->log);
	return msg_fail(MK_FAILED, "%s: %s failed with exit status %d; above is the end of %s",
			job->what, job->argv[0], r, job->log);
}

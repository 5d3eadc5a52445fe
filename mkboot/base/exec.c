/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/exec.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

char *exec_find(const char *program)
{
	const char *path = getenv("PATH");
	char *all, *save = NULL, *found = NULL;

	if (strchr(program, '/') != NULL)
		return access(program, X_OK) == 0 ? mem_dup(program) : NULL;
	all = mem_printf("%s:/usr/sbin:/sbin", path != NULL ? path : "/usr/bin:/bin");
	for (char *dir = strtok_r(all, ":", &save); dir != NULL && found == NULL;
	     dir = strtok_r(NULL, ":", &save)) {
		found = mem_printf("%s/%s", dir, program);
		if (access(found, X_OK) != 0) {
			free(found);
			found = NULL;
		}
	}
	free(all);
	return found;
}

static bool same_name(const char *a, const char *b)
{
	size_t n = strcspn(a, "=");

	return strncmp(a, b, n) == 0 && b[n] == '=';
}

/* mkboot's environment with ENV's entries in place of those of the same name. */
static char **merge_env(const char *const env[])
{
	char **merged = NULL;
	size_t n = 0;

	for (char **e = environ; *e != NULL; e++) {
		bool replaced = false;

		for (size_t i = 0; env != NULL && env[i] != NULL; i++)
			replaced = replaced || same_name(env[i], *e);
		if (!replaced)
			*MEM_PUSH(merged, n) = *e;
	}
	for (size_t i = 0; env != NULL && env[i] != NULL; i++)
		*MEM_PUSH(merged, n) = (char *)(uintptr_t)env[i];
	*MEM_PUSH(merged, n) = NULL;
	return merged;
}

/* Read both pipes until both end, so that neither fills up and blocks the program. */
static void drain(int out_fd, struct strbuf *out, int err_fd, struct strbuf *err)
{
	struct pollfd fds[2] = {{.fd = out_fd, .events = POLLIN}, {.fd = err_fd, .events = POLLIN}};
	struct strbuf *bufs[2] = {out, err};
	char buf[65536];

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (fds[i].fd < 0 || fds[i].revents == 0)
				continue;
			n = read(fds[i].fd, buf, sizeof buf);
			if (n < 0 && (errno == EINTR || errno == EAGAIN))
				continue;
			if (n <= 0)
				fds[i].fd = -1;
			else if (bufs[i] != NULL)
				strbuf_add(bufs[i], buf, (size_t)n);
		}
	}
}

/* Between vfork and exec: the memory is mkboot's, so system calls only. Where it cannot be done,
 * errno goes into the pipe REPORT. The program ends with mkboot, so that nobody writes into
 * temporary folders that are being removed (base/janitor.h). */
static _Noreturn void become(const char *path, const char *const argv[], char **env, int out,
			     int err, pid_t parent, int report)
{
	int e, null;
	sigset_t none;

	/* If the parent died before the request, nobody would ever send the signal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(err, STDERR_FILENO) >= 0)
		execve(path, (char *const *)(uintptr_t)argv, env);
	e = errno;
	_exit(write(report, &e, sizeof e) == sizeof e ? 1 : 2);
}

/* 0 or a negative errno. (posix_spawn knows no PR_SET_PDEATHSIG; vfork is as quick.) */
static int spawn(const char *path, const char *const argv[], char **env, int out, int err,
		 pid_t *pid)
{
	int report[2], e = 0;
	pid_t parent = getpid();

	/* the program closes it by being executed */
	if (pipe2(report, O_CLOEXEC) != 0)
		return -errno;
	*pid = vfork();
	if (*pid == 0)
		become(path, argv, env, out, err, parent, report[1]);
	e = *pid < 0 ? errno : 0;
	close(report[1]);
	while (e == 0 && read(report[0], &e, sizeof e) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (e != 0 && *pid > 0) {
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return -e;
}

/* The status of the program at PATH, as waitpid has it; or a negative errno. */
static int run(const char *path, const char *const argv[], const char *const env[],
	       struct strbuf *out, struct strbuf *err)
{
	int out_pipe[2] = {-1, -1}, err_pipe[2] = {-1, -1};
	char **merged = merge_env(env);
	int r = 0, code = 0;
	pid_t pid = -1;

	if (pipe2(out_pipe, O_CLOEXEC) != 0 || pipe2(err_pipe, O_CLOEXEC) != 0) {
		r = -errno;
		goto done;
	}
	r = spawn(path, argv, merged, out_pipe[1], err_pipe[1], &pid);
	if (r != 0)
		goto done;
	close(out_pipe[1]);
	close(err_pipe[1]);
	out_pipe[1] = err_pipe[1] = -1;
	drain(out_pipe[0], out, err_pipe[0], err);
	while (waitpid(pid, &code, 0) < 0 && errno == EINTR)
		;
	r = code;
done:
	for (int i = 0; i < 2; i++) {
		if (out_pipe[i] >= 0)
			close(out_pipe[i]);
		if (err_pipe[i] >= 0)
			close(err_pipe[i]);
	}
	free(merged);
	return r;
}

int exec_try(const char *const argv[], struct strbuf *out, struct strbuf *err)
{
	char *path = exec_find(argv[0]);
	int r = path != NULL ? run(path, argv, NULL, out, err) : -ENOENT;

	free(path);
	if (r < 0)
		return r;
	return WIFSIGNALED(r) ? 128 + WTERMSIG(r) : WEXITSTATUS(r);
}

enum mk_status exec_run(const char *package, const char *const argv[], const char *const env[],
			struct strbuf *out)
{
	struct strbuf err = {0};
	enum mk_status st = MK_OK;
	char *path = exec_find(argv[0]);
	int code;

	if (path == NULL)
		return msg_missing(argv[0], package);
	code = run(path, argv, env, out, &err);
	strbuf_adds(&err, "");
	if (code < 0)
		st = msg_errno(path, code, "cannot run");
	else if (WIFSIGNALED(code))
		st = msg_fail(MK_FAILED, "%s was ended by signal %d", argv[0], WTERMSIG(code));
	else if (WEXITSTATUS(code) != 0)
		st = msg_fail(MK_FAILED, "%s failed with exit status %d%s%.*s", argv[0],
			      WEXITSTATUS(code), err.len > 0 ? ": " : "",
			      (int)strcspn(err.data, "\n"), err.data);
	strbuf_free(&err);
	free(path);
	return st;
}

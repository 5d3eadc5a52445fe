/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/keeper.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10; an older one ignores it */
#endif
#define STRICT (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* What did not work, for mkboot to say. */
struct report {
	int err;
	char what[60];
};

static _Noreturn void give_up(int fd, const char *what)
{
	struct report r = {.err = errno};

	snprintf(r.what, sizeof r.what, "%s", what);
	_exit(write(fd, &r, sizeof r) == sizeof r ? 1 : 2);
}

/* A file system of its own, in it the folder that leads to the tree, and a link to the tree. */
static const char *make_root(const struct keeper *k)
{
	char *link = path_join(KEEPER_ROOT, k->folder), *to = path_join(KEEPER_TOP, k->tree);
	char *folder = path_dir(link);
	const char *failed = NULL;
	int top;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return "keep its mounts to itself";
	/* it may lie below what is covered now */
	top = open(k->top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return "open the folder of the TFTP tree";
	umask(022);
	if (mount("mkboot", KEEPER_MOUNT, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") !=
	    0)
		failed = "mount a file system at " KEEPER_MOUNT;
	else if (mkdir(KEEPER_TOP, 0755) != 0 || fs_mkdirs(folder) != 0 || symlink(to, link) != 0)
		failed = "make the tree's folder at " KEEPER_MOUNT;
	else if (fchdir(top) != 0 || mount(".", KEEPER_TOP, NULL, MS_BIND, NULL) != 0 ||
		 chdir("/") != 0)
		failed = "bind the TFTP tree to " KEEPER_TOP;
	/* the link is followed, and none that it leads to */
	else if (mount(NULL, KEEPER_TOP, NULL, MS_REMOUNT | MS_BIND | STRICT | MS_NOSYMFOLLOW,
		       NULL) != 0 ||
		 mount(NULL, KEEPER_MOUNT, NULL, MS_REMOUNT | MS_BIND | STRICT, NULL) != 0)
		failed = "make the TFTP tree read-only";
	free(folder);
	free(link);
	free(to);
	close(top);
	return failed;
}

/* lines[1] is where it writes; report closes by the program's being executed. */
static _Noreturn void become_dnsmasq(const struct keeper *k, int lines, int report)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (dup2(k->config, STDIN_FILENO) < 0 || dup2(lines, STDOUT_FILENO) < 0 ||
	    dup2(lines, STDERR_FILENO) < 0)
		give_up(report, "give dnsmasq its files");
	execv(k->program, k->argv);
	give_up(report, "start dnsmasq");
}

/* Until mkboot or dnsmasq is gone. */
static _Noreturn void keep(const struct keeper *k, pid_t dnsmasq, int life, int children)
{
	struct pollfd p[] = {{.fd = life, .events = POLLIN}, {.fd = children, .events = POLLIN}};
	int status = 0;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (waitpid(dnsmasq, &status, WNOHANG) == dnsmasq)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		if (p[0].revents != 0)
			break;
		if (p[1].revents != 0) {
			struct signalfd_siginfo info;

			(void)!read(children, &info, sizeof info);
		}
	}
	if (!k->jailed) { /* else its end is everybody's */
		kill(dnsmasq, SIGKILL);
		waitpid(dnsmasq, NULL, 0);
	}
	_exit(0);
}

static _Noreturn void be_keeper(const struct keeper *k, int life, int lines, int report)
{
	const char *failed = NULL;
	sigset_t children;
	pid_t pid;
	int fd;

	/* Ctrl-C is mkboot's affair */
	setsid();
	prctl(PR_SET_NAME, "mkboot-keeper");
	signal(SIGHUP, SIG_IGN);
	if (k->jailed && k->tree != NULL)
		failed = make_root(k);
	if (failed != NULL)
		give_up(report, failed);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	fd = signalfd(-1, &children, SFD_CLOEXEC);
	pid = fd >= 0 ? fork() : -1;
	if (pid == 0)
		become_dnsmasq(k, lines, report);
	if (pid < 0)
		give_up(report, "start another process");
	/* a descriptor that it held, of mkboot's, would keep somebody waiting */
	if (dup2(life, 0) < 0 || dup2(fd, 1) < 0)
		give_up(report, "keep its pipes");
	closefrom(2);
	/* the right to end dnsmasq is root's where there is no namespace */
	if (k->jailed && serve_user_drop(k->user) != 0)
		_exit(1);
	keep(k, pid, 0, 1);
}

/* fork(2), into namespaces. */
static pid_t fork_jailed(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL,
			      NULL);
}

bool keeper_can_jail(void)
{
	pid_t pid = fork_jailed();
	int status = 1;

	if (pid == 0) /* and is there a place for the tree? */
		_exit(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		      mount("mkboot", KEEPER_MOUNT, "tmpfs", 0, NULL) != 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

enum mk_status keeper_start(struct keeper *k)
{
	int life[2] = {-1, -1}, lines[2] = {-1, -1}, report[2] = {-1, -1};
	struct report r = {0};
	ssize_t n = 0;

	k->pid = -1;
	if (pipe2(life, O_CLOEXEC) != 0 || pipe2(lines, O_CLOEXEC) != 0 ||
	    pipe2(report, O_CLOEXEC) != 0)
		return msg_errno("a pipe", errno, "cannot be made");
	fflush(stdout);
	k->pid = k->jailed ? fork_jailed() : fork();
	if (k->pid == 0) {
		close(life[1]);
		be_keeper(k, life[0], lines[1], report[1]);
	}
	close(life[0]);
	close(lines[1]);
	close(report[1]);
	k->life = life[1];
	k->lines = lines[0];
	while (k->pid > 0 && (n = read(report[0], &r, sizeof r)) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (k->pid < 0)
		return msg_errno("dnsmasq", errno, "cannot be started");
	if (n == 0)
		return MK_OK;
	r.what[sizeof r.what - 1] = '\0';
	keeper_end(k);
	return msg_fail(MK_FAILED, "dnsmasq cannot be started: cannot %s: %s", r.what,
			strerror(r.err));
}

int keeper_end(struct keeper *k)
{
	int status = 0;

	if (k->life >= 0)
		close(k->life);
	k->life = -1;
	while (k->pid > 0 && waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	k->pid = -1;
	if (k->lines >= 0)
		close(k->lines);
	k->lines = -1;
	return status;
}

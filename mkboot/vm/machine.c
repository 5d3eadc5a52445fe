/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/machine.h"
#include "base/clock.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS  1000      /* from SIGTERM to SIGKILL */
#define PIPE_SIZE (1 << 20) /* the largest an unprivileged user may ask for, pipe(7) */
#define CHUNK     65536     /* read at once */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int socket_pair(int *ours, int *theirs)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return -errno;
	*ours = fds[0];
	*theirs = fds[1];
	return 0;
}

static int pipe_pair(int *ours, int *theirs)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	*ours = fds[0];
	*theirs = fds[1];
	fcntl(*theirs, F_SETPIPE_SZ, PIPE_SIZE); /* a courtesy: the default does as well */
	return 0;
}

int machine_open(struct machine *m)
{
	int r;

	*m = (struct machine){.keys = -1,
			      .their_keys = -1,
			      .life = -1,
			      .their_life = -1,
			      .on_stdout = MACHINE_STDOUT,
			      .pid = -1};
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++)
		m->ours[i] = m->theirs[i] = -1;
	r = socket_pair(&m->keys, &m->their_keys);
	if (r == 0)
		r = pipe_pair(&m->life, &m->their_life);
	for (int i = 0; i < MACHINE_CHANNEL_COUNT && r == 0; i++) {
		bool both_ways = i == MACHINE_SCREEN || i == MACHINE_QMP;

		r = (both_ways ? socket_pair : pipe_pair)(&m->ours[i], &m->theirs[i]);
		if (r == 0 && fcntl(m->ours[i], F_SETFL, O_NONBLOCK) != 0)
			r = -errno;
	}
	return r;
}

static int add_file(struct machine *m, int *fd)
{
	if (m->n_files == MACHINE_FILES)
		return -EMFILE;
	*fd = memfd_create("mkboot", MFD_CLOEXEC);
	if (*fd < 0)
		return -errno;
	m->files[m->n_files++] = *fd;
	return 0;
}

int machine_add_file(struct machine *m, const void *bytes, size_t len, int *fd)
{
	int r = add_file(m, fd);

	if (r == 0)
		r = fs_write_all(*fd, bytes, len);
	/* who goes on reading or writing it begins at its start */
	return r == 0 && lseek(*fd, 0, SEEK_SET) < 0 ? -errno : r;
}

int machine_copy_file(struct machine *m, const char *path, int *fd)
{
	struct stat st;
	int r = 0, from = open(path, O_RDONLY | O_CLOEXEC);

	if (from < 0 || fstat(from, &st) != 0)
		r = -errno;
	else
		r = add_file(m, fd);
	if (r == 0)
		r = fs_copy_range(from, 0, *fd, 0, (uint64_t)st.st_size);
	close_fd(&from);
	return r;
}

int machine_open_file(struct machine *m, const char *path, int flags, int *fd)
{
	if (m->n_files == MACHINE_FILES)
		return -EMFILE;
	*fd = open(path, flags | O_CLOEXEC);
	if (*fd < 0)
		return -errno;
	m->files[m->n_files++] = *fd;
	return 0;
}

int machine_make_pipe(struct machine *m, enum machine_channel channel)
{
	int r;

	close_fd(&m->ours[channel]);
	close_fd(&m->theirs[channel]);
	r = pipe_pair(&m->ours[channel], &m->theirs[channel]);
	return r == 0 && fcntl(m->ours[channel], F_SETFL, O_NONBLOCK) != 0 ? -errno : r;
}

static void keep_open(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFD, 0);
}

/* Between fork and exec: async-signal-safe calls only. Where it cannot be done, errno goes into
 * the pipe REPORT. */
static _Noreturn void become(const struct machine *m, pid_t parent, int report)
{
	sigset_t none;
	int err;

	/* If the parent died before the request, nobody would ever send the signal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(m->their_keys, STDIN_FILENO);
	dup2(m->theirs[m->on_stdout], STDOUT_FILENO);
	dup2(m->theirs[MACHINE_STDERR], STDERR_FILENO);
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		if (i != (int)m->on_stdout && i != MACHINE_STDOUT && i != MACHINE_STDERR)
			keep_open(m->theirs[i]);
	}
	keep_open(m->their_life);
	for (size_t i = 0; i < m->n_files; i++)
		keep_open(m->files[i]);
	execv(m->program, m->argv.items);
	err = errno;
	_exit(write(report, &err, sizeof err) == sizeof err ? 1 : 2);
}

int machine_start(struct machine *m)
{
	int report[2], err = 0;
	pid_t parent = getpid();

	/* the program closes it by being executed */
	if (pipe2(report, O_CLOEXEC) != 0)
		return -errno;
	m->pid = fork();
	if (m->pid == 0)
		become(m, parent, report[1]);
	err = m->pid < 0 ? errno : 0;
	close(report[1]);
	while (err == 0 && read(report[0], &err, sizeof err) < 0 && errno == EINTR)
		;
	close(report[0]);
	if (err != 0)
		return -err;
	close_fd(&m->their_keys);
	close_fd(&m->their_life);
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++)
		close_fd(&m->theirs[i]);
	return 0;
}

static void keep_last(struct strbuf *b, size_t keep)
{
	if (b->len <= keep)
		return;
	memmove(b->data, b->data + b->len - keep, keep + 1);
	b->len = keep;
}

/* Read what is there; false where there was nothing. */
static bool read_channel(struct machine *m, int channel, struct judge *j)
{
	static const struct {
		bool judged;
		enum judge_source as;
	} sources[MACHINE_CHANNEL_COUNT] = {
		[MACHINE_SERIAL] = {true, JUDGE_SERIAL},
		[MACHINE_DEBUGCON] = {true, JUDGE_DEBUGCON},
		[MACHINE_SCREEN] = {true, JUDGE_SCREEN},
	};
	struct strbuf *got = &m->got[channel];
	char buf[CHUNK];
	ssize_t n;

	if (m->ours[channel] < 0)
		return false;
	n = read(m->ours[channel], buf, sizeof buf);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		close_fd(&m->ours[channel]);
		return false;
	}
	strbuf_add(got, buf, (size_t)n);
	m->total[channel] += (size_t)n;
	if (got->len > 2 * VM_KEEP)
		keep_last(got, VM_KEEP);
	if (sources[channel].judged)
		judge_feed(j, sources[channel].as, buf, (size_t)n);
	return true;
}

size_t machine_poll_fds(const struct machine *m, struct pollfd fds[MACHINE_POLL_FDS])
{
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++)
		fds[i] = (struct pollfd){.fd = m->ours[i], .events = POLLIN};
	fds[MACHINE_CHANNEL_COUNT] = (struct pollfd){.fd = m->life, .events = POLLIN};
	return MACHINE_POLL_FDS;
}

/*
 * What is told of the machine is read before its consoles, and these until they are empty: what
 * the guest wrote before an event is then known when the event is. A pipe's worth is enough for
 * that, and other machines have to have their turn.
 */
bool machine_read(struct machine *m, const struct pollfd *fds, struct judge *j)
{
	static const int order[MACHINE_CHANNEL_COUNT] = {
		MACHINE_QMP,    MACHINE_LOG,      MACHINE_EXIT,   MACHINE_STDERR,
		MACHINE_SERIAL, MACHINE_DEBUGCON, MACHINE_SCREEN, MACHINE_STDOUT,
	};
	bool any = false;

	for (size_t i = 0; i < MACHINE_POLL_FDS; i++)
		any = any || fds[i].revents != 0;
	for (int i = 0; i < MACHINE_CHANNEL_COUNT && any; i++) {
		for (int n = 0; n < PIPE_SIZE / CHUNK && read_channel(m, order[i], j); n++)
			;
	}
	return fds[MACHINE_CHANNEL_COUNT].revents != 0;
}

static void reap(struct machine *m, int *code)
{
	while (waitpid(m->pid, code, 0) < 0 && errno == EINTR)
		;
	m->pid = -1;
}

void machine_drain(struct machine *m, struct judge *j)
{
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		while (read_channel(m, i, j))
			;
	}
}

void machine_collect(struct machine *m, struct judge *j, struct judge_event *e)
{
	int code = 0;

	machine_drain(m, j);
	reap(m, &code);
	e->end = WIFSIGNALED(code) ? JUDGE_KILLED : JUDGE_EXITED;
	e->status = WIFSIGNALED(code) ? WTERMSIG(code) : WEXITSTATUS(code);
	e->words = m->got[MACHINE_STDERR].data;
}

void machine_stop(struct machine *m)
{
	struct pollfd p = {.fd = m->life, .events = POLLIN};
	int64_t until = clock_ms() + GRACE_MS;
	int code, r;

	if (m->pid < 0)
		return;
	kill(m->pid, m->abrupt ? SIGKILL : SIGTERM);
	do
		r = poll(&p, 1, (int)(until > clock_ms() ? until - clock_ms() : 0));
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		kill(m->pid, SIGKILL);
	reap(m, &code);
}

char *machine_line(struct strbuf *got, size_t *at)
{
	char *line = *at < got->len ? got->data + *at : NULL;
	char *end = line != NULL ? memchr(line, '\n', got->len - *at) : NULL;

	if (end != NULL) {
		*end = '\0';
		*at = (size_t)(end - got->data) + 1;
		return line;
	}
	if (*at > 0) {
		memmove(got->data, got->data + *at, got->len - *at + 1);
		got->len -= *at;
	}
	return NULL;
}

void machine_close(struct machine *m)
{
	machine_stop(m);
	close_fd(&m->life);
	close_fd(&m->their_life);
	close_fd(&m->keys);
	close_fd(&m->their_keys);
	while (m->n_files > 0)
		close(m->files[--m->n_files]);
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		close_fd(&m->ours[i]);
		close_fd(&m->theirs[i]);
		strbuf_free(&m->got[i]);
	}
	vm_argv_free(&m->argv);
	free(m->program);
	m->program = NULL;
}

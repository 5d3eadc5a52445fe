/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/machine.h"
#include "base/fs.h"
#include "vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
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
#include <time.h>
#include <unistd.h>

#define GRACE_MS  1000      /* from SIGTERM to SIGKILL */
#define PIPE_SIZE (1 << 20) /* the largest an unprivileged user may ask for, pipe(7) */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

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

	*m = (struct machine){
		.keys = -1, .their_keys = -1, .life = -1, .their_life = -1, .file = -1, .pid = -1};
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

int machine_take_file(struct machine *m, const char *path)
{
	struct stat st;
	int r = 0, from = open(path, O_RDONLY | O_CLOEXEC);

	if (from < 0 || fstat(from, &st) != 0) {
		r = -errno;
		goto done;
	}
	m->file = memfd_create("mkboot", MFD_CLOEXEC);
	if (m->file < 0)
		r = -errno;
	else
		r = fs_copy_range(from, 0, m->file, 0, (uint64_t)st.st_size);
done:
	close_fd(&from);
	return r;
}

/* Between fork and exec: async-signal-safe calls only. Where it cannot be done, errno goes into
 * the pipe REPORT. */
static _Noreturn void become(const struct machine *m, const char *program, char *const argv[],
			     pid_t parent, int report)
{
	const int keep[] = {m->theirs[MACHINE_SCREEN], m->theirs[MACHINE_QMP], m->their_life,
			    m->file};
	sigset_t none;
	int err;

	/* If the parent died before the request, nobody would ever send the signal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(m->their_keys, STDIN_FILENO);
	dup2(m->theirs[MACHINE_SERIAL], STDOUT_FILENO);
	dup2(m->theirs[MACHINE_STDERR], STDERR_FILENO);
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++) {
		if (keep[i] >= 0)
			fcntl(keep[i], F_SETFD, 0);
	}
	execv(program, argv);
	err = errno;
	_exit(write(report, &err, sizeof err) == sizeof err ? 1 : 2);
}

int machine_start(struct machine *m, const char *program, char *const argv[])
{
	/* Events are sent only after this (qmp-spec.txt §2.3). */
	static const char hello[] = "{\"execute\": \"qmp_capabilities\"}\n";
	int report[2], err = 0;
	pid_t parent = getpid();

	/* the program closes it by being executed */
	if (pipe2(report, O_CLOEXEC) != 0)
		return -errno;
	m->pid = fork();
	if (m->pid == 0)
		become(m, program, argv, parent, report[1]);
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
	/* Where it has ended already there is nobody to greet. */
	send(m->ours[MACHINE_QMP], hello, sizeof hello - 1, MSG_NOSIGNAL);
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
	struct strbuf *got = &m->got[channel];
	char buf[65536];
	ssize_t n = read(m->ours[channel], buf, sizeof buf);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n <= 0) {
		close_fd(&m->ours[channel]);
		return false;
	}
	strbuf_add(got, buf, (size_t)n);
	if (got->len > 2 * VM_KEEP)
		keep_last(got, VM_KEEP);
	if (channel == MACHINE_SERIAL)
		judge_feed(j, JUDGE_SERIAL, buf, (size_t)n);
	else if (channel == MACHINE_SCREEN)
		judge_feed(j, JUDGE_SCREEN, buf, (size_t)n);
	return true;
}

/* A key is a byte where the console is the serial port, else one of the machine's keyboard. */
static void press_keys(struct machine *m, const struct judge *j,
		       unsigned pressed[JUDGE_SOURCE_COUNT])
{
	static const char send_key[] = "{\"execute\": \"send-key\", \"arguments\": {\"keys\": "
				       "[{\"type\": \"qcode\", \"data\": \"spc\"}]}}\n";
	const struct {
		int fd;
		const char *text;
	} key[JUDGE_SOURCE_COUNT] = {
		[JUDGE_SERIAL] = {m->keys, " "},
		[JUDGE_DEBUGCON] = {-1, ""},
		[JUDGE_SCREEN] = {m->ours[MACHINE_QMP], send_key},
	};

	for (int i = 0; i < JUDGE_SOURCE_COUNT; i++) {
		for (; pressed[i] < judge_prompts(j, (enum judge_source)i); pressed[i]++) {
			if (key[i].fd >= 0)
				send(key[i].fd, key[i].text, strlen(key[i].text),
				     MSG_NOSIGNAL | MSG_DONTWAIT);
		}
	}
}

/* Wait MS milliseconds at most for anything on the channels, or the end; and read. True where the
 * machine has ended. */
static bool wait_and_read(struct machine *m, struct judge *j, int ms)
{
	struct pollfd fds[MACHINE_CHANNEL_COUNT + 1];

	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++)
		fds[i] = (struct pollfd){.fd = m->ours[i], .events = POLLIN};
	fds[MACHINE_CHANNEL_COUNT] = (struct pollfd){.fd = m->life, .events = POLLIN};
	if (poll(fds, MACHINE_CHANNEL_COUNT + 1, ms) <= 0)
		return false;
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		if (fds[i].revents != 0)
			read_channel(m, i, j);
	}
	return fds[MACHINE_CHANNEL_COUNT].revents != 0;
}

/* Why QEMU shut the machine down, from its last event SHUTDOWN (qemu-qmp-ref(7)). */
static enum judge_end shutdown_cause(const struct strbuf *qmp)
{
	enum judge_end end = JUDGE_EXITED;
	const char *line = qmp->data != NULL ? qmp->data : "", *next;

	for (; *line != '\0'; line = next) {
		size_t len = strcspn(line, "\n");
		json_t *msg = json_loadb(line, len, 0, NULL);
		const char *event = json_string_value(json_object_get(msg, "event"));
		const char *why =
			json_string_value(json_object_get(json_object_get(msg, "data"), "reason"));

		if (event != NULL && why != NULL && strcmp(event, "SHUTDOWN") == 0) {
			if (strcmp(why, "guest-reset") == 0)
				end = JUDGE_RESET;
			else if (strcmp(why, "guest-shutdown") == 0)
				end = JUDGE_POWEROFF;
		}
		json_decref(msg);
		next = line + len + (line[len] == '\n');
	}
	return end;
}

static void reap(struct machine *m, int *code)
{
	while (waitpid(m->pid, code, 0) < 0 && errno == EINTR)
		;
	m->pid = -1;
}

/* First ask, then insist. */
static void stop(struct machine *m)
{
	struct pollfd p = {.fd = m->life, .events = POLLIN};
	int64_t until = now_ms() + GRACE_MS;
	int code, r;

	if (m->pid < 0)
		return;
	kill(m->pid, SIGTERM);
	do
		r = poll(&p, 1, (int)(until > now_ms() ? until - now_ms() : 0));
	while (r < 0 && errno == EINTR);
	if (r <= 0)
		kill(m->pid, SIGKILL);
	reap(m, &code);
}

/* The machine has ended: read what it left in the channels, and its status. */
static void collect(struct machine *m, struct judge *j, struct judge_event *e)
{
	int code = 0;

	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		while (m->ours[i] >= 0 && read_channel(m, i, j))
			;
	}
	reap(m, &code);
	if (WIFSIGNALED(code)) {
		e->end = JUDGE_KILLED;
		e->status = WTERMSIG(code);
	} else {
		e->end = shutdown_cause(&m->got[MACHINE_QMP]);
		e->status = WEXITSTATUS(code);
	}
}

void machine_watch(struct machine *m, struct judge *j, unsigned seconds, struct judge_event *e)
{
	int64_t deadline = now_ms() + (int64_t)seconds * 1000, left;
	unsigned pressed[JUDGE_SOURCE_COUNT] = {0};
	bool ended = false;

	while (!ended && !judge_over(j) && (left = deadline - now_ms()) > 0) {
		ended = wait_and_read(m, j, left > INT32_MAX ? INT32_MAX : (int)left);
		press_keys(m, j, pressed);
	}
	if (ended) {
		collect(m, j, e);
	} else {
		e->end = judge_over(j) ? JUDGE_STOPPED : JUDGE_DEADLINE;
		stop(m);
	}
	e->words = m->got[MACHINE_STDERR].data;
	keep_last(&m->got[MACHINE_SERIAL], VM_KEEP);
	keep_last(&m->got[MACHINE_SCREEN], VM_KEEP);
}

void machine_close(struct machine *m)
{
	stop(m);
	close_fd(&m->life);
	close_fd(&m->their_life);
	close_fd(&m->keys);
	close_fd(&m->their_keys);
	close_fd(&m->file);
	for (int i = 0; i < MACHINE_CHANNEL_COUNT; i++) {
		close_fd(&m->ours[i]);
		close_fd(&m->theirs[i]);
		strbuf_free(&m->got[i]);
	}
}

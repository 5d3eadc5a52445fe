/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/launch_watch.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX      ((size_t)1 << 20)
#define LINE_MAX_LEN 4096
#define FREE_MIN     256
/* From the request to end to the end by force. */
#define GRACE_MS 3000
/* Between two looks whether gdb is still there, which no event tells of. */
#define GDB_LOOK_MS 200
/* Between two looks whether a terminal that is full, and says it is not, has room. */
#define FULL_LOOK_MS 10

void launch_watch_begin(struct launch_watch *w)
{
	/* Events are sent only after this (qmp-spec.txt §2.3). */
	static const char hello[] = "{\"execute\": \"qmp_capabilities\"}\n";
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t set;

	w->has_terminal = tcgetattr(STDIN_FILENO, &w->terminal) == 0;
	w->flags = fcntl(STDIN_FILENO, F_GETFL);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct sigaction now;

		/* nohup's stays */
		if (sigaction(ends[i], NULL, &now) != 0 || now.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &w->old_mask);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	send(w->qmp, hello, sizeof hello - 1, MSG_NOSIGNAL);
}

static void command(struct launch_watch *w, const char *text)
{
	send(w->qmp, text, strlen(text), MSG_NOSIGNAL);
}

static void quit(struct launch_watch *w)
{
	w->ending = true;
	command(w, "{\"execute\": \"quit\"}\n");
}

/* QEMU, qapi/run-state.json: SHUTDOWN. The guest is at a standstill then (-action). */
static void shut_down(struct launch_watch *w, const char *reason)
{
	bool reset = reason != NULL && strcmp(reason, "guest-reset") == 0;

	free(w->cause);
	w->cause = mem_dup(reason != NULL ? reason : "");
	w->held = reset && w->gdb;
	if (reset)
		command(w, "{\"execute\": \"human-monitor-command\", \"arguments\": "
			   "{\"command-line\": \"info registers\"}}\n");
	if (!w->held)
		quit(w);
}

/* "EIP=001000a3", of the registers. */
static char *instruction(const struct launch_watch *w)
{
	static const char *const names[] = {"RIP=", "EIP="};

	for (size_t i = 0; i < 2 && w->registers != NULL; i++) {
		const char *at = strstr(w->registers, names[i]);

		if (at != NULL)
			return mem_ndup(at, strcspn(at, " \r\n"));
	}
	return NULL;
}

static enum mk_status say_reset(const struct launch_watch *w)
{
	struct strbuf log = {0};
	char *path = mem_printf("/proc/self/fd/%d", w->log), *at = instruction(w);
	const char *advice = "";
	bool triple;

	fs_read(path, LOG_MAX, &log);
	triple = log.data != NULL && strstr(log.data, "Triple fault") != NULL;
	strbuf_free(&log);
	free(path);
	if (w->held)
		advice = "; it is kept for gdb, and ends when gdb does";
	else if (w->log_file != NULL)
		advice = "; QEMU's log is in ";
	else if (triple && !w->gdb)
		advice = "; --gdb stops there, -- -d int -D FILE logs every exception";
	msg_fail(MK_NO, "%s%s%s%s%s",
		 triple ? "the guest ended in a triple fault" : "the guest reset the machine",
		 at != NULL ? " at " : "", at != NULL ? at : "", advice,
		 !w->held && w->log_file != NULL ? w->log_file : "");
	free(at);
	return MK_NO;
}

/* Is gdb still there? Its channel is called so (QEMU, gdbstub.c); without a client, its file name
 * begins with "disconnected:" (chardev/char-socket.c). */
static bool gdb_is_gone(const json_t *chardevs)
{
	const json_t *one;
	size_t i;

	json_array_foreach(chardevs, i, one)
	{
		const char *label = json_string_value(json_object_get(one, "label"));
		const char *file = json_string_value(json_object_get(one, "filename"));

		if (label != NULL && file != NULL && strcmp(label, "gdb") == 0)
			return strncmp(file, "disconnected:", strlen("disconnected:")) == 0;
	}
	return false;
}

static void message(struct launch_watch *w, const char *line, size_t len)
{
	json_t *m = json_loadb(line, len, 0, NULL);
	const char *event = json_string_value(json_object_get(m, "event"));
	const json_t *result = json_object_get(m, "return");
	const char *text = json_string_value(result);
	json_t *reason = json_object_get(json_object_get(m, "data"), "reason");

	if (event != NULL && strcmp(event, "SHUTDOWN") == 0 && w->cause == NULL)
		shut_down(w, json_string_value(reason));
	else if (event != NULL && strcmp(event, "SHUTDOWN") == 0 && w->held && !w->ending)
		quit(w); /* its window was closed */
	else if (event != NULL && strcmp(event, "GUEST_PANICKED") == 0 && w->cause == NULL)
		shut_down(w, "guest-panic"); /* paused: -action */
	else if (text != NULL && w->registers == NULL) {
		w->registers = mem_dup(text);
		if (w->held)
			say_reset(w);
	} else if (w->held && !w->ending && json_is_array(result) && gdb_is_gone(result))
		quit(w);
	json_decref(m);
}

/* False at the end, which closes it. */
static bool receive(int *fd, struct strbuf *b)
{
	char buf[4096];
	ssize_t n = read(*fd, buf, sizeof buf);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return false;
	}
	strbuf_add(b, buf, (size_t)n);
	return true;
}

static void read_messages(struct launch_watch *w)
{
	const char *end;

	receive(&w->qmp, &w->messages);
	while (w->messages.len > 0 &&
	       (end = memchr(w->messages.data, '\n', w->messages.len)) != NULL) {
		size_t len = (size_t)(end - w->messages.data) + 1;

		message(w, w->messages.data, len);
		memmove(w->messages.data, w->messages.data + len, w->messages.len - len + 1);
		w->messages.len -= len;
	}
}

static void read_signal(struct launch_watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signals, &info, sizeof info) == sizeof info) {
		if (w->asked == 0)
			w->asked = (int)info.ssi_signo;
		kill(w->pid, SIGTERM);
	}
}

/* To standard error, without being held up by it: a terminal that is slow is waited for, but not
 * after a signal. While QEMU runs, the terminal does not block (QEMU makes its descriptor so, and
 * all copies of it are one: fcntl(2), F_SETFL), after it, it does: no more at a time than what is
 * free when it can be written to (Linux, drivers/tty/n_tty.c: 256 bytes). */
static void show(struct launch_watch *w, const char *bytes, size_t len)
{
	while (len > 0) {
		struct pollfd p[] = {{.fd = STDERR_FILENO, .events = POLLOUT},
				     {.fd = w->signals, .events = POLLIN}};
		ssize_t n;

		if (poll(p, sizeof p / sizeof *p, w->asked == 0 ? -1 : 0) < 0 && errno != EINTR)
			return;
		if (p[1].revents != 0)
			read_signal(w);
		if (p[0].revents == 0 && w->asked != 0)
			return;
		if (p[0].revents == 0)
			continue;
		n = write(STDERR_FILENO, bytes, len < FREE_MIN ? len : FREE_MIN);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		/* room for one byte, and a newline is two (n_tty.c, OPOST): no event tells of more
		 */
		if (n < 0 && errno == EAGAIN)
			poll(&p[1], 1, FULL_LOOK_MS);
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

/* Whole lines, so that they do not get into those of the serial port; what is left at the end. */
static void read_debugcon(struct launch_watch *w)
{
	bool more = receive(&w->debugcon, &w->line);
	size_t len = w->line.len;

	while (more && len > 0 && len < LINE_MAX_LEN && w->line.data[len - 1] != '\n')
		len--;
	if (len == 0)
		return;
	show(w, w->line.data, len);
	memmove(w->line.data, w->line.data + len, w->line.len - len + 1);
	w->line.len -= len;
}

static void wait_for_end(struct launch_watch *w)
{
	int64_t until = 0;
	bool ended = false;

	while (!ended) {
		struct pollfd p[] = {{.fd = w->qmp, .events = POLLIN},
				     {.fd = w->debugcon, .events = POLLIN},
				     {.fd = w->signals, .events = POLLIN},
				     {.fd = w->life, .events = POLLIN}};
		bool look = w->held && !w->ending && w->asked == 0;
		int64_t left = until != 0 ? until - clock_ms() : -1;
		int n;

		if (until != 0 && left <= 0) {
			kill(w->pid, SIGKILL);
			until = 0;
			left = -1;
		}
		n = poll(p, sizeof p / sizeof *p, look ? GDB_LOOK_MS : (int)left);
		if (n < 0)
			continue;
		if (n == 0 && look)
			command(w, "{\"execute\": \"query-chardev\"}\n");
		if (p[0].revents != 0)
			read_messages(w);
		if (p[1].revents != 0)
			read_debugcon(w);
		if (p[2].revents != 0)
			read_signal(w);
		if ((w->asked != 0 || w->ending) && until == 0 && left == -1)
			until = clock_ms() + GRACE_MS;
		ended = p[3].revents != 0;
	}
	while (w->debugcon >= 0)
		read_debugcon(w);
	while (w->qmp >= 0)
		read_messages(w);
}

/* QEMU does it, too, unless it is killed. */
static void restore_terminal(const struct launch_watch *w)
{
	if (w->has_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &w->terminal);
	if (w->flags >= 0)
		fcntl(STDIN_FILENO, F_SETFL, w->flags);
}

enum mk_status launch_watch(struct launch_watch *w, int *status)
{
	int code = 0;

	wait_for_end(w);
	while (waitpid(w->pid, &code, 0) < 0 && errno == EINTR)
		;
	restore_terminal(w);
	*status = WEXITSTATUS(code);
	if (w->asked != 0)
		return MK_OK; /* launch_watch_end */
	if (WIFSIGNALED(code))
		return msg_fail(MK_FAILED, "QEMU was ended by signal %d (%s)", WTERMSIG(code),
				strsignal(WTERMSIG(code)));
	if (w->cause != NULL && strcmp(w->cause, "guest-reset") == 0)
		return w->held && w->registers != NULL ? MK_NO : say_reset(w);
	if (w->cause != NULL && strcmp(w->cause, "guest-panic") == 0)
		return msg_fail(MK_NO, "the guest panicked (pvpanic)");
	return MK_OK;
}

void launch_watch_end(struct launch_watch *w)
{
	restore_terminal(w);
	if (w->signals >= 0)
		close(w->signals);
	strbuf_free(&w->messages);
	strbuf_free(&w->line);
	free(w->cause);
	free(w->registers);
	if (w->asked != 0)
		signal(w->asked, SIG_DFL);
	if (w->asked != 0)
		raise(w->asked); /* comes when it is let through */
	sigprocmask(SIG_SETMASK, &w->old_mask, NULL);
}

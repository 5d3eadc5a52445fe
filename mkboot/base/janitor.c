/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/janitor.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A message is a packet: what to do, and an absolute path with its NUL. The socket on mkboot's side
 * is not close-on-exec: the programs that mkboot starts have it, too, so that it hangs up after the
 * last of them, when nobody writes any more into what is to be removed. They end with mkboot
 * (PR_SET_PDEATHSIG: base/exec.c, vm/machine.c, toolchain/job.c).
 */
enum { ADD = '+', ADD_LOCK = 'L', FORGET = '-' };
#define MESSAGE_MAX (PATH_MAX + 2)

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static int to_janitor = -1;
static pid_t janitor_pid;
static bool tried; /* to start it: once */

/* --- the janitor itself: where it fails, it does less, and says nothing ----------------------- */

struct item {
	char *path;
	bool lock;
};

struct list {
	struct item *items;
	size_t n;
};

static void list_add(struct list *l, const char *path, bool lock)
{
	struct item *grown = reallocarray(l->items, l->n + 1, sizeof *grown);
	char *copy = strdup(path);

	if (grown != NULL)
		l->items = grown;
	if (grown != NULL && copy != NULL)
		l->items[l->n++] = (struct item){copy, lock};
	else
		free(copy);
}

static void list_forget(struct list *l, const char *path)
{
	for (size_t i = l->n; i > 0; i--) {
		if (strcmp(l->items[i - 1].path, path) != 0)
			continue;
		free(l->items[i - 1].path);
		memmove(&l->items[i - 1], &l->items[i], (l->n - i) * sizeof *l->items);
		l->n--;
		return;
	}
}

/* Whoever waits for the lock looks, once it has it, whether its file is still there
 * (base/publish.c). */
static void remove_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct stat held, there;

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 && stat(path, &there) == 0 &&
	    held.st_ino == there.st_ino && held.st_dev == there.st_dev)
		unlink(path);
	close(fd);
}

static void listen_to(int fd, struct list *l)
{
	char message[MESSAGE_MAX];
	ssize_t n;

	while ((n = recv(fd, message, sizeof message, 0)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		message[n - 1] = '\0';
		if (message[0] == FORGET)
			list_forget(l, message + 1);
		else
			list_add(l, message + 1, message[0] == ADD_LOCK);
	}
}

/* It has mkboot's memory, but nothing else of it: no terminal, no file, no folder. A lock or a pipe
 * that it held would keep somebody waiting. */
static int step_aside(int fd)
{
	static const int deaf_to[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
	int null;

	setsid();
	prctl(PR_SET_NAME, "mkboot-janitor");
	for (size_t i = 0; i < sizeof deaf_to / sizeof *deaf_to; i++)
		signal(deaf_to[i], SIG_IGN);
	if (dup2(fd, STDERR_FILENO + 1) < 0)
		return -errno;
	closefrom(STDERR_FILENO + 2);
	null = open("/dev/null", O_RDWR);
	for (int i = 0; i <= STDERR_FILENO; i++) {
		if (null < 0 || dup2(null, i) < 0)
			close(i);
	}
	if (null > STDERR_FILENO)
		close(null);
	return chdir("/") == 0 ? STDERR_FILENO + 1 : -errno;
}

static _Noreturn void janitor(int fd)
{
	struct list l = {0};

	fd = step_aside(fd);
	if (fd < 0)
		_exit(1);
	listen_to(fd, &l);
	/* what was added last lies in what was added first, or is kept apart by its lock */
	for (size_t i = l.n; i > 0; i--) {
		if (l.items[i - 1].lock)
			remove_lock(l.items[i - 1].path);
		else
			fs_remove_tree(l.items[i - 1].path);
		free(l.items[i - 1].path);
	}
	free(l.items);
	_exit(0);
}

/* --- mkboot's side ---------------------------------------------------------------------------- */

static void start(void)
{
	int ends[2];
	pid_t pid;

	tried = true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
		return;
	/* Standard output's buffer is in the child's memory as well, but _exit does not write it.
	 */
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		janitor(ends[1]);
	}
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	else
		to_janitor = ends[0];
	janitor_pid = pid;
}

static void tell(char what, const char *path)
{
	char *here, *message;

	/* first: the janitor has what is allocated now for ever */
	pthread_mutex_lock(&starting);
	if (!tried && what != FORGET)
		start();
	pthread_mutex_unlock(&starting);
	here = to_janitor >= 0 && path[0] != '/' ? getcwd(NULL, 0) : NULL;
	if (to_janitor < 0 || (path[0] != '/' && here == NULL))
		return;
	message = mem_printf("%c%s%s%s", what, here != NULL ? here : "", here != NULL ? "/" : "",
			     path);
	/* Where it is gone, temporary files are cleared as they are without it. */
	if (strlen(message) < MESSAGE_MAX)
		(void)!send(to_janitor, message, strlen(message) + 1, MSG_NOSIGNAL);
	free(message);
	free(here);
}

void janitor_end(void)
{
	if (to_janitor < 0)
		return;
	close(to_janitor);
	to_janitor = -1;
	while (waitpid(janitor_pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void janitor_add(const char *path)
{
	tell(ADD, path);
}

void janitor_add_lock(const char *path)
{
	tell(ADD_LOCK, path);
}

void janitor_forget(const char *path)
{
	tell(FORGET, path);
}

/* --- temporary names -------------------------------------------------------------------------- */

static int make_folder(const char *path)
{
	return mkdir(path, 0700);
}

static int make_file(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* mkdtemp and mkstemp choose the name and make it in one: too late to tell. */
static int make(char *path, int (*by)(const char *path))
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	char *end = path + strlen(path) - JANITOR_X;
	int r = -1;

	for (int tries = 0; r < 0 && tries < 1000; tries++) {
		unsigned char random[JANITOR_X];

		if (getrandom(random, sizeof random, 0) != sizeof random)
			return -1;
		for (size_t i = 0; i < sizeof random; i++)
			end[i] = letters[random[i] % (sizeof letters - 1)];
		if (fs_exists(path)) {
			errno = EEXIST;
			continue;
		}
		janitor_add(path);
		r = by(path);
		if (r < 0) {
			int err = errno;

			janitor_forget(path);
			errno = err;
			if (err != EEXIST)
				break;
		}
	}
	return r;
}

int janitor_mkdtemp(char *path)
{
	return make(path, make_folder);
}

int janitor_mkstemp(char *path)
{
	return make(path, make_file);
}

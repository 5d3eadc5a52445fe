/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_LAUNCH_WATCH_H
#define MKBOOT_VM_LAUNCH_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "base/status.h"
#include "base/strbuf.h"

/* Within the stage: a QEMU in the foreground, from its start to its end (launch.c). */

struct launch_watch {
	pid_t pid;
	int qmp, debugcon;    /* sockets; -1 at their end */
	int life;             /* a pipe that hangs up when QEMU is gone */
	int log;              /* QEMU's -D, where its -d is not the user's */
	bool own_log;         /* it is the user's: */
	const char *log_file; /* its file; NULL: none */
	bool gdb;             /* a machine that resets is kept for gdb, until that leaves it */

	/* the watch's own: */
	int signals;
	sigset_t old_mask;
	struct termios terminal;
	bool has_terminal;
	int flags; /* of standard input */
	struct strbuf messages, line;
	char *cause; /* of the event SHUTDOWN; NULL: none yet */
	char *registers;
	bool held;   /* for gdb */
	bool ending; /* it was told to quit */
	int asked;   /* to end: by this signal; 0: nobody has */
};

/* Before QEMU is started: remember the terminal; from here on SIGINT, SIGTERM, SIGHUP and SIGQUIT
 * end QEMU first and then mkboot. */
void launch_watch_begin(struct launch_watch *w);
/* As vm_launch. */
enum mk_status launch_watch(struct launch_watch *w, int *status);
/* The terminal as it was; where a signal has asked for the end, mkboot ends by it. */
void launch_watch_end(struct launch_watch *w);

#endif

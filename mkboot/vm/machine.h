/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_MACHINE_H
#define MKBOOT_VM_MACHINE_H

#include <sys/types.h>

#include "base/strbuf.h"
#include "vm/judge.h"

/*
 * An emulator as a child process and the channels to it. It dies with mkboot, however mkboot dies
 * (PR_SET_PDEATHSIG), and needs no file that somebody would have to remove.
 */

/* What is read from the emulator. */
enum machine_channel {
	MACHINE_SERIAL, /* its standard output: a pipe, which takes single bytes without loss */
	MACHINE_SCREEN, /* a socket */
	MACHINE_QMP,    /* a socket; QEMU, docs/interop/qmp-spec.txt */
	MACHINE_STDERR,
	MACHINE_CHANNEL_COUNT,
};

struct machine {
	int ours[MACHINE_CHANNEL_COUNT];   /* file descriptors; -1 once at their end */
	int theirs[MACHINE_CHANNEL_COUNT]; /* the child's ends; the same numbers in the child */
	int keys, their_keys;              /* the serial port's input: the child's standard input */
	int life, their_life;              /* a pipe that hangs up when the child is gone */
	int file;                          /* a file in memory for the child; or -1 */
	pid_t pid;
	struct strbuf got[MACHINE_CHANNEL_COUNT];
};

/* Make the channels. 0 or a negative errno; machine_close in either case. */
int machine_open(struct machine *m);

/* Copy the file PATH into memory that only the child sees, as m->file; in the child it is
 * "/proc/self/fd/NUMBER". 0 or a negative errno. */
int machine_take_file(struct machine *m, const char *path);

/* Start PROGRAM (a path). 0 or a negative errno. */
int machine_start(struct machine *m, const char *program, char *const argv[]);

/* Hand everything that comes to J until the machine ends, J has made up its mind, or SECONDS have
 * passed, and stop it then. How it ended is written to *E, whose words belong to M. What the
 * guest wrote is in m->got. */
void machine_watch(struct machine *m, struct judge *j, unsigned seconds, struct judge_event *e);

/* Kill what still runs, close and free everything. */
void machine_close(struct machine *m);

#endif

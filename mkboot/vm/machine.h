/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_MACHINE_H
#define MKBOOT_VM_MACHINE_H

#include <poll.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "vm/judge.h"
#include "vm/vm.h"

/*
 * An emulator as a child process and the channels to it. It dies with mkboot, however mkboot dies
 * (PR_SET_PDEATHSIG), and needs no file that somebody would have to remove. Nothing here waits:
 * boot.c's loop polls all machines at once.
 */

/* What is read from the emulator. */
enum machine_channel {
	MACHINE_SERIAL,   /* a pipe, which takes single bytes without loss */
	MACHINE_DEBUGCON, /* likewise */
	MACHINE_EXIT,     /* QEMU with a screenshot to be taken: bytes written to port 0xf4 */
	MACHINE_LOG,      /* QEMU: -d cpu_reset, which tells of a triple fault */
	MACHINE_SCREEN,   /* a socket */
	MACHINE_QMP,      /* a socket; QEMU, docs/interop/qmp-spec.txt */
	MACHINE_STDOUT,   /* what is on standard output beside the above */
	MACHINE_STDERR,
	MACHINE_CHANNEL_COUNT,
};
#define MACHINE_FILES 8

struct machine {
	char *program;                     /* a path; the emulator's prepare sets these two */
	struct vm_argv argv;               /* argv[0] is the program's name */
	int ours[MACHINE_CHANNEL_COUNT];   /* file descriptors; -1 once at their end */
	int theirs[MACHINE_CHANNEL_COUNT]; /* the child's ends; the same numbers in the child */
	enum machine_channel on_stdout;    /* the channel that is the child's standard output */
	int keys, their_keys;              /* the child's standard input */
	int life, their_life;              /* a pipe that hangs up when the child is gone */
	int files[MACHINE_FILES];          /* files in memory for the child */
	size_t n_files;
	bool abrupt;   /* nothing is lost where it is killed without having been asked to end */
	bool underway; /* for the emulator's own use: it has said what it says at its start; */
	char spot[32]; /* and where the processor was when it last told of that */
	pid_t pid;
	struct strbuf
		got[MACHINE_CHANNEL_COUNT];  /* all of it, or the last VM_KEEP bytes at least */
	size_t total[MACHINE_CHANNEL_COUNT]; /* how much it was */
};

/* Make the channels. 0 or a negative errno; machine_close in either case. */
int machine_open(struct machine *m);

/* A file in memory that only the child sees, with LEN bytes in it; *FD is its number, in the child
 * as well, where it is "/proc/self/fd/NUMBER". 0 or a negative errno. */
int machine_add_file(struct machine *m, const void *bytes, size_t len, int *fd);
/* The same, with what is in the file PATH. */
int machine_copy_file(struct machine *m, const char *path, int *fd);

/* A file that exists (or a folder: O_PATH), opened with FLAGS; else as above. */
int machine_open_file(struct machine *m, const char *path, int flags, int *fd);

/* Make CHANNEL, a socket, a pipe, which can be opened by its name in /proc. 0 or a negative errno.
 */
int machine_make_pipe(struct machine *m, enum machine_channel channel);

/* Start m->program. 0 or a negative errno. */
int machine_start(struct machine *m);

/* Room for what machine_poll_fds fills in. */
#define MACHINE_POLL_FDS (MACHINE_CHANNEL_COUNT + 1)
/* What to wait for; returns how many of FDS are used. */
size_t machine_poll_fds(const struct machine *m, struct pollfd fds[MACHINE_POLL_FDS]);
/* After poll: read what is there, hand it to J. True where the machine has ended by itself. */
bool machine_read(struct machine *m, const struct pollfd *fds, struct judge *j);

/* It has ended: read what it left in the channels, and how. */
void machine_collect(struct machine *m, struct judge *j, struct judge_event *e);
/* End it: first ask, then insist. */
void machine_stop(struct machine *m);
/* Read what is left in the channels, until they are empty. */
void machine_drain(struct machine *m, struct judge *j);

/* For channels of lines: the next whole one in GOT, its newline now a NUL. NULL where there is
 * none; those before have been taken out of GOT then. *AT is 0 to begin with. */
char *machine_line(struct strbuf *got, size_t *at);

/* Kill what still runs, close and free everything. */
void machine_close(struct machine *m);

#endif

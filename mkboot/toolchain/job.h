/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_JOB_H
#define MKBOOT_TOOLCHAIN_JOB_H

#include "base/status.h"
#include "toolchain/progress.h"

/*
 * Within the stage: run a program that may take long and start others (make, configure, apt-get).
 * What it writes goes to the end of a log file. It and all that it started end when mkboot does,
 * also by kill -9: nothing goes on building behind the back of the next mkboot.
 *
 * Its environment is the same for everybody: PATH, HOME and the proxies are mkboot's, the locale is
 * C; nothing else gets in (CFLAGS, CPATH, MAKEFLAGS...). TMPDIR is a folder of its own, which is
 * removed when it ends: compilers leave their files behind when they are killed.
 */
struct job {
	const char *const *argv; /* ends with NULL; argv[0] is looked for on PATH */
	const char *package;     /* the Debian package of argv[0] */
	const char *const *env;  /* NAME=VALUE, more of it; ends with NULL; may be NULL */
	const char *dir;         /* where to run it; may be NULL */
	const char *log;
	const char *what;          /* for the message where it fails: "configuring GRUB" */
	struct progress *progress; /* may be NULL */
	unsigned lines;            /* so many lines it writes, about; for the bar. 0: not known */
};

/* MK_OK; MK_MISSING; MK_FAILED: it has shown the tail of the log and said where all of it is. */
enum mk_status job_run(const struct job *job);
/* The same without a word: the exit status (128 + N for signal N), or a negative errno. */
int job_try(const struct job *job);

#endif

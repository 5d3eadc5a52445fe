/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_STATUS_H
#define MKBOOT_BASE_STATUS_H

/*
 * What a stage returns, and the messages it gives.
 *
 * Every function that returns enum mk_status has, unless it returns MK_OK, already said why,
 * once, on standard error. Its caller passes the status on and adds nothing. The values are the
 * program's exit statuses, a contract that Makefiles and CI rely on.
 *
 * Low-level functions that cannot know what the failure means to a person return 0 or a
 * negative errno instead, and print nothing.
 */
enum mk_status {
	MK_OK = 0,        /* done */
	MK_NO = 1,        /* a check or a boot test said no */
	MK_USAGE = 2,     /* the command line is wrong */
	MK_BAD_INPUT = 3, /* the recipe or a file it names is wrong */
	MK_MISSING = 4,   /* a program or package is missing */
	MK_FAILED = 5,    /* reading, writing or building failed */
};

/* "mkboot: error: ...", a newline is added. Returns STATUS, so that a caller can return it. */
enum mk_status msg_fail(enum mk_status status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "mkboot: error: PATH: ...: strerror(ERR)". ERR is a positive or negative errno. */
enum mk_status msg_errno(const char *path, int err, const char *what);

/* "mkboot: error: WHAT is missing; install it with: apt-get install PACKAGE". MK_MISSING. */
enum mk_status msg_missing(const char *what, const char *package);

void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* BEFORE is called before each message, to take away what is drawn where it goes; NULL: nothing. */
void msg_set_hook(void (*before)(void));

/* For loops that go on after a failure: the first that is not MK_OK. */
enum mk_status status_first(enum mk_status a, enum mk_status b);

#endif

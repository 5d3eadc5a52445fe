/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_EXEC_H
#define MKBOOT_BASE_EXEC_H

#include "base/status.h"

struct strbuf;

/*
 * Run a program and wait for it. ARGV is NULL-terminated and goes to the program as it is: there
 * is no shell. ENV is a NULL-terminated list of NAME=VALUE that replace or add to mkboot's own
 * environment; NULL for none. Standard input is /dev/null; standard output goes to OUT, or
 * nowhere where OUT is NULL.
 *
 * PACKAGE is the Debian package that holds the program. Where it is not installed: MK_MISSING.
 * Where it fails: MK_FAILED, its own words in the message.
 */
enum mk_status exec_run(const char *package, const char *const argv[], const char *const env[],
			struct strbuf *out);

/* The same, for programs that one can do without, and whose exit code is an answer: the code (128 +
 * N where signal N ended it), or a negative errno, -ENOENT where it is not installed. Prints
 * nothing. OUT and ERR may be NULL. */
int exec_try(const char *const argv[], struct strbuf *out, struct strbuf *err);

/* The path of a program on PATH (and /usr/sbin, /sbin); NULL where there is none. */
char *exec_find(const char *program);

#endif

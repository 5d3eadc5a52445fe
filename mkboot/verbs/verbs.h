/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_VERBS_H
#define MKBOOT_VERBS_VERBS_H

#include "base/status.h"

/* The verbs: one file each, one line in main.c's table. ARGV[0] is the verb itself. */
struct verb {
	const char *name;
	const char *arguments; /* for --help */
	const char *summary;
	enum mk_status (*run)(int argc, char *argv[]);
	const char *help; /* for VERB --help: the options, a line each */
};

extern const struct verb verb_init, verb_build, verb_check, verb_run, verb_test, verb_dhcp,
	verb_serve, verb_nics, verb_toolchain;

/* Say that the command line is wrong, and how to see what is right. MK_USAGE. */
enum mk_status verb_usage(const struct verb *v, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "mkboot VERB --help" on standard output. MK_OK. */
enum mk_status verb_help(const struct verb *v);

/* getopt_long (its option string begins with a colon) returned '?' or ':'. MK_USAGE. */
enum mk_status verb_bad_option(const struct verb *v, int c, char *argv[]);

/* After getopt_long: the one operand, or NULL where there is none; more than one is MK_USAGE. */
enum mk_status verb_operand(const struct verb *v, int argc, char *argv[], int first,
			    const char **operand);

/* Flush standard output; MK_FAILED where what was printed did not arrive (a full disk).
 */
enum mk_status verb_close_output(enum mk_status st);

#endif

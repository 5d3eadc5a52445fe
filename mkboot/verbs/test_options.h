/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TEST_OPTIONS_H
#define MKBOOT_VERBS_TEST_OPTIONS_H

#include <limits.h>

#include "build/build.h"
#include "verbs/test_jobs.h"

/* Within `mkboot test`: the command line. */

/* A list of words in the order given; those of the command line, not copies. */
struct test_words {
	const char **items;
	size_t n;
};

#define TEST_UNSET UINT_MAX /* a number that was not given */

struct test_options {
	struct build_options build;
	bool no_build;
	const char *operand; /* the recipe or kernel; NULL: none was named */
	/* which machines */
	struct test_vias vias;
	struct test_nics nics;
	struct test_words entries;          /* titles, or "all" */
	const struct vm_emulator *emulator; /* NULL: QEMU */
	const char *accel;                  /* or NULL */
	unsigned jobs;
	/* in the place of the recipe's test: */
	const char *expect; /* or NULL */
	struct test_words reject;
	unsigned exit, timeout, silence, memory, cpus;
	/* what is written where */
	const char *log, *junit, *report; /* or NULL */
	bool json;
	bool help;
};

/* MK_USAGE, said, where the command line is wrong. Free with test_options_free in either case. */
enum mk_status test_options_parse(int argc, char *argv[], struct test_options *o);
void test_options_free(struct test_options *o);

/* What the options say in the place of the recipe's test. */
enum mk_status test_options_override(const struct test_options *o, struct recipe_test *test);

/* Those of the options that say how it is judged, as they were given. */
void test_options_judging(const struct test_options *o, struct vm_argv *argv);

extern const char test_help[];

#endif

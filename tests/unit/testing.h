/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_TESTING_H
#define MKBOOT_TESTS_TESTING_H

/* What every unit test includes first: cmocka, in the order it wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"

/* A folder of the test's own in *STATE, made before it and removed after it. */
static inline int folder_setup(void **state)
{
	char *dir = mem_dup("/tmp/mkboot-test.XXXXXX");

	if (mkdtemp(dir) == NULL)
		return -1;
	*state = dir;
	return 0;
}

static inline int folder_teardown(void **state)
{
	int err = fs_remove_tree(*state);

	free(*state);
	return err;
}

/* Messages go to standard error: catch them. */
struct caught {
	FILE *saved;
	FILE *stream;
	char *text;
	size_t len;
};

static inline void catch_begin(struct caught *c)
{
	*c = (struct caught){.saved = stderr};
	c->stream = open_memstream(&c->text, &c->len);
	assert_non_null(c->stream);
	stderr = c->stream;
}

/* The text is in c->text, for free(). */
static inline void catch_end(struct caught *c)
{
	stderr = c->saved;
	fclose(c->stream);
}

#endif

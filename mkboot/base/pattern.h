/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_PATTERN_H
#define MKBOOT_BASE_PATTERN_H

#include <regex.h>
#include <stdbool.h>

/*
 * What is looked for in a line: a literal text, or, written between two slashes, an extended
 * regular expression (POSIX.1-2017, Base Definitions §9.4), of bytes: "demo: done",
 * "/BUG|Oops/".
 */
struct pattern {
	char *written;  /* as it was written; NULL: there is none */
	regex_t *regex; /* NULL: a literal */
};

/* Parse WRITTEN. False where it is no pattern, or one that is found in any line: P is empty, and
 * *ERROR, for free(), says why. */
bool pattern_parse(const char *written, struct pattern *p, char **error);
void pattern_free(struct pattern *p); /* P is empty afterwards */

/* Is it found in LINE? WHOLE: LINE is at its end, so that $ may match there. Never, where P is
 * empty. */
bool pattern_found(const struct pattern *p, const char *line, bool whole);
/* The same in a piece of a line, where BEGIN: it is the line's beginning, so that ^ may match
 * there. */
bool pattern_found_in(const struct pattern *p, const char *piece, bool begin, bool end);

#endif

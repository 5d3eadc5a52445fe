/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_PROGRESS_H
#define MKBOOT_TOOLCHAIN_PROGRESS_H

#include <stdbool.h>
#include <time.h>

/*
 * Within the stage: how far a longer piece of work is, on standard error: which step of how many,
 * and the time since the beginning. On a terminal one line with a bar, which is drawn again and
 * again (in colour but for NO_COLOR, https://no-color.org); elsewhere a line a step.
 * Start with {0} and progress_begin.
 */
struct progress {
	const char *title; /* "GRUB 2.12" */
	unsigned steps, step;
	char *what; /* the step's name */
	bool terminal, colour, drawn;
	struct timespec start, last;
};

void progress_begin(struct progress *p, const char *title, unsigned steps);
/* The next step has begun. P may be NULL, here and below: nothing is shown. */
void progress_step(struct progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* N steps need not be done. */
void progress_skip(struct progress *p, unsigned n);
/* So much of the step is done, 0 to 1; for terminals, as often as one likes. */
void progress_draw(struct progress *p, double done);
/* Before anything else is written to standard error: take the bar away. */
void progress_hide(struct progress *p);
/* No more steps. OK: say how long it took, where that was more than a moment. */
void progress_end(struct progress *p, bool ok);

#endif

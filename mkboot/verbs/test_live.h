/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TEST_LIVE_H
#define MKBOOT_VERBS_TEST_LIVE_H

#include "base/strbuf.h"
#include "vm/vm.h"

/*
 * Within `mkboot test`: the machines at work, a line each, drawn again and again at the bottom of
 * the terminal that standard error is. Elsewhere, and where TERM is dumb, nothing is drawn; with
 * NO_COLOR (https://no-color.org) it is without colour.
 *
 * The lines are taken away before anything else is written there (messages do it by themselves:
 * base/status.h), at the end, and by the signals that end mkboot. The cursor is neither hidden nor
 * anything else of the terminal changed, so that kill -9 leaves no harm.
 */

/* WIDTH: of the widest label, so that rows and lines are in the same columns. */
void test_live_begin(size_t width);
void test_live_draw(const struct vm_progress running[], size_t n);
void test_live_hide(void);
void test_live_end(void);

/* How many bytes of TEXT are COLUMNS wide at the most, whole characters only; as terminals do,
 * most characters are one wide, those of East Asia and pictures two, accents that join none. */
size_t test_live_fit(const char *text, size_t columns);

#endif

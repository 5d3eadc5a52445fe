/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_CLOCK_H
#define MKBOOT_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that nobody sets (clock_gettime(2), CLOCK_MONOTONIC): for deadlines and
 * for what something took. */
int64_t clock_ms(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PLAN_PLATFORMS_H
#define MKBOOT_PLAN_PLATFORMS_H

#include "plan/plan.h"

/* Within the stage: decide which firmware each output is for. A platform that was asked for and
 * on which nothing can start is an error; one that nobody asked for is left out, with a note. */
enum mk_status platforms_choose(struct plan *p);

#endif

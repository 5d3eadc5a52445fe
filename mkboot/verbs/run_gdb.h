/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_RUN_GDB_H
#define MKBOOT_VERBS_RUN_GDB_H

#include "plan/plan.h"

/* Within `mkboot run`: say on standard error how gdb is called for the default entry's kernel, in a
 * machine that waits for it at PORT. */
void run_say_gdb(const struct plan *plan, unsigned port);

#endif

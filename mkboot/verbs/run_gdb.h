/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_RUN_GDB_H
#define MKBOOT_VERBS_RUN_GDB_H

#include "plan/plan.h"

/*
 * Is the default entry's kernel one that stays in 32-bit mode? QEMU for x86-64 tells gdb of a
 * 64-bit processor whatever the mode, with which gdb finds no function's caller nor its arguments
 * in 32-bit code; QEMU for i386 tells of the right one. It is told by the file: ELF32, and nothing
 * in it that would switch long mode on.
 */
bool run_gdb_is_32bit(const struct plan *plan);

/* Within `mkboot run`: say on standard error how gdb is called for the default entry's kernel, in a
 * machine that waits for it at PORT. I386: it is QEMU's for i386. */
void run_say_gdb(const struct plan *plan, unsigned port, bool i386);

#endif

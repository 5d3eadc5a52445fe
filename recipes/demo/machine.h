/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_MACHINE_H
#define DEMO_MACHINE_H

#include <stdbool.h>

/* Ways in which a machine comes to an end, or begins anew. Where one does not work, it halts. */

__attribute__((noreturn)) void machine_reset(void);
/* Without an interrupt descriptor table, any exception becomes a triple fault. */
__attribute__((noreturn)) void machine_triple_fault(void);
/* Of QEMU or Bochs only: a real machine's ACPI tables would have to be read. */
__attribute__((noreturn)) void machine_poweroff(void);
/* Tell QEMU's pvpanic, and halt. */
__attribute__((noreturn)) void machine_panicked(void);

/* Is this the first time since the machine was switched on? The second time it says no, and the
 * third yes again. */
bool machine_first_time(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_QEMU_H
#define MKBOOT_VM_QEMU_H

#include "vm/emulator.h"

/* Within the stage: QEMU's command line, in parts, for `mkboot test` (qemu.c) and `mkboot run`
 * (launch.c). */

#define QEMU_PROGRAM "qemu-system-x86_64"
#define QEMU_PACKAGE "qemu-system-x86"

/* UEFI's firmware: none of it on BIOS, for which QEMU has its own. */
struct qemu_firmware {
	char *code; /* OVMF's; NULL on BIOS */
	char *vars; /* the variable store to start from */
};
/* Look for it. MK_MISSING names the package. Free with qemu_firmware_free in either case. */
enum mk_status qemu_firmware_find(enum platform p, struct qemu_firmware *fw);
void qemu_firmware_free(struct qemu_firmware *fw);

/*
 * What is the same however QEMU is started: no defaults, accelerator, memory, processors, machine
 * type, firmware, isa-debug-exit (port 0xf4) unless s->screenshot, pvpanic, the medium and the
 * network card. No display, serial port, debugcon or monitor: those are the caller's. VARS is a
 * file that QEMU may write the variables to ("/proc/self/fd/7"), on UEFI.
 */
void qemu_add_machine(const struct vm_setup *s, const struct qemu_firmware *fw, const char *vars,
		      struct vm_argv *argv);
/* Each of WORDS as it is. */
void qemu_add_words(struct vm_argv *argv, const char *const *words, size_t n);

#endif

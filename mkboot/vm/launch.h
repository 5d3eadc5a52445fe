/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_LAUNCH_H
#define MKBOOT_VM_LAUNCH_H

#include "vm/direct.h"
#include "vm/emulator.h"

/*
 * A machine for a person (`mkboot run`): QEMU in the foreground, its first serial port on the
 * terminal. What port 0xe9 (debugcon) gets goes to standard error, a line at a time.
 */
struct vm_launch {
	struct vm_setup setup; /* VIA may be NULL: DIRECT, then. A NIC whose way has no network is a
				  card for the kernel's own use */
	const struct vm_direct *direct;
	const char *display;  /* -display's; NULL: none */
	const char *debugcon; /* a file; NULL: standard error */
	unsigned gdb;         /* wait for gdb at this port; 0: do not */
	bool i386;            /* QEMU for i386, in the place of x86-64 */
	char *const *extra;   /* of QEMU's, last, so that they win */
	size_t n_extra;
};

/*
 * Run it to its end. *STATUS is QEMU's own status: what the guest ended it with through
 * isa-debug-exit, 0 where it switched itself off. MK_OK, or, said: MK_NO where the guest reset the
 * machine (a triple fault does), or panicked; MK_MISSING, MK_BAD_INPUT, MK_FAILED. Whatever
 * happens, the terminal is as it was before. mkboot's end ends QEMU.
 */
enum mk_status vm_launch(const struct vm_launch *l, int *status);

/* The same machine as a command line for a person, appended to LINE: without the channels to
 * mkboot. UEFI's variables are copied to a file in FOLDER. MK_BAD_INPUT where the machine needs
 * mkboot while it runs (TFTP with a network.path of another name). */
enum mk_status vm_launch_command(const struct vm_launch *l, const char *folder,
				 struct strbuf *line);

/* -display's that shows a window: "gtk", "sdl"; NULL where this QEMU has none. */
const char *vm_launch_display(const char *program);

/* The first free TCP port of 127.0.0.1 from PORT on; 0 for none. */
unsigned vm_free_port(unsigned port);

/* Why a tap interface cannot be used, and what to do about it, for free(); NULL where it can be. */
char *vm_tap_unfit(const char *name);

#endif

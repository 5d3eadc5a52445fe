/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The words of the command line that the kernel understands; others are left alone. Where several
 * ends are asked for, the first of these is taken: panic, pvpanic, hang, reset, triple, poweroff.
 */
struct options {
	uint32_t exit;   /* exit=N, decimal or 0x...: written to isa-debug-exit */
	bool panic;      /* end as a kernel that failed does */
	bool pvpanic;    /* fail, and tell the pvpanic device */
	bool hang;       /* never end, nor say "demo: done": what a test's deadline is for */
	bool reset;      /* reset the machine, each time anew */
	bool reset_once; /* reset-once: the first time only */
	bool triple;     /* have a triple fault */
	bool poweroff;   /* say "demo: done" and turn the power off */
	bool oops;       /* say "demo: Oops", and go on */
	bool silent;     /* write nothing on COM1 and on the screen */
	bool debugcon;   /* write on port 0xE9 as well */
	uint32_t memory; /* memory=SECONDS: see whether anything else writes to memory (memory.h) */
	bool wait;       /* say "demo: done" and stay, so that a person can read the screen */
};

/* COMMAND_LINE may be NULL. EXIT is left alone where it is not named. */
void options_read(const char *command_line, struct options *o);

#endif

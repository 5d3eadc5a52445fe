/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_OPTIONS_H
#define DEMO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The words of the command line that the kernel understands; others are left alone. */
struct options {
	uint32_t exit;   /* exit=N, decimal or 0x...: written to isa-debug-exit */
	bool panic;      /* end as a kernel that failed does */
	bool hang;       /* never end, nor say "demo: done": what a test's deadline is for */
	uint32_t memory; /* memory=SECONDS: see whether anything else writes to memory (memory.h) */
	bool wait;       /* say "demo: done" and stay, so that a person can read the screen */
};

/* COMMAND_LINE may be NULL. EXIT is left alone where it is not named. */
void options_read(const char *command_line, struct options *o);

#endif

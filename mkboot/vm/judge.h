/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_JUDGE_H
#define MKBOOT_VM_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipe/recipe.h"
#include "vm/console.h"

/*
 * The judge: console bytes and how the machine ended go in, a verdict and its reason come out. It
 * reads no clock and no file; where the bytes come from (QEMU, another emulator, a real machine's
 * serial port) is its caller's affair.
 *
 * The verdict is yes where all that the recipe's test asks for came about:
 * - expect: the text came on the serial port, on one line, with control sequences (colours) taken
 *   out, and written by the guest. UEFI's console, and so GRUB's, is on the serial port as well:
 *   what they write (a menu's titles, the name of a file that is missing) is no proof that the
 *   kernel ran, and does not count.
 * - exit: the emulator ended by itself with this very status. A reset never counts, not even for
 *   status 0: that is what a triple fault looks like.
 * - neither: the machine powered itself off. Nothing else says by itself that all went well, and
 *   the reason then says what to put into the recipe.
 *
 * A machine is hopeless once firmware or GRUB say that they have given up; see the table of signs.
 */

enum judge_source {
	JUDGE_SERIAL,
	JUDGE_SCREEN, /* firmware's and boot loader's own console, where it is not the serial port
		       */
	JUDGE_SOURCE_COUNT,
};

/* How the machine came to its end. */
enum judge_end {
	JUDGE_STOPPED,  /* by us, because judge_over */
	JUDGE_DEADLINE, /* by us, because time was up */
	JUDGE_EXITED,   /* the emulator ended, with STATUS */
	JUDGE_KILLED,   /* the emulator was ended by signal STATUS */
	JUDGE_RESET,    /* the emulator ended, with STATUS, because the guest reset the machine */
	JUDGE_POWEROFF, /* the emulator ended, with STATUS, because the guest turned the power off
			 */
};

struct judge_event {
	enum judge_end end;
	int status;
	const char *words; /* what the emulator itself wrote on standard error; or NULL */
};

/* One console, as far as it has been read. */
struct judge_console {
	struct console_strip strip;
	struct strbuf line; /* the line being written */
	bool wrote;         /* anything came */
	bool menu;          /* GRUB's menu is being drawn */
	bool started;       /* GRUB began to start an entry */
	bool prompted;      /* LINE is a prompt that has been counted */
	unsigned prompts;   /* GRUB's "Press any key to continue..." after an error */
	char *error;       /* the first error that firmware or GRUB told of, since they started or a
			       network card was tried; with what mkboot's menu says about it */
	bool error_latest; /* the last line is the menu's part of it */
	size_t error_width; /* of the last line, where it told of an error; else 0 */
};

struct judge {
	const struct recipe_test *test;
	struct judge_console consoles[JUDGE_SOURCE_COUNT];
	bool wrote;           /* something came on the serial port */
	bool expected;        /* the expected text came from the guest */
	bool expected_early;  /* it came, but from firmware or GRUB */
	const char *hopeless; /* why there is no use in waiting; NULL while there is */
	char *detail;         /* what was said to that; or NULL */
	char *last;           /* the last line with text that came on the serial port; or NULL */
};

/* TEST must outlive J. End with judge_free. */
void judge_begin(struct judge *j, const struct recipe_test *test);
void judge_free(struct judge *j);

void judge_feed(struct judge *j, enum judge_source source, const void *bytes, size_t len);

/* Is the verdict certain, however the machine goes on? Then stop it. */
bool judge_over(const struct judge *j);

/* How many times a key was asked for on that console by GRUB, after an error. To press one each
 * time saves the ten seconds it waits; what GRUB does next is the same. */
unsigned judge_prompts(const struct judge *j, enum judge_source source);

/* The verdict; where it is no, *REASON is one line of printable UTF-8, the caller's. */
bool judge_verdict(struct judge *j, const struct judge_event *event, char **reason);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_JUDGE_H
#define MKBOOT_VM_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "recipe/recipe.h"
#include "vm/console.h"

/*
 * The judge: console bytes, a few events, and how the machine ended go in, a verdict and its reason
 * come out. It reads no clock and no file; where the bytes come from (QEMU, another emulator, a
 * real machine's serial port) is its caller's affair.
 *
 * The verdict is yes where all that the recipe's test asks for came about:
 * - expect: the text was found in the guest's words: on the serial port or on debugcon, in one
 *   line, with control sequences (colours) taken out, and written by the guest. UEFI's console, and
 *   so GRUB's, is on the serial port as well: what they write (a menu's titles, the name of a file
 *   that is missing) is no proof that the kernel ran, and does not count. On a UEFI machine
 *   (judge_uefi) nothing there does until GRUB starts an entry. A regular expression may
 *   match before its line is at its end, but $ matches there only.
 *   "error: ", with which GRUB's errors begin, is the kernel's where GRUB writes on another
 * console, or once the kernel has begun.
 * - reject: none of the patterns was found in the guest's words. Of the words of one line, as far
 *   as they have come, reject is looked at before expect.
 * - exit: the emulator ended by itself with this very status. A reset never counts, not even for
 *   status 0: that is what a triple fault looks like.
 * - neither expect nor exit: the machine powered itself off. Nothing else says by itself that all
 *   went well, and the reason then says what to put into the recipe.
 *
 * A machine is hopeless, and to be stopped, once
 * - firmware or GRUB say that they have given up; see the table of signs;
 * - the guest wrote what the test rejects;
 * - it panicked (pvpanic), or a processor had a triple fault;
 * - it reset itself a second time. Once may be meant (a firmware update, an installer); a kernel
 *   that does it again does nothing else.
 * Its caller ends it, too, where the guest has begun to write and then was silent for the test's
 * limit (judge_guest_bytes tells), and at the deadline.
 */

enum judge_source {
	JUDGE_SERIAL,
	JUDGE_DEBUGCON, /* port 0xe9: all that comes there is the guest's */
	JUDGE_SCREEN,   /* firmware's and boot loader's own console, where it is not the serial port
			 */
	JUDGE_SOURCE_COUNT,
};

/* How the machine came to its end. */
enum judge_end {
	JUDGE_STOPPED,  /* by us, because judge_over */
	JUDGE_DEADLINE, /* by us, because time was up */
	JUDGE_SILENT,   /* by us, because the guest had been silent for too long */
	JUDGE_EXITED,   /* the emulator ended, with STATUS */
	JUDGE_KILLED,   /* the emulator was ended by signal STATUS, be it in order, with status 0 */
	JUDGE_RESET,    /* the emulator ended, with STATUS, because the guest reset the machine */
	JUDGE_POWEROFF, /* the emulator ended, with STATUS, because the guest turned the power off
			 */
};

struct judge_event {
	enum judge_end end;
	int status;
	const char *words; /* what the emulator itself wrote on standard error; or NULL */
};

/* One console, as far as it has been read. From LINE on, all of it is of the present boot. */
struct judge_console {
	struct console_strip strip;
	unsigned prompts;   /* GRUB's "Press any key to continue..." after an error */
	bool wrote;         /* anything came */
	struct strbuf line; /* the line being written */
	size_t cut;         /* how many bytes of it are no longer in LINE */
	size_t counted;     /* how many bytes of it are in guest_bytes */
	bool loader;        /* firmware or GRUB wrote something */
	bool menu;          /* GRUB's menu is being drawn */
	bool menu_left;     /* it was cleared away */
	bool started;       /* GRUB began to start an entry */
	bool welcomed;      /* GRUB has said that it is there */
	bool handed_over;   /* firmware has said that it starts what it loaded */
	bool asked;         /* for a key, which is in PROMPTS */
	bool prompted;      /* LINE is a prompt that has been counted */
	bool progress;      /* GRUB's line of progress was written over last */
	char *entry;        /* the title of what GRUB said it was booting; or NULL */
	bool entry_open;    /* the title goes on in the next line */
	char *error;       /* the first error that firmware or GRUB told of, since they started or a
			       network card was tried; with what mkboot's menu says about it */
	bool error_latest; /* the last line is a part of it */
	bool error_network; /* and began with "[network] " */
	size_t width;       /* of the last line, where GRUB may go on in the next; else 0 */
};

struct judge {
	const struct recipe_test *test;
	bool uefi;     /* judge_uefi */
	bool own_menu; /* and what it was told */
	struct judge_console consoles[JUDGE_SOURCE_COUNT];
	bool wrote;          /* something came on any console */
	bool expected;       /* the expected text came from the guest */
	bool expected_early; /* it came, but from firmware or GRUB */
	bool menu_shown;     /* GRUB's menu was, on some console */
	size_t guest_bytes;  /* in lines that are the guest's, since it began anew */
	char *last;          /* the guest's last line with text; or NULL */
	char *shown;         /* the last line with text on any console; or NULL */

	char *hopeless;                 /* why there is no use in waiting; NULL while there is */
	bool by_guest;                  /* its last line tells more about that */
	const struct pattern *rejected; /* what the guest wrote in spite of the test; or NULL */
	bool last_words;                /* judge_last_words */
	struct judge_console *open;     /* where REJECTED's line still goes on; or NULL */
	struct strbuf words;            /* that line */

	unsigned resets; /* of the machine, by the guest */
	bool heard;      /* something came on any console since the last of them */
	unsigned echoes; /* resets that belong to it */
	bool exited;     /* judge_exit was called */
	int exit_status; /* with this */
};

/* TEST must outlive J. End with judge_free. */
void judge_begin(struct judge *j, const struct recipe_test *test);
void judge_free(struct judge *j);

/* At the beginning: it is a UEFI machine, whose console is on the serial port, and on it words of
 * firmware and option ROMs that no table here knows. None is the guest's until GRUB has begun to
 * start an entry. OWN_MENU: the user's, word for word, which may start a kernel without an entry;
 * then until GRUB has begun. */
void judge_uefi(struct judge *j, bool own_menu);

/* Where judge_over is true because of what the test rejects, the rest of that line may still be
 * handed on: the reason then has all of it. */
void judge_feed(struct judge *j, enum judge_source source, const void *bytes, size_t len);

/*
 * What the emulator tells of while the machine runs. Hand on first what the consoles have: it was
 * written before.
 */
/* The guest reset the machine: firmware and GRUB begin anew. SeaBIOS makes a second reset out of
 * any that it did not begin with (src/resume.c, tryReboot; in the end by a triple fault of its
 * own): one more with nothing from any console in between is the same one. */
void judge_reset(struct judge *j);
/* A triple fault. WHERE: what is known of it ("EIP=00100042"); or NULL. SeaBIOS's own does not
 * count. */
void judge_triple_fault(struct judge *j, const char *where);
void judge_panicked(struct judge *j);
/* The guest ended the machine with STATUS (isa-debug-exit), which goes on for a moment all the
 * same: nothing that comes later counts. */
void judge_exit(struct judge *j, int status);

/* How far it got. */
bool judge_menu_shown(const struct judge *j); /* GRUB's menu was, on some console */
/* How many bytes the guest itself has written, on all its consoles; 0: not yet any, since the
 * machine was started or reset. Where firmware and GRUB write on the serial port, too, only what
 * comes after GRUB began to start an entry. */
size_t judge_guest_bytes(const struct judge *j);
/* The title of the entry that GRUB said it was booting; NULL where it said none (it does not where
 * a key chose it). As on its console: a BIOS screen has '?' for what is not ASCII. */
const char *judge_entry(const struct judge *j);
/* The last line with text on any console, be it whole or still being written, for who shows a
 * machine at work; or NULL. Without control sequences, but with whatever other bytes came:
 * console_escape. It is J's, until bytes or events are handed to J. */
const char *judge_last_line(const struct judge *j);

/* Is the verdict certain, however the machine goes on? Then stop it. */
bool judge_over(const struct judge *j);
/* It is, because of what the test rejects or of a panic, and the guest may be about to say more:
 * the rest of that line, registers, a backtrace. People want to read them; the verdict does not. */
bool judge_last_words(const struct judge *j);

/* How many times a key was asked for on that console by GRUB, after an error. To press one each
 * time saves the ten seconds it waits; what GRUB does next is the same. */
unsigned judge_prompts(const struct judge *j, enum judge_source source);

/* The verdict; where it is no, *REASON is one line of printable UTF-8, the caller's. After
 * judge_exit, *EVENT's end is not asked. */
bool judge_verdict(struct judge *j, const struct judge_event *event, char **reason);

/* What TEST asks for, in one line of printable UTF-8 for people, the caller's. */
char *judge_wanted(const struct recipe_test *test);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_LOADER_H
#define MKBOOT_VM_LOADER_H

#include "vm/judge.h"

/* Within the judge: what firmware and GRUB write. LINE is a console's present line, without the
 * spaces it begins with; WHOLE: it has come to its end. */

/* Who wrote LINE? */
enum loader_line { LOADER_ITS, LOADER_UNDECIDED, LOADER_GUESTS };
enum loader_line loader_wrote(const struct judge_console *c, const char *line, bool whole);

/* Why no kernel will be started any more, where LINE means that: a string constant; else NULL.
 * *SAYS_WHY: the line itself has more about it. */
const char *loader_sign(const char *line, bool whole, bool *says_why);
/* Is it the heading of GRUB's menu? Its "Press any key to continue...", or the beginning of that?
 */
bool loader_heading(const char *line);
bool loader_prompt(const char *line);
bool loader_prompt_begun(const char *line);

/* Is it how far a file has come? GRUB draws that line over itself, from a carriage return on, and
 * at the end covers it with spaces: what comes then is none of it. */
bool loader_progress(const char *line);

/* Is it the beginning of an error, or of what follows one, as GRUB writes it, but as a kernel may,
 * too? Not of an error after which the boot goes on. */
bool loader_error(const char *line);

/* Has GRUB begun to start an entry? It says so on its own console, which need not be the one that
 * it tells of errors on. */
bool loader_done(const struct judge *j);

/* Is C, a UEFI machine's serial port, still firmware's and GRUB's alone, whatever is written there?
 * (judge_uefi.) A GRUB that was built to say nothing, not even which entry it starts (Ubuntu's,
 * --enable-quiet-boot), is taken to have done so where firmware started it. */
bool loader_alone(const struct judge *j, const struct judge_console *c);

/* Remember what LINE, a whole one, tells: an error, the entry being started. GUESTS: it may be the
 * guest's as well, so that the next one is not the rest of it. */
void loader_follow(struct judge_console *c, const char *line, bool guests);
/* The same for one without text: nothing goes on behind it. */
void loader_blank(struct judge_console *c);

#endif

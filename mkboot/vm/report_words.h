/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_REPORT_WORDS_H
#define MKBOOT_VM_REPORT_WORDS_H

#include "vm/vm.h"

/* Within the stage: what all reports (vm/report.h) say in the same words. */

/* The consoles of a machine, in the order in which people look at them. */
struct report_console {
	const char *title;
	const struct strbuf *data;
};
#define REPORT_CONSOLES 3
/* How many of them have anything. */
size_t report_consoles(const struct vm_result *result, struct report_console c[REPORT_CONSOLES]);

/* What names the guest's consoles in a log that has both. */
#define REPORT_SERIAL   "--- serial port ---\n"
#define REPORT_DEBUGCON "--- debugcon (port 0xe9) ---\n"

/* All of a console, as lines of text (vm/console.h), the caller's; out of the middle of what is
 * longer than LIMIT bytes, whole lines are left out, and said so. */
char *report_log(const struct strbuf *data, size_t limit);

/* What the guest wrote, for people: serial port and debugcon, as report_log has each, under a line
 * that names it where both have some. The caller's. */
char *report_guest(const struct vm_result *result, size_t limit);

/* The commands that repeat a boot, each line after INDENT; nothing where there are none. */
void report_repeat(struct strbuf *out, const struct vm_result *result, const char *indent);

/* Why a boot failed, for people: what was expected, the last 20 lines of each console, the commands
 * that repeat it; each line after INDENT. */
void report_failure(struct strbuf *out, const struct vm_result *result, const char *indent);

/* "none", "setup", "off", "on"; NULL on BIOS, which has no such thing. */
const char *report_secure_boot(const struct vm_job *job, const struct vm_result *result);
/* Likewise for people. */
const char *report_secure_boot_title(const struct vm_job *job, const struct vm_result *result);
/* The title of the menu entry that JOB chooses; NULL where nobody touches the menu. */
const char *report_entry(const struct vm_job *job, const struct recipe *r);
/* For --vm: "qemu". */
const char *report_vm(const struct vm_job *job);

#endif

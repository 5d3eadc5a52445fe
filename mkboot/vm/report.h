/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_REPORT_H
#define MKBOOT_VM_REPORT_H

#include <jansson.h>

#include "base/strbuf.h"
#include "vm/vm.h"

/* Boots' results as text. */

/* One boot, for people: a row, and where it failed, the reason, what was expected, the last 20
 * lines of each console, and the command that repeats it. Appended to OUT; ends with a newline.
 * WIDTH is that of the widest label of all rows. */
void vm_report_text(struct strbuf *out, const struct vm_job *job, size_t width,
		    const struct vm_result *result);

/* One boot, for programs: {"recipe","via","nic","ok","seconds","reason","vm","entry",
 * "secure_boot","menu_seconds","kernel_seconds"} on one line. "nic" is null where the machine had
 * no network; "reason" is null where it is ok. "note" is there only where the emulator could not
 * tell all that the test asks for. */
void vm_report_json(struct strbuf *out, const struct recipe *r, const struct vm_job *job,
		    const struct vm_result *result);

/* All that one guest wrote, as it came: the serial port, then debugcon, each under a line that
 * names it where both have some. Appended to OUT. */
void vm_report_log(struct strbuf *out, const struct vm_result *result);

/* A whole run. */
struct vm_report {
	const struct recipe *recipe;
	const char *dir;  /* where the artifacts are: "out/demo" */
	json_t *manifest; /* what was booted (build/manifest.h) */
	const struct vm_job *jobs;
	const struct vm_result *results; /* of each job */
	size_t n;
	double seconds; /* of the whole run, machines side by side */
	const char *accel;
};

/* As JUnit's XML, in the form that Jenkins and GitLab read: a testsuite, a testcase a boot.
 * Appended to OUT. */
void vm_report_junit(struct strbuf *out, const struct vm_report *report);

/* As one HTML page that refers to nothing outside itself. Appended to OUT. MK_FAILED where its
 * template cannot be read, said. */
enum mk_status vm_report_html(struct strbuf *out, const struct vm_report *report);

#endif

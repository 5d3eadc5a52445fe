/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TEST_RUN_H
#define MKBOOT_VERBS_TEST_RUN_H

#include "verbs/test_jobs.h"
#include "verbs/test_options.h"

/* Within `mkboot test`: the jobs booted, their rows printed in the jobs' order, and what is to be
 * written about them. */

/* MK_NO where a boot was judged bad; else a status, said. */
enum mk_status test_run(const struct test_wanted *w, const struct test_jobs *jobs,
			const struct test_options *o);

/* Files about a whole run (test_files.c): --junit's and --report's. MK_FAILED, said. */
/* Before it: can they be made, as far as can be seen without making them? */
enum mk_status test_check_files(const struct test_options *o);
struct vm_report;
enum mk_status test_write_files(const struct vm_report *report, const struct test_jobs *jobs,
				const struct test_options *o);
/* The console that a log of just one is of: the serial port, or where nothing came there,
 * debugcon. */
const struct strbuf *test_log(const struct vm_result *result);
/* FOLDER/NAME.ENDING, the folder made. */
enum mk_status test_keep(const char *folder, const char *name, const char *ending,
			 const struct strbuf *data);

#endif

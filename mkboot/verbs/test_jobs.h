/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TEST_JOBS_H
#define MKBOOT_VERBS_TEST_JOBS_H

#include "vm/vm.h"

/* Within `mkboot test`: what is to be booted, a way and a network card at a time. */

struct test_jobs {
	struct vm_job *items;
	size_t n;
};

/* What --nic asks for. */
struct test_nics {
	bool given;
	bool all;
	uint32_t nics; /* bit N is entry N of vm_nics */
};

/* "rtl8139,e1000", "all". MK_USAGE for a name that is none. */
enum mk_status test_nics_parse(const char *list, struct test_nics *nics);

/*
 * The jobs for the ways VIAS (a set), in the tables' order. A way that cannot be booted with the
 * cards that were asked for (no driver in the image, no PXE ROM) is an error; with those that were
 * not asked for by name, it is left out with a note, where it is not among NAMED, the ways that
 * were. Free with test_jobs_free in either case.
 */
enum mk_status test_jobs_make(const struct recipe *r, uint64_t vias, uint64_t named,
			      const struct test_nics *nics, struct test_jobs *jobs);
void test_jobs_free(struct test_jobs *jobs);
/* The width of the widest label. */
size_t test_jobs_width(const struct test_jobs *jobs);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TEST_JOBS_H
#define MKBOOT_VERBS_TEST_JOBS_H

#include <jansson.h>

#include "plan/plan.h"
#include "vm/vm.h"

/* Within `mkboot test`: what is to be booted: the matrix of ways to boot, network cards and the
 * menu's entries. */

struct test_jobs {
	struct vm_job *items;
	char **files; /* the name of each one's files, without an ending: "pxe-bios-e1000-entry2" */
	size_t n;
};

/* What --via asks for. */
struct test_vias {
	bool given;
	bool all;
	uint64_t vias; /* bit N is entry N of vm_vias */
};

/* What --nic asks for. */
struct test_nics {
	bool given;
	bool all;
	uint32_t nics; /* bit N is entry N of vm_nics */
};

/* What --entry asks for. */
enum test_entry { TEST_ENTRY_NO, TEST_ENTRY_ALL, TEST_ENTRY_NAMED };
struct test_entries {
	bool given;
	enum test_entry *wanted; /* of each of recipe.menu.entries; NULL where not given */
};

/* "rtl8139,e1000", "all". MK_USAGE for a name that is none. */
enum mk_status test_vias_parse(const char *list, struct test_vias *vias);
enum mk_status test_nics_parse(const char *list, struct test_nics *nics);

/* N titles of R's entries, or beginnings of titles, or "all". MK_USAGE for one that is none, or the
 * beginning of several; MK_BAD_INPUT where R's menu is the user's own. Free with test_entries_free
 * in either case. */
enum mk_status test_entries_find(const struct recipe *r, const char *const titles[], size_t n,
				 struct test_entries *entries);
void test_entries_free(struct test_entries *entries);

/* All that jobs are made from. */
struct test_wanted {
	const struct recipe *recipe;
	const struct plan *plan; /* NULL where no entry is asked for */
	const char *dir;         /* what was built */
	json_t *manifest;        /* of it */
	const struct vm_emulator *emulator;
	struct test_vias vias;
	struct test_nics nics;
	struct test_entries entries;
};

/*
 * The jobs, in the tables' order. What was asked for by name and cannot be (no such image, no
 * driver in it, no PXE ROM, an entry that does not start on that firmware, an emulator without it)
 * is an error; but a card that will do for another of the ways is left out where it will not, as
 * long as no way that was asked for by name is without one. Of all ways, those are taken that there
 * are; of all cards and entries, those that will do. MK_USAGE, MK_BAD_INPUT, said. Free with
 * test_jobs_free in either case.
 */
enum mk_status test_jobs_make(const struct test_wanted *w, struct test_jobs *jobs);
void test_jobs_free(struct test_jobs *jobs);
/* The width of the widest label. */
size_t test_jobs_width(const struct test_jobs *jobs);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PLAN_PLAN_H
#define MKBOOT_PLAN_PLAN_H

#include <stdbool.h>
#include <time.h>

#include "base/filedigest.h"
#include "kernel/kernel.h"
#include "recipe/recipe.h"

/*
 * A recipe whose files have been looked at: what goes on the media, under which name, and on
 * which firmware each entry can start. Everything after this stage writes; nothing before it does.
 */

/* A file that a medium carries. */
struct payload {
	char *name;    /* its path on every medium, "boot/kernel.elf": [a-z0-9._/-] only */
	char *source;  /* where to read it */
	char *folder;  /* made from this folder by plan_prepare (SOURCE then); or NULL */
	struct src at; /* where the recipe names it */
	uint64_t size;
	bool gzip;              /* SOURCE is gzip-compressed already */
	bool local;             /* an entry without `load: network` names it: media carry it */
	bool may_gzip;          /* GRUB unpacks it while loading, wherever the recipe names it */
	struct filestamp stamp; /* SOURCE as it was when its digest was taken */
	struct digest digest;   /* of SOURCE */
};

struct plan_entry {
	const struct recipe_entry *recipe;
	struct kernel kernel; /* of a disk's entry, only where it can start */
	size_t kernel_file;   /* indexes of plan.files; where there is a kernel */
	size_t *module_files;
	size_t *initrd_files;
};

struct plan {
	const struct recipe *recipe;
	time_t epoch;        /* SOURCE_DATE_EPOCH, or the newest input's mtime: the only time in any
			      * output...
			      */
	time_t recipe_epoch; /* ... but those that carry no payload: there only the recipe and its
				menu count */
	struct payload *files;
	size_t n_files;
	struct plan_entry *entries; /* one for each of recipe.menu.entries */
	size_t n_entries;
	char *menu_text;    /* recipe.menu.file's bytes, or NULL */
	unsigned platforms; /* set of enum platform on which at least one entry can start */
	unsigned output_platforms[OUTPUT_COUNT]; /* what each output will be built for */
};

/*
 * Check the recipe's files and lay them out. Every problem of every file is reported at its place
 * in the recipe.
 * MK_OK; MK_BAD_INPUT; MK_FAILED. *P is set in every case and is the caller's, for plan_free; only
 * after MK_OK may anything be built from it (mkboot check shows the rest). R must outlive it; where
 * recipe_load refused it, the files it names are looked at all the same.
 */
enum mk_status plan_make(const struct recipe *r, struct plan **p);
void plan_free(struct plan *p); /* accepts NULL */

/* What comes after the checks, and costs time: make the initial RAM disks from folders (in SCRATCH,
 * a folder that exists and is the caller's), and the digest of every payload. */
enum mk_status plan_prepare(struct plan *p, const char *scratch);
/* After everything is written: is every payload still what its digest says? MK_FAILED, said. */
enum mk_status plan_check_unchanged(const struct plan *p);
/* Say that a payload's source changed during the build. MK_FAILED. */
enum mk_status plan_changed(const char *source);

/* Can the entry start on platform PF? All can where the menu is the user's own. */
bool plan_entry_starts(const struct plan *p, size_t entry, enum platform pf);

/* Is a file of the entry fetched over the network on MEDIUM-like outputs: all are by NBPs and
 * diskless media, those of `load: network` entries everywhere. */
bool plan_needs_network(const struct plan *p, enum output o, enum platform pf);

/* A digest of the payloads' names and contents. */
struct digest plan_contents(const struct plan *p);

#endif

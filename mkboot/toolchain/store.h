/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_STORE_H
#define MKBOOT_TOOLCHAIN_STORE_H

#include <stdbool.h>

#include "base/status.h"

/*
 * Within the stage: what is kept, in the cache folder (base/cache.h), toolchain/KIND/NAME/. A
 * folder appears whole, by a rename, or not at all. One mkboot at a time makes it, under a lock
 * (flock: it ends with its holder, however that ends); others wait and then have it. Whoever uses
 * it holds a shared lock until the program ends, so that toolchain_clean lets it be. What a killed
 * one left behind is removed by its janitor (base/janitor.h), or by the next that makes the same.
 */
enum store_kind {
	STORE_SOURCES,   /* downloads */
	STORE_HEADERS,   /* GRUB's headers, patched */
	STORE_GRUB,      /* GRUB built from source */
	STORE_DRIVERS,   /* a GRUB platform with mkboot's network drivers */
	STORE_PROTOCOLS, /* the same with its network protocols */
	STORE_KINDS,
};

struct store_slot {
	enum store_kind kind;
	char *path; /* where it is, or will be */
	char *dir;  /* the temporary folder to be filled; NULL where PATH is there already */
	int lock;   /* file descriptor, or -1 */
};

/* toolchain/KIND; for free(). NULL where there is no cache folder: said why. */
char *store_folder(enum store_kind kind);

/*
 * Look for NAME, [A-Za-z0-9.+~_-]+, and where it is not there, begin to make it: SLOT->dir. In any
 * case end with store_end. WHAT is for the words to whoever has to wait: "GRUB 2.12".
 */
enum mk_status store_begin(enum store_kind kind, const char *name, const char *what,
			   struct store_slot *slot);
/* Put SLOT->dir in its place. WHAT, a line, is what store_list says it is. */
enum mk_status store_commit(struct store_slot *slot, const char *what);
/* Where the words of programs go while it is made: toolchain/log/KIND-NAME.log, which stays; empty
 * at first. For free(). */
char *store_log(const struct store_slot *slot);
/* Remove what is temporary; give the lock back, where nothing is there. */
void store_end(struct store_slot *slot);

#endif

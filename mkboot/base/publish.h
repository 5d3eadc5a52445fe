/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_PUBLISH_H
#define MKBOOT_BASE_PUBLISH_H

#include "base/status.h"

/*
 * Honest files: a folder that appears whole or not at all. Everything is written to a temporary
 * folder beside the target; publish_commit exchanges the two in one step (renameat2,
 * RENAME_EXCHANGE), so that whoever looks sees either all of the old or all of the new, also
 * after kill -9 or a full disk. A lock file keeps two mkboots from building the same target at
 * once. What a killed mkboot left behind is removed at once by its janitor (base/janitor.h), or,
 * where that was killed as well, by the next mkboot.
 *
 * Only a folder that mkboot made (it holds mkboot's manifest.json, and nothing that manifest.json
 * does not name), or an empty one, is ever replaced.
 */
struct publish {
	char *parent; /* "out" */
	char *target; /* "out/demo" */
	char *dir;    /* the temporary folder, "out/.demo.mkboot-XXXXXX"; write here */
	char *old;    /* where the old folder is for a moment, where it cannot be exchanged */
	int lock;     /* file descriptor, or -1 */
	char *lock_path;
};

enum mk_status publish_begin(const char *parent, const char *name, struct publish *p);
/* Put p->dir in the target's place. */
enum mk_status publish_commit(struct publish *p);
/* Remove what is temporary and give the lock back; after publish_commit, or without it. */
void publish_end(struct publish *p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_ITEMS_H
#define MKBOOT_TOOLCHAIN_ITEMS_H

#include "toolchain/store.h"

/* Within the stage: names in a folder of the store, for the two files that know them: store.c,
 * which makes, and items.c, which lists and removes. Next to NAME/ are .NAME.lock, and, while it is
 * made, .NAME.mkboot-XXXXXX/. */
#define STORE_ABOUT "about" /* in NAME/: a line that says what it is */
#define STORE_LOCK  ".lock"
#define STORE_LOGS  "log" /* toolchain/log/ */
#define STORE_TEMP  ".mkboot-"

/* Lock the file PATH, which is made where it is missing, HOW flock has it: a file descriptor or a
 * negative errno, -EWOULDBLOCK for LOCK_NB. */
int store_lock(const char *path, int how);
/* Remove what a killed mkboot left of NAME. The caller holds the lock, so nobody writes there. */
void store_remove_stale(const char *folder, const char *name);

/* Where the log of NAME is; for free(). */
char *store_log_path(enum store_kind kind, const char *name);

#endif

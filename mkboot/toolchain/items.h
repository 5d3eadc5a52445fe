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

/*
 * The lock at PATH: a file descriptor or a negative errno. Where somebody else has it, WAIT is
 * called once and then waited; where WAIT is NULL, -EWOULDBLOCK.
 */
int store_lock(const char *path, void (*wait)(void *arg), void *arg);

/* Remove what a killed mkboot left of NAME. The caller holds the lock, so nobody writes there. */
void store_remove_stale(const char *folder, const char *name);

/* Where the log of NAME is; for free(). */
char *store_log_path(enum store_kind kind, const char *name);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_ITEMS_H
#define MKBOOT_TOOLCHAIN_ITEMS_H

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

#endif

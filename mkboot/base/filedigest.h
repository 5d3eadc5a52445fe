/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_FILEDIGEST_H
#define MKBOOT_BASE_FILEDIGEST_H

#include "base/digest.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

/* What the kernel says of a file, by which one notices that it was changed. */
struct filestamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};
/* 0 or a negative errno. */
int filestamp_get(const char *path, struct filestamp *stamp);
bool filestamp_same(const struct filestamp *a, const struct filestamp *b);

/*
 * The SHA-256 of a file, remembered in the cache under what the kernel says of it (device, inode,
 * size, times of change to the nanosecond), so that a large module is read once and not at every
 * build. Not remembered: small files (reading is quicker), and files so freshly changed that a
 * further change could bear the same times.
 * STAMP is the file as it was read. 0 or a negative errno; -ESTALE where it changed meanwhile.
 */
int filedigest(const char *path, struct digest *d, struct filestamp *stamp);

#endif

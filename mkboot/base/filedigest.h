/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_FILEDIGEST_H
#define MKBOOT_BASE_FILEDIGEST_H

#include "base/digest.h"

/*
 * The SHA-256 of a file, remembered in the cache under what the kernel says of it (device, inode,
 * size, times of change to the nanosecond), so that a large module is read once and not at every
 * build. Not remembered: small files (reading is quicker), and files so freshly changed that a
 * further change could bear the same times.
 * 0 or a negative errno.
 */
int filedigest(const char *path, struct digest *d, uint64_t *size);

#endif

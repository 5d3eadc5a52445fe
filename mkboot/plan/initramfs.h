/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PLAN_INITRAMFS_H
#define MKBOOT_PLAN_INITRAMFS_H

#include <time.h>

#include "base/status.h"

/*
 * An initial RAM disk from a folder: a newc cpio archive (Linux, Documentation/driver-api/
 * early-userspace/buffer-format.rst), gzip-compressed, through libarchive and zlib. The bytes
 * depend on the folder's contents and EPOCH alone: entries sorted by name, owner 0:0, all times
 * EPOCH, inode numbers counted from 1, hard links broken. Symbolic links are kept; a device node,
 * FIFO or socket is kept as it is. Where /dev/console is not in the folder, it is added (5, 1):
 * without it, init has no standard output.
 */
enum mk_status initramfs_make(const char *folder, time_t epoch, const char *to);

/* The newest mtime of anything in the folder, itself included. 0 or a negative errno. */
int initramfs_newest(const char *folder, time_t *newest);

#endif

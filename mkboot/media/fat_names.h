/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_FAT_NAMES_H
#define MKBOOT_MEDIA_FAT_NAMES_H

#include <stdbool.h>

#include "media/fat.h"

/* The folders of a FAT volume, told from its files' names: for fat.c alone. */

struct fat_folder {
	const char *path; /* the first LEN bytes of a file's name; the root has none */
	size_t len;
	unsigned entries; /* directory entries in use, of 32 bytes */
};

struct fat_folders {
	struct fat_folder *items; /* the root first */
	size_t n;
};

/* Count the directory entries of each folder. LABEL: the root holds a volume label. */
struct fat_folders fat_folders(const struct fat_file *files, size_t n, bool label);
void fat_folders_free(struct fat_folders *f);

/* Can FAT (and mtools, asking nobody) have these names? Says which it cannot, and why. */
enum mk_status fat_names_check(const char *volume, const struct fat_file *files, size_t n);

#endif

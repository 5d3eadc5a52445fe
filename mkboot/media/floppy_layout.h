/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_FLOPPY_LAYOUT_H
#define MKBOOT_MEDIA_FLOPPY_LAYOUT_H

#include <stdbool.h>

#include "media/fat.h"

/*
 * What lies where on a floppy: GRUB's boot.img in the boot sector, around the BPB; its core.img
 * in FAT's reserved sectors, from sector 1; the files in the file system. Knows bytes and sizes,
 * nothing of recipes or of how GRUB's images are made.
 */

struct floppy_disk {
	unsigned kb;             /* in recipes: 1440 */
	const char *title;       /* for people: "1.44 MB" */
	struct fat_geometry dos; /* as DOS formats it */
	const char *caveat;      /* what a person should know before choosing it, or NULL */
};
extern const struct floppy_disk floppy_disks[]; /* by size; ends with kb == 0 */

/* NULL where there is no floppy of that size. */
const struct floppy_disk *floppy_disk_find(unsigned kb);

/* The disk's geometry with a core of CORE_SIZE bytes in the reserved sectors. */
struct fat_geometry floppy_geometry(const struct floppy_disk *disk, size_t core_size);

/* A file for the floppy, and its gzip-compressed self where there is one. */
struct floppy_file {
	const char *name;
	const char *source;
	uint64_t size;
	bool may_gzip; /* GRUB unpacks it while loading */
	char *gz_name; /* NULL until it is compressed; owned, like GZ_SOURCE */
	char *gz_source;
	uint64_t gz_size;
	bool packed; /* the compressed one is taken */
};
void floppy_files_free(struct floppy_file *files, size_t n); /* accepts NULL */

/* Take each compressed file that is smaller, unless its new name is taken. */
void floppy_pack(struct floppy_file *files, size_t n);

/* What goes into the file system: N files, the caller's to free, pointing into FILES. */
struct fat_file *floppy_contents(const struct floppy_file *files, size_t n);

/* By how many bytes the files are too big; 0 where they fit. */
uint64_t floppy_excess(const struct fat_geometry *g, const struct floppy_file *files, size_t n);

/* "IMAGE: 1,024 bytes too big for a 1.44 MB floppy ...", each file with its size, and what to do
 * about it. The text is the caller's. */
char *floppy_too_big(const char *image, const struct floppy_disk *disk, size_t core_size,
		     const struct floppy_file *files, size_t n);

/* A volume label of TEXT: upper case, 1..11 of FAT's characters; "MKBOOT" for NULL or "". */
struct floppy_label {
	char text[12];
};
struct floppy_label floppy_label(const char *text);

/* Why these are not a boot.img and a core.img that load one another; NULL where they are. */
const char *floppy_grub_problem(const struct strbuf *boot, const struct strbuf *core);

/* Make the formatted volume at PATH boot: boot.img around its BPB, core.img behind it. 0 or a
 * negative errno; -ENOSPC where its reserved sectors do not hold the core. */
int floppy_install(const char *path, const struct strbuf *boot, const struct strbuf *core);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_FAT_H
#define MKBOOT_MEDIA_FAT_H

#include <stdint.h>
#include <time.h>

#include "base/status.h"
#include "base/strbuf.h"

/*
 * FAT12 and FAT16 file systems (Microsoft FAT specification, fatgen103). The empty volume is
 * written here, byte for byte; the files are copied in by mtools. The bytes depend on the
 * arguments alone.
 */

#define FAT_SECTOR 512

struct fat_file {
	const char *name;   /* path on the volume, "EFI/BOOT/BOOTX64.EFI" */
	const void *data;   /* its bytes; or, where NULL, */
	const char *source; /* a file to copy */
	uint64_t size;      /* exact; a source of another size is an error */
};

struct fat_geometry {
	uint32_t sectors;          /* of 512 bytes, in all */
	uint16_t reserved_sectors; /* boot sector included */
	uint8_t sectors_per_cluster;
	uint8_t fats;
	uint16_t root_entries; /* a multiple of 16 */
	uint16_t fat_sectors;  /* of one FAT */
	uint16_t sectors_per_track;
	uint16_t heads;
	uint8_t media; /* 0xF0 for a 1.44 MB floppy, 0xF8 for a disk */
	uint32_t serial;
	const char *label; /* at most 11 bytes, upper case; NULL for none */
};

/* Bytes of the data area, in whole clusters; 0 where what comes before it takes all. */
uint64_t fat_capacity(const struct fat_geometry *g);
/* What these files (and the folders their names imply) take of the data area, in whole clusters. */
uint64_t fat_space(const struct fat_geometry *g, const struct fat_file *files, size_t n);

/* The smallest FAT12 or FAT16 disk (media 0xF8, one-sector clusters where possible) that holds
 * these files and a label: what an ESP needs (UEFI 2.10 §13.3). SERIAL and LABEL are left to the
 * caller. */
struct fat_geometry fat_fit(const struct fat_file *files, size_t n);

/* Make the volume in PATH (created or truncated, SECTORS * 512 bytes) and copy the files in, all
 * times set to EPOCH. Bytes 446..509 of the boot sector are zero: firmware would read a partition
 * entry there as a nested partition table. Reserved sectors after the first are zero.
 * MK_MISSING without mtools; MK_BAD_INPUT for a name that FAT cannot have. Where it fails, there
 * is nothing at PATH. */
enum mk_status fat_make(const char *path, const struct fat_geometry *g, time_t epoch,
			const struct fat_file *files, size_t n);

#endif

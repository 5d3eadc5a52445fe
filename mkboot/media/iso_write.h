/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_ISO_WRITE_H
#define MKBOOT_MEDIA_ISO_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/digest.h"
#include "base/status.h"
#include "base/strbuf.h"

/*
 * A hybrid ISO 9660 image (ECMA-119, with Rock Ridge and Joliet) through libisofs, in process:
 * El Torito (1.0) for BIOS and for UEFI, an MBR that boots BIOS from USB, a GPT (UEFI 2.10 §5)
 * whose ESP, appended after the ISO 9660 part, boots UEFI from USB.
 */

struct iso_file {
	/* Path in the image, "boot/kernel.elf": UTF-8 without control characters, 255 bytes a name.
	 * Taken are boot/core.img (with BIOS) and boot/boot.cat (with BIOS or UEFI). */
	const char *name;
	const void *data;   /* its bytes; or, where NULL, */
	const char *source; /* a regular file to copy: may be any size, is never held in memory */
	uint64_t size;      /* exact; a source of another size is an error, never padding */
};

/* Where a source file of ISO_EXTENT_MIN bytes or more lies in the image. */
#define ISO_EXTENT_MIN ((uint64_t)1 << 20)
struct iso_extent {
	size_t file; /* index of iso_image.files */
	uint64_t offset;
	uint64_t size;
};

struct iso_image {
	const char *label; /* volume label: 1..32 of A-Z 0-9 _ */
	time_t epoch;      /* every time in the image, 1970..2155 */
	const struct iso_file *files;
	size_t n_files;
	/* BIOS: GRUB's El Torito image and the 512 bytes of boot_hybrid.img for the MBR; NULL to
	 * leave BIOS out. */
	const struct strbuf *bios_core;
	const unsigned char *bios_mbr;
	const char *esp;           /* UEFI: path of a FAT image, a multiple of 512 bytes; or NULL */
	const unsigned char *guid; /* 16 bytes: the GPT's disk GUID, but for its version bits;
				    * determined by the contents. Not used without an ESP */
};

/* Write it to PATH (created; must not exist). Fails whole: where it returns anything but MK_OK,
 * it has left nothing at PATH. Memory does not depend on the size of the files. The bytes depend on
 * IMAGE alone. One call at a time: libisofs has state of its own. */
enum mk_status iso_write(const char *path, const struct iso_image *image);

/* The same; *EXTENTS (for free()) tells, in the order of their offsets, where the larger source
 * files lie, which are copied there unchanged. */
enum mk_status iso_write_extents(const char *path, const struct iso_image *image,
				 struct iso_extent **extents, size_t *n_extents);

#endif

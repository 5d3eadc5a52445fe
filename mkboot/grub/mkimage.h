/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MKIMAGE_H
#define MKBOOT_GRUB_MKIMAGE_H

#include <stdbool.h>

#include "base/digest.h"
#include "grub/grub.h"
#include "grub/modules.h"

/*
 * Within the stage: one run of grub-mkimage.
 *
 * A BIOS image carries its modules as grub-mkimage puts them in, LZMA-compressed. A UEFI image is
 * not compressed by grub-mkimage; there the modules lie gzip-compressed in the memdisk, where GRUB
 * finds them as it would on a disk, and only what reads them is in the image itself. That is a
 * third less to store and to load over the network.
 */
struct mkimage {
	const struct grub_platform *gp;
	enum grub_medium medium;
	struct module_list modules; /* needed, without what they depend on */
	struct strbuf cfg;          /* prelude and menu */
	bool rawargs;               /* with grub/rawargs/ */
	const char *scratch;        /* a folder for temporary files */
};

/* The SHA-256 of everything that determines the image. */
enum mk_status mkimage_key(const struct mkimage *mi, struct digest *key);
/* The image, appended to OUT. */
enum mk_status mkimage_run(const struct mkimage *mi, struct strbuf *out);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_TOOLCHAIN_H
#define MKBOOT_TOOLCHAIN_TOOLCHAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "grub/grub.h"
#include "recipe/recipe.h"

/*
 * Where a GRUB platform comes from: the distribution's build as it is; the same with mkboot's
 * network drivers compiled against its headers; or all of GRUB compiled from source. The result is
 * in each case a folder of modules and a grub-mkimage.
 *
 * What is made is kept in the cache (base/cache.h says where), in toolchain/, by the SHA-256 of
 * everything that went in: sources, drivers, compiler, flags. A folder appears there whole, by a
 * rename, so that any number of mkboots may build at once; what an interrupted one leaves is not
 * used and is removed by the next (or by toolchain_clean). Downloads are kept beside, by their own
 * SHA-256; once everything is there, no network is needed.
 */

/*
 * The platform P as the recipe has it. DRIVERS: with mkboot's network drivers (BIOS only).
 * PROTOCOLS: with its network protocols. Builds what is missing, with progress on standard error
 * where that takes longer than a moment. MK_OK; MK_MISSING names the package (compiler, GRUB,
 * headers that cannot be fetched); MK_FAILED shows the tail of the log and where all of it is.
 */
enum mk_status toolchain_platform(const struct recipe_grub *grub, enum platform p, bool drivers,
				  bool protocols, struct grub_platform *gp);

/* Everything that toolchain_platform would have to download, downloaded. */
enum mk_status toolchain_fetch(const struct recipe_grub *grub);

/* What is kept. */
struct toolchain_item {
	char *path;
	char *what;    /* "GRUB 2.06-13+deb12u2 with drivers (i386-pc)", "grub2_2.06.orig.tar.xz" */
	uint64_t size; /* bytes on disk, all files */
	time_t made;
};
/* For toolchain_items_free. */
enum mk_status toolchain_list(struct toolchain_item **items, size_t *n);
void toolchain_items_free(struct toolchain_item *items, size_t n);
/* Remove all of it, downloads too; what another mkboot is making or using stays. */
enum mk_status toolchain_clean(void);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/toolchain.h"
#include "base/fs.h"
#include "base/mem.h"
#include "toolchain/drivers.h"
#include "toolchain/headers.h"
#include "toolchain/store.h"
#include "toolchain/whole.h"

#include <stdlib.h>

/* BASE's modules and the drivers' into the slot. INCLUDE: BASE's headers, or NULL where they are to
 * be found by its version. */
static enum mk_status make_drivers(const struct grub_platform *base, const char *include,
				   struct store_slot *slot)
{
	struct progress p;
	struct source src = {0};
	char *log = store_log(slot), *headers = NULL, *title = NULL, *about = NULL;
	enum mk_status st = MK_OK;

	title = mem_printf("network drivers for GRUB %s", base->version);
	progress_begin(&p, title, include != NULL ? 1 : 3);
	if (include == NULL) {
		st = source_of_platform(base, &src);
		if (st == MK_OK)
			st = headers_get(&src, &p, &headers);
	}
	if (st == MK_OK)
		st = drivers_build(base, include != NULL ? include : headers, slot->dir, log, &p);
	about = mem_printf("GRUB %s with network drivers (%s)", base->version,
			   platforms[base->platform].grub);
	if (st == MK_OK)
		st = store_commit(slot, about);
	progress_end(&p, st == MK_OK);
	source_free(&src);
	free(about);
	free(title);
	free(headers);
	free(log);
	return st;
}

/* GP becomes GP with drivers. */
static enum mk_status add_drivers(struct grub_platform *gp, const char *include)
{
	struct store_slot slot = {.lock = -1};
	struct digest_hex key;
	enum mk_status st = drivers_key(gp, &key);

	if (st == MK_OK)
		st = store_begin(STORE_DRIVERS, key.text, "the set of network drivers", &slot);
	if (st == MK_OK && slot.dir != NULL)
		st = make_drivers(gp, include, &slot);
	if (st == MK_OK) {
		free(gp->modules);
		gp->modules = path_join(slot.path, "modules");
		gp->drivers = true;
	}
	store_end(&slot);
	return st;
}

enum mk_status toolchain_platform(const struct recipe_grub *grub, enum platform p, bool drivers,
				  bool protocols, struct grub_platform *gp)
{
	/* GRUB is built for BIOS only; for UEFI it is the distribution's. */
	bool whole = grub != NULL && grub->given && p == PLATFORM_BIOS;
	struct source src = {0};
	char *include = NULL;
	enum mk_status st;

	(void)protocols;
	*gp = (struct grub_platform){.platform = p};
	if (whole) {
		st = source_of_recipe(grub, &src);
		if (st == MK_OK)
			st = whole_get(&src, gp, &include);
	} else {
		st = grub_platform_find(p, gp);
	}
	if (st == MK_OK && drivers && p == PLATFORM_BIOS)
		st = add_drivers(gp, include);
	if (st != MK_OK)
		grub_platform_free(gp);
	source_free(&src);
	free(include);
	return st;
}

enum mk_status toolchain_fetch(const struct recipe_grub *grub)
{
	struct grub_platform gp = {0};
	struct source src = {0};
	struct progress p;
	char *folder = NULL;
	enum mk_status st;

	if (grub != NULL && grub->given) {
		st = source_of_recipe(grub, &src);
	} else {
		st = grub_platform_find(PLATFORM_BIOS, &gp);
		if (st == MK_OK)
			st = source_of_platform(&gp, &src);
	}
	if (st == MK_OK) {
		progress_begin(&p, src.title, 1);
		st = source_fetch(&src, &p, &folder);
		progress_end(&p, st == MK_OK);
	}
	free(folder);
	source_free(&src);
	grub_platform_free(&gp);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/toolchain.h"
#include "base/fs.h"
#include "base/mem.h"
#include "toolchain/drivers.h"
#include "toolchain/headers.h"
#include "toolchain/protocols.h"
#include "toolchain/store.h"
#include "toolchain/whole.h"

#include <stdlib.h>

/* What is put with a GRUB that is there (layer.h). */
struct layer {
	enum store_kind store;
	const char *title; /* "network drivers" */
	enum mk_status (*key)(const struct grub_platform *base, struct digest_hex *key);
	enum mk_status (*build)(const struct grub_platform *base, const char *include,
				const char *dir, const char *log, struct progress *p);
};
static const struct layer drivers_layer = {STORE_DRIVERS, "network drivers", drivers_key,
					   drivers_build};
static const struct layer protocols_layer = {STORE_PROTOCOLS, "network protocols", protocols_key,
					     protocols_build};

/* BASE's modules and the layer's into the slot. INCLUDE: BASE's headers, or NULL where they are to
 * be found by its version. */
static enum mk_status make_layer(const struct layer *layer, const struct grub_platform *base,
				 const char *include, struct store_slot *slot)
{
	struct progress p;
	struct source src = {0};
	char *log = store_log(slot), *headers = NULL, *title = NULL, *about = NULL;
	enum mk_status st = MK_OK;

	title = mem_printf("%s for GRUB %s (%s)", layer->title, base->version,
			   platforms[base->platform].grub);
	progress_begin(&p, title, include != NULL ? 1 : 3);
	if (include == NULL) {
		st = source_of_platform(base, &src);
		if (st == MK_OK)
			st = headers_get(&src, &p, &headers);
	}
	if (st == MK_OK)
		st = layer->build(base, include != NULL ? include : headers, slot->dir, log, &p);
	about = mem_printf("GRUB %s with %s%s (%s)", base->version,
			   base->drivers ? "network drivers and " : "", layer->title,
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

/* GP becomes GP with the layer. */
static enum mk_status add_layer(const struct layer *layer, struct grub_platform *gp,
				const char *include)
{
	struct store_slot slot = {.lock = -1};
	struct digest_hex key;
	char *what = mem_printf("GRUB with %s", layer->title);
	enum mk_status st = layer->key(gp, &key);

	if (st == MK_OK)
		st = store_begin(layer->store, key.text, what, &slot);
	if (st == MK_OK && slot.dir != NULL)
		st = make_layer(layer, gp, include, &slot);
	if (st == MK_OK) {
		free(gp->modules);
		gp->modules = path_join(slot.path, "modules");
	}
	store_end(&slot);
	free(what);
	return st;
}

static enum mk_status add_drivers(struct grub_platform *gp, const char *include)
{
	enum mk_status st = add_layer(&drivers_layer, gp, include);

	gp->drivers = st == MK_OK;
	return st;
}

static enum mk_status add_protocols(struct grub_platform *gp, const char *include)
{
	enum mk_status st = add_layer(&protocols_layer, gp, include);

	gp->protocols = st == MK_OK;
	if (st != MK_OK && !gp->drivers && include == NULL)
		msg_note("it is for mkboot's network protocols; `grub: {protocols: stock}` in the "
			 "recipe takes GRUB's own, and needs neither a compiler nor GRUB's source");
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
	if (st == MK_OK && protocols)
		st = add_protocols(gp, include);
	if (st != MK_OK)
		grub_platform_free(gp);
	source_free(&src);
	free(include);
	return st;
}

static enum mk_status fetch(const struct source *src)
{
	struct progress p;
	char *folder = NULL;
	enum mk_status st;

	progress_begin(&p, src->title, 1);
	st = source_fetch(src, &p, &folder);
	progress_end(&p, st == MK_OK);
	free(folder);
	return st;
}

static enum mk_status fetch_installed(void)
{
	enum mk_status st = MK_OK;
	unsigned installed = grub_platforms_installed();

	/* none: BIOS's is the one to be named */
	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		struct grub_platform gp = {0};
		struct source src = {0};

		if ((installed & PLATFORM_BIT(p)) == 0 && (installed != 0 || p != PLATFORM_BIOS))
			continue;
		st = grub_platform_find((enum platform)p, &gp);
		if (st == MK_OK)
			st = source_of_platform(&gp, &src);
		if (st == MK_OK)
			st = fetch(&src);
		source_free(&src);
		grub_platform_free(&gp);
	}
	return st;
}

enum mk_status toolchain_fetch(const struct recipe_grub *grub)
{
	struct source src = {0};
	enum mk_status st = MK_OK;

	if (grub == NULL || !grub->given)
		return fetch_installed();
	st = source_of_recipe(grub, &src);
	if (st == MK_OK)
		st = fetch(&src);
	source_free(&src);
	/* UEFI's is the distribution's, whatever the recipe's is */
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/grub.h"
#include "grub/menu.h"
#include "grub/mkimage.h"

#include <stdlib.h>
#include <string.h>

/* UEFI images are cached with this in the place of the medium's own id, and stamped afterwards:
 * a new kernel changes the id, and nothing else of the image. */
#define ID_PLACEHOLDER "mkboot-a3f1c05e9b7d42868f60d1b2e4957c3a"

static bool entry_needs_rawargs(const struct recipe_entry *e)
{
	bool needs = grub_needs_rawargs(e->args.text);

	for (size_t i = 0; i < e->n_modules; i++)
		needs = needs || grub_needs_rawargs(e->modules[i].args.text);
	return needs;
}

/* Does the menu of this platform have an argument that stock loaders would change? The user's own
 * menu gets stock loaders in any case. */
static bool needs_rawargs(const struct plan *plan, enum platform p)
{
	bool needs = false;

	for (size_t i = 0; i < plan->n_entries && plan->menu_text == NULL; i++)
		needs = needs || (plan_entry_starts(plan, i, p) &&
				  entry_needs_rawargs(plan->entries[i].recipe));
	return needs;
}

/* Does the menu of this platform name a file that GRUB has to unpack? */
static bool needs_gzip(const struct plan *plan, enum platform p, const char *const *names)
{
	bool needs = false;

	for (size_t i = 0; i < plan->n_files; i++)
		needs = needs || (names != NULL && names[i] != NULL) ||
			(plan->menu_text != NULL && plan->files[i].gzip);
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];

		if (!plan_entry_starts(plan, i, p))
			continue;
		needs = needs || e->kernel.gzip;
		for (size_t k = 0; k < e->recipe->n_modules; k++)
			needs = needs || (plan->files[e->module_files[k]].gzip &&
					  !e->recipe->modules[k].raw);
	}
	return needs;
}

/* Put the medium's own id in the placeholder's place; they are of one length. */
static enum mk_status stamp(struct strbuf *image, const char *id)
{
	size_t len = strlen(ID_PLACEHOLDER), found = 0;
	char *end = image->data + image->len;

	for (char *s = memmem(image->data, image->len, ID_PLACEHOLDER, len); s != NULL;
	     s = memmem(s, (size_t)(end - s), ID_PLACEHOLDER, len)) {
		memcpy(s, id, len);
		found++;
	}
	return found > 0 ? MK_OK : msg_fail(MK_FAILED, "the medium's id is not in GRUB's image");
}

/* A file that an ISO of this plan has. */
static const char *probe_file(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_files; i++) {
		if (plan->files[i].local)
			return plan->files[i].name;
	}
	return "boot/boot.cat";
}

static enum mk_status make_cfg(const struct plan *plan, const struct grub_request *rq,
			       struct mkimage *mi)
{
	enum platform p = mi->gp->platform;
	struct strbuf prelude = {0}, menu = {0};
	enum mk_status st = MK_OK;

	if (rq->medium != GRUB_NET || grub_network(plan, p, GRUB_NET) != NETWORK_NATIVE)
		st = grub_prelude(plan->recipe, p, rq->medium,
				  rq->id != NULL ? ID_PLACEHOLDER : NULL, rq->label,
				  probe_file(plan), &prelude);
	if (st == MK_OK)
		st = grub_menu(plan, p, rq->medium, rq->names, &menu);
	if (st == MK_OK) {
		strbuf_add(&mi->cfg, prelude.data, prelude.len);
		st = grub_network_script(plan, p, rq->medium, &mi->cfg);
		strbuf_add(&mi->cfg, menu.data, menu.len);
		strbuf_add(&prelude, menu.data, menu.len);
	}
	/* the network's own script is not searched for commands: what it needs is known */
	if (st == MK_OK)
		st = modules_needed(mi->gp, plan, rq->medium, prelude.data,
				    needs_gzip(plan, p, rq->names), &mi->modules);
	strbuf_free(&prelude);
	strbuf_free(&menu);
	return st;
}

enum mk_status grub_image(const struct grub_platform *gp, const struct plan *plan,
			  const struct grub_request *rq, struct strbuf *out)
{
	struct mkimage mi = {.gp = gp,
			     .medium = rq->medium,
			     .scratch = rq->scratch,
			     .rawargs = needs_rawargs(plan, gp->platform)};
	struct strbuf image = {0};
	struct digest key;
	enum mk_status st = make_cfg(plan, rq, &mi);

	if (st == MK_OK)
		st = mkimage_key(&mi, &key);
	if (st == MK_OK && !cache_get(&key, &image)) {
		st = mkimage_run(&mi, &image);
		if (st == MK_OK)
			cache_put(&key, image.data, image.len);
	}
	/* BIOS images are compressed, and find their medium without an id. */
	if (st == MK_OK && rq->id != NULL && platforms[gp->platform].efi_file != NULL)
		st = stamp(&image, rq->id);
	if (st == MK_OK)
		strbuf_add(out, image.data, image.len);
	strbuf_free(&image);
	strbuf_free(&mi.cfg);
	modules_free(&mi.modules);
	return st;
}

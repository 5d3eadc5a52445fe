/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/platforms.h"

#include <stdlib.h>

/* What an output can be for at all. */
static const unsigned possible[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = PLATFORM_ALL,
	[OUTPUT_FLOPPY] = PLATFORM_BIT(PLATFORM_BIOS),
	[OUTPUT_TFTP] = PLATFORM_ALL,
};
static const char *const titles[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = "the ISO",
	[OUTPUT_FLOPPY] = "the floppy",
	[OUTPUT_TFTP] = "the TFTP tree",
};

bool plan_entry_starts(const struct plan *p, size_t entry, enum platform pf)
{
	return p->menu_text != NULL || (p->entries[entry].kernel.platforms & PLATFORM_BIT(pf)) != 0;
}

/* Why nothing starts on PF: the first entry's reason. */
static const char *why_not(const struct plan *p)
{
	for (size_t i = 0; i < p->n_entries; i++) {
		if (p->entries[i].kernel.why_not != NULL)
			return p->entries[i].kernel.why_not;
	}
	return "no entry's kernel can start there";
}

static enum mk_status choose_one(struct plan *p, enum output o)
{
	const struct recipe_output *ro = &p->recipe->outputs[o];
	unsigned asked = ro->platforms != 0 ? ro->platforms : possible[o];
	bool strict = ro->platforms != 0 || (o == OUTPUT_FLOPPY && !ro->by_default);
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		unsigned bit = PLATFORM_BIT(i);

		if ((asked & bit) == 0 || (p->platforms & bit) != 0)
			continue;
		if (strict)
			st = recipe_error(p->recipe, ro->at, "%s cannot boot on %s: %s", titles[o],
					  platforms[i].title, why_not(p));
		else
			msg_note("%s will not boot on %s: %s", titles[o], platforms[i].title,
				 why_not(p));
	}
	p->output_platforms[o] = asked & p->platforms;
	if (st == MK_OK && p->output_platforms[o] == 0 && !ro->by_default)
		st = recipe_error(p->recipe, ro->at, "%s would boot on nothing: %s", titles[o],
				  why_not(p));
	return st;
}

/* An entry that no output can show was written for nothing. */
static enum mk_status check_shown(const struct plan *p)
{
	enum mk_status st = MK_OK;
	unsigned shown = 0;

	for (size_t o = 0; o < OUTPUT_COUNT; o++)
		shown |= p->output_platforms[o];
	if (shown == 0) /* dhcp only: nothing boots from it */
		return MK_OK;
	for (size_t i = 0; i < p->n_entries; i++) {
		const struct plan_entry *e = &p->entries[i];
		const struct text *k = &e->recipe->kernel;
		unsigned missing = shown & ~e->kernel.platforms;

		if ((shown & e->kernel.platforms) == 0)
			st = recipe_error(p->recipe, k->at, "%s: no output can boot this: %s",
					  k->text,
					  e->kernel.why_not != NULL ? e->kernel.why_not : "");
		else if (missing != 0) {
			char *where = platform_titles(missing);

			if ((missing & p->platforms) != 0)
				recipe_warn(p->recipe, k->at, "%s: left out of the menu on %s: %s",
					    k->text, where,
					    e->kernel.why_not != NULL ? e->kernel.why_not : "");
			free(where);
		}
	}
	return st;
}

enum mk_status platforms_choose(struct plan *p)
{
	enum mk_status st = MK_OK;

	p->platforms = p->menu_text != NULL ? PLATFORM_ALL : 0;
	for (size_t i = 0; i < p->n_entries; i++)
		p->platforms |= p->entries[i].kernel.platforms;
	for (size_t o = 0; o < OUTPUT_COUNT; o++) {
		if (p->recipe->outputs[o].wanted && possible[o] != 0)
			st = status_first(st, choose_one(p, (enum output)o));
	}
	return st == MK_OK ? check_shown(p) : st;
}

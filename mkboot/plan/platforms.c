/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/platforms.h"

#include <stdlib.h>

/* What an output can be for at all. */
static const unsigned possible[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = PLATFORM_ALL,
	[OUTPUT_FLOPPY] = PLATFORM_BIT(PLATFORM_BIOS),
	[OUTPUT_DISKLESS_CD] = PLATFORM_BIT(PLATFORM_BIOS),
	[OUTPUT_DISKLESS_FLOPPY] = PLATFORM_BIT(PLATFORM_BIOS),
	[OUTPUT_TFTP] = PLATFORM_ALL,
	[OUTPUT_HTTP] = PLATFORM_BIT(PLATFORM_UEFI64) | PLATFORM_BIT(PLATFORM_UEFI32),
};
static const char *const titles[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = "the ISO",
	[OUTPUT_FLOPPY] = "the floppy",
	[OUTPUT_DISKLESS_CD] = "the diskless CD",
	[OUTPUT_DISKLESS_FLOPPY] = "the diskless floppy",
	[OUTPUT_TFTP] = "the TFTP tree",
	[OUTPUT_HTTP] = "the tree for HTTP boot",
};

bool plan_entry_starts(const struct plan *p, size_t entry, enum platform pf)
{
	return p->menu_text != NULL || (p->entries[entry].kernel.platforms & PLATFORM_BIT(pf)) != 0;
}

bool plan_needs_network(const struct plan *p, enum output o, enum platform pf)
{
	if (o != OUTPUT_ISO && o != OUTPUT_FLOPPY)
		return true;
	for (size_t i = 0; i < p->n_entries; i++) {
		if (p->entries[i].recipe->network && plan_entry_starts(p, i, pf))
			return true;
	}
	return false;
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
	unsigned never = asked & ~possible[o];
	bool bios_only = possible[o] == PLATFORM_BIT(PLATFORM_BIOS);
	bool strict = ro->platforms != 0 || (bios_only && !ro->by_default);
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		unsigned bit = PLATFORM_BIT(i);

		if ((never & bit) != 0)
			st = recipe_error(p->recipe, ro->at,
					  "%s is not for %s, whose firmware has no such thing",
					  titles[o], platforms[i].title);
		if ((asked & ~never & bit) == 0 || (p->platforms & bit) != 0)
			continue;
		if (strict)
			st = recipe_error(p->recipe, ro->at, "%s cannot boot on %s: %s", titles[o],
					  platforms[i].title, why_not(p));
		else
			msg_note("%s will not boot on %s: %s", titles[o], platforms[i].title,
				 why_not(p));
	}
	p->output_platforms[o] = asked & ~never & p->platforms;
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

/* An entry that media fetch, which carry others: is there a server's tree to fetch it from, and on
 * BIOS, which has no network for GRUB but PXE's, a driver to do it with? */
static enum mk_status check_network_entry(const struct plan *p, size_t i)
{
	const struct recipe *r = p->recipe;
	const struct recipe_entry *e = p->entries[i].recipe;
	unsigned carried = p->output_platforms[OUTPUT_ISO] | p->output_platforms[OUTPUT_FLOPPY];
	bool bios = (carried & PLATFORM_BIT(PLATFORM_BIOS)) != 0 &&
		    plan_entry_starts(p, i, PLATFORM_BIOS);

	if (!e->network || carried == 0)
		return MK_OK;
	if (!r->outputs[OUTPUT_TFTP].wanted && !(r->network.http && r->outputs[OUTPUT_HTTP].wanted))
		return recipe_error(
			r, e->network_at,
			"this entry is fetched from a server, and no output is there "
			"for one; add tftp%s to 'outputs' (and to --only, where that is given)",
			r->network.http ? " or http" : "");
	/* without `network`, or with a wrong `nic`, it has been said already */
	if (bios && r->network.given && r->network.drivers == 0 && r->network.firmware)
		return recipe_error(r, e->network_at,
				    "to fetch this on a BIOS machine, GRUB needs a network driver "
				    "of its own; name the card, as in network: {nic: rtl8139}, or "
				    "write nic: all; `mkboot nics` lists them");
	return MK_OK;
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
	for (size_t i = 0; i < p->n_entries && st == MK_OK; i++)
		st = check_network_entry(p, i);
	return st == MK_OK ? check_shown(p) : st;
}

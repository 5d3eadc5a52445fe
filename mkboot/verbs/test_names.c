/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "verbs/test_jobs.h"
#include "verbs/titles.h"
#include "verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

/* The names that a person gives on the command line: ways to boot, cards, entries. */

static enum mk_status unknown(const char *what, const char *name, const char *near)
{
	return verb_usage(&verb_test, "%s '%s'%s%s%s", what, name,
			  near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
			  near != NULL ? "'?" : "");
}

enum mk_status test_vias_parse(const char *list, struct test_vias *vias)
{
	char *words = mem_dup(list), *save = NULL;
	enum mk_status st = MK_OK;

	vias->given = true;
	for (char *w = strtok_r(words, ",", &save); w != NULL && st == MK_OK;
	     w = strtok_r(NULL, ",", &save)) {
		const struct vm_via *via = vm_via_find(w);

		if (strcmp(w, "all") == 0)
			vias->all = true;
		else if (via != NULL)
			vias->vias |= UINT64_C(1) << (via - vm_vias);
		else
			st = unknown("there is no way to boot called", w, vm_via_nearest(w));
	}
	if (st == MK_OK && !vias->all && vias->vias == 0)
		st = verb_usage(&verb_test, "--via names no way to boot");
	free(words);
	return st;
}

enum mk_status test_nics_parse(const char *list, struct test_nics *nics)
{
	char *words = mem_dup(list), *save = NULL;
	enum mk_status st = MK_OK;

	nics->given = true;
	for (char *w = strtok_r(words, ",", &save); w != NULL && st == MK_OK;
	     w = strtok_r(NULL, ",", &save)) {
		const struct vm_nic *nic = vm_nic_find(w);

		if (strcmp(w, "all") == 0)
			nics->all = true;
		else if (nic != NULL)
			nics->nics |= UINT32_C(1) << (nic - vm_nics);
		else
			st = unknown("QEMU has no network card called", w, vm_nic_nearest(w));
	}
	if (st == MK_OK && !nics->all && nics->nics == 0)
		st = verb_usage(&verb_test, "--nic names no network card");
	free(words);
	return st;
}

enum mk_status test_entries_find(const struct recipe *r, const char *const titles[], size_t n,
				 struct test_entries *entries)
{
	const struct recipe_menu *menu = &r->menu;
	enum mk_status st = MK_OK;
	size_t *found, n_found;

	*entries = (struct test_entries){0};
	if (n == 0)
		return MK_OK;
	entries->given = true;
	entries->wanted = mem_array(menu->n_entries, sizeof *entries->wanted);
	if (menu->n_entries == 0)
		return msg_fail(MK_BAD_INPUT,
				"--entry: the menu is a file of the recipe's own (menu.file), and "
				"mkboot does not know its entries; boot its default (leave "
				"--entry out)");
	found = mem_array(menu->n_entries, sizeof *found);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(titles[i], "all") != 0) {
			st = status_first(
				st, titles_find(&verb_test, menu, titles[i], found, &n_found));
			for (size_t k = 0; k < n_found; k++)
				entries->wanted[found[k]] = TEST_ENTRY_NAMED;
			continue;
		}
		for (size_t k = 0; k < menu->n_entries; k++) {
			if (entries->wanted[k] == TEST_ENTRY_NO)
				entries->wanted[k] = TEST_ENTRY_ALL;
		}
	}
	free(found);
	return st;
}

void test_entries_free(struct test_entries *entries)
{
	free(entries->wanted);
	*entries = (struct test_entries){0};
}

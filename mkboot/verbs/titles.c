/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/titles.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool begins(const char *text, const char *title)
{
	return strncasecmp(text, title, strlen(title)) == 0;
}

/* "'Demo', 'Rescue'": the titles that begin with TITLE. */
static char *list_titles(const struct recipe_menu *menu, const char *title)
{
	struct strbuf list = {0};

	for (size_t i = 0; i < menu->n_entries; i++) {
		const char *t = menu->entries[i].title.text;

		if (begins(t, title))
			strbuf_addf(&list, "%s'%s'", list.len > 0 ? ", " : "", t);
	}
	return strbuf_take(&list);
}

static enum mk_status no_entry(const struct verb *v, const struct recipe_menu *menu,
			       const char *title)
{
	const char **names = mem_array(menu->n_entries, sizeof *names), *near;
	char *list = list_titles(menu, "");

	for (size_t i = 0; i < menu->n_entries; i++)
		names[i] = menu->entries[i].title.text;
	near = recipe_nearest(title, names, menu->n_entries);
	if (near != NULL)
		verb_usage(v, "the menu has no entry '%s'; did you mean '%s'?", title, near);
	else
		verb_usage(v, "the menu has no entry '%s': there are %s", title, list);
	free(list);
	free(names);
	return MK_USAGE;
}

enum mk_status titles_find(const struct verb *v, const struct recipe_menu *menu, const char *title,
			   size_t found[], size_t *n)
{
	size_t begin = 0;
	char *list;

	*n = 0;
	for (size_t i = 0; i < menu->n_entries; i++) {
		if (strcmp(menu->entries[i].title.text, title) == 0)
			found[(*n)++] = i;
	}
	for (size_t i = 0; *n == 0 && title[0] != '\0' && i < menu->n_entries; i++) {
		if (begins(menu->entries[i].title.text, title))
			found[begin++] = i;
	}
	if (*n > 0)
		return MK_OK;
	if (begin == 0)
		return no_entry(v, menu, title);
	if (begin == 1) {
		*n = 1;
		return MK_OK;
	}
	list = list_titles(menu, title);
	verb_usage(v, "'%s' is the beginning of several entries: %s", title, list);
	free(list);
	return MK_USAGE;
}

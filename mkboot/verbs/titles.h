/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_TITLES_H
#define MKBOOT_VERBS_TITLES_H

#include "recipe/recipe.h"
#include "verbs/verbs.h"

/*
 * The entries of MENU that a person means by TITLE: those of this very title, else the one that
 * begins with it, in capitals or not. FOUND has room for all entries of the menu. MK_OK, or, said,
 * MK_USAGE and *N 0: none, or several begin so.
 */
enum mk_status titles_find(const struct verb *v, const struct recipe_menu *menu, const char *title,
			   size_t found[], size_t *n);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_RECIPE_FIXTURE_H
#define MKBOOT_TESTS_RECIPE_FIXTURE_H

/* Recipes written, and read. */
#include "testing.h"

#include "recipe/recipe.h"

#define ENTRY "menu: {entries: [{title: A, kernel: a}]}\n"

static inline char *write_recipe(const char *dir, const char *name, const char *text)
{
	char *path = path_join(dir, name);

	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	return path;
}

static inline struct recipe *load(const char *dir, const char *text)
{
	char *path = write_recipe(dir, "r.yaml", text);
	struct recipe *r = NULL;

	assert_int_equal(recipe_load(path, &r), MK_OK);
	free(path);
	return r;
}

/* Load a bad recipe and return what was said. */
static inline char *load_bad(const char *dir, const char *text)
{
	char *path = write_recipe(dir, "r.yaml", text);
	struct recipe *r = NULL;
	struct caught c;

	catch_begin(&c);
	assert_int_equal(recipe_load(path, &r), MK_BAD_INPUT);
	catch_end(&c);
	recipe_free(r);
	free(path);
	return c.text;
}

static inline struct recipe *load_network(const char *dir, const char *network)
{
	char *text = mem_printf(ENTRY "network: %s\n", network);
	struct recipe *r = load(dir, text);

	free(text);
	return r;
}

#endif

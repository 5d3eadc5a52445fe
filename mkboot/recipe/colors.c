/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/recipe.h"

#include <string.h>

/* In the order of the VGA's attribute, which is GRUB Legacy's too (stage2/builtins.c, color_func;
 * GRUB 2: normal/color.c). */
const char *const recipe_colors[RECIPE_N_COLORS] = {
	"black",     "blue",          "green",     "cyan",       "red",         "magenta",
	"brown",     "light-gray",    "dark-gray", "light-blue", "light-green", "light-cyan",
	"light-red", "light-magenta", "yellow",    "white",
};

static bool is_one_of(const char *text, size_t len, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(recipe_colors[i]) == len && memcmp(recipe_colors[i], text, len) == 0)
			return true;
	}
	return false;
}

bool recipe_is_color(const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	size_t front = slash != NULL ? (size_t)(slash - text) : 0;

	return slash != NULL && is_one_of(text, front, RECIPE_N_COLORS) &&
	       is_one_of(slash + 1, len - front - 1, RECIPE_N_BACKGROUNDS);
}

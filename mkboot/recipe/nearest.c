/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "recipe/recipe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 64

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Damerau-Levenshtein, adjacent swaps counted once; letters compared without case. */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *old = rows[0], *prev = rows[1], *cur = rows[2];
	size_t la = strlen(a), lb = strlen(b);

	if (la > LONGEST || lb > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= lb; j++)
		prev[j] = (unsigned)j;
	memcpy(old, prev, sizeof rows[0]);
	for (size_t i = 1; i <= la; i++) {
		unsigned *t;

		cur[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			int ca = tolower((unsigned char)a[i - 1]);
			int cb = tolower((unsigned char)b[j - 1]);

			cur[j] = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + (ca != cb));
			if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
			    cb == tolower((unsigned char)a[i - 2]) && old[j - 2] + 1 < cur[j])
				cur[j] = old[j - 2] + 1;
		}
		t = old;
		old = prev;
		prev = cur;
		cur = t;
	}
	return prev[lb];
}

const char *recipe_nearest(const char *word, const char *const names[], size_t n)
{
	const char *best = NULL;
	unsigned best_distance = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned d = distance(word, names[i]);
		size_t longer = strlen(names[i]) > strlen(word) ? strlen(names[i]) : strlen(word);

		/* Near: at most a third of the letters differ, and one may always. */
		if (d > 1 && d * 3 > longer)
			continue;
		if (best == NULL || d < best_distance) {
			best = names[i];
			best_distance = d;
		}
	}
	return best;
}

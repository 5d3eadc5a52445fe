/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_RECIPE_NODE_H
#define MKBOOT_RECIPE_NODE_H

#include "recipe/recipe.h"

/* YAML 1.2 as a plain tree with places, so that only node.c knows libfyaml. */
enum node_kind {
	NODE_NULL,
	NODE_SCALAR,
	NODE_LIST,
	NODE_MAP,
};

struct node {
	enum node_kind kind;
	struct src at;
	char *text;          /* scalar */
	size_t len;          /* of TEXT; more than strlen where it holds a NUL */
	bool quoted;         /* a scalar in quotes or a block */
	struct node **keys;  /* map: scalars */
	struct node **items; /* list, map: the values */
	size_t n;
};

/* Parse r->source. NULL after a syntax error, which has been reported through recipe_error. An
 * empty document is an empty map. The tree is the caller's, for node_free. */
struct node *node_parse(const struct recipe *r);
void node_free(struct node *n); /* accepts NULL */

#endif

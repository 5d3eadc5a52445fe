/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BUILD_BUILD_H
#define MKBOOT_BUILD_BUILD_H

#include <jansson.h>

#include "media/media.h"
#include "plan/plan.h"

/*
 * A recipe's outputs, written and published: OUT/NAME/ appears whole or not at all.
 */
struct build_options {
	const char *out; /* the folder that NAME/ is published in; NULL: "out" */
	unsigned only;   /* set of enum output to write; 0: what the recipe says */
};

/* The outputs of OPTIONS and the recipe, to be known before plan_make: marks recipe.outputs.
 * MK_BAD_INPUT where --only asks for one that the recipe cannot have. */
enum mk_status build_select(struct recipe *r, const struct build_options *options);

/* What can be known to be wrong beyond the plan, without writing anything; build_run does it too.
 */
enum mk_status build_check(const struct plan *plan);

/* Plan must have been made without errors. *MANIFEST (may be NULL): what manifest.json holds, the
 * caller's to json_decref. */
enum mk_status build_run(struct plan *plan, const struct build_options *options, json_t **manifest);

/* Say on standard error what was written where and what it boots on. */
void build_say(const struct build_options *options, json_t *manifest);

#endif

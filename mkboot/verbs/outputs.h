/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_OUTPUTS_H
#define MKBOOT_VERBS_OUTPUTS_H

#include "build/build.h"
#include "verbs/verbs.h"

/* What verbs that build have in common. */

/* "iso,floppy" into a set of enum output. */
enum mk_status parse_only(const struct verb *v, const char *list, unsigned *only);

/* Load a recipe and look at its files: mistakes of the text and of the files are all reported.
 * OPTIONS may be NULL. *RECIPE and *PLAN are the caller's whatever the status, and may be NULL. */
enum mk_status load_and_plan(const char *operand, const struct build_options *options,
			     struct recipe **recipe, struct plan **plan);

/* Load, check and build. *RECIPE is the caller's whatever the status, *MANIFEST on MK_OK. */
enum mk_status build_from_file(const char *operand, const struct build_options *options,
			       struct recipe **recipe, json_t **manifest);

#endif

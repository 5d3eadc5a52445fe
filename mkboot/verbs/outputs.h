/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_OUTPUTS_H
#define MKBOOT_VERBS_OUTPUTS_H

#include "build/build.h"
#include "verbs/verbs.h"

/* What verbs that build have in common. */

/* "iso,floppy" into a set of enum output. */
enum mk_status parse_only(const struct verb *v, const char *list, unsigned *only);

/* Load, check and build. *RECIPE is the caller's whatever the status, *MANIFEST on MK_OK. */
enum mk_status build_from_file(const char *operand, const struct build_options *options,
			       struct recipe **recipe, json_t **manifest);

#endif

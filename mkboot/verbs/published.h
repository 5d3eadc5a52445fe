/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_PUBLISHED_H
#define MKBOOT_VERBS_PUBLISHED_H

#include <jansson.h>
#include <stdbool.h>

#include "recipe/recipe.h"
#include "vm/vm.h"

/* What was built before, by its manifest.json. */

/* The manifest in the folder DIR; NULL, said, where nothing was built there. */
json_t *published_read(const char *dir);
/* Is there an artifact that boots that way? The manifest knows, by kernel and platforms. */
bool published_boots_by(json_t *manifest, const char *via);
/* Say that nothing in DIR boots by VIA, and what a person would have to change. MK_BAD_INPUT. */
enum mk_status published_lacks(const char *dir, const struct recipe *r, const struct vm_via *via);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_PUBLISHED_H
#define MKBOOT_VERBS_PUBLISHED_H

#include <jansson.h>
#include <stdbool.h>

/* What was built before, by its manifest.json. */

/* The manifest in the folder DIR; NULL, said, where nothing was built there. */
json_t *published_read(const char *dir);
/* Is there an artifact that boots that way? The manifest knows, by kernel and platforms. */
bool published_boots_by(json_t *manifest, const char *via);

#endif

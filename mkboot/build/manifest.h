/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BUILD_MANIFEST_H
#define MKBOOT_BUILD_MANIFEST_H

#include <jansson.h>

#include "media/media.h"

/* Within the stage: manifest.json and SHA256SUMS. docs/manifest.md says what they hold. */

/* Size and SHA-256 of every artifact, then both files, in b->dir. *MANIFEST is the caller's. */
enum mk_status manifest_write(struct build *b, json_t **manifest);

#endif

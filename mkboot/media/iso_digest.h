/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_ISO_DIGEST_H
#define MKBOOT_MEDIA_ISO_DIGEST_H

#include "media/iso_write.h"
#include "plan/plan.h"

/*
 * What determines an ISO's bytes, and is much shorter than they are: what lies between its payloads
 * (read from the image), where they lie, and their digests (FILES, by iso_extent.file). Under this
 * key the manifest remembers the image's SHA-256, so that a large image is not read again.
 * 0 or a negative errno.
 */
int iso_digest_key(const char *path, const struct payload *files, const struct iso_extent *extents,
		   size_t n_extents, struct digest *key);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_ISO_DIGEST_H
#define MKBOOT_MEDIA_ISO_DIGEST_H

#include "media/iso_write.h"
#include "plan/plan.h"

/*
 * The SHA-256 of an ISO that is mostly payload, without reading it where the same image has been
 * made before: it is remembered in the cache under a digest of what lies between the payloads
 * (read from the image), and of where they lie and what they are.
 * 0 or a negative errno. FILES has the digests, by iso_extent.file.
 */
int iso_digest(const char *path, const struct payload *files, const struct iso_extent *extents,
	       size_t n_extents, struct digest *d, uint64_t *size);

#endif

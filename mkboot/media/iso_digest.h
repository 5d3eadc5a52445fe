/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_ISO_DIGEST_H
#define MKBOOT_MEDIA_ISO_DIGEST_H

#include "media/iso_write.h"
#include "plan/plan.h"

/*
 * The SHA-256 of an ISO, which is not read again where the same image has been made before. What
 * determines its bytes, and is much shorter than they are, is what lies between its payloads (read
 * from the image), where they lie, and their digests (FILES, by iso_extent.file); under a digest of
 * that the image's is remembered. An image that is read is checked: every payload in it has to be
 * what its digest says.
 * 0 or a negative errno; -ESTALE where a payload is not, and *BAD is the index of its file.
 */
int iso_digest(const char *path, const struct payload *files, const struct iso_extent *extents,
	       size_t n_extents, struct digest *d, uint64_t *size, size_t *bad);

#endif

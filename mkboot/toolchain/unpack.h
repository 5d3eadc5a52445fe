/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_UNPACK_H
#define MKBOOT_TOOLCHAIN_UNPACK_H

#include "base/status.h"

/*
 * Within the stage: unpack the archive PATH (tar, however compressed) into the folder DIR.
 *
 * STRIP: how many leading folders of the names to take off ("grub-2.12/include/..." with 1:
 * "include/..."). ONLY, where not NULL: nothing but what then begins with it ("include/").
 *
 * An archive that names a place outside DIR is refused, and nothing is written outside: no
 * absolute names, no "..", no links that lead out, nothing written through a link; regular files,
 * folders and links only. Refused, too: more than any GRUB has (the sizes are in unpack.c). Times
 * are kept, owners and set-uid bits are not.
 * MK_OK; MK_BAD_INPUT: the archive is damaged or refused; MK_FAILED.
 */
enum mk_status unpack(const char *path, const char *dir, unsigned strip, const char *only);

#endif

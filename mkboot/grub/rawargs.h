/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_RAWARGS_H
#define MKBOOT_GRUB_RAWARGS_H

#include "base/status.h"
#include "grub/grub.h"

/*
 * Fill DIR, a folder that exists and is empty, so that it can stand for gp->modules
 * (grub-mkimage -d DIR): links to all of the platform's files, but a linux.mod that no longer
 * joins command lines itself, mkboot's rawargs.mod, which does so without changing them, and a
 * moddep.lst by which every image with a loader gets it. grub/rawargs/README.md tells why.
 *
 * What an image made from DIR depends on, besides the platform: rawargs_module(gp->platform)'s
 * bytes.
 */
enum mk_status rawargs_prepare(const struct grub_platform *gp, const char *dir);

/* The path of rawargs.mod for P; the caller's, and need not exist. */
char *rawargs_module(enum platform p);

/*
 * moddep.lst as grub-mkimage reads it ("name: needed needed ..."), with rawargs before linux,
 * appended to OUT. -ENOENT where TEXT has no module linux.
 */
int rawargs_moddep(const char *text, struct strbuf *out);

#endif

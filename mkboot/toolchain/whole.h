/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_WHOLE_H
#define MKBOOT_TOOLCHAIN_WHOLE_H

#include "toolchain/source.h"

/*
 * Within the stage: all of GRUB for i386-pc, built from source: its modules and images, its
 * grub-mkimage, and its headers. Built once for a source, a compiler and the way it is configured
 * here; mkboot's drivers are not in it (drivers.h), so that a changed driver does not build it
 * anew.
 *
 * GP is the platform; *INCLUDE (for free) the folder of its headers, with its config.h.
 */
enum mk_status whole_get(const struct source *src, struct grub_platform *gp, char **include);

#endif

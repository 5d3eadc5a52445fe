/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_HEADERS_H
#define MKBOOT_TOOLCHAIN_HEADERS_H

#include "toolchain/source.h"

/* Within the stage: the headers of a GRUB for i386-pc, out of its source, as modules are compiled
 * against them. *INCLUDE (for free) is the folder for -isystem. */
enum mk_status headers_get(const struct source *src, struct progress *p, char **include);

/* Make the folder INCLUDE, which has GRUB's include/, ready for i386-pc: grub/cpu, grub/machine. */
enum mk_status headers_link(const char *include);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_HEADERS_H
#define MKBOOT_TOOLCHAIN_HEADERS_H

#include "toolchain/source.h"

/* Within the stage: the headers of a GRUB, out of its source, as modules are compiled against them.
 * *INCLUDE (for free) is the folder for -isystem; its folders i386-pc, i386-efi and x86_64-efi have
 * what differs by platform: grub/cpu, grub/machine, config.h. */
enum mk_status headers_get(const struct source *src, struct progress *p, char **include);

/* Make the folder INCLUDE, which has GRUB's include/ and its config.h for i386-pc, ready for it:
 * grub/cpu, grub/machine. */
enum mk_status headers_link(const char *include);

#endif

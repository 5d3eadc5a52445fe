/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MEMDISK_H
#define MKBOOT_GRUB_MEMDISK_H

#include "base/status.h"
#include "base/strbuf.h"

/* Within the stage: a ustar archive (POSIX.1-1988) of these files, appended to OUT. Its bytes
 * depend on theirs alone. */
struct memdisk_file {
	char *name; /* "boot/grub/grub.cfg" */
	const void *data;
	size_t len;
};
enum mk_status memdisk_make(const struct memdisk_file *files, size_t n, struct strbuf *out);

#endif

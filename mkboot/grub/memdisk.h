/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MEMDISK_H
#define MKBOOT_GRUB_MEMDISK_H

#include "base/status.h"
#include "base/strbuf.h"

/* Within the stage: a ustar archive (POSIX.1-1988) that holds CFG as boot/grub/grub.cfg, appended
 * to OUT. Its bytes depend on CFG alone. */
enum mk_status memdisk_make(const char *cfg, struct strbuf *out);

#endif

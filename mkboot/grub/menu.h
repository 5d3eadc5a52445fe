/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MENU_H
#define MKBOOT_GRUB_MENU_H

#include "grub/grub.h"

/* Within the stage: what stands before the menu and sets `root` and `base` (grub-configs/). ID and
 * LABEL are ISO's, else NULL; PROBE is a file that must be on the medium. */
enum mk_status grub_prelude(enum platform p, enum grub_medium medium, const char *id,
			    const char *label, const char *probe, struct strbuf *out);

#endif

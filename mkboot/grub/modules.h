/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_MODULES_H
#define MKBOOT_GRUB_MODULES_H

#include "grub/grub.h"

/* Within the stage: which of GRUB's modules an image needs, and no others. */

struct module_list {
	char **names;
	size_t n;
};
void modules_add(struct module_list *list, const char *name); /* once each */
void modules_free(struct module_list *list);

/* For a recipe's generated menu: from what its entries are. For the user's own menu: from the
 * commands in its text (GRUB's command.lst says which module has which). GZIP: a file on the
 * medium is compressed and GRUB has to unpack it. */
enum mk_status modules_needed(const struct grub_platform *gp, const struct plan *plan,
			      enum grub_medium medium, const char *menu, bool gzip,
			      struct module_list *list);

/* These and all that they depend on, from moddep.lst. A module that is in neither: MK_FAILED. */
enum mk_status modules_closure(const struct grub_platform *gp, const struct module_list *list,
			       struct module_list *closure);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/toolchain.h"

enum mk_status toolchain_platform(const struct recipe_grub *grub, enum platform p, bool drivers,
				  struct grub_platform *gp)
{
	enum mk_status st = grub_platform_find(p, gp);

	(void)grub;
	gp->drivers = drivers;
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/toolchain.h"
#include "verbs/verbs.h"

#include <stdio.h>

static enum mk_status run(int argc, char *argv[])
{
	struct grub_platform gp;
	enum mk_status st;
	(void)argc;
	(void)argv;
	st = toolchain_platform(NULL, PLATFORM_BIOS, true, &gp);
	if (st == MK_OK) {
		printf("%s\n%s\n", gp.modules, gp.mkimage);
		grub_platform_free(&gp);
	}
	return st;
}

const struct verb verb_toolchain = {
	.name = "toolchain",
	.arguments = "list|build|clean|fetch",
	.summary = "GRUB with network drivers of mkboot's own: what there is, build it, remove it",
	.run = run,
	.help = "",
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"

/* The TFTP tree, with an NBP for each platform. */

enum mk_status media_write_tftp(struct build *b)
{
	static const struct media_tree tree = {"tftp", "nbp", OUTPUT_TFTP, GRUB_NET};

	return media_write_tree(b, &tree);
}

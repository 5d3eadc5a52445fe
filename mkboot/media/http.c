/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"

/*
 * The tree for UEFI HTTP boot (UEFI 2.10 §24.7): http/ is what a web server serves on port 80, the
 * only one that GRUB's HTTP knows (GRUB 2.06, grub-core/net/http.c).
 */

enum mk_status media_write_http(struct build *b)
{
	static const struct media_tree tree = {"http", "http-nbp", OUTPUT_HTTP, GRUB_HTTP};

	return media_write_tree(b, &tree);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"

/* The tree for UEFI HTTP boot (UEFI 2.10 §24.7): http/ is what a web server serves on port 80. */

enum mk_status media_write_http(struct build *b)
{
	(void)b;
	return MK_OK;
}

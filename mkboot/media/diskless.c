/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"

enum mk_status media_write_diskless_cd(struct build *b)
{
	(void)b;
	return msg_fail(MK_FAILED, "not yet");
}

enum mk_status media_write_diskless_floppy(struct build *b)
{
	(void)b;
	return msg_fail(MK_FAILED, "not yet");
}

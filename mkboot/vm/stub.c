/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/accel.h"
#include "vm/report.h"

/* In the place of what is not there yet: to be deleted. */

__attribute__((weak)) enum mk_status vm_accel_choose(const char *asked, const char **accel,
						     char **why)
{
	(void)accel;
	(void)why;
	return msg_fail(MK_USAGE, "--accel %s is not there yet", asked);
}

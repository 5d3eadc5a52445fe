/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire.h"

#include <grub/time.h>

/* Without a processor's counter GRUB takes the BIOS's, which is 0 again at midnight
 * (grub-core/kern/i386/tsc.c): a timer would have to wait for a day. */
u64 wire_now(void)
{
	static u64 last, ahead;
	u64 now = grub_get_time_ms() + ahead;

	if (now < last) {
		ahead += last - now;
		now = last;
	}
	last = now;
	return now;
}

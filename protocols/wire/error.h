/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_WIRE_ERROR_H
#define MKBOOT_PROTOCOLS_WIRE_ERROR_H

#include <grub/err.h>

#include "../portable.h"

/* GRUB's error, while something runs whose own are nothing to anybody. GRUB's store of errors
 * (grub_error_push) is no place for it: whoever prints one empties that. */
struct wire_error {
	grub_err_t code;
	char text[GRUB_MAX_ERRMSG];
};

static inline void wire_error_keep(struct wire_error *e)
{
	e->code = grub_errno;
	if (e->code != GRUB_ERR_NONE)
		grub_memcpy(e->text, grub_errmsg, sizeof e->text);
	grub_errno = GRUB_ERR_NONE;
}

static inline void wire_error_back(const struct wire_error *e)
{
	if (e->code != GRUB_ERR_NONE)
		grub_memcpy(grub_errmsg, e->text, sizeof e->text);
	grub_errno = e->code;
}

#endif

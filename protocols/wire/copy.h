/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_WIRE_COPY_H
#define MKBOOT_PROTOCOLS_WIRE_COPY_H

#include "../portable.h"

/* memcpy, by whole registers: GRUB's own goes byte by byte. */
void wire_copy(void *to, const void *from, usize len);

#endif

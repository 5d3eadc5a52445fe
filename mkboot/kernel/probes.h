/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_PROBES_H
#define MKBOOT_KERNEL_PROBES_H

#include "kernel/kernel.h"

/* The probes of the protocols' table: see kernel.h. */
bool multiboot_probe(struct kernel_reader *r, bool forced, struct kernel *k);
bool multiboot2_probe(struct kernel_reader *r, bool forced, struct kernel *k);
bool linux_probe(struct kernel_reader *r, bool forced, struct kernel *k);
bool efi_probe(struct kernel_reader *r, bool forced, struct kernel *k);
bool bootsector_probe(struct kernel_reader *r, bool forced, struct kernel *k);

/* A Multiboot 1 header that boot loaders find? */
bool multiboot_has_header(struct kernel_reader *r);
/* "a Windows program" and the like, for a PE file that is no EFI application: static text, or
 * NULL. */
const char *efi_other(struct kernel_reader *r);

#endif

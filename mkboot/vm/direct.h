/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_DIRECT_H
#define MKBOOT_VM_DIRECT_H

#include <stdint.h>

#include "plan/plan.h"
#include "vm/vm.h"

/*
 * The default entry of a recipe's menu, started without a medium and without GRUB: by QEMU's own
 * loader (-kernel), which takes a quarter of the time. The kernel finds what GRUB would have given
 * it: its command line and its modules' byte for byte, modules on page boundaries, ELF sections,
 * the text screen. What GRUB has from the BIOS besides (boot device, VBE, APM) is not there: a
 * kernel whose Multiboot 2 header requires it goes by GRUB. QEMU's loader alone has less: it puts
 * the kernel's path before the command line, and takes neither ELF64 nor Multiboot 2. So a
 * Multiboot kernel is wrapped: direct_multiboot.c.
 */
struct vm_direct {
	int kernel;     /* a file in memory, or -1: the path below is the recipe's own */
	int initrd;     /* likewise */
	char *paths[2]; /* of the kernel, of the initial RAM disk (NULL: none), as QEMU opens them
			 */
	char *append;   /* the command line; NULL: none */
};

/*
 * Make it, for a machine with MEMORY MiB. FOLDER: where files for --dry-run go ("NAME-run.elf",
 * "NAME-run.initrd"), which outlive mkboot; NULL: in memory.
 * MK_OK and *WHY_NOT NULL; MK_OK and *WHY_NOT, for free(), where it has to be done with GRUB: half
 * a sentence, "the menu is your own"; or, said, MK_BAD_INPUT where it does not fit in the memory,
 * or MK_FAILED. vm_direct_free in every case.
 */
enum mk_status vm_direct_make(const struct plan *p, unsigned memory, const char *folder,
			      struct vm_direct *d, char **why_not);
void vm_direct_free(struct vm_direct *d);
/* QEMU's command line for it. */
void vm_direct_attach(const struct vm_direct *d, struct vm_argv *argv);

/* Within these files: an ELF file that QEMU starts, written to the empty file FD. 0 or a negative
 * errno, of which -ENOTSUP means *WHY_NOT, -E2BIG that it does not fit in the memory. */
int vm_direct_multiboot(const struct plan *p, const struct plan_entry *e, unsigned memory, int fd,
			char **why_not);

/* Where a kernel is entered, for a debugger's breakpoint: as the loader does it, as a physical
 * address. False where that is not known (bzImage, boot sector). */
bool vm_kernel_entry(const struct plan_entry *e, uint64_t *entry);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_ELF_H
#define MKBOOT_KERNEL_ELF_H

#include "kernel/kernel.h"

/* ELF kernels as GRUB's Multiboot loaders take them (grub-core/loader/multiboot_elfxx.c, 2.06).
 * Structures: System V ABI, "Object Files"; both classes, little-endian. */

struct elf {
	bool is64;
	bool little;
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
};

/* What a protocol asks of an ELF file. */
struct elf_rules {
	uint64_t search;    /* the program headers must end within this many bytes */
	bool no_relocation; /* sections of type REL or RELA are refused */
	bool relocatable;   /* the loader chooses where it goes, between MIN and MAX */
	uint32_t min;
	uint32_t max;
};

/* Is it an ELF file? A header that is cut short is none. */
bool elf_read(struct kernel_reader *r, struct elf *e);

/* "ELF64 x86-64"; the caller frees. */
char *elf_name(const struct elf *e);
/* "executable", "object file": static. */
const char *elf_kind(const struct elf *e);

/* Add what is wrong with it to K. */
void elf_check(struct kernel_reader *r, const struct elf *e, const struct elf_rules *rules,
	       struct kernel *k);

#endif

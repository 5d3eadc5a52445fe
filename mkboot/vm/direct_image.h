/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_DIRECT_IMAGE_H
#define MKBOOT_VM_DIRECT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "kernel/kernel.h"

/* Within direct_multiboot.c and direct_info.c: memory as it is when a Multiboot kernel starts. */

/* Something that lies in memory when the kernel starts. */
struct piece {
	uint64_t addr, size, memsz; /* SIZE bytes, and zeros up to MEMSZ */
	bool kernel;                /* from the kernel's file, at OFFSET, unpacked; or, */
	const char *path;           /* a file; or, */
	const void *bytes;
	uint64_t offset;
};

struct image {
	struct kernel_reader *kernel;
	struct piece *pieces;
	size_t n_pieces;
	uint64_t end;          /* of the pieces */
	uint32_t entry;        /* the kernel's */
	uint32_t load_base;    /* its lowest address */
	bool by_addresses;     /* of its header: GRUB sees no ELF file then, and no sections */
	struct piece *modules; /* copies, by the entry's modules */
	/* the section table, the addresses filled in; LEN 0: none */
	struct strbuf sections;
	uint32_t n_sections, section_size, section_names;
	bool is64;
	/* the information, and the stub that completes it: where the kernel finds it */
	uint64_t base;
	struct strbuf info;
};

/* Write m->info anew, from what is known of the modules and the sections: what the kernel is told,
 * by the entry's protocol, and the stub that enters it. Addresses are as if m->info lay at m->base.
 * Returns the address of the stub. */
uint32_t direct_tell(struct image *m, const struct recipe_entry *e, bool multiboot2);
/* m->info is loaded at AT: add the code that copies it to m->base and goes on at STUB there.
 * Returns that code's address. */
uint32_t direct_put_copy(struct image *m, uint32_t at, uint32_t stub);

#endif

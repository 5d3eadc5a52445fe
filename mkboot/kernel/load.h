/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_LOAD_H
#define MKBOOT_KERNEL_LOAD_H

#include "kernel/kernel.h"

/* Where a Multiboot kernel goes in memory, by its header's address fields, and where none of it
 * can go. */

/* The first megabyte belongs to the firmware and the boot loader. */
#define LOAD_LOWEST ((uint64_t)0x100000)
/* GRUB enters Multiboot kernels in 32-bit protected mode: everything lies below 4 GiB. */
#define LOAD_LIMIT ((uint64_t)1 << 32)

/* Multiboot 0.6.96 §3.1.3 "address fields"; Multiboot 2.0 §3.1.5 "address tag". */
struct load_addresses {
	uint64_t header_offset; /* of the header in the file */
	uint32_t header_addr;
	uint32_t load_addr;
	uint32_t load_end_addr; /* 0: all of the file */
	uint32_t bss_end_addr;  /* 0: no bss */
	bool has_entry;
	uint32_t entry_addr;
	bool relocatable; /* goes elsewhere: LOAD_LOWEST does not bind it */
	uint64_t size;    /* what it takes in memory; filled in by the check */
};

/* Check them, and add the problems to K. */
void load_addresses_check(struct kernel_reader *r, struct load_addresses *a, struct kernel *k);

#endif

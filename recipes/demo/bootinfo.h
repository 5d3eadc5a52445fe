/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_BOOTINFO_H
#define DEMO_BOOTINFO_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What the loader hands over, whichever protocol it speaks. Everything is read where the loader
 * put it; nothing is copied or changed, for it may lie anywhere below 4 GiB outside this kernel.
 */

/* Strings are the loader's, NUL-terminated; NULL where it gave none. */
struct boot_screen {
	bool text; /* EGA text; else there is nothing this kernel can write on */
	uint32_t address;
	uint32_t columns, rows;
	uint32_t pitch; /* bytes from one row to the next */
};

struct boot_module {
	const char *args;
	uint32_t start, end; /* END is the first byte behind it */
};

struct boot_memory {
	uint64_t base, length;
	uint32_t type; /* as ACPI's INT 15h E820 has it: 1 is available memory */
};

/* Where a walk through modules or the memory map has got to; starts as {0}. */
struct boot_cursor {
	uint32_t next;
	bool started;
};

struct boot_protocol {
	uint32_t magic; /* in EAX at entry */
	const char *name;
	const char *(*loader)(uint32_t info);
	const char *(*command_line)(uint32_t info);
	struct boot_screen (*screen)(uint32_t info);
	/* The next one; false at the end. */
	bool (*next_module)(uint32_t info, struct boot_cursor *at, struct boot_module *module);
	bool (*next_memory)(uint32_t info, struct boot_cursor *at, struct boot_memory *memory);
};

extern const struct boot_protocol multiboot1, multiboot2;

#endif

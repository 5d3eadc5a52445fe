/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/probes.h"
#include "base/mem.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/load.h"
#include "kernel/search.h"

#include <inttypes.h>
#include <stdlib.h>

/* Multiboot Specification 0.6.96, §3.1 "OS image format". */
#define FLAG_VIDEO     (UINT32_C(1) << 2)
#define FLAG_ADDRESSES (UINT32_C(1) << 16)
/* Bits 0 to 15 must be understood by the boot loader; it knows 0, 1 and 2. */
#define FLAGS_UNKNOWN UINT32_C(0xfff8)
#define MODE_GRAPHICS 0
#define MODE_TEXT     1
#define GRUB_SMALLEST 32 /* GRUB refuses a file of fewer bytes */

static const struct header_kind kind = {
	.title = "Multiboot",
	.magic = 0x1BADB002,
	.words = 3,
	.align = 4,
	.limit = 8192,
};

/* §3.1.1: lengths of the header with the address fields, and with the graphics fields too. */
static uint64_t header_length(uint32_t flags)
{
	if ((flags & FLAG_VIDEO) != 0)
		return 48;
	return (flags & FLAG_ADDRESSES) != 0 ? 32 : 12;
}

static void check_video(const unsigned char *fields, struct kernel *k)
{
	uint32_t mode = le32(fields + 32);

	k->wants_video = mode == MODE_GRAPHICS;
	if (mode != MODE_GRAPHICS && mode != MODE_TEXT)
		kernel_problem(k, true,
			       "the Multiboot header's mode_type is %" PRIu32
			       ", and only 0 (graphics) and 1 (text) are defined; correct it, or "
			       "clear bit 2 of the flags",
			       mode);
}

static void check_addresses(struct kernel_reader *r, const struct header *h,
			    const unsigned char *fields, struct kernel *k)
{
	struct load_addresses a = {
		.header_offset = h->offset,
		.header_addr = le32(fields + 12),
		.load_addr = le32(fields + 16),
		.load_end_addr = le32(fields + 20),
		.bss_end_addr = le32(fields + 24),
		.has_entry = true,
		.entry_addr = le32(fields + 28),
	};

	k->summary =
		mem_printf("Multiboot, address fields, loaded at 0x%" PRIx32 ", entry 0x%" PRIx32,
			   a.load_addr, a.entry_addr);
	load_addresses_check(r, &a, k);
}

static void check_elf(struct kernel_reader *r, struct kernel *k)
{
	static const struct elf_rules rules = {.search = 8192};
	struct elf e;
	char *name;

	if (!elf_read(r, &e)) {
		k->summary = mem_dup("Multiboot, neither ELF nor with address fields");
		kernel_problem(k, true,
			       "the Multiboot header has no address fields (bit 16 of its flags), "
			       "and the file is not ELF, so that nothing says where to load it; "
			       "link it as ELF, or fill in the address fields");
		return;
	}
	name = elf_name(&e);
	k->summary = mem_printf("Multiboot, %s, entry 0x%" PRIx64, name, e.entry);
	free(name);
	elf_check(r, &e, &rules, k);
}

static void check_header(struct kernel_reader *r, const struct header *h, struct kernel *k)
{
	unsigned char fields[48] = {0};
	uint32_t flags = h->word[1];
	uint64_t length = header_length(flags);

	if (kernel_size(r) < GRUB_SMALLEST || h->offset + length > kind.limit ||
	    kernel_read(r, h->offset, fields, (size_t)length) != length) {
		k->summary = mem_dup("Multiboot, incomplete header");
		kernel_problem(
			k, true,
			"the Multiboot header at offset %" PRIu64
			" is cut off, by the end of the file or of the first 8192 bytes; put "
			"all %" PRIu64 " bytes of it first in the linker script",
			h->offset, length);
		return;
	}
	if ((flags & FLAGS_UNKNOWN) != 0)
		kernel_problem(k, true,
			       "the Multiboot header's flags 0x%08" PRIx32
			       " ask for something that GRUB does not know (bits 3 to 15); clear "
			       "those bits",
			       flags);
	if ((flags & FLAG_VIDEO) != 0)
		check_video(fields, k);
	if ((flags & FLAG_ADDRESSES) != 0)
		check_addresses(r, h, fields, k);
	else
		check_elf(r, k);
}

bool multiboot_has_header(struct kernel_reader *r)
{
	return header_find(r, &kind).state == HEADER_GOOD;
}

bool multiboot_probe(struct kernel_reader *r, bool forced, struct kernel *k)
{
	struct header h = header_find(r, &kind);

	if (h.state == HEADER_NONE && !forced)
		return false;
	k->platforms = PLATFORM_ALL;
	k->doubtful = h.state != HEADER_GOOD;
	if (h.state == HEADER_GOOD)
		check_header(r, &h, k);
	else
		header_problem(k, &kind, &h);
	return true;
}

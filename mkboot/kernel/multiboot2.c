/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/probes.h"
#include "base/mem.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/load.h"
#include "kernel/search.h"

#include <inttypes.h>
#include <stdlib.h>

/* Multiboot2 Specification 2.0, §3.1 "OS image format". What GRUB 2.06 makes of it:
 * grub-core/loader/multiboot_mbi2.c. */
#define LIMIT             32768
#define HEADER_LEN        16
#define ARCHITECTURE_I386 0
#define ARCHITECTURE_MIPS 4
#define TAG_LEN           8
#define TAG_OPTIONAL      1
#define TAG_MAX_LEN       24 /* of the tags whose fields are looked at */
#define CONSOLE_REQUIRED  (UINT32_C(1) << 0)
#define CONSOLE_EGA_TEXT  (UINT32_C(1) << 1)
#define LOAD_FROM_START   UINT32_MAX

static const struct header_kind kind = {
	.title = "Multiboot 2",
	.magic = 0xE85250D6,
	.words = 4,
	.align = 8,
	.limit = LIMIT,
};

enum tag {
	TAG_END,
	TAG_REQUEST,
	TAG_ADDRESS,
	TAG_ENTRY,
	TAG_CONSOLE,
	TAG_FRAMEBUFFER,
	TAG_MODULE_ALIGN,
	TAG_BOOT_SERVICES,
	TAG_ENTRY_EFI32,
	TAG_ENTRY_EFI64,
	TAG_RELOCATABLE,
	TAG_COUNT,
};

/* §3.1.3 to §3.1.13: the header's tags. GRUB does not know the one for EFI i386. */
static const struct {
	const char *name;
	uint32_t size; /* the least */
	bool grub;
} tags[TAG_COUNT] = {
	[TAG_END] = {"end", 8, true},
	[TAG_REQUEST] = {"information request", 8, true},
	[TAG_ADDRESS] = {"address", 24, true},
	[TAG_ENTRY] = {"entry address", 12, true},
	[TAG_CONSOLE] = {"console flags", 12, true},
	[TAG_FRAMEBUFFER] = {"framebuffer", 20, true},
	[TAG_MODULE_ALIGN] = {"module alignment", 8, true},
	[TAG_BOOT_SERVICES] = {"EFI boot services", 8, true},
	[TAG_ENTRY_EFI32] = {"EFI i386 entry address", 12, false},
	[TAG_ENTRY_EFI64] = {"EFI amd64 entry address", 12, true},
	[TAG_RELOCATABLE] = {"relocatable header", 24, true},
};

/* §3.6: what an information request may name. GRUB has no SMBIOS tables to give. */
#define INFO_SMBIOS 13
#define INFO_LAST   21

struct layout {
	bool has[TAG_COUNT];
	unsigned char tag[TAG_COUNT][TAG_MAX_LEN]; /* the last of each type */
};

static uint32_t field(const struct layout *l, enum tag tag, size_t index)
{
	return le32(l->tag[tag] + TAG_LEN + 4 * index);
}

static void check_request(struct kernel_reader *r, uint64_t offset, uint32_t size, struct kernel *k)
{
	for (uint64_t at = TAG_LEN; at + 4 <= size; at += 4) {
		unsigned char word[4] = {0};
		uint32_t type;

		if (kernel_read(r, offset + at, word, sizeof word) != sizeof word)
			return;
		type = le32(word);
		if (type <= INFO_LAST && type != INFO_SMBIOS)
			continue;
		kernel_problem(k, true,
			       "the Multiboot 2 header requests information of type %" PRIu32
			       "%s, which GRUB does not give; leave it out, or make the request "
			       "optional (flags bit 0)",
			       type, type == INFO_SMBIOS ? " (SMBIOS tables)" : "");
	}
}

/* One tag; false where the walk cannot go on. */
static bool check_tag(struct kernel_reader *r, uint64_t offset, const unsigned char *p,
		      struct layout *l, struct kernel *k)
{
	uint16_t type = le16(p), flags = le16(p + 2);
	uint32_t size = le32(p + 4);
	bool optional = (flags & TAG_OPTIONAL) != 0;
	const char *name = type < TAG_COUNT ? tags[type].name : "unknown";

	if (size < TAG_LEN || (type < TAG_COUNT && size < tags[type].size) ||
	    offset + size > LIMIT) {
		kernel_problem(k, true,
			       "the Multiboot 2 header's tag of type %u (%s) at offset %" PRIu64
			       " has the size %" PRIu32
			       ", which cannot be; correct it, and begin each tag on a multiple of "
			       "8 bytes",
			       type, name, offset, size);
		return false;
	}
	if (!optional && (type >= TAG_COUNT || !tags[type].grub))
		kernel_problem(k, true,
			       "GRUB does not know the Multiboot 2 header's tag of type %u (%s) at "
			       "offset %" PRIu64
			       "; leave it out or make it optional (flags bit 0), and begin each "
			       "tag on a multiple of 8 bytes",
			       type, name, offset);
	if (type == TAG_REQUEST && !optional)
		check_request(r, offset, size, k);
	if (type < TAG_COUNT) {
		l->has[type] = true;
		kernel_read(r, offset, l->tag[type], size < TAG_MAX_LEN ? size : TAG_MAX_LEN);
	}
	return true;
}

/* §3.1.3: tags follow each other, padded to 8 bytes, up to the one of type 0. */
static bool walk_tags(struct kernel_reader *r, const struct header *h, struct layout *l,
		      struct kernel *k)
{
	uint64_t at = h->offset + HEADER_LEN, end = h->offset + h->word[2];

	for (;;) {
		unsigned char p[TAG_LEN];

		if (at + TAG_LEN > LIMIT || kernel_read(r, at, p, TAG_LEN) != TAG_LEN) {
			kernel_problem(k, true,
				       "the Multiboot 2 header's tags have no end tag within the "
				       "file's first %d bytes; close them with type 0, flags 0, "
				       "size 8",
				       LIMIT);
			return false;
		}
		if (le16(p) == TAG_END)
			break;
		if (!check_tag(r, at, p, l, k))
			return false;
		at += ((uint64_t)le32(p + 4) + 7) & ~UINT64_C(7);
	}
	if (at + TAG_LEN != end)
		kernel_problem(k, false,
			       "the Multiboot 2 header's length is %" PRIu32
			       ", but its tags take %" PRIu64
			       " bytes; GRUB does not mind, other boot loaders may",
			       h->word[2], at + TAG_LEN - h->offset);
	return true;
}

static void restrict_to(struct kernel *k, unsigned set, const char *why)
{
	if ((k->platforms & ~set) == 0)
		return;
	k->platforms &= set;
	free(k->why_not);
	k->why_not = mem_dup(why);
}

/* GRUB's set_console: UEFI has no EGA text mode. */
static void check_console(const struct layout *l, struct kernel *k)
{
	uint32_t flags = field(l, TAG_CONSOLE, 0);
	bool text = !l->has[TAG_CONSOLE] || (flags & CONSOLE_EGA_TEXT) != 0;

	k->wants_video = l->has[TAG_FRAMEBUFFER];
	if (!l->has[TAG_CONSOLE] || (flags & CONSOLE_REQUIRED) == 0 || l->has[TAG_FRAMEBUFFER])
		return;
	if (text)
		restrict_to(k, PLATFORM_BIT(PLATFORM_BIOS),
			    "its header requires a text console, which UEFI does not have; add a "
			    "framebuffer tag");
	else
		kernel_problem(k, true,
			       "the Multiboot 2 header requires a console but takes neither EGA "
			       "text nor a framebuffer; set bit 1 of the console flags, or add a "
			       "framebuffer tag");
}

/* §3.1.8, §3.1.10: where and in which mode it is entered. */
static void check_entry(const struct layout *l, bool is32, struct kernel *k)
{
	bool efi64 = l->has[TAG_BOOT_SERVICES] && l->has[TAG_ENTRY_EFI64];

	if (l->has[TAG_ADDRESS] && !l->has[TAG_ENTRY]) {
		if (efi64)
			restrict_to(k, PLATFORM_BIT(PLATFORM_UEFI64),
				    "its header has an address tag without an entry address tag "
				    "for other platforms; add one");
		else
			kernel_problem(k, true,
				       "the Multiboot 2 header has an address tag but no entry "
				       "address tag; add one");
	}
	if (l->has[TAG_ENTRY_EFI64] && !l->has[TAG_BOOT_SERVICES])
		kernel_problem(k, false,
			       "GRUB uses the EFI amd64 entry address only together with the EFI "
			       "boot services tag; add that, or leave the entry out");
	/* GRUB on x86_64-efi goes by the boot services tag alone. */
	if (l->has[TAG_BOOT_SERVICES] && !efi64 && is32)
		restrict_to(k, PLATFORM_ALL & ~PLATFORM_BIT(PLATFORM_UEFI64),
			    "its header has the EFI boot services tag without an EFI amd64 entry "
			    "address, so that UEFI x64 would enter its 32-bit code in 64-bit mode");
}

static void check_addresses(struct kernel_reader *r, const struct header *h, const struct layout *l,
			    struct kernel *k)
{
	struct load_addresses a = {
		.header_offset = h->offset,
		.header_addr = field(l, TAG_ADDRESS, 0),
		.load_addr = field(l, TAG_ADDRESS, 1),
		.load_end_addr = field(l, TAG_ADDRESS, 2),
		.bss_end_addr = field(l, TAG_ADDRESS, 3),
		.has_entry = l->has[TAG_ENTRY],
		.entry_addr = field(l, TAG_ENTRY, 0),
		.relocatable = l->has[TAG_RELOCATABLE],
	};
	uint32_t min = field(l, TAG_RELOCATABLE, 0), max = field(l, TAG_RELOCATABLE, 1);

	/* §3.1.5: load_addr of -1 means from the file's start. */
	if (a.load_addr == LOAD_FROM_START) {
		a.load_addr = a.header_addr - (uint32_t)h->offset;
		if (a.load_end_addr != 0)
			kernel_problem(k, true,
				       "the Multiboot 2 address tag has a load_addr of -1 and a "
				       "load_end_addr, of which GRUB 2.06 reckons a wrong size; "
				       "set load_addr to 0x%" PRIx32,
				       a.load_addr);
	}
	k->summary =
		mem_printf("Multiboot 2, address tag, loaded at 0x%" PRIx32 ", entry 0x%" PRIx32,
			   a.load_addr, a.has_entry ? a.entry_addr : field(l, TAG_ENTRY_EFI64, 0));
	load_addresses_check(r, &a, k);
	if (a.relocatable && (a.size > max || min > max - a.size))
		kernel_problem(k, true,
			       "its %" PRIu64 " bytes do not fit between the relocatable tag's "
			       "min_addr 0x%" PRIx32 " and max_addr 0x%" PRIx32 "; widen them",
			       a.size, min, max);
}

static void check_elf(struct kernel_reader *r, const struct elf *e, const struct layout *l,
		      struct kernel *k)
{
	struct elf_rules rules = {
		.search = LIMIT,
		.no_relocation = true,
		.relocatable = l->has[TAG_RELOCATABLE],
		.min = field(l, TAG_RELOCATABLE, 0),
		.max = field(l, TAG_RELOCATABLE, 1),
	};
	char *name = elf_name(e);

	k->summary = mem_printf("Multiboot 2, %s, entry 0x%" PRIx64, name,
				l->has[TAG_ENTRY] ? field(l, TAG_ENTRY, 0) : e->entry);
	free(name);
	elf_check(r, e, &rules, k);
}

static void check_header(struct kernel_reader *r, const struct header *h, struct kernel *k)
{
	struct layout l = {0};
	struct elf e;
	bool is_elf = elf_read(r, &e);

	if (h->word[1] != ARCHITECTURE_I386) {
		kernel_problem(k, true,
			       "the Multiboot 2 header is for architecture %" PRIu32
			       "%s, not for the PC (0, i386); build the kernel for it",
			       h->word[1], h->word[1] == ARCHITECTURE_MIPS ? " (MIPS)" : "");
		return;
	}
	if (!walk_tags(r, h, &l, k))
		return;
	check_console(&l, k);
	check_entry(&l, !is_elf || !e.is64, k);
	if (l.has[TAG_ADDRESS])
		check_addresses(r, h, &l, k);
	else if (is_elf)
		check_elf(r, &e, &l, k);
	else
		kernel_problem(k, true,
			       "the Multiboot 2 header has no address tag, and the file is not "
			       "ELF, so that nothing says where to load it; link it as ELF, or add "
			       "the tag");
}

/* A kernel with both headers is worth a word: it can be started either way. */
static void mention_multiboot(struct kernel_reader *r, struct kernel *k)
{
	char *with;

	if (k->summary == NULL || !multiboot_has_header(r))
		return;
	with = mem_printf("%s; it has a Multiboot 1 header as well", k->summary);
	free(k->summary);
	k->summary = with;
}

bool multiboot2_probe(struct kernel_reader *r, bool forced, struct kernel *k)
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
	mention_multiboot(r, k);
	return true;
}

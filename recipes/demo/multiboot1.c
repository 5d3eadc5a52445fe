/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Multiboot Specification 0.6.96, §3.3 Boot information format. */
#include "bootinfo.h"

#include <stddef.h>

#define LOADER_MAGIC 0x2BADB002

#define HAS_COMMAND_LINE (1u << 2)
#define HAS_MODULES      (1u << 3)
#define HAS_MEMORY_MAP   (1u << 6)
#define HAS_LOADER_NAME  (1u << 9)
#define HAS_FRAMEBUFFER  (1u << 12)

#define FRAMEBUFFER_EGA_TEXT 2

/* What every PC is in where the loader says nothing of a framebuffer: VGA mode 3. */
#define VGA_TEXT    0xB8000
#define VGA_COLUMNS 80
#define VGA_ROWS    25

struct info {
	uint32_t flags;
	uint32_t mem_lower, mem_upper;
	uint32_t boot_device;
	uint32_t command_line;
	uint32_t mods_count, mods_addr;
	uint32_t syms[4];
	uint32_t mmap_length, mmap_addr;
	uint32_t drives_length, drives_addr;
	uint32_t config_table;
	uint32_t boot_loader_name;
	uint32_t apm_table;
	uint32_t vbe[4];
	uint64_t framebuffer_addr;
	uint32_t framebuffer_pitch;
	uint32_t framebuffer_width, framebuffer_height;
	uint8_t framebuffer_bpp, framebuffer_type;
} __attribute__((packed));
_Static_assert(offsetof(struct info, framebuffer_addr) == 88, "Multiboot 0.6.96 §3.3");
_Static_assert(offsetof(struct info, framebuffer_type) == 109, "Multiboot 0.6.96 §3.3");

struct module {
	uint32_t start, end;
	uint32_t string;
	uint32_t reserved;
};

/* SIZE does not count itself: the next entry is at SIZE + 4. */
struct memory {
	uint32_t size;
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

static const struct info *get(uint32_t info)
{
	return (const struct info *)info;
}

static const char *string(uint32_t info, uint32_t flag, uint32_t address)
{
	return (get(info)->flags & flag) != 0 ? (const char *)address : NULL;
}

static const char *loader(uint32_t info)
{
	return string(info, HAS_LOADER_NAME, get(info)->boot_loader_name);
}

static const char *command_line(uint32_t info)
{
	return string(info, HAS_COMMAND_LINE, get(info)->command_line);
}

static struct boot_screen screen(uint32_t info)
{
	const struct info *i = get(info);
	struct boot_screen s = {
		.text = true,
		.address = VGA_TEXT,
		.columns = VGA_COLUMNS,
		.rows = VGA_ROWS,
		.pitch = VGA_COLUMNS * 2,
	};

	if ((i->flags & HAS_FRAMEBUFFER) != 0) {
		s.text = i->framebuffer_type == FRAMEBUFFER_EGA_TEXT;
		s.address = (uint32_t)i->framebuffer_addr;
		s.columns = i->framebuffer_width;
		s.rows = i->framebuffer_height;
		s.pitch = i->framebuffer_pitch;
	}
	return s;
}

static bool next_module(uint32_t info, struct boot_cursor *at, struct boot_module *module)
{
	const struct info *i = get(info);
	const struct module *m = (const struct module *)i->mods_addr + at->next;

	if ((i->flags & HAS_MODULES) == 0 || at->next >= i->mods_count)
		return false;
	module->args = (const char *)m->string;
	module->start = m->start;
	module->end = m->end;
	at->next++;
	return true;
}

static bool next_memory(uint32_t info, struct boot_cursor *at, struct boot_memory *memory)
{
	const struct info *i = get(info);
	const struct memory *m = (const struct memory *)(i->mmap_addr + at->next);

	if ((i->flags & HAS_MEMORY_MAP) == 0 || at->next + sizeof *m > i->mmap_length)
		return false;
	memory->base = m->base;
	memory->length = m->length;
	memory->type = m->type;
	at->next += m->size + (uint32_t)sizeof m->size;
	return true;
}

const struct boot_protocol multiboot1 = {
	.magic = LOADER_MAGIC,
	.name = "Multiboot 1",
	.loader = loader,
	.command_line = command_line,
	.screen = screen,
	.next_module = next_module,
	.next_memory = next_memory,
};

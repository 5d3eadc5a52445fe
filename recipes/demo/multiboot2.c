/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Multiboot2 Specification 2.0, §3.6 Boot information format. */
#include "bootinfo.h"

#include <stddef.h>

#define LOADER_MAGIC 0x36D76289

#define TAG_END          0
#define TAG_COMMAND_LINE 1
#define TAG_LOADER_NAME  2
#define TAG_MODULE       3
#define TAG_MEMORY_MAP   6
#define TAG_FRAMEBUFFER  8
#define TAG_ALIGN        8u

#define FRAMEBUFFER_EGA_TEXT 2

struct info {
	uint32_t total_size;
	uint32_t reserved;
};

struct tag {
	uint32_t type;
	uint32_t size; /* of the tag, its padding not counted */
};

struct tag_string {
	struct tag tag;
	char string[];
};

struct tag_module {
	struct tag tag;
	uint32_t start, end;
	char string[];
};

struct memory {
	uint64_t base, length;
	uint32_t type;
	uint32_t reserved;
};

struct tag_memory_map {
	struct tag tag;
	uint32_t entry_size, entry_version;
	struct memory entries[];
};

struct tag_framebuffer {
	struct tag tag;
	uint64_t address;
	uint32_t pitch;
	uint32_t width, height;
	uint8_t bpp, type;
};

/* The first tag of TYPE behind AFTER, or of all where AFTER is NULL; NULL where there is none. */
static const void *find(uint32_t info, const struct tag *after, uint32_t type)
{
	uint32_t end = info + ((const struct info *)info)->total_size;
	uint32_t at = info + (uint32_t)sizeof(struct info);
	const struct tag *tag;

	if (after != NULL)
		at = (uint32_t)after + ((after->size + TAG_ALIGN - 1) & ~(TAG_ALIGN - 1));
	for (; at + sizeof *tag <= end; at += (tag->size + TAG_ALIGN - 1) & ~(TAG_ALIGN - 1)) {
		tag = (const struct tag *)at;
		if (tag->type == type)
			return tag;
		if (tag->type == TAG_END || tag->size < sizeof *tag)
			break;
	}
	return NULL;
}

static const char *string(uint32_t info, uint32_t type)
{
	const struct tag_string *t = find(info, NULL, type);

	return t != NULL ? t->string : NULL;
}

static const char *loader(uint32_t info)
{
	return string(info, TAG_LOADER_NAME);
}

static const char *command_line(uint32_t info)
{
	return string(info, TAG_COMMAND_LINE);
}

static struct boot_screen screen(uint32_t info)
{
	const struct tag_framebuffer *t = find(info, NULL, TAG_FRAMEBUFFER);
	struct boot_screen s = {.text = t != NULL && t->type == FRAMEBUFFER_EGA_TEXT};

	if (s.text) {
		s.address = (uint32_t)t->address;
		s.columns = t->width;
		s.rows = t->height;
		s.pitch = t->pitch;
	}
	return s;
}

static bool next_module(uint32_t info, struct boot_cursor *at, struct boot_module *module)
{
	const struct tag *last = at->started ? (const struct tag *)at->next : NULL;
	const struct tag_module *t = find(info, last, TAG_MODULE);

	if (t == NULL)
		return false;
	module->args = t->string;
	module->start = t->start;
	module->end = t->end;
	at->next = (uint32_t)t;
	at->started = true;
	return true;
}

static bool next_memory(uint32_t info, struct boot_cursor *at, struct boot_memory *memory)
{
	const struct tag_memory_map *t = find(info, NULL, TAG_MEMORY_MAP);
	const struct memory *m;

	if (!at->started) {
		at->next = (uint32_t)offsetof(struct tag_memory_map, entries);
		at->started = true;
	}
	if (t == NULL || t->entry_size < sizeof *m || at->next + t->entry_size > t->tag.size)
		return false;
	m = (const struct memory *)((uint32_t)t + at->next);
	memory->base = m->base;
	memory->length = m->length;
	memory->type = m->type;
	at->next += t->entry_size;
	return true;
}

const struct boot_protocol multiboot2 = {
	.magic = LOADER_MAGIC,
	.name = "Multiboot 2",
	.loader = loader,
	.command_line = command_line,
	.screen = screen,
	.next_module = next_module,
	.next_memory = next_memory,
};

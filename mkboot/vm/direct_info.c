/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/version.h"
#include "vm/direct_image.h"

#include <stdlib.h>
#include <string.h>

/* The information structures of both Multiboot protocols, all but what only the machine's BIOS
 * knows; and the stub that fills that in, in machine code, from what QEMU's own loader found. */

/* A PC's BIOS has a dozen or two. */
#define MAP_ENTRIES 128

#define MB1_FOUND UINT32_C(0x2BADB002)
#define MB2_FOUND UINT32_C(0x36D76289)

static uint32_t here(const struct image *m)
{
	return (uint32_t)(m->base + m->info.len);
}

static void put32(struct image *m, uint32_t v)
{
	const unsigned char b[4] = {(unsigned char)v, (unsigned char)(v >> 8),
				    (unsigned char)(v >> 16), (unsigned char)(v >> 24)};

	strbuf_add(&m->info, b, sizeof b);
}

static void align(struct image *m, size_t to)
{
	strbuf_zeros(&m->info, (to - m->info.len % to) % to);
}

static uint32_t put_string(struct image *m, const char *s)
{
	uint32_t at = here(m);

	strbuf_add(&m->info, s != NULL ? s : "", s != NULL ? strlen(s) + 1 : 1);
	return at;
}

#define LOADER_NAME "mkboot " MKBOOT_VERSION

/* Machine code: BYTES, then the number V where WITH. */
static void code(struct image *m, const char *bytes, size_t n, uint32_t v)
{
	strbuf_add(&m->info, bytes, n);
	put32(m, v);
}
#define CODE(m, bytes, v) code((m), (bytes), sizeof(bytes) - 1, (v))

/* mov eax,[ebx+FROM]; mov [TO],eax: a field out of QEMU's structure */
static void copy_field(struct image *m, unsigned char from, uint32_t to)
{
	const unsigned char load[] = {0x8b, 0x43, from};

	strbuf_add(&m->info, load, sizeof load);
	CODE(m, "\xa3", to);
}

/* mov ebx,INFO; mov eax,MAGIC; mov ecx,ENTRY; jmp ecx */
static void enter(struct image *m, uint32_t info, uint32_t magic)
{
	CODE(m, "\xbb", info);
	CODE(m, "\xb8", magic);
	CODE(m, "\xb9", m->entry);
	strbuf_add(&m->info, "\xff\xe1", 2);
}

uint32_t direct_put_copy(struct image *m, uint32_t at, uint32_t stub)
{
	uint32_t start, words;

	align(m, 16);
	start = at + (uint32_t)m->info.len;
	words = (uint32_t)m->info.len / 4;
	CODE(m, "\xbe", at);                 /* mov esi,AT */
	CODE(m, "\xbf", (uint32_t)m->base);  /* mov edi,BASE */
	CODE(m, "\xb9", words);              /* mov ecx,WORDS */
	CODE(m, "\xfc\xf3\xa5\xb8", stub);   /* cld; rep movsd; mov eax,STUB */
	strbuf_add(&m->info, "\xff\xe0", 2); /* jmp eax */
	return start;
}

/* Multiboot 0.6.96 §3.3. Returns the address of the stub. */
static uint32_t tell_multiboot(struct image *m, const struct recipe_entry *e)
{
	uint32_t f[29] = {0}, info, stub;

	f[0] = 1u | 4u | (e->n_modules > 0 ? 8u : 0) | (m->sections.len > 0 ? 0x20u : 0) | 0x40u |
	       0x200u | 0x1000u;
	f[4] = put_string(m, e->args.text);
	f[16] = put_string(m, LOADER_NAME);
	f[5] = (uint32_t)e->n_modules;
	if (e->n_modules > 0) {
		uint32_t *strings = mem_array(e->n_modules, sizeof *strings);

		for (size_t i = 0; i < e->n_modules; i++)
			strings[i] = put_string(m, e->modules[i].args.text);
		align(m, 16);
		f[6] = here(m);
		for (size_t i = 0; i < e->n_modules; i++) {
			const struct piece *p = &m->modules[i];

			put32(m, (uint32_t)p->addr);
			put32(m, (uint32_t)(p->addr + p->size));
			put32(m, strings[i]);
			put32(m, 0);
		}
		free(strings);
	}
	if (m->sections.len > 0) {
		align(m, 16);
		f[7] = m->n_sections;
		f[8] = m->section_size;
		f[9] = here(m);
		f[10] = m->section_names;
		strbuf_add(&m->info, m->sections.data, m->sections.len);
	}
	f[22] = 0xb8000; /* text mode, as firmware leaves it */
	f[24] = 160;
	f[25] = 80;
	f[26] = 25;
	f[27] = 16 | 2 << 8; /* bits per character; EGA text */
	align(m, 16);
	info = here(m);
	for (size_t i = 0; i < sizeof f / sizeof *f; i++)
		put32(m, f[i]);
	align(m, 16);
	stub = here(m);
	copy_field(m, 4, info + 4);   /* mem_lower */
	copy_field(m, 8, info + 8);   /* mem_upper */
	copy_field(m, 44, info + 44); /* mmap_length */
	copy_field(m, 48, info + 48); /* mmap_addr */
	enter(m, info, MB1_FOUND);
	return stub;
}

static void tag(struct image *m, uint32_t type, uint32_t size)
{
	align(m, 8);
	put32(m, type);
	put32(m, size);
}

static void string_tag(struct image *m, uint32_t type, const char *s)
{
	tag(m, type, (uint32_t)(8 + (s != NULL ? strlen(s) : 0) + 1));
	put_string(m, s);
}

/* The memory map's tag from QEMU's map (§3.6.8 of the one, §3.3 of the other), then the RSDP, and
 * the end. EDI is where it is written. */
static void stub_map(struct image *m, uint32_t entries, uint32_t map_tag, uint32_t info)
{
	CODE(m,
	     "\x8b\x73\x30" /*       mov esi,[ebx+48]  mmap_addr */
	     "\x8b\x53\x2c" /*       mov edx,[ebx+44]  mmap_length */
	     "\x01\xf2"     /*       add edx,esi */
	     "\xfc"         /*       cld */
	     "\xbf",        /*       mov edi,ENTRIES */
	     entries);
	CODE(m,
	     "\x39\xd6"             /* loop: cmp esi,edx */
	     "\x73\x15"             /*       jae done */
	     "\x8b\x2e"             /*       mov ebp,[esi]  size, which does not count itself */
	     "\x83\xc6\x04"         /*       add esi,4 */
	     "\x01\xf5"             /*       add ebp,esi */
	     "\xb9\x05\x00\x00\x00" /*       mov ecx,5  base, length, type */
	     "\xf3\xa5"             /*       rep movsd */
	     "\x31\xc0"             /*       xor eax,eax */
	     "\xab"                 /*       stosd  reserved */
	     "\x89\xee"             /*       mov esi,ebp */
	     "\xeb\xe7"             /*       jmp loop */
	     "\x89\xf8"             /* done: mov eax,edi */
	     "\x2d",                /*       sub eax,MAP_TAG */
	     map_tag);
	CODE(m, "\xa3", map_tag + 4); /*     mov [MAP_TAG+4],eax */
	/* ACPI 6.4 §5.2.5.1: the RSDP lies on a multiple of 16 between E0000h and FFFFFh */
	CODE(m,
	     "\xbe\x00\x00\x0e\x00"         /*       mov esi,0E0000h */
	     "\x81\x3e\x52\x53\x44\x20"     /* scan: cmp dword [esi],"RSD " */
	     "\x75\x09"                     /*       jne next */
	     "\x81\x7e\x04\x50\x54\x52\x20" /*       cmp dword [esi+4],"PTR " */
	     "\x74\x0d"                     /*       je found */
	     "\x83\xc6\x10"                 /* next: add esi,16 */
	     "\x81\xfe\x00\x00\x10\x00"     /*       cmp esi,100000h */
	     "\x72\xe4"                     /*       jb scan */
	     "\xeb\x1a"                     /*       jmp end */
	     "\xc7\x07\x0e\x00\x00\x00"     /* found: mov dword [edi],14  §3.6.14 */
	     "\xc7\x47\x04\x1c\x00\x00\x00" /*       mov dword [edi+4],28 */
	     "\x83\xc7\x08"                 /*       add edi,8 */
	     "\xb9\x05\x00\x00\x00"         /*       mov ecx,5 */
	     "\xf3\xa5"                     /*       rep movsd */
	     "\x83\xc7\x04"                 /*       add edi,4 */
	     "\xc7\x07\x00\x00\x00\x00"     /* end:  mov dword [edi],0 */
	     "\xc7\x47\x04\x08\x00\x00\x00" /*       mov dword [edi+4],8 */
	     "\x83\xc7\x08"                 /*       add edi,8 */
	     "\x89\xf8"                     /*       mov eax,edi */
	     "\x2d",                        /*       sub eax,INFO */
	     info);
	CODE(m, "\xa3", info); /*                      mov [INFO],eax  total_size */
}

/* Multiboot2 2.0 §3.6. Returns the address of the stub. */
static uint32_t tell_multiboot2(struct image *m, const struct recipe_entry *e)
{
	uint32_t info = here(m), memory, map, stub, to_stub;

	put32(m, 0); /* total_size: the stub */
	put32(m, 0);
	tag(m, 21, 12);
	put32(m, m->load_base);
	string_tag(m, 1, e->args.text);
	string_tag(m, 2, LOADER_NAME);
	for (size_t i = 0; i < e->n_modules; i++) {
		const struct piece *p = &m->modules[i];
		const char *s = e->modules[i].args.text;

		tag(m, 3, (uint32_t)(16 + (s != NULL ? strlen(s) : 0) + 1));
		put32(m, (uint32_t)p->addr);
		put32(m, (uint32_t)(p->addr + p->size));
		put_string(m, s);
	}
	tag(m, 4, 16);
	memory = here(m);
	strbuf_zeros(&m->info, 8);
	if (m->sections.len > 0) {
		tag(m, 9, (uint32_t)(20 + m->sections.len));
		put32(m, m->n_sections);
		put32(m, m->section_size);
		put32(m, m->section_names);
		strbuf_add(&m->info, m->sections.data, m->sections.len);
	}
	tag(m, 8, 32);
	put32(m, 0xb8000);
	put32(m, 0);
	put32(m, 160);
	put32(m, 80);
	put32(m, 25);
	put32(m, 16 | 2 << 8);
	tag(m, 6, 16);
	map = here(m) - 8;
	put32(m, 24);
	put32(m, 0);
	to_stub = here(m);
	/* the map, the RSDP, the end */
	strbuf_zeros(&m->info, MAP_ENTRIES * 24 + 32 + 8);
	align(m, 16);
	stub = here(m);
	copy_field(m, 4, memory);
	copy_field(m, 8, memory + 4);
	stub_map(m, to_stub, map, info);
	enter(m, info, MB2_FOUND);
	return stub;
}

uint32_t direct_tell(struct image *m, const struct recipe_entry *e, bool multiboot2)
{
	strbuf_free(&m->info);
	return multiboot2 ? tell_multiboot2(m, e) : tell_multiboot(m, e);
}

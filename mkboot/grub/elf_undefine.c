/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/elf_undefine.h"
#include "base/mem.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Where the fields are that differ between the two classes. WORD is the size of an address,
 * offset or size. */
struct layout {
	size_t word, ehdr, shdr, sym;
	size_t e_shoff, e_shentsize, e_shnum;
	size_t sh_type, sh_offset, sh_size, sh_link, sh_entsize;
	size_t st_value, st_size, st_info, st_shndx;
};

#define LAYOUT(bits)                                                              \
	{                                                                         \
		.word = (bits) / 8, .ehdr = sizeof(Elf##bits##_Ehdr),             \
		.shdr = sizeof(Elf##bits##_Shdr), .sym = sizeof(Elf##bits##_Sym), \
		.e_shoff = offsetof(Elf##bits##_Ehdr, e_shoff),                   \
		.e_shentsize = offsetof(Elf##bits##_Ehdr, e_shentsize),           \
		.e_shnum = offsetof(Elf##bits##_Ehdr, e_shnum),                   \
		.sh_type = offsetof(Elf##bits##_Shdr, sh_type),                   \
		.sh_offset = offsetof(Elf##bits##_Shdr, sh_offset),               \
		.sh_size = offsetof(Elf##bits##_Shdr, sh_size),                   \
		.sh_link = offsetof(Elf##bits##_Shdr, sh_link),                   \
		.sh_entsize = offsetof(Elf##bits##_Shdr, sh_entsize),             \
		.st_value = offsetof(Elf##bits##_Sym, st_value),                  \
		.st_size = offsetof(Elf##bits##_Sym, st_size),                    \
		.st_info = offsetof(Elf##bits##_Sym, st_info),                    \
		.st_shndx = offsetof(Elf##bits##_Sym, st_shndx),                  \
	}

static const struct layout layouts[] = {
	[ELFCLASS32] = LAYOUT(32),
	[ELFCLASS64] = LAYOUT(64),
};

/* A part of the file that is known to lie within it. */
struct span {
	size_t offset, len;
};

static uint64_t get(const char *p, size_t width)
{
	uint64_t v = 0;

	while (width-- > 0)
		v = v << 8 | (unsigned char)p[width];
	return v;
}

/* The layout of a relocatable little-endian file; NULL for any other file. */
static const struct layout *layout_of(const struct strbuf *elf)
{
	const struct layout *l;
	unsigned char class;

	if (elf->len < EI_NIDENT || memcmp(elf->data, ELFMAG, SELFMAG) != 0)
		return NULL;
	class = (unsigned char)elf->data[EI_CLASS];
	if ((class != ELFCLASS32 && class != ELFCLASS64) || elf->data[EI_DATA] != ELFDATA2LSB)
		return NULL;
	l = &layouts[class];
	if (elf->len < l->ehdr || get(elf->data + offsetof(Elf64_Ehdr, e_type), 2) != ET_REL ||
	    get(elf->data + l->e_shentsize, 2) != l->shdr)
		return NULL;
	return l;
}

static bool within(const struct strbuf *elf, uint64_t offset, uint64_t len)
{
	return offset <= elf->len && len <= elf->len - offset;
}

/* The part that section header SHDR speaks of. */
static int section(const struct strbuf *elf, const struct layout *l, const char *shdr,
		   struct span *out)
{
	uint64_t offset = get(shdr + l->sh_offset, l->word), len = get(shdr + l->sh_size, l->word);

	if (!within(elf, offset, len))
		return -EBADMSG;
	*out = (struct span){(size_t)offset, (size_t)len};
	return 0;
}

/* The symbol table (gABI: there is at most one) and its strings. */
static int symbol_table(const struct strbuf *elf, const struct layout *l, struct span *syms,
			struct span *names)
{
	uint64_t shoff = get(elf->data + l->e_shoff, l->word);
	size_t shnum = (size_t)get(elf->data + l->e_shnum, 2);
	const char *table, *shdr = NULL;
	uint64_t link;
	int err;

	if (!within(elf, shoff, shnum * l->shdr))
		return -EBADMSG;
	table = elf->data + shoff;
	for (size_t i = 0; i < shnum && shdr == NULL; i++) {
		if (get(table + i * l->shdr + l->sh_type, 4) == SHT_SYMTAB)
			shdr = table + i * l->shdr;
	}
	if (shdr == NULL)
		return -ENOENT;
	link = get(shdr + l->sh_link, 4);
	if (get(shdr + l->sh_entsize, l->word) != l->sym || link >= shnum)
		return -EBADMSG;
	err = section(elf, l, shdr, syms);
	return err != 0 ? err : section(elf, l, table + link * l->shdr, names);
}

/* The offset of global symbol NAME in the file, 0 where there is none; never past its end. */
static size_t find_symbol(const struct strbuf *elf, const struct layout *l, struct span syms,
			  struct span names, const char *name)
{
	size_t need = strlen(name) + 1;

	for (size_t at = 0; syms.len - at >= l->sym; at += l->sym) {
		const char *sym = elf->data + syms.offset + at;
		uint64_t st_name = get(sym, 4); /* first in both classes */

		if (ELF64_ST_BIND((unsigned char)sym[l->st_info]) == STB_LOCAL)
			continue;
		if (st_name < names.len && need <= names.len - st_name &&
		    memcmp(elf->data + names.offset + st_name, name, need) == 0)
			return syms.offset + at;
	}
	return 0;
}

int elf_undefine(struct strbuf *elf, const char *const symbols[], size_t n)
{
	const struct layout *l = layout_of(elf);
	struct span syms, names;
	size_t *found;
	int err;

	if (l == NULL)
		return -ENOEXEC;
	err = symbol_table(elf, l, &syms, &names);
	if (err != 0)
		return err;
	found = mem_array(n, sizeof *found);
	for (size_t i = 0; i < n; i++) {
		found[i] = find_symbol(elf, l, syms, names, symbols[i]);
		if (found[i] == 0) {
			err = -ENOENT;
			goto done;
		}
	}
	/* No type: GRUB's loader takes every symbol that has type STT_FUNC for a defined one. */
	for (size_t i = 0; i < n; i++) {
		char *sym = elf->data + found[i];

		memset(sym + l->st_value, 0, l->word);
		memset(sym + l->st_size, 0, l->word);
		memset(sym + l->st_shndx, 0, 2); /* SHN_UNDEF */
		sym[l->st_info] = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	}
done:
	free(found);
	return err;
}

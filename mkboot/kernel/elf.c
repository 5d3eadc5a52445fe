/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/elf.h"
#include "base/mem.h"
#include "kernel/bytes.h"
#include "kernel/load.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define X "0x%" PRIx64

/* Past this, a machine that has memory there is rare; and it is what a higher-half kernel shows
 * whose physical addresses were forgotten. */
#define HIGH_HALF ((uint64_t)2 << 30)

#define SECTIONS_AT_ONCE 64

struct segment {
	unsigned index; /* in the program header table */
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
};

static const struct machine {
	uint16_t number;
	const char *name;
} machines[] = {
	{EM_386, "i386"},        {EM_X86_64, "x86-64"},       {EM_ARM, "ARM"},
	{EM_AARCH64, "arm64"},   {EM_MIPS, "MIPS"},           {EM_PPC, "PowerPC"},
	{EM_PPC64, "PowerPC64"}, {EM_RISCV, "RISC-V"},        {EM_SPARC, "SPARC"},
	{EM_SPARCV9, "SPARC64"}, {EM_S390, "S/390"},          {EM_IA_64, "Itanium"},
	{EM_68K, "m68k"},        {EM_LOONGARCH, "LoongArch"},
};

/* Indexed by e_type. */
static const char *const kinds[] = {"file of no type", "object file", "executable",
				    "shared object or position-independent executable",
				    "core dump"};

bool elf_read(struct kernel_reader *r, struct elf *e)
{
	unsigned char h[sizeof(Elf64_Ehdr)] = {0};
	size_t counts, n = kernel_read(r, 0, h, sizeof h);

	memset(e, 0, sizeof *e);
	if (n < sizeof(Elf32_Ehdr) || memcmp(h, ELFMAG, SELFMAG) != 0)
		return false;
	e->is64 = h[EI_CLASS] == ELFCLASS64;
	e->little = h[EI_DATA] == ELFDATA2LSB;
	if ((!e->is64 && h[EI_CLASS] != ELFCLASS32) || (e->is64 && n < sizeof(Elf64_Ehdr)))
		return false;
	e->type = le16(h + 16);
	e->machine = (uint16_t)(e->little ? le16(h + 18) : h[18] << 8 | h[19]);
	e->version = le32(h + 20);
	e->entry = e->is64 ? le64(h + 24) : le32(h + 24);
	e->phoff = e->is64 ? le64(h + 32) : le32(h + 28);
	e->shoff = e->is64 ? le64(h + 40) : le32(h + 32);
	counts = e->is64 ? 54 : 42; /* e_phentsize; what follows is alike in both classes */
	e->phentsize = le16(h + counts);
	e->phnum = le16(h + counts + 2);
	e->shentsize = le16(h + counts + 4);
	e->shnum = le16(h + counts + 6);
	return true;
}

char *elf_name(const struct elf *e)
{
	int bits = e->is64 ? 64 : 32;

	for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
		if (machines[i].number == e->machine)
			return mem_printf("ELF%d %s", bits, machines[i].name);
	return mem_printf("ELF%d for machine %u", bits, e->machine);
}

const char *elf_kind(const struct elf *e)
{
	return e->type < sizeof kinds / sizeof kinds[0] ? kinds[e->type] : "file";
}

/* What the whole file is; false where its tables mean nothing then. */
static bool check_header(const struct elf *e, const struct elf_rules *rules, struct kernel *k)
{
	size_t entry = e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	char *name = elf_name(e);
	bool ok = false;

	if (!e->little || e->machine != (e->is64 ? EM_X86_64 : EM_386)) {
		kernel_problem(k, true,
			       "it is %s%s, and GRUB starts ELF32 i386 and ELF64 x86-64 only; "
			       "build it for the PC",
			       name, e->little ? "" : " (big-endian)");
		goto done;
	}
	if (e->version != EV_CURRENT) {
		kernel_problem(k, true, "its ELF version is %" PRIu32 ", not 1; link it anew",
			       e->version);
		goto done;
	}
	if (e->type != ET_EXEC && e->type != ET_DYN) {
		kernel_problem(k, true, "it is an ELF %s, no executable; link it with ld",
			       elf_kind(e));
		goto done;
	}
	if (e->phnum == 0 || e->phentsize < entry) {
		kernel_problem(k, true,
			       "it has no program headers (%u of %u bytes), so nothing would be "
			       "loaded; link it as an executable",
			       e->phnum, e->phentsize);
		goto done;
	}
	if (e->phoff > rules->search ||
	    e->phoff + (uint64_t)e->phnum * e->phentsize > rules->search) {
		kernel_problem(k, true,
			       "its program headers, at offset %" PRIu64
			       ", do not end within the first %" PRIu64
			       " bytes that GRUB looks at; link it anew with them first",
			       e->phoff, rules->search);
		goto done;
	}
	ok = true;
done:
	free(name);
	return ok;
}

/* The segments of type PT_LOAD; *N of them, the caller's to free. NULL where the file ends
 * before the table does. */
static struct segment *read_segments(struct kernel_reader *r, const struct elf *e, size_t *n)
{
	struct segment *segments = mem_array(e->phnum, sizeof *segments);

	*n = 0;
	for (unsigned i = 0; i < e->phnum; i++) {
		unsigned char p[sizeof(Elf64_Phdr)];
		size_t len = e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
		struct segment *s = &segments[*n];

		if (kernel_read(r, e->phoff + (uint64_t)i * e->phentsize, p, len) != len) {
			free(segments);
			return NULL;
		}
		if (le32(p) != PT_LOAD)
			continue;
		s->index = i;
		s->offset = e->is64 ? le64(p + 8) : le32(p + 4);
		s->vaddr = e->is64 ? le64(p + 16) : le32(p + 8);
		s->paddr = e->is64 ? le64(p + 24) : le32(p + 12);
		s->filesz = e->is64 ? le64(p + 32) : le32(p + 16);
		s->memsz = e->is64 ? le64(p + 40) : le32(p + 20);
		(*n)++;
	}
	return segments;
}

/* LEN bytes from START reach past END, by how many; 0 where they do not. */
static uint64_t excess(uint64_t start, uint64_t len, uint64_t end)
{
	if (start > end)
		return len > UINT64_MAX - (start - end) ? UINT64_MAX : start - end + len;
	return len > end - start ? len - (end - start) : 0;
}

/* One segment by itself; false where its addresses cannot be reckoned with any further. */
static bool check_segment(struct kernel_reader *r, const struct segment *s, bool relocatable,
			  struct kernel *k)
{
	if (s->filesz > s->memsz)
		kernel_problem(k, true,
			       "segment %u has more bytes in the file (%" PRIu64
			       ") than in memory (%" PRIu64 "); link it anew",
			       s->index, s->filesz, s->memsz);
	if (s->filesz > 0 && excess(s->offset, s->filesz, kernel_size(r)) > 0) {
		kernel_problem(k, true,
			       "segment %u ends %" PRIu64
			       " bytes past the end of the file; the file is cut short, copy or "
			       "link it anew",
			       s->index, excess(s->offset, s->filesz, kernel_size(r)));
	}
	/* GRUB: highest_load may not even be 4 GiB. */
	if (s->paddr >= LOAD_LIMIT || s->memsz >= LOAD_LIMIT - s->paddr) {
		kernel_problem(k, true,
			       "segment %u is to be loaded at the physical address " X
			       ", and reaches past 4 GiB; give it a low one, with AT() in the "
			       "linker script",
			       s->index, s->paddr);
		return false;
	}
	if (relocatable || s->memsz == 0)
		return true;
	if (s->paddr < LOAD_LOWEST)
		kernel_problem(k, true,
			       "segment %u is to be loaded at the physical address " X
			       ", below 1 MiB, which belongs to the firmware and the boot loader; "
			       "link it at 0x100000 or above",
			       s->index, s->paddr);
	else if (s->paddr >= HIGH_HALF && s->paddr == s->vaddr)
		kernel_problem(k, false,
			       "segment %u is to be loaded at the physical address " X
			       ", where few machines have memory; if that is its virtual address, "
			       "give it a physical one with AT() in the linker script",
			       s->index, s->paddr);
	return true;
}

static bool overlap(const struct segment *a, const struct segment *b)
{
	if (a->memsz == 0 || b->memsz == 0)
		return false;
	return (a->paddr <= b->paddr && b->paddr < a->paddr + a->memsz) ||
	       (b->paddr <= a->paddr && a->paddr < b->paddr + b->memsz);
}

/* The first pair says enough. */
static void check_overlap(const struct segment *s, size_t n, struct kernel *k)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (overlap(&s[i], &s[j])) {
				kernel_problem(k, true,
					       "segments %u (" X " to " X ") and %u (" X " to " X
					       ") overlap in memory; give each its own place in "
					       "the linker script",
					       s[i].index, s[i].paddr, s[i].paddr + s[i].memsz,
					       s[j].index, s[j].paddr, s[j].paddr + s[j].memsz);
				return;
			}
}

static void check_entry(const struct elf *e, const struct segment *s, size_t n, struct kernel *k)
{
	for (size_t i = 0; i < n; i++)
		if (e->entry >= s[i].vaddr && e->entry - s[i].vaddr < s[i].memsz)
			return;
	kernel_problem(k, true,
		       "the entry point " X
		       " lies in no segment; name the right one with ENTRY() in "
		       "the linker script",
		       e->entry);
}

/* GRUB: "invalid min/max address and/or load size". */
static void check_room(const struct segment *s, size_t n, const struct elf_rules *rules,
		       struct kernel *k)
{
	uint64_t low = UINT64_MAX, high = 0;

	for (size_t i = 0; i < n; i++) {
		low = s[i].paddr < low ? s[i].paddr : low;
		high = s[i].paddr + s[i].memsz > high ? s[i].paddr + s[i].memsz : high;
	}
	if (high - low > rules->max || rules->min > rules->max - (high - low))
		kernel_problem(k, true,
			       "its %" PRIu64 " bytes do not fit between the relocatable tag's "
			       "min_addr 0x%" PRIx32 " and max_addr 0x%" PRIx32 "; widen them",
			       high - low, rules->min, rules->max);
}

static void check_segments(struct kernel_reader *r, const struct elf *e,
			   const struct elf_rules *rules, struct kernel *k)
{
	size_t n = 0;
	struct segment *s = read_segments(r, e, &n);
	bool sane = true;

	if (s == NULL) {
		kernel_problem(k, true,
			       "the file ends within its program headers; copy or link it anew");
		return;
	}
	if (n == 0) {
		kernel_problem(k, true, "it has no segment to load; link it as an executable");
		goto done;
	}
	for (size_t i = 0; i < n; i++)
		sane = check_segment(r, &s[i], rules->relocatable, k) && sane;
	check_entry(e, s, n, k);
	if (sane) {
		check_overlap(s, n, k);
		if (rules->relocatable)
			check_room(s, n, rules, k);
	}
done:
	free(s);
}

/* GRUB loads what has no address as well, for debuggers, so it must be there. True where there
 * is something to say, which is said once. */
static bool check_section(struct kernel_reader *r, const struct elf *e, unsigned index,
			  const unsigned char *p, const struct elf_rules *rules, struct kernel *k)
{
	uint32_t type = le32(p + 4);
	uint64_t addr = e->is64 ? le64(p + 16) : le32(p + 12);
	uint64_t offset = e->is64 ? le64(p + 24) : le32(p + 16);
	uint64_t size = e->is64 ? le64(p + 32) : le32(p + 20);

	if (rules->no_relocation && (type == SHT_REL || type == SHT_RELA)) {
		kernel_problem(k, true,
			       "section %u holds relocations, which GRUB's multiboot2 refuses; "
			       "link without -q and -pie, or discard .rel* in the linker script",
			       index);
		return true;
	}
	if (addr == 0 && size != 0 && excess(offset, size, kernel_size(r)) > 0) {
		kernel_problem(k, true,
			       "section %u, which GRUB loads, ends %" PRIu64
			       " bytes past the end of the file; the file is cut short, copy or "
			       "link it anew",
			       index, excess(offset, size, kernel_size(r)));
		return true;
	}
	return false;
}

static void check_sections(struct kernel_reader *r, const struct elf *e,
			   const struct elf_rules *rules, struct kernel *k)
{
	unsigned char buf[SECTIONS_AT_ONCE * sizeof(Elf64_Shdr)];
	size_t entry = e->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	uint64_t table = (uint64_t)e->shnum * e->shentsize;

	if (e->shnum == 0)
		return;
	if (e->shentsize != entry) {
		kernel_problem(k, true,
			       "its section headers are %u bytes long, not %zu; link it anew",
			       e->shentsize, entry);
		return;
	}
	if (excess(e->shoff, table, kernel_size(r)) > 0) {
		kernel_problem(k, true,
			       "its section headers, which GRUB loads, end %" PRIu64
			       " bytes past the end of the file; the file is cut short, copy or "
			       "link it anew",
			       excess(e->shoff, table, kernel_size(r)));
		return;
	}
	for (unsigned i = 0; i < e->shnum; i++) {
		size_t slot = i % SECTIONS_AT_ONCE;

		if (slot == 0) {
			size_t n = kernel_read(r, e->shoff + (uint64_t)i * entry, buf,
					       SECTIONS_AT_ONCE * entry);

			memset(buf + n, 0, sizeof buf - n);
		}
		if (check_section(r, e, i, buf + slot * entry, rules, k))
			return;
	}
}

void elf_check(struct kernel_reader *r, const struct elf *e, const struct elf_rules *rules,
	       struct kernel *k)
{
	if (!check_header(e, rules, k))
		return;
	check_segments(r, e, rules, k);
	check_sections(r, e, rules, k);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/version.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/reader.h"
#include "kernel/search.h"
#include "vm/direct.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The kernel's segments, as they are, with its modules and all that the loader has to tell behind
 * them, in an ELF32 file with a Multiboot 1 header, which QEMU loads (QEMU 7.2,
 * hw/i386/multiboot.c, pc-bios/optionrom/multiboot.S). It enters a stub of ours, which takes the
 * memory map out of QEMU's information structure, puts it into ours, and enters the kernel.
 */

#define PAGE       4096u
#define HEADER_AT  52u /* right behind the ELF header */
#define PHDRS_AT   64u
#define PIECES_MAX 4096
/* Not for us: ACPI's tables at the end of memory, QEMU's own structures behind the kernel. */
#define MEMORY_KEPT ((uint64_t)1 << 20)
/* QEMU's memory below 4 GiB, type `pc`, at the least (hw/i386/pc_piix.c). */
#define MEMORY_MOST ((uint64_t)0xe0000000 - ((uint64_t)512 << 20))
/* A PC's BIOS has a dozen or two. */
#define MAP_ENTRIES 128

#define MB1_MAGIC UINT32_C(0x1BADB002)
#define MB1_FOUND UINT32_C(0x2BADB002)
#define MB2_MAGIC UINT32_C(0xE85250D6)
#define MB2_FOUND UINT32_C(0x36D76289)

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
	uint64_t end;      /* of the pieces */
	uint32_t entry;    /* the kernel's */
	uint64_t *modules; /* pieces by the entry's modules: indexes */
	/* the section table, the addresses filled in; LEN 0: none */
	struct strbuf sections;
	uint32_t n_sections, section_size, section_names;
	/* what comes last: the stub and its data */
	uint64_t base;
	struct strbuf info;
};

static int not_so(char **why, const char *text)
{
	*why = mem_dup(text);
	return -ENOTSUP;
}

static void add_piece(struct image *m, struct piece piece)
{
	if (piece.memsz == 0)
		return;
	*MEM_PUSH(m->pieces, m->n_pieces) = piece;
	if (piece.addr + piece.memsz > m->end)
		m->end = piece.addr + piece.memsz;
}

static uint64_t page_up(uint64_t addr)
{
	return (addr + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

/* --- the kernel ------------------------------------------------------------------------------- */

/* GRUB (grub-core/loader/multiboot_elfxx.c): the entry is a virtual address, and lies in a segment.
 */
static void add_segment(struct image *m, const struct elf *e, const unsigned char *p)
{
	struct piece s = {.kernel = true};
	uint64_t vaddr;

	if (le32(p) != PT_LOAD)
		return;
	if (e->is64) {
		s.offset = le64(p + 8);
		vaddr = le64(p + 16);
		s.addr = le64(p + 24);
		s.size = le64(p + 32);
		s.memsz = le64(p + 40);
	} else {
		s.offset = le32(p + 4);
		vaddr = le32(p + 8);
		s.addr = le32(p + 12);
		s.size = le32(p + 16);
		s.memsz = le32(p + 20);
	}
	if (e->entry >= vaddr && e->entry - vaddr < s.memsz)
		m->entry = (uint32_t)(e->entry - vaddr + s.addr);
	add_piece(m, s);
}

static int add_elf(struct image *m, const struct elf *e, char **why)
{
	for (unsigned i = 0; i < e->phnum; i++) {
		unsigned char p[sizeof(Elf64_Phdr)] = {0};
		size_t want = e->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

		if (kernel_read(m->kernel, e->phoff + (uint64_t)i * e->phentsize, p, want) != want)
			return -EIO;
		add_segment(m, e, p);
	}
	if (m->entry == 0 || m->n_pieces == 0)
		return not_so(why, "the kernel's entry point lies outside of its segments");
	return 0;
}

/* Multiboot 0.6.96 §3.1.3; the plan has checked the fields (kernel/load.c). */
static void add_by_addresses(struct image *m, uint64_t header, const unsigned char *fields)
{
	uint32_t header_addr = le32(fields + 12), load = le32(fields + 16);
	uint32_t load_end = le32(fields + 20), bss_end = le32(fields + 24);
	struct piece s = {.kernel = true, .addr = load, .offset = header - (header_addr - load)};

	s.size = load_end != 0 ? load_end - load : kernel_size(m->kernel) - s.offset;
	s.memsz = bss_end != 0 ? bss_end - load : s.size;
	m->entry = le32(fields + 28);
	add_piece(m, s);
}

/* Multiboot2 2.0 §3.1.3 to §3.1.13: what GRUB would have to do that is not done here. */
static int read_tags(struct image *m, uint64_t at, uint32_t *entry, char **why)
{
	for (;;) {
		unsigned char p[12] = {0};
		uint32_t size;

		if (kernel_read(m->kernel, at, p, sizeof p) < 8 || (size = le32(p + 4)) < 8)
			return -EIO;
		switch (le16(p)) {
		case 0:
			return 0;
		case 1: /* information request: what the BIOS says of disks, VBE and APM */
			for (uint64_t i = 8; i + 4 <= size && (le16(p + 2) & 1) == 0; i += 4) {
				unsigned char w[4] = {0};

				kernel_read(m->kernel, at + i, w, sizeof w);
				if (le32(w) == 5 || le32(w) == 7 || le32(w) == 10)
					return not_so(why, "the kernel asks for what GRUB learns "
							   "from the BIOS");
			}
			break;
		case 2:
			return not_so(why, "the kernel has a Multiboot 2 address tag");
		case 3:
			*entry = le32(p + 8);
			break;
		case 10:
			return not_so(why, "GRUB chooses where the kernel goes (relocatable)");
		default: /* console flags, module alignment, EFI: nothing to do; framebuffer: the
			    caller */
			break;
		}
		at += ((uint64_t)size + 7) & ~UINT64_C(7);
	}
}

static int add_kernel(struct image *m, const struct plan_entry *pe, char **why)
{
	static const struct header_kind kinds[2] = {
		{.title = "Multiboot", .magic = MB1_MAGIC, .words = 3, .align = 4, .limit = 8192},
		{.title = "Multiboot 2",
		 .magic = MB2_MAGIC,
		 .words = 4,
		 .align = 8,
		 .limit = 32768},
	};
	bool two = pe->kernel.protocol == PROTOCOL_MULTIBOOT2;
	struct header h = header_find(m->kernel, &kinds[two]);
	unsigned char fields[32] = {0};
	uint32_t entry = 0;
	struct elf e;
	int err = 0;

	if (h.state != HEADER_GOOD)
		return -EIO;
	if (pe->kernel.wants_video)
		return not_so(why, "the kernel asks for a graphics mode");
	if (two)
		err = read_tags(m, h.offset + 16, &entry, why);
	else
		kernel_read(m->kernel, h.offset, fields, sizeof fields);
	if (err != 0)
		return err;
	if (!two && (h.word[1] & UINT32_C(0x10000)) != 0) {
		add_by_addresses(m, h.offset, fields);
		return 0;
	}
	if (!elf_read(m->kernel, &e))
		return -EIO;
	err = add_elf(m, &e, why);
	if (entry != 0)
		m->entry = entry;
	return err;
}

/* --- ELF sections ----------------------------------------------------------------------------- */

/* As GRUB does it: sections that are in no segment (symbols, debugging) are loaded as well, and the
 * table says where. */
static int add_sections(struct image *m)
{
	struct elf e;
	unsigned char h[64] = {0};
	size_t least;

	if (!elf_read(m->kernel, &e) || e.shnum == 0)
		return 0;
	least = e.is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if (e.shentsize < least || e.shentsize > 256)
		return 0;
	kernel_read(m->kernel, 0, h, sizeof h);
	m->n_sections = e.shnum;
	m->section_size = e.shentsize;
	m->section_names = le16(h + (e.is64 ? 62 : 50));
	strbuf_zeros(&m->sections, (size_t)e.shnum * e.shentsize);
	if (kernel_read(m->kernel, e.shoff, m->sections.data, m->sections.len) != m->sections.len) {
		strbuf_free(&m->sections);
		return 0;
	}
	for (size_t i = 0; i < e.shnum; i++) {
		unsigned char *s = (unsigned char *)m->sections.data + i * e.shentsize;
		uint64_t addr = e.is64 ? le64(s + 16) : le32(s + 12);
		struct piece p = {.kernel = true};

		p.offset = e.is64 ? le64(s + 24) : le32(s + 16);
		p.size = e.is64 ? le64(s + 32) : le32(s + 20);
		if (addr != 0 || p.size == 0 || le32(s + 4) == SHT_NOBITS ||
		    p.offset + p.size > kernel_size(m->kernel))
			continue;
		p.memsz = p.size;
		p.addr = page_up(m->end);
		add_piece(m, p);
		for (unsigned b = 0; b < 4; b++)
			s[(e.is64 ? 16 : 12) + b] = (unsigned char)(p.addr >> (8 * b));
	}
	return 0;
}

/* --- what the kernel is told --------------------------------------------------------------------
 */

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
			const struct piece *p = &m->pieces[m->modules[i]];

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
	string_tag(m, 1, e->args.text);
	string_tag(m, 2, LOADER_NAME);
	for (size_t i = 0; i < e->n_modules; i++) {
		const struct piece *p = &m->pieces[m->modules[i]];
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

/* --- the file --------------------------------------------------------------------------------- */

static int write_piece(const struct image *m, const struct piece *p, int fd, off_t at)
{
	unsigned char buf[65536];
	int from, err;

	if (p->path != NULL) {
		from = open(p->path, O_RDONLY | O_CLOEXEC);
		if (from < 0)
			return -errno;
		err = fs_copy_range(from, 0, fd, at, p->size);
		close(from);
		return err;
	}
	if (!p->kernel)
		return fs_pwrite(fd, p->bytes, p->size, at);
	for (uint64_t done = 0; done < p->size;) {
		size_t n = p->size - done < sizeof buf ? (size_t)(p->size - done) : sizeof buf;

		if (kernel_read(m->kernel, p->offset + done, buf, n) != n)
			return -EIO;
		err = fs_pwrite(fd, buf, n, at + (off_t)done);
		if (err != 0)
			return err;
		done += n;
	}
	return 0;
}

/* System V ABI, "Object Files": an executable of segments, each at its physical address. */
static int write_elf(const struct image *m, uint32_t entry, int fd)
{
	uint64_t at = page_up(PHDRS_AT + m->n_pieces * sizeof(Elf32_Phdr));
	const Elf32_Ehdr head = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_entry = entry,
		.e_phoff = PHDRS_AT,
		.e_ehsize = sizeof(Elf32_Ehdr),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = (Elf32_Half)m->n_pieces,
	};
	const uint32_t header[3] = {MB1_MAGIC, 0, -MB1_MAGIC};
	int err = fs_pwrite(fd, &head, sizeof head, 0);

	if (err == 0)
		err = fs_pwrite(fd, header, sizeof header, HEADER_AT);
	for (size_t i = 0; i < m->n_pieces && err == 0; i++) {
		const struct piece *p = &m->pieces[i];
		const Elf32_Phdr ph = {
			.p_type = PT_LOAD,
			.p_offset = (Elf32_Off)at,
			.p_vaddr = (Elf32_Addr)p->addr,
			.p_paddr = (Elf32_Addr)p->addr,
			.p_filesz = (Elf32_Word)p->size,
			.p_memsz = (Elf32_Word)p->memsz,
			.p_flags = PF_R | PF_W | PF_X,
			.p_align = 1,
		};

		err = fs_pwrite(fd, &ph, sizeof ph, (off_t)(PHDRS_AT + i * sizeof ph));
		if (err == 0)
			err = write_piece(m, p, fd, (off_t)at);
		at = page_up(at + p->size);
		if (at > UINT32_MAX)
			return -EFBIG;
	}
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct piece *p = a, *q = b;

	return p->addr < q->addr ? -1 : p->addr > q->addr;
}

/* QEMU refuses segments that overlap; the last in the table would win with GRUB. */
static bool overlap(const struct image *m)
{
	struct piece *sorted = mem_array(m->n_pieces, sizeof *sorted);
	bool found = false;

	memcpy(sorted, m->pieces, m->n_pieces * sizeof *sorted);
	qsort(sorted, m->n_pieces, sizeof *sorted, by_address);
	for (size_t i = 1; i < m->n_pieces; i++)
		found |= sorted[i - 1].addr + sorted[i - 1].memsz > sorted[i].addr;
	free(sorted);
	return found;
}

static int add_modules(struct image *m, const struct plan *p, const struct plan_entry *e,
		       char **why)
{
	m->modules = mem_array(e->recipe->n_modules, sizeof *m->modules);
	for (size_t i = 0; i < e->recipe->n_modules; i++) {
		const struct payload *f = &p->files[e->module_files[i]];

		if (f->gzip && !e->recipe->modules[i].raw)
			return not_so(why, "GRUB unpacks a module (gzip)");
		m->modules[i] = m->n_pieces;
		add_piece(m, (struct piece){.addr = page_up(m->end),
					    .size = f->size,
					    .memsz = f->size,
					    .path = f->source});
	}
	return 0;
}

int vm_direct_multiboot(const struct plan *p, const struct plan_entry *e, unsigned memory, int fd,
			char **why)
{
	uint64_t most = (uint64_t)memory << 20;
	struct image m = {0};
	uint32_t stub = 0;
	int err = reader_open(p->files[e->kernel_file].source, &m.kernel);

	if (err == 0)
		err = add_kernel(&m, e, why);
	if (err == 0)
		err = add_modules(&m, p, e, why);
	if (err == 0)
		err = add_sections(&m);
	if (err == 0) {
		m.base = page_up(m.end);
		stub = e->kernel.protocol == PROTOCOL_MULTIBOOT2 ? tell_multiboot2(&m, e->recipe)
								 : tell_multiboot(&m, e->recipe);
		add_piece(&m, (struct piece){.addr = m.base,
					     .size = m.info.len,
					     .memsz = m.info.len,
					     .bytes = m.info.data});
		most = most < MEMORY_MOST ? most : MEMORY_MOST;
		if (m.end + MEMORY_KEPT > most || m.n_pieces > PIECES_MAX)
			err = not_so(why, "the kernel and its modules do not fit in the memory");
		else if (overlap(&m))
			err = not_so(why, "the kernel's segments overlap");
	}
	if (err == 0)
		err = write_elf(&m, stub, fd);
	reader_close(m.kernel);
	strbuf_free(&m.info);
	strbuf_free(&m.sections);
	free(m.modules);
	free(m.pieces);
	return err;
}

bool vm_kernel_entry(const struct plan_entry *e, uint64_t *entry)
{
	struct image m = {0};
	char *why = NULL;
	int err = -ENOTSUP;

	if (e->kernel.protocol == PROTOCOL_MULTIBOOT || e->kernel.protocol == PROTOCOL_MULTIBOOT2) {
		err = reader_open(e->recipe->kernel.text, &m.kernel);
		if (err == 0)
			add_kernel(&m, e, &why);
	}
	*entry = m.entry;
	reader_close(m.kernel);
	free(m.pieces);
	free(why);
	return *entry != 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/reader.h"
#include "kernel/search.h"
#include "vm/direct.h"
#include "vm/direct_image.h"

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
/* QEMU has its own below, the BIOS its extended data area above. */
#define LOW      0x10000u
#define LOW_MOST 0x80000u
/* Not for us: ACPI's tables at the end of memory, QEMU's own structures behind the kernel. */
#define MEMORY_KEPT ((uint64_t)1 << 20)
/* QEMU's memory below 4 GiB, type `pc`, at the least (hw/i386/pc_piix.c). */
#define MEMORY_MOST ((uint64_t)0xe0000000 - ((uint64_t)512 << 20))

#define MB1_MAGIC UINT32_C(0x1BADB002)
#define MB2_MAGIC UINT32_C(0xE85250D6)

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
	m->by_addresses = true;
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

static void read_sections(struct image *m)
{
	struct elf e;
	unsigned char h[64] = {0};
	size_t least;

	if (m->by_addresses || !elf_read(m->kernel, &e) || e.shnum == 0)
		return;
	least = e.is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if (e.shentsize < least || e.shentsize > 256)
		return;
	kernel_read(m->kernel, 0, h, sizeof h);
	m->is64 = e.is64;
	m->n_sections = e.shnum;
	m->section_size = e.shentsize;
	m->section_names = le16(h + (e.is64 ? 62 : 50));
	strbuf_zeros(&m->sections, (size_t)e.shnum * e.shentsize);
	if (kernel_read(m->kernel, e.shoff, m->sections.data, m->sections.len) != m->sections.len)
		strbuf_free(&m->sections);
}

/* As GRUB does it: sections that are in no segment (symbols, debugging) are loaded as well, and the
 * table says where. */
static void place_sections(struct image *m)
{
	for (size_t at = 0; at < m->sections.len; at += m->section_size) {
		unsigned char *s = (unsigned char *)m->sections.data + at;
		uint64_t addr = m->is64 ? le64(s + 16) : le32(s + 12);
		struct piece p = {.kernel = true};

		p.offset = m->is64 ? le64(s + 24) : le32(s + 16);
		p.size = m->is64 ? le64(s + 32) : le32(s + 20);
		if (addr != 0 || p.size == 0 || le32(s + 4) == SHT_NOBITS ||
		    p.offset > kernel_size(m->kernel) || p.size > kernel_size(m->kernel) - p.offset)
			continue;
		p.memsz = p.size;
		p.addr = page_up(m->end);
		add_piece(m, p);
		for (unsigned b = 0; b < 4; b++)
			s[(m->is64 ? 16 : 12) + b] = (unsigned char)(p.addr >> (8 * b));
	}
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
	for (size_t i = 0; i < e->recipe->n_modules; i++) {
		const struct payload *f = &p->files[e->module_files[i]];

		if (f->gzip && !e->recipe->modules[i].raw)
			return not_so(why, "GRUB unpacks a module (gzip)");
		m->modules[i] = (struct piece){
			.addr = page_up(m->end),
			.size = f->size,
			.memsz = f->size,
			.path = f->source,
		};
		add_piece(m, m->modules[i]);
	}
	return 0;
}

/*
 * Where GRUB has it, for there are kernels that map, or keep clear of, no more: Multiboot 1's
 * information at 64 KiB, to which the stub copies it (a segment there would have QEMU write all
 * that lies between, too, the BIOS among it); Multiboot 2's behind the kernel, before its modules.
 */
static int lay_out(struct image *m, const struct plan *p, const struct plan_entry *e,
		   uint32_t *start, char **why)
{
	bool low = e->kernel.protocol == PROTOCOL_MULTIBOOT;
	uint64_t at = 0;
	int err;

	m->modules = mem_array(e->recipe->n_modules, sizeof *m->modules);
	m->load_base = (uint32_t)m->pieces[0].addr;
	for (size_t i = 1; i < m->n_pieces; i++) {
		if (m->pieces[i].addr < m->load_base)
			m->load_base = (uint32_t)m->pieces[i].addr;
	}
	read_sections(m);
	if (low) {
		m->base = LOW;
	} else {
		m->base = at = page_up(m->end);
		direct_tell(m, e->recipe, !low); /* for the length */
		m->end = at + m->info.len;
	}
	err = add_modules(m, p, e, why);
	if (err != 0)
		return err;
	place_sections(m);
	*start = direct_tell(m, e->recipe, !low);
	if (low) {
		at = page_up(m->end);
		if (m->info.len > LOW_MOST)
			return not_so(why, "the command lines do not fit in the low memory");
		*start = direct_put_copy(m, (uint32_t)at, *start);
	}
	add_piece(m, (struct piece){
			     .addr = at,
			     .size = m->info.len,
			     .memsz = m->info.len,
			     .bytes = m->info.data,
		     });
	return 0;
}

int vm_direct_multiboot(const struct plan *p, const struct plan_entry *e, unsigned memory, int fd,
			char **why)
{
	uint64_t most = (uint64_t)memory << 20 < MEMORY_MOST ? (uint64_t)memory << 20 : MEMORY_MOST;
	struct image m = {0};
	uint32_t start = 0;
	int err = reader_open(p->files[e->kernel_file].source, &m.kernel);

	if (err == 0)
		err = add_kernel(&m, e, why);
	if (err == 0)
		err = lay_out(&m, p, e, &start, why);
	if (err == 0 && m.end + MEMORY_KEPT > most && most < MEMORY_MOST)
		err = -E2BIG; /* nor would GRUB find the room */
	if (err == 0 && (m.end + MEMORY_KEPT > most || m.n_pieces > PIECES_MAX))
		err = not_so(why, "the kernel and its modules do not fit in the memory");
	if (err == 0 && overlap(&m))
		err = not_so(why, "the kernel's segments overlap");
	if (err == 0)
		err = write_elf(&m, start, fd);
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/run_gdb.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/reader.h"
#include "vm/direct.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Has it a symbol table? */
static bool has_symbols(struct kernel_reader *r, const struct elf *e)
{
	for (unsigned i = 0; i < e->shnum; i++) {
		unsigned char s[8] = {0};

		kernel_read(r, e->shoff + (uint64_t)i * e->shentsize, s, sizeof s);
		if (le32(s + 4) == SHT_SYMTAB)
			return true;
	}
	return false;
}

/* What gdb can do with the file itself; NULL: all. */
static const char *what_is_wrong(const struct plan_entry *e, struct elf *elf)
{
	struct kernel_reader *r = NULL;
	const char *wrong = "it is no ELF file, which would have symbols";

	if (e->kernel.gzip)
		return "it is gzip-compressed, and gdb reads no symbols from that";
	if (reader_open(e->recipe->kernel.text, &r) == 0 && elf_read(r, elf))
		wrong = has_symbols(r, elf) ? NULL : "it has no symbols (stripped)";
	reader_close(r);
	return wrong;
}

/* mov ecx,0C0000080h: the number of EFER, the register in which long mode is switched on, where
 * rdmsr and wrmsr want it (AMD64 Architecture Programmer's Manual, volume 2, §3.1.7). */
static bool names_efer(struct kernel_reader *r)
{
	static const unsigned char code[] = {0xb9, 0x80, 0x00, 0x00, 0xc0};
	unsigned char buf[65536];
	size_t n;

	for (uint64_t at = 0; (n = kernel_read(r, at, buf, sizeof buf)) >= sizeof code;
	     at += n - (sizeof code - 1)) {
		if (memmem(buf, n, code, sizeof code) != NULL)
			return true;
	}
	return false;
}

/* NULL where it names no kernel: a menu of the user's own, a disk. */
static const struct plan_entry *default_entry(const struct plan *plan)
{
	const struct plan_entry *e =
		plan->menu_text == NULL ? &plan->entries[plan->recipe->menu.default_entry] : NULL;

	return e != NULL && e->recipe->disk.text == NULL ? e : NULL;
}

bool run_gdb_is_32bit(const struct plan *plan)
{
	const struct plan_entry *e = default_entry(plan);
	struct kernel_reader *r = NULL;
	struct elf elf = {0};
	bool is;

	if (e == NULL ||
	    (e->kernel.protocol != PROTOCOL_MULTIBOOT && e->kernel.protocol != PROTOCOL_MULTIBOOT2))
		return false;
	is = reader_open(e->recipe->kernel.text, &r) == 0 && elf_read(r, &elf) && !elf.is64 &&
	     !names_efer(r);
	reader_close(r);
	return is;
}

void run_say_gdb(const struct plan *plan, unsigned port, bool i386)
{
	const struct plan_entry *e = default_entry(plan);
	struct vm_argv argv = {0};
	struct elf elf = {0};
	const char *wrong = e != NULL ? what_is_wrong(e, &elf) : NULL;
	uint64_t entry;
	char *line;

	vm_argv_add(&argv, "gdb");
	if (e != NULL && wrong == NULL)
		vm_argv_add(&argv, "%s", e->recipe->kernel.text);
	/* else gdb goes by the file, and takes the registers for something else */
	if (!i386 && elf.machine == EM_386) {
		vm_argv_add(&argv, "-ex");
		vm_argv_add(&argv, "set architecture i386:x86-64");
	}
	vm_argv_add(&argv, "-ex");
	vm_argv_add(&argv, "target remote 127.0.0.1:%u", port);
	if (e != NULL && vm_kernel_entry(e, &entry)) {
		vm_argv_add(&argv, "-ex");
		vm_argv_add(&argv, "hbreak *0x%" PRIx64, entry);
		vm_argv_add(&argv, "-ex");
		vm_argv_add(&argv, "continue");
	}
	line = vm_argv_quoted(&argv);
	if (wrong != NULL)
		msg_note("%s: %s", e->recipe->kernel.text, wrong);
	msg_note("the machine waits for: %s", line);
	free(line);
	vm_argv_free(&argv);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/run_gdb.h"
#include "kernel/bytes.h"
#include "kernel/elf.h"
#include "kernel/reader.h"
#include "vm/direct.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>

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

/* QEMU for x86-64 says to gdb that the processor is one, whatever the mode; gdb has to be told so
 * where the file is for i386, or it takes the registers for something else. */
void run_say_gdb(const struct plan *plan, unsigned port)
{
	struct vm_argv argv = {0};
	struct elf elf = {0};
	const struct plan_entry *e = NULL;
	const char *wrong = NULL;
	uint64_t entry;
	char *line;

	vm_argv_add(&argv, "gdb");
	if (plan->menu_text == NULL) {
		e = &plan->entries[plan->recipe->menu.default_entry];
		wrong = what_is_wrong(e, &elf);
	}
	if (e != NULL && wrong == NULL)
		vm_argv_add(&argv, "%s", e->recipe->kernel.text);
	if (elf.machine == EM_386) {
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/qemu.h"
#include "vm/network.h"

#include <stdlib.h>

void qemu_add_words(struct vm_argv *argv, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vm_argv_add(argv, "%s", words[i]);
}

enum mk_status qemu_firmware_find(enum platform p, struct qemu_firmware *fw)
{
	*fw = (struct qemu_firmware){0};
	return platforms[p].efi_file == NULL ? MK_OK : vm_find_ovmf(p, &fw->code, &fw->vars);
}

void qemu_firmware_free(struct qemu_firmware *fw)
{
	free(fw->code);
	free(fw->vars);
	*fw = (struct qemu_firmware){0};
}

/* OVMF with SMM, the only kind that Debian has for ia32, runs on q35 only. */
static void add_uefi(const struct qemu_firmware *fw, const char *vars, struct vm_argv *argv)
{
	char *code = vm_option_value(fw->code), *store = vm_option_value(vars);

	vm_argv_add(argv, "-machine");
	vm_argv_add(argv, "q35,smm=on");
	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "if=pflash,unit=0,format=raw,readonly=on,file=%s", code);
	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "if=pflash,unit=1,format=raw,file=%s", store);
	free(store);
	free(code);
}

void qemu_add_machine(const struct vm_setup *s, const struct qemu_firmware *fw, const char *vars,
		      struct vm_argv *argv)
{
	static const char *const common[] = {"-no-user-config", "-nodefaults", "-vga", "std",
					     "-device",         "pvpanic"};
	static const char *const ends[] = {
		"-device",
		"isa-debug-exit,iobase=0xf4,iosize=4",
	};
	static const char *const bios[] = {"-machine", "pc"};

	qemu_add_words(argv, common, sizeof common / sizeof *common);
	vm_argv_add(argv, "-accel");
	vm_argv_add(argv, "%s", s->accel);
	vm_argv_add(argv, "-m");
	vm_argv_add(argv, "%uM", s->memory);
	vm_argv_add(argv, "-smp");
	vm_argv_add(argv, "%u", s->cpus);
	if (!s->screenshot)
		qemu_add_words(argv, ends, sizeof ends / sizeof *ends);
	if (fw->code != NULL)
		add_uefi(fw, vars, argv);
	else
		qemu_add_words(argv, bios, sizeof bios / sizeof *bios);
	if (s->via != NULL)
		s->via->attach(s, argv);
	if (s->nic != NULL)
		vm_network_attach(s, argv);
}

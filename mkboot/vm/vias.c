/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/vm.h"
#include "base/fs.h"
#include "base/mem.h"
#include "vm/network.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void vm_argv_add(struct vm_argv *argv, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	/* one more for the NULL: pushed, then no longer counted */
	*MEM_PUSH(argv->items, argv->n) = s;
	*MEM_PUSH(argv->items, argv->n) = NULL;
	argv->n--;
}

void vm_argv_free(struct vm_argv *argv)
{
	for (size_t i = 0; i < argv->n; i++)
		free(argv->items[i]);
	free(argv->items);
	*argv = (struct vm_argv){0};
}

/* A word that is more than these characters goes between single quotes, in which a single quote is
 * written '\'' (POSIX.1-2017, Shell & Utilities §2.2.2). */
char *vm_argv_quoted(const struct vm_argv *argv)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_@%+=:,./-";
	struct strbuf line = {0};

	for (size_t i = 0; i < argv->n; i++) {
		const char *word = argv->items[i];

		if (i > 0)
			strbuf_addc(&line, ' ');
		if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
			strbuf_adds(&line, word);
			continue;
		}
		strbuf_addc(&line, '\'');
		for (; *word != '\0'; word++) {
			if (*word == '\'')
				strbuf_adds(&line, "'\\'");
			strbuf_addc(&line, *word);
		}
		strbuf_addc(&line, '\'');
	}
	return strbuf_take(&line);
}

char *vm_option_value(const char *value)
{
	struct strbuf b = {0};

	for (; *value != '\0'; value++) {
		if (*value == ',')
			strbuf_addc(&b, ',');
		strbuf_addc(&b, *value);
	}
	return strbuf_take(&b);
}

static void add_drive(const struct vm_setup *s, const char *options, struct vm_argv *argv)
{
	char *path = vm_artifact(s->via, s->dir, s->recipe->name);
	char *file = vm_option_value(path);

	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "%s,format=raw,readonly=on,file=%s", options, file);
	free(file);
	free(path);
}

static void attach_cd(const struct vm_setup *s, struct vm_argv *argv)
{
	add_drive(s, "if=none,id=medium", argv);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "ide-cd,drive=medium,bootindex=0");
}

static void attach_usb(const struct vm_setup *s, struct vm_argv *argv)
{
	add_drive(s, "if=none,id=medium", argv);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "qemu-xhci");
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "usb-storage,drive=medium,bootindex=0");
}

/* QEMU takes the drive's kind (720 K to 2.88 M) from the image's size. */
static void attach_floppy(const struct vm_setup *s, struct vm_argv *argv)
{
	add_drive(s, "if=floppy", argv);
	vm_argv_add(argv, "-boot");
	vm_argv_add(argv, "order=a");
}

/* The network is all there is. */
static void attach_nothing(const struct vm_setup *s, struct vm_argv *argv)
{
	(void)s;
	(void)argv;
}

#define ISO    "%s.iso"
#define FLOPPY "%s-floppy.img"
#define NBP    "tftp/%s/"
#define WEB    "http/%s/"

const struct vm_via vm_vias[] = {
	{"cd-bios", PLATFORM_BIOS, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"cd-uefi64", PLATFORM_UEFI64, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"cd-uefi32", PLATFORM_UEFI32, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"usb-bios", PLATFORM_BIOS, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"usb-uefi64", PLATFORM_UEFI64, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"usb-uefi32", PLATFORM_UEFI32, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"floppy", PLATFORM_BIOS, OUTPUT_FLOPPY, NULL, false, FLOPPY, attach_floppy},
	{"diskless-cd", PLATFORM_BIOS, OUTPUT_DISKLESS_CD, "rtl8139", true, "%s-diskless.iso",
	 attach_cd},
	{"diskless-floppy", PLATFORM_BIOS, OUTPUT_DISKLESS_FLOPPY, "rtl8139", true,
	 "%s-diskless-floppy.img", attach_floppy},
	{"pxe-bios", PLATFORM_BIOS, OUTPUT_TFTP, "e1000", false, NBP "bios.0", attach_nothing},
	{"pxe-uefi64", PLATFORM_UEFI64, OUTPUT_TFTP, "virtio-net-pci", false, NBP "uefi64.efi",
	 attach_nothing},
	{"pxe-uefi32", PLATFORM_UEFI32, OUTPUT_TFTP, "virtio-net-pci", false, NBP "uefi32.efi",
	 attach_nothing},
	{"http-uefi64", PLATFORM_UEFI64, OUTPUT_HTTP, "virtio-net-pci", false, WEB "uefi64.efi",
	 attach_nothing},
	{"http-uefi32", PLATFORM_UEFI32, OUTPUT_HTTP, "virtio-net-pci", false, WEB "uefi32.efi",
	 attach_nothing},
};
const size_t vm_n_vias = sizeof vm_vias / sizeof *vm_vias;

const struct vm_via *vm_via_find(const char *name)
{
	for (size_t i = 0; i < vm_n_vias; i++) {
		if (strcmp(vm_vias[i].name, name) == 0)
			return &vm_vias[i];
	}
	return NULL;
}

const char *vm_via_nearest(const char *name)
{
	const char **names = mem_array(vm_n_vias, sizeof *names), *near;

	for (size_t i = 0; i < vm_n_vias; i++)
		names[i] = vm_vias[i].name;
	near = recipe_nearest(name, names, vm_n_vias);
	free(names);
	return near;
}

char *vm_artifact(const struct vm_via *via, const char *dir, const char *name)
{
	const char *slot = strstr(via->artifact, "%s");
	char *file =
		mem_printf("%.*s%s%s", (int)(slot - via->artifact), via->artifact, name, slot + 2);
	char *path = path_join(dir, file);

	free(file);
	return path;
}

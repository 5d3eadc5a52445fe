/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/vm.h"
#include "base/fs.h"
#include "base/mem.h"

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

static char *artifact_value(const struct vm_via *via, const char *dir, const char *name)
{
	char *path = vm_artifact(via, dir, name);
	char *value = vm_option_value(path);

	free(path);
	return value;
}

static void add_drive(const struct vm_via *via, const char *dir, const char *name,
		      const char *options, struct vm_argv *argv)
{
	char *file = artifact_value(via, dir, name);

	vm_argv_add(argv, "-drive");
	vm_argv_add(argv, "%s,format=raw,readonly=on,file=%s", options, file);
	free(file);
}

static void attach_cd(const struct vm_via *via, const char *dir, const char *name,
		      struct vm_argv *argv)
{
	add_drive(via, dir, name, "if=none,id=medium", argv);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "ide-cd,drive=medium,bootindex=0");
}

static void attach_usb(const struct vm_via *via, const char *dir, const char *name,
		       struct vm_argv *argv)
{
	add_drive(via, dir, name, "if=none,id=medium", argv);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "qemu-xhci");
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "usb-storage,drive=medium,bootindex=0");
}

/* QEMU takes the drive's kind (720 K to 2.88 M) from the image's size. */
static void attach_floppy(const struct vm_via *via, const char *dir, const char *name,
			  struct vm_argv *argv)
{
	add_drive(via, dir, name, "if=floppy", argv);
	vm_argv_add(argv, "-boot");
	vm_argv_add(argv, "order=a");
}

/* QEMU's own DHCP and TFTP servers, shut off from the host's network. BIOS machines boot by the
 * card's iPXE ROM; UEFI ones by EDK2's own PXE client (no ROM), which newer ones offer only where
 * there is a source of random numbers (CVE-2023-45237). IPv6 stays on: without an answer to its
 * router solicitation, iPXE waits 13 s longer. */
static void attach_pxe(const struct vm_via *via, const char *dir, const char *name,
		       struct vm_argv *argv)
{
	char *root = path_join(dir, "tftp"), *tftp = vm_option_value(root);
	char *boot_file = vm_option_value(name);
	bool uefi = platforms[via->platform].efi_file != NULL;

	vm_argv_add(argv, "-netdev");
	vm_argv_add(argv, "user,id=net,restrict=on,tftp=%s,bootfile=%s/%s", tftp, boot_file,
		    platforms[via->platform].nbp);
	vm_argv_add(argv, "-device");
	vm_argv_add(argv, "%s,netdev=net,bootindex=0%s", via->nic, uefi ? ",romfile=" : "");
	if (uefi) {
		vm_argv_add(argv, "-device");
		vm_argv_add(argv, "virtio-rng-pci");
	}
	free(boot_file);
	free(tftp);
	free(root);
}

#define ISO    "%s.iso"
#define FLOPPY "%s-floppy.img"
#define NBP    "tftp/%s/"

const struct vm_via vm_vias[] = {
	{"cd-bios", PLATFORM_BIOS, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"cd-uefi64", PLATFORM_UEFI64, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"cd-uefi32", PLATFORM_UEFI32, OUTPUT_ISO, NULL, false, ISO, attach_cd},
	{"usb-bios", PLATFORM_BIOS, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"usb-uefi64", PLATFORM_UEFI64, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"usb-uefi32", PLATFORM_UEFI32, OUTPUT_ISO, NULL, false, ISO, attach_usb},
	{"floppy", PLATFORM_BIOS, OUTPUT_FLOPPY, NULL, false, FLOPPY, attach_floppy},
	{"pxe-bios", PLATFORM_BIOS, OUTPUT_TFTP, "e1000", false, NBP "bios.0", attach_pxe},
	{"pxe-uefi64", PLATFORM_UEFI64, OUTPUT_TFTP, "virtio-net-pci", false, NBP "uefi64.efi",
	 attach_pxe},
	{"pxe-uefi32", PLATFORM_UEFI32, OUTPUT_TFTP, "virtio-net-pci", false, NBP "uefi32.efi",
	 attach_pxe},
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

char *vm_artifact(const struct vm_via *via, const char *dir, const char *name)
{
	const char *slot = strstr(via->artifact, "%s");
	char *file =
		mem_printf("%.*s%s%s", (int)(slot - via->artifact), via->artifact, name, slot + 2);
	char *path = path_join(dir, file);

	free(file);
	return path;
}

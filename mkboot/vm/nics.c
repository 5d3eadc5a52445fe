/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "nic/nic.h"
#include "vm/vm.h"

#include <stdlib.h>
#include <string.h>

#define BIOS  PLATFORM_BIT(PLATFORM_BIOS)
#define EFI64 PLATFORM_BIT(PLATFORM_UEFI64)
#define EFI32 PLATFORM_BIT(PLATFORM_UEFI32)

/*
 * QEMU's network cards, by family, those on ISA last. ROMs are iPXE's, as Debian's ipxe-qemu has
 * them for QEMU, and all of them were booted from: none has a driver for UEFI ia32, the eepro100's
 * starts on BIOS only; tulip has none, and nothing on ISA has. virtio-net is what OVMF itself has a
 * driver for.
 *
 * virtio-net-pci is one model and three cards: by default it speaks both the legacy interface and
 * that of virtio 1.0, and the driver chooses (virtio 1.1 §1.3.1).
 */
const struct vm_nic vm_nics[] = {
	{"rtl8139", "rtl8139", NULL, BIOS | EFI64, false, false},
	{"e1000", "e1000", NULL, BIOS | EFI64, false, false},
	{"e1000-82544gc", "e1000-82544gc", NULL, BIOS | EFI64, false, false},
	{"e1000-82545em", "e1000-82545em", NULL, BIOS | EFI64, false, false},
	{"e1000e", "e1000e", NULL, BIOS | EFI64, false, false},
	{"i82550", "i82550", NULL, BIOS, false, false},
	{"i82551", "i82551", NULL, BIOS, false, false},
	{"i82557a", "i82557a", NULL, BIOS, false, false},
	{"i82557b", "i82557b", NULL, BIOS, false, false},
	{"i82557c", "i82557c", NULL, BIOS, false, false},
	{"i82558a", "i82558a", NULL, BIOS, false, false},
	{"i82558b", "i82558b", NULL, BIOS, false, false},
	{"i82559a", "i82559a", NULL, BIOS, false, false},
	{"i82559b", "i82559b", NULL, BIOS, false, false},
	{"i82559c", "i82559c", NULL, BIOS, false, false},
	{"i82559er", "i82559er", NULL, BIOS, false, false},
	{"i82562", "i82562", NULL, BIOS, false, false},
	{"i82801", "i82801", NULL, BIOS, false, false},
	{"ne2k_pci", "ne2k_pci", NULL, BIOS | EFI64, false, false},
	{"pcnet", "pcnet", NULL, BIOS | EFI64, false, false},
	{"tulip", "tulip", NULL, 0, false, false},
	{"virtio-net-pci", "virtio-net-pci", NULL, BIOS | EFI64 | EFI32, true, false},
	{"virtio-net-pci-legacy", "virtio-net-pci", "disable-modern=on", BIOS | EFI64 | EFI32, true,
	 false},
	{"virtio-net-pci-modern", "virtio-net-pci", "disable-legacy=on", BIOS | EFI64 | EFI32, true,
	 false},
	{"vmxnet3", "vmxnet3", NULL, BIOS | EFI64, false, false},
	/* interrupt 10: 9, the model's default, is ACPI's here */
	{"ne2k_isa", "ne2k_isa", "iobase=0x300,irq=10", 0, false, true},
};
const size_t vm_n_nics = sizeof vm_nics / sizeof *vm_nics;

const struct vm_nic *vm_nic_find(const char *name)
{
	for (size_t i = 0; i < vm_n_nics; i++) {
		if (strcmp(vm_nics[i].name, name) == 0)
			return &vm_nics[i];
	}
	return NULL;
}

const char *vm_nic_nearest(const char *name)
{
	const char *names[sizeof vm_nics / sizeof *vm_nics];

	for (size_t i = 0; i < vm_n_nics; i++)
		names[i] = vm_nics[i].name;
	return recipe_nearest(name, names, vm_n_nics);
}

/* Boots the machine by PXE? */
static bool by_pxe(const struct vm_via *via)
{
	return via->output == OUTPUT_TFTP;
}

bool vm_via_networked(const struct vm_via *via, const struct recipe *r)
{
	const struct recipe_menu *menu = &r->menu;

	return via->nic != NULL || (menu->default_entry < menu->n_entries &&
				    menu->entries[menu->default_entry].network);
}

/* Is it GRUB's own driver that must know the card? UEFI's GRUB uses the firmware's, and a BIOS
 * NBP may have UNDI (`nic: firmware`, and `nic: auto` as a fall-back). */
static bool needs_driver(const struct vm_via *via, const struct recipe_network *w)
{
	bool undi = by_pxe(via) && (w->firmware || w->drivers == 0);

	return via->platform == PLATFORM_BIOS && !undi;
}

/* Is it the firmware's, or the card's ROM's? */
static bool needs_rom(const struct vm_via *via)
{
	return via->platform != PLATFORM_BIOS || by_pxe(via);
}

/* UEFI's HTTP boot goes over a driver of the firmware's: a card's ROM has a PXE client in its
 * place. */
static bool boots(const struct vm_nic *nic, const struct vm_via *via)
{
	return (nic->roms & PLATFORM_BIT(via->platform)) != 0 &&
	       (via->output != OUTPUT_HTTP || nic->no_rom);
}

/* One of DRIVERS is for that model. */
static bool driven(const struct vm_nic *nic, uint32_t drivers)
{
	size_t n = 0;
	char **models = nic_models(drivers, &n);
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		found = found || strcmp(models[i], nic->model) == 0;
		free(models[i]);
	}
	free(models);
	return found;
}

char *vm_nic_unfit(const struct vm_nic *nic, const struct vm_via *via, const struct recipe *r)
{
	const struct recipe_network *w = &r->network;
	char *names, *why = NULL;

	if (needs_driver(via, w) && !driven(nic, w->drivers)) {
		names = nic_names(w->drivers);
		why = mem_printf("%s: the image has no driver for the card %s, only: %s; see the "
				 "recipe's network.nic",
				 via->name, nic->name, w->drivers != 0 ? names : "none at all");
		free(names);
	} else if (via->output == OUTPUT_HTTP && !boots(nic, via)) {
		why = mem_printf("%s: OVMF has no driver of its own for the card %s, over which "
				 "it could boot by HTTP; virtio-net-pci will do",
				 via->name, nic->name);
	} else if (needs_rom(via) && !boots(nic, via)) {
		why = mem_printf("%s: QEMU has no PXE ROM for the card %s that would boot %s",
				 via->name, nic->name,
				 via->platform == PLATFORM_BIOS ? "BIOS" : "UEFI");
	}
	return why;
}

static bool fits(const struct vm_nic *nic, const struct vm_via *via, const struct recipe *r)
{
	char *why = vm_nic_unfit(nic, via, r);

	free(why);
	return why == NULL;
}

const struct vm_nic *vm_nic_default(const struct vm_via *via, const struct recipe *r)
{
	const char *name = via->platform == PLATFORM_BIOS ? "rtl8139" : "virtio-net-pci";
	const struct vm_nic *usual = vm_nic_find(via->nic != NULL ? via->nic : name);

	if (fits(usual, via, r))
		return usual;
	for (size_t i = 0; i < vm_n_nics; i++) {
		if (fits(&vm_nics[i], via, r))
			return &vm_nics[i];
	}
	return NULL;
}

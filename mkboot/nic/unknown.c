/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "nic/nic.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Cards and names that have no driver, and what to say about them. */

const char nic_absent_why[] = "QEMU has no such card, so no driver for it could be proved here";

/* IDs and names from the PCI ID database (pci.ids). */
static const struct nic_absent absent[] = {
	{0x10ec, 0x8125, "Realtek RTL8125"},      {0x10ec, 0x8136, "Realtek RTL810xE"},
	{0x10ec, 0x8161, "Realtek RTL8111"},      {0x10ec, 0x8167, "Realtek RTL8110S"},
	{0x10ec, 0x8168, "Realtek RTL8111/8168"}, {0x10ec, 0x8169, "Realtek RTL8169"},
	{0x8086, 0x125b, "Intel I226-LM"},        {0x8086, 0x125c, "Intel I226-V"},
	{0x8086, 0x15f2, "Intel I225-LM"},        {0x8086, 0x15f3, "Intel I225-V"},
};

/* GRUB Legacy 0.97's flags for network drivers (its netboot/README.netboot) that have no successor
 * here. One that a driver claims by its NIC_ABOUT line is found before this list is looked at. */
static const char *const legacy_flags[] = {
	"3c503",  "3c507",  "3c509",   "3c529",   "3c595",   "3c90x",     "cs89x0",  "davicom",
	"depca",  "eepro",  "epic100", "exos205", "natsemi", "ne2100",    "ni5010",  "ni5210",
	"ni6510", "sis900", "sk-g16",  "smc9000", "tiara",   "via-rhine", "w89c840", "wd",
};

const struct nic_absent *nic_find_absent(uint16_t vendor, uint16_t device)
{
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++) {
		if (absent[i].vendor == vendor && absent[i].device == device)
			return &absent[i];
	}
	return NULL;
}

static const char *legacy_flag(const char *name)
{
	static const char enable[] = "--enable-";

	if (strncasecmp(name, enable, strlen(enable)) == 0)
		name += strlen(enable);
	for (size_t i = 0; i < sizeof legacy_flags / sizeof legacy_flags[0]; i++) {
		if (strcasecmp(legacy_flags[i], name) == 0)
			return legacy_flags[i];
	}
	return NULL;
}

char *nic_unknown(const char *name)
{
	const char *near = nic_nearest(name), *flag = legacy_flag(name);
	const struct nic_absent *card;
	uint16_t vendor, device;
	char *names, *text;

	if (nic_parse_id(name, &vendor, &device)) {
		card = nic_find_absent(vendor, device);
		return mem_printf(
			"no driver here knows the card %04x:%04x%s%s%s%s; `mkboot nics` "
			"lists those that have one, and nic: firmware boots any card with "
			"its own PXE ROM; where it has none, take an ISO or a floppy with the "
			"kernel on it",
			vendor, device, card != NULL ? " (" : "", card != NULL ? card->title : "",
			card != NULL ? "): " : "", card != NULL ? nic_absent_why : "");
	}
	if (flag != NULL)
		return mem_printf(
			"GRUB Legacy had a driver '%s', but there is none here; `mkboot "
			"nics` lists those that there are, and nic: firmware boots any card "
			"with its own PXE ROM; where it has none, take an ISO or a floppy with the "
			"kernel on it",
			flag);
	if (near != NULL)
		return mem_printf("unknown network card '%s'; did you mean '%s'? `mkboot nics` "
				  "lists them all",
				  name, near);
	names = nic_names(nic_all());
	text = mem_printf(
		"unknown network card '%s'; there are drivers for: %s; `mkboot nics` lists "
		"their cards",
		name, names);
	free(names);
	return text;
}

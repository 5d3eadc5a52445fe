/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's architecture and UUID, from the firmware. */
#include "machine.h"
#include "smbios.h"

#include <grub/types.h>

#ifdef GRUB_MACHINE_EFI

#include <grub/efi/api.h>
#include <grub/efi/efi.h>

#ifdef __x86_64__
#define ARCH 7
#else
#define ARCH 6
#endif

/* UEFI 2.10 §4.6.1.1; the newer first */
static const u8 guids[2][16] = {
	{0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3,
	 0x94},
	{0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1,
	 0x4d},
};

static int find_table(u64 *table, u32 *len)
{
	const grub_efi_configuration_table_t *t = grub_efi_system_table->configuration_table;
	const grub_efi_uintn_t n = grub_efi_system_table->num_table_entries;

	for (unsigned g = 0; g < 2; g++) {
		for (grub_efi_uintn_t i = 0; i < n; i++) {
			if (grub_memcmp(&t[i], guids[g], 16) == 0 &&
			    dhcp_smbios_entry(t[i].vendor_table, 31, table, len))
				return 1;
		}
	}
	return 0;
}

#else

#define ARCH     0

/* SMBIOS 3.6 §5.2: on a multiple of 16 in this range, the 64-bit entry point before the other */
#define AREA     0xf0000u
#define AREA_END 0x100000u

static int find_table(u64 *table, u32 *len)
{
	u64 older = 0;
	u32 older_len = 0;

	for (u32 at = AREA; at < AREA_END; at += 16) {
		const u8 *entry = (const u8 *)(grub_addr_t)at;

		if (!dhcp_smbios_entry(entry, AREA_END - at, table, len))
			continue;
		if (entry[3] == '3')
			return 1;
		older = *table;
		older_len = *len;
	}
	*table = older;
	*len = older_len;
	return older != 0;
}

#endif

void dhcp_machine(struct dhcp_identity *id)
{
	u64 table;
	u32 len;

	id->arch = ARCH;
	id->has_uuid = 0;
	/* not where a pointer does not reach */
	if (find_table(&table, &len) && (u64)(grub_addr_t)table == table && table + len > table &&
	    (u64)(grub_addr_t)(table + len) == table + len)
		id->has_uuid = dhcp_smbios_uuid((const u8 *)(grub_addr_t)table, len, id->uuid);
}

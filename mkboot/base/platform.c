/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/platform.h"
#include "base/strbuf.h"

#include <string.h>

const struct platform_info platforms[PLATFORM_COUNT] = {
	[PLATFORM_BIOS] = {.name = "bios",
			   .title = "BIOS",
			   .grub = "i386-pc",
			   .package = "grub-pc-bin",
			   .nbp = "bios.0"},
	[PLATFORM_UEFI64] = {.name = "uefi64",
			     .title = "UEFI x64",
			     .grub = "x86_64-efi",
			     .package = "grub-efi-amd64-bin",
			     .nbp = "uefi64.efi",
			     .efi_file = "EFI/BOOT/BOOTX64.EFI",
			     .pe_machine = 0x8664},
	[PLATFORM_UEFI32] = {.name = "uefi32",
			     .title = "UEFI ia32",
			     .grub = "i386-efi",
			     .package = "grub-efi-ia32-bin",
			     .nbp = "uefi32.efi",
			     .efi_file = "EFI/BOOT/BOOTIA32.EFI",
			     .pe_machine = 0x014c},
};

bool platform_find(const char *name, enum platform *p)
{
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		if (strcmp(platforms[i].name, name) == 0) {
			*p = (enum platform)i;
			return true;
		}
	}
	return false;
}

char *platform_titles(unsigned set)
{
	struct strbuf b = {0};
	unsigned left = (unsigned)__builtin_popcount(set & PLATFORM_ALL);

	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		if ((set & PLATFORM_BIT(i)) == 0)
			continue;
		strbuf_adds(&b, platforms[i].title);
		left--;
		if (left > 0)
			strbuf_adds(&b, left == 1 ? " and " : ", ");
	}
	return strbuf_take(&b);
}

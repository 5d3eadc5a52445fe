/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_PLATFORM_H
#define MKBOOT_BASE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The firmware that starts a medium. A value, never an `if`: the table in platform.c holds
 * everything that differs. */
enum platform {
	PLATFORM_BIOS,
	PLATFORM_UEFI64,
	PLATFORM_UEFI32,
	PLATFORM_COUNT,
};

/* A set of platforms: bit N is enum platform N. */
#define PLATFORM_BIT(p) (1u << (p))
#define PLATFORM_ALL    ((1u << PLATFORM_COUNT) - 1)

struct platform_info {
	const char *name;     /* in recipes and on the command line: "uefi64" */
	const char *title;    /* for people: "UEFI x64" */
	const char *grub;     /* GRUB's name, and its folder's: "x86_64-efi" */
	const char *package;  /* the Debian package of its modules: "grub-efi-amd64-bin" */
	const char *nbp;      /* the NBP's file name in a TFTP tree: "uefi64.efi" */
	const char *efi_file; /* removable-media path on an ESP (UEFI 2.10 §3.5.1.1), or NULL */
	uint16_t pe_machine;  /* PE machine type of its EFI applications, or 0 */
};

extern const struct platform_info platforms[PLATFORM_COUNT];

/* The platform of that name into *P; false where there is none. */
bool platform_find(const char *name, enum platform *p);

/* "BIOS, UEFI x64 and UEFI ia32": the set's titles, for a sentence. The caller frees. */
char *platform_titles(unsigned set);

#endif

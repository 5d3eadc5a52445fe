/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/probes.h"
#include "base/mem.h"
#include "kernel/bytes.h"

#include <inttypes.h>
#include <string.h>

/* A boot sector as the BIOS and GRUB's chainloader (grub-core/loader/i386/pc/chainloader.c) start
 * it: 512 bytes at 0x7C00, in real mode, whatever follows in the file. */
#define SECTOR    512
#define SIGNATURE 510

/* ECMA-119 §8.1.2: the first volume descriptor, in sector 16. */
static bool is_iso(struct kernel_reader *r)
{
	char id[5];

	return kernel_read(r, 0x8001, id, sizeof id) == sizeof id && memcmp(id, "CD001", 5) == 0;
}

bool bootsector_probe(struct kernel_reader *r, bool forced, struct kernel *k)
{
	unsigned char sector[SECTOR] = {0};
	uint64_t size = kernel_size(r);
	bool whole = kernel_read(r, 0, sector, SECTOR) == SECTOR;
	bool marked = whole && le16(sector + SIGNATURE) == 0xAA55;

	/* The signature is two bytes only; the length makes chance less likely. A hybrid ISO has
	 * one as well, but is not meant. */
	if (!forced && (!marked || size % SECTOR != 0 || is_iso(r)))
		return false;
	k->platforms = PLATFORM_BIT(PLATFORM_BIOS);
	k->why_not = mem_dup("a boot sector is BIOS code, which UEFI does not run");
	k->summary = mem_printf("BIOS boot sector, %" PRIu64 " bytes", size);
	if (!whole)
		kernel_problem(k, true,
			       "it has %" PRIu64 " bytes, and a boot sector has 512; pad it", size);
	else if (!marked)
		kernel_problem(k, true,
			       "it is no boot sector: bytes 510 and 511 are %02x %02x, not 55 aa; "
			       "end the sector with them",
			       sector[SIGNATURE], sector[SIGNATURE + 1]);
	else if (size > SECTOR)
		kernel_problem(k, false,
			       "only the first 512 of its %" PRIu64
			       " bytes are loaded; the boot sector must load the rest itself, from "
			       "a disk that it finds there",
			       size);
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/probes.h"
#include "base/mem.h"
#include "kernel/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Microsoft PE and COFF Specification 8.3 (the one UEFI 2.10 §2.1.1 refers to). */
#define LFANEW         0x3C
#define COFF_LEN       24 /* signature and COFF file header */
#define OPTIONAL_MIN   70 /* up to Subsystem */
#define MAGIC_PE32     0x10B
#define MAGIC_PE32PLUS 0x20B
#define SECTION_LEN    40
#define SECTIONS_MAX   96 /* the Windows loader's limit */

/* UEFI 2.10 §2.1.1 */
#define SUBSYSTEM_EFI_APPLICATION 10

struct pe {
	uint16_t machine;
	uint16_t sections;
	uint16_t magic;
	uint16_t subsystem;
	uint64_t section_table;
};

static const struct {
	uint16_t number;
	const char *name;
} machines[] = {
	{0x8664, "x86-64"},    {0x014C, "i386"},        {0xAA64, "arm64"},
	{0x01C2, "ARM"},       {0x01C4, "ARM"},         {0x0200, "Itanium"},
	{0x5064, "RISC-V 64"}, {0x6264, "LoongArch64"}, {0x0EBC, "EFI byte code"},
};

static const struct {
	uint16_t number;
	const char *name;
} subsystems[] = {
	{1, "a Windows driver"},
	{2, "a Windows program"},
	{3, "a Windows program"},
	{11, "an EFI boot service driver"},
	{12, "an EFI runtime driver"},
	{13, "an EFI ROM image"},
	{16, "a Windows boot application"},
};

static bool pe_read(struct kernel_reader *r, struct pe *pe)
{
	unsigned char dos[64], coff[COFF_LEN], optional[OPTIONAL_MIN];
	uint32_t at;

	if (kernel_read(r, 0, dos, sizeof dos) != sizeof dos || memcmp(dos, "MZ", 2) != 0)
		return false;
	at = le32(dos + LFANEW);
	if (kernel_read(r, at, coff, COFF_LEN) != COFF_LEN || memcmp(coff, "PE\0", 4) != 0 ||
	    le16(coff + 20) < OPTIONAL_MIN ||
	    kernel_read(r, (uint64_t)at + COFF_LEN, optional, OPTIONAL_MIN) != OPTIONAL_MIN)
		return false;
	pe->machine = le16(coff + 4);
	pe->sections = le16(coff + 6);
	pe->magic = le16(optional);
	pe->subsystem = le16(optional + 68);
	pe->section_table = (uint64_t)at + COFF_LEN + le16(coff + 20);
	return true;
}

static const char *machine_name(uint16_t machine)
{
	for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
		if (machines[i].number == machine)
			return machines[i].name;
	return "an unknown machine";
}

static const char *subsystem_name(uint16_t subsystem)
{
	for (size_t i = 0; i < sizeof subsystems / sizeof subsystems[0]; i++)
		if (subsystems[i].number == subsystem)
			return subsystems[i].name;
	return "a PE file of an unknown subsystem";
}

static unsigned platforms_of(uint16_t machine)
{
	unsigned set = 0;

	for (unsigned p = 0; p < PLATFORM_COUNT; p++)
		if (platforms[p].pe_machine != 0 && platforms[p].pe_machine == machine)
			set |= PLATFORM_BIT(p);
	return set;
}

/* The firmware's loader checks that every section's bytes are there. */
static void check_sections(struct kernel_reader *r, const struct pe *pe, struct kernel *k)
{
	uint64_t end = pe->section_table + (uint64_t)pe->sections * SECTION_LEN;

	if (pe->sections > SECTIONS_MAX) {
		kernel_problem(k, true, "it has %u sections, and %d are the most; link it anew",
			       pe->sections, SECTIONS_MAX);
		return;
	}
	for (unsigned i = 0; i < pe->sections; i++) {
		unsigned char s[SECTION_LEN];
		uint64_t at = pe->section_table + (uint64_t)i * SECTION_LEN, last;

		if (kernel_read(r, at, s, SECTION_LEN) != SECTION_LEN)
			break;
		last = (uint64_t)le32(s + 20) + le32(s + 16);
		if (le32(s + 16) != 0 && last > end)
			end = last;
	}
	if (end > kernel_size(r))
		kernel_problem(k, true,
			       "its sections end %" PRIu64
			       " bytes past the end of the file; the file is cut short, copy or "
			       "link it anew",
			       end - kernel_size(r));
}

static void check_machine(const struct pe *pe, struct kernel *k)
{
	uint16_t magic = MAGIC_PE32PLUS;
	char *titles;

	k->platforms = platforms_of(pe->machine);
	if (k->platforms == 0) {
		kernel_problem(k, true,
			       "it is an EFI application for %s (machine 0x%04x), and only x86-64 "
			       "and i386 can be started; build it for one of them",
			       machine_name(pe->machine), pe->machine);
		return;
	}
	if ((k->platforms & PLATFORM_BIT(PLATFORM_UEFI32)) != 0)
		magic = MAGIC_PE32;
	if (pe->magic != magic)
		kernel_problem(k, true,
			       "its optional header is of type 0x%x, and for %s it must be 0x%x; "
			       "link it anew",
			       pe->magic, machine_name(pe->machine), magic);
	titles = platform_titles(k->platforms);
	k->why_not = mem_printf("an EFI application for %s starts on %s only",
				machine_name(pe->machine), titles);
	free(titles);
}

const char *efi_other(struct kernel_reader *r)
{
	struct pe pe;

	return pe_read(r, &pe) ? subsystem_name(pe.subsystem) : NULL;
}

bool efi_probe(struct kernel_reader *r, bool forced, struct kernel *k)
{
	struct pe pe;

	if (!pe_read(r, &pe)) {
		if (forced)
			kernel_problem(k, true,
				       "it is no EFI application (no PE header); link it as one, "
				       "or name another protocol");
		return forced;
	}
	if (pe.subsystem != SUBSYSTEM_EFI_APPLICATION) {
		if (forced)
			kernel_problem(k, true,
				       "it is %s (PE subsystem %u), no EFI application (10); link "
				       "it with --subsystem 10",
				       subsystem_name(pe.subsystem), pe.subsystem);
		return forced;
	}
	k->summary = mem_printf("EFI application, %s", machine_name(pe.machine));
	check_machine(&pe, k);
	check_sections(r, &pe, k);
	return true;
}

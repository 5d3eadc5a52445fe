/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/probes.h"
#include "base/mem.h"
#include "kernel/bytes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * The Linux/x86 boot protocol (Documentation/arch/x86/boot.rst, "The real-mode kernel header"),
 * and what GRUB's linux command checks (grub-core/loader/i386/linux.c, 2.06). That command enters
 * the 32-bit entry point on every platform, EFI or not, and calls ExitBootServices itself: an EFI
 * stub is needed for Secure Boot only, and a kernel without one starts on UEFI.
 */
#define SECTOR          512
#define SETUP_LEN       0x268 /* up to the end of init_size and handover_offset */
#define SETUP_SECTS     0x1F1
#define SYSSIZE         0x1F4
#define BOOT_FLAG       0x1FE
#define JUMP_LEN        0x201
#define HEADER_MAGIC    0x202
#define VERSION         0x206
#define KERNEL_VERSION  0x20E
#define LOADFLAGS       0x211
#define XLOADFLAGS      0x236
#define LOADED_HIGH     0x01
#define XLF_KERNEL_64   0x01
#define XLF_HANDOVER_32 0x04

#define VERSION_GRUB       0x0203 /* the oldest that GRUB starts in 32-bit mode */
#define VERSION_SYSSIZE    0x0204 /* syssize has 32 bits */
#define VERSION_XLOADFLAGS 0x020C
#define SETUP_SECTS_MAX    64    /* GRUB's */
#define SETUP_END_MAX      0x290 /* edd_mbr_sig_buffer in struct boot_params */

struct setup {
	unsigned char bytes[SETUP_LEN];
	uint16_t version;
	bool is64;  /* it switches to 64-bit mode */
	bool mixed; /* a 64-bit kernel that knows 32-bit firmware (CONFIG_EFI_MIXED) */
	bool efi_stub;
	char release[64];
};

static unsigned setup_sectors(const struct setup *s)
{
	/* "For backwards compatibility, if the setup_sects field contains 0, the real value is
	 * 4." */
	return s->bytes[SETUP_SECTS] != 0 ? s->bytes[SETUP_SECTS] : 4;
}

/* The first word of the version string: "6.1.0-18-amd64". */
static void read_release(struct kernel_reader *r, struct setup *s)
{
	char text[sizeof s->release];
	uint16_t pointer = le16(s->bytes + KERNEL_VERSION);
	size_t n = 0;

	if (pointer != 0)
		n = kernel_read(r, (uint64_t)pointer + SECTOR, text, sizeof text - 1);
	text[n] = '\0';
	for (size_t i = 0; i < n && text[i] > ' ' && text[i] < 0x7f; i++)
		s->release[i] = text[i];
}

static bool has_efi_stub(struct kernel_reader *r, const struct setup *s)
{
	unsigned char signature[4];

	return memcmp(s->bytes, "MZ", 2) == 0 &&
	       kernel_read(r, le32(s->bytes + 0x3C), signature, 4) == 4 &&
	       memcmp(signature, "PE\0", 4) == 0;
}

static bool read_setup(struct kernel_reader *r, struct setup *s)
{
	size_t n;

	memset(s, 0, sizeof *s);
	n = kernel_read(r, 0, s->bytes, sizeof s->bytes);
	if (n < VERSION + 2 || memcmp(s->bytes + HEADER_MAGIC, "HdrS", 4) != 0)
		return false;
	s->version = le16(s->bytes + VERSION);
	if (s->version >= VERSION_XLOADFLAGS) {
		uint16_t flags = le16(s->bytes + XLOADFLAGS);

		s->is64 = (flags & XLF_KERNEL_64) != 0;
		s->mixed = (flags & XLF_HANDOVER_32) != 0;
	}
	s->efi_stub = has_efi_stub(r, s);
	read_release(r, s);
	return true;
}

static void check_size(struct kernel_reader *r, const struct setup *s, struct kernel *k)
{
	uint64_t setup = (uint64_t)(setup_sectors(s) + 1) * SECTOR, want, have = kernel_size(r);
	uint64_t paragraphs =
		s->version >= VERSION_SYSSIZE ? le32(s->bytes + SYSSIZE) : le16(s->bytes + SYSSIZE);

	/* syssize is in units of 16 bytes, rounded up. */
	want = setup + paragraphs * 16;
	if (have <= setup)
		kernel_problem(k, true,
			       "the file ends within its %" PRIu64
			       " bytes of real-mode code; it is cut short, copy it anew",
			       setup);
	else if (have + 15 < want)
		kernel_problem(k, true,
			       "the file is %" PRIu64
			       " bytes shorter than its header says; it is cut short, copy it anew",
			       want - have);
}

static void check_setup(const struct setup *s, struct kernel *k)
{
	if (le16(s->bytes + BOOT_FLAG) != 0xAA55)
		kernel_problem(k, true,
			       "its boot flag at offset 0x1fe is 0x%04x, not 0xaa55; the image is "
			       "damaged, build it anew",
			       le16(s->bytes + BOOT_FLAG));
	if (s->bytes[SETUP_SECTS] > SETUP_SECTS_MAX)
		kernel_problem(k, true,
			       "it has %u sectors of real-mode code, and GRUB takes %d at most; "
			       "build a newer kernel",
			       s->bytes[SETUP_SECTS], SETUP_SECTS_MAX);
	if (s->version < VERSION_GRUB) {
		kernel_problem(k, true,
			       "its boot protocol is %u.%02u, and GRUB needs 2.03 or later; take a "
			       "newer kernel",
			       s->version >> 8, s->version & 0xff);
		return;
	}
	if ((s->bytes[LOADFLAGS] & LOADED_HIGH) == 0)
		kernel_problem(k, true,
			       "it is a zImage, loaded below 1 MiB, which GRUB does not start; "
			       "build a bzImage");
	if (HEADER_MAGIC + s->bytes[JUMP_LEN] > SETUP_END_MAX)
		kernel_problem(k, true,
			       "its setup header ends at offset 0x%x, past 0x%x where it may; the "
			       "image is damaged, build it anew",
			       HEADER_MAGIC + s->bytes[JUMP_LEN], SETUP_END_MAX);
}

bool linux_probe(struct kernel_reader *r, bool forced, struct kernel *k)
{
	const char *bits = "";
	struct setup s;

	k->platforms = PLATFORM_ALL;
	if (!read_setup(r, &s)) {
		if (forced)
			kernel_problem(k, true,
				       "it is no Linux bzImage (no HdrS at offset 0x202); name the "
				       "arch/x86/boot/bzImage of the kernel's build, not vmlinux");
		return forced;
	}
	k->doubtful = le16(s.bytes + BOOT_FLAG) != 0xAA55;
	if (s.version >= VERSION_XLOADFLAGS) /* older ones do not tell */
		bits = s.is64 ? ", 64-bit" : ", 32-bit";
	k->summary = mem_printf("Linux bzImage%s%s, boot protocol %u.%02u%s, %s EFI stub",
				s.release[0] != '\0' ? ", " : "", s.release, s.version >> 8,
				s.version & 0xff, bits, s.efi_stub ? "with an" : "no");
	check_setup(&s, k);
	check_size(r, &s, k);
	/* Linux, CONFIG_EFI_MIXED: the option that lets a 64-bit kernel use 32-bit firmware. */
	if (s.is64 && !s.mixed) {
		k->platforms &= ~PLATFORM_BIT(PLATFORM_UEFI32);
		k->why_not = mem_dup("it is a 64-bit kernel without support for 32-bit UEFI "
				     "(CONFIG_EFI_MIXED, XLF_EFI_HANDOVER_32)");
	}
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#define MB2   PROTOCOL_MULTIBOOT2
#define TAGS  (CRAFT_HEADER + 16)
#define ELF32 "Multiboot 2, ELF32 i386, entry 0x100000"

struct tag {
	unsigned type;
	unsigned flags;
	size_t n;
	uint32_t words[8];
};

/* Header and tags, closed and with the right length. */
static void put_header(struct image *i, size_t n, const struct tag *tags)
{
	size_t at = TAGS;

	for (size_t t = 0; t < n; t++)
		at = craft_tag(i, at, tags[t].type, tags[t].flags, tags[t].n, tags[t].words);
	at = craft_tag(i, at, 0, 0, 0, NULL);
	craft_multiboot2(i, CRAFT_HEADER, 0, (uint32_t)(at - CRAFT_HEADER));
}

static struct image elf(bool is64, size_t n, const struct tag *tags)
{
	struct image i = craft_kernel(is64);

	put_header(&i, n, tags);
	return i;
}

static void test_good(void **state)
{
	static const struct tag tags[] = {
		{1, 0, 3, {6, 8, 21}}, /* of a length that is padded */
		{4, 0, 1, {3}},        {5, 0, 3, {1024, 768, 32}},
		{6, 0, 0, {0}},        {0x1234, 1, 2, {0}},
	};
	struct image i = elf(false, 0, NULL);

	(void)state;
	expect_good(&i, MB2, ELF32, PLATFORM_ALL, false);
	i = elf(true, sizeof tags / sizeof tags[0], tags);
	expect_good(&i, MB2, "Multiboot 2, ELF64 x86-64, entry 0x100000", PLATFORM_ALL, true);
	i = elf(false, 0, NULL);
	craft_multiboot(&i, 0x800, 0);
	expect_good(&i, MB2, ELF32 "; it has a Multiboot 1 header as well", PLATFORM_ALL, false);
}

static void test_place(void **state)
{
	struct image i = craft_kernel(false);

	(void)state;
	craft_multiboot2(&i, 0x104, 0, 24);
	expect_error(&i, PROTOCOL_AUTO, MB2, "at offset 260, which is no multiple of 8");
	i = image_new(40000);
	craft_elf(&i, false, 0x100000, &(struct craft_segment){0, 0x100000, 0x100000, 40000, 40000},
		  1);
	craft_multiboot2(&i, 32760, 0, 24);
	expect_error(&i, PROTOCOL_AUTO, MB2, "at offset 32760, past the first 32768 bytes");
	i = craft_kernel(false);
	craft_multiboot2(&i, CRAFT_HEADER, 0, 24);
	put(&i, CRAFT_HEADER + 12, 4, 1);
	expect_error(&i, PROTOCOL_AUTO, MB2, "checksum 0x00000001, which ought to be 0x17adaf12");
	i = craft_kernel(false);
	craft_multiboot2(&i, CRAFT_HEADER, 4, 24);
	expect_error(&i, PROTOCOL_AUTO, MB2, "for architecture 4 (MIPS)");
	i = craft_kernel(false);
	craft_multiboot2(&i, CRAFT_HEADER, 9, 24);
	expect_error(&i, PROTOCOL_AUTO, MB2, "for architecture 9, not");
	/* A header that no loader finds, in a file that is something else for certain. */
	i = craft_kernel(false);
	craft_multiboot2(&i, CRAFT_HEADER + 4, 0, 24);
	craft_multiboot(&i, 0x800, 0);
	expect_good(&i, PROTOCOL_MULTIBOOT, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL,
		    false);
	i = image_new(4096);
	expect_error(&i, MB2, MB2, "no Multiboot 2 header in its first 32768 bytes");
}

static void test_tags(void **state)
{
	static const struct {
		struct tag tag;
		const char *text;
	} bad[] = {
		{{11, 0, 1, {0}}, "tag of type 11 (unknown) at offset 272"},
		{{8, 0, 1, {0x100000}}, "tag of type 8 (EFI i386 entry address)"},
		{{1, 0, 2, {6, 22}}, "requests information of type 22,"},
		{{1, 0, 1, {13}}, "type 13 (SMBIOS tables)"},
		{{3, 0, 0, {0}}, "type 3 (entry address) at offset 272 has the size 8"},
		{{2, 0, 3, {0}}, "type 2 (address) at offset 272 has the size 20"},
		{{5, 0, 2, {0}}, "type 5 (framebuffer) at offset 272 has the size 16"},
		{{4, 0, 1, {1}}, "takes neither EGA text nor a framebuffer"},
		{{2, 0, 4, {0x100100, 0x100000, 0, 0}}, "an address tag but no entry"},
	};
	static const struct tag optional[] = {{8, 1, 1, {0}}, {1, 1, 1, {13}}};
	struct image i;

	(void)state;
	for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
		i = elf(false, 1, &bad[n].tag);
		expect_error(&i, PROTOCOL_AUTO, MB2, bad[n].text);
	}
	i = elf(false, 2, optional);
	expect_good(&i, MB2, ELF32, PLATFORM_ALL, false);
}

static void test_walk(void **state)
{
	struct image i = elf(false, 0, NULL);
	struct kernel k;

	(void)state;
	put(&i, TAGS, 2, 6); /* GRUB would go round for ever */
	put(&i, TAGS + 4, 4, 0);
	expect_error(&i, PROTOCOL_AUTO, MB2, "has the size 0");
	i = elf(false, 0, NULL);
	put(&i, TAGS, 2, 6);
	put(&i, TAGS + 4, 4, 0xffffffff);
	expect_error(&i, PROTOCOL_AUTO, MB2, "has the size 4294967295");
	i = elf(false, 0, NULL);
	put(&i, TAGS, 2, 6);
	put(&i, TAGS + 4, 4, 4096);
	expect_error(&i, PROTOCOL_AUTO, MB2, "no end tag");
	i = elf(false, 0, NULL);
	craft_multiboot2(&i, CRAFT_HEADER, 0, 48);
	assert_int_equal(probe_image(&i, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(count_errors(&k), 0);
	assert_true(has_problem(&k, false, "length is 48, but its tags take 24 bytes"));
	kernel_free(&k);
	image_free(&i);
}

static void test_addresses(void **state)
{
	static const struct tag whole[] = {
		{2, 0, 4, {0x100100, 0xffffffff, 0, 0x110000}},
		{3, 0, 1, {0x100010}},
	};
	static const struct tag wrong[] = {
		{2, 0, 4, {0x100100, 0xffffffff, 0x101000, 0}},
		{3, 0, 1, {0x100010}},
	};
	static const struct tag low[] = {{2, 0, 4, {0x8100, 0x8000, 0, 0}}, {3, 0, 1, {0x8000}}};
	static const struct tag moved[] = {
		{2, 0, 4, {0x8100, 0x8000, 0, 0}},
		{3, 0, 1, {0x8000}},
		{10, 0, 4, {0x100000, 0x200000, 4096, 1}},
	};
	static const struct tag narrow[] = {
		{2, 0, 4, {0x100100, 0x100000, 0, 0}},
		{3, 0, 1, {0x100000}},
		{10, 0, 4, {0x100000, 0x100800, 4096, 1}},
	};
	struct image i = image_new(4096);

	(void)state;
	put_header(&i, 2, whole);
	expect_good(&i, MB2, "Multiboot 2, address tag, loaded at 0x100000, entry 0x100010",
		    PLATFORM_ALL, false);
	i = image_new(4096);
	put_header(&i, 2, wrong);
	expect_error(&i, PROTOCOL_AUTO, MB2, "set load_addr to 0x100000");
	i = image_new(4096);
	put_header(&i, 2, low);
	expect_error(&i, PROTOCOL_AUTO, MB2, "load_addr 0x8000 lies below 1 MiB");
	i = image_new(4096);
	put_header(&i, 3, moved);
	expect_good(&i, MB2, "Multiboot 2, address tag, loaded at 0x8000, entry 0x8000",
		    PLATFORM_ALL, false);
	i = image_new(4096);
	put_header(&i, 3, narrow);
	expect_error(&i, PROTOCOL_AUTO, MB2, "4096 bytes do not fit between");
	i = image_new(4096);
	put_header(&i, 0, NULL);
	expect_error(&i, PROTOCOL_AUTO, MB2, "no address tag, and the file is not ELF");
}

static void test_platforms(void **state)
{
	static const struct tag services = {7, 0, 0, {0}};
	static const struct tag both[] = {{7, 0, 0, {0}}, {9, 0, 1, {0x100020}}};
	static const struct tag only64[] = {
		{7, 0, 0, {0}},
		{9, 0, 1, {0x100020}},
		{2, 0, 4, {0x100100, 0x100000, 0, 0}},
	};
	static const struct tag console = {4, 0, 1, {3}};
	struct image i = elf(false, 1, &services);
	struct kernel k;

	(void)state;
	expect_good(&i, MB2, ELF32, PLATFORM_BIT(PLATFORM_BIOS) | PLATFORM_BIT(PLATFORM_UEFI32),
		    false);
	i = elf(true, 1, &services);
	expect_good(&i, MB2, "Multiboot 2, ELF64 x86-64, entry 0x100000", PLATFORM_ALL, false);
	i = elf(false, 2, both);
	expect_good(&i, MB2, ELF32, PLATFORM_ALL, false);
	i = image_new(4096);
	put_header(&i, 3, only64);
	expect_good(&i, MB2, "Multiboot 2, address tag, loaded at 0x100000, entry 0x100020",
		    PLATFORM_BIT(PLATFORM_UEFI64), false);
	i = elf(false, 1, &console);
	expect_good(&i, MB2, ELF32, PLATFORM_BIT(PLATFORM_BIOS), false);
	i = elf(false, 1, &both[1]);
	assert_int_equal(probe_image(&i, PROTOCOL_AUTO, &k), 0);
	assert_true(has_problem(&k, false, "only together with the EFI boot services tag"));
	assert_int_equal(k.platforms, PLATFORM_ALL);
	kernel_free(&k);
	image_free(&i);
}

/* What GRUB's multiboot2 is stricter about than its multiboot. */
static void test_elf(void **state)
{
	static const struct tag moved = {10, 0, 4, {0x200000, 0x400000, 4096, 1}};
	static const struct tag narrow = {10, 0, 4, {0x200000, 0x201fff, 4096, 1}};
	struct craft_segment s = {0, 0x8000, 0x8000, 4096, 4096};
	struct image i = craft_kernel(true);

	(void)state;
	put_header(&i, 0, NULL);
	put(&i, 40, 8, 2048);
	put(&i, 60, 2, 2);
	put(&i, 2048 + 64 + 4, 4, 4); /* SHT_RELA */
	expect_error(&i, PROTOCOL_AUTO, MB2, "section 1 holds relocations");
	i = image_new(4096);
	craft_elf(&i, false, 0x8000, &s, 1);
	put_header(&i, 0, NULL);
	expect_error(&i, PROTOCOL_AUTO, MB2,
		     "segment 0 is to be loaded at the physical address 0x8000");
	i = image_new(4096);
	craft_elf(&i, false, 0x8000, &s, 1);
	put_header(&i, 1, &moved);
	expect_good(&i, MB2, "Multiboot 2, ELF32 i386, entry 0x8000", PLATFORM_ALL, false);
	i = elf(false, 1, &narrow);
	expect_error(&i, PROTOCOL_AUTO, MB2, "8192 bytes do not fit between");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),      cmocka_unit_test(test_place),
		cmocka_unit_test(test_tags),      cmocka_unit_test(test_walk),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_elf),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

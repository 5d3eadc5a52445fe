/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#define MB1 PROTOCOL_MULTIBOOT

static struct image elf(bool is64)
{
	struct image i = craft_kernel(is64);

	craft_multiboot(&i, CRAFT_HEADER, 0);
	return i;
}

static void test_good(void **state)
{
	struct image i = elf(false);

	(void)state;
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, false);
	i = elf(true);
	expect_good(&i, MB1, "Multiboot, ELF64 x86-64, entry 0x100000", PLATFORM_ALL, false);
	/* Optional bits above 16 are nobody's business. */
	i = elf(false);
	craft_multiboot(&i, CRAFT_HEADER, 0x80020003);
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, false);
}

/* The last place where a header may be, and the first where it may not. */
static void test_place(void **state)
{
	struct craft_segment s = {0, 0x100000, 0x100000, 16384, 16384};
	struct image i = image_new(16384);

	(void)state;
	craft_elf(&i, false, 0x100000, &s, 1);
	craft_multiboot(&i, 8192 - 12, 0);
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, false);

	i = image_new(16384);
	craft_elf(&i, false, 0x100000, &s, 1);
	craft_multiboot(&i, 8192 - 8, 0);
	expect_error(&i, PROTOCOL_AUTO, MB1,
		     "at offset 8184, past the first 8192 bytes where boot loaders look");

	i = image_new(300000); /* across the search's chunks */
	craft_elf(&i, false, 0x100000, &s, 1);
	craft_multiboot(&i, 65536 - 4, 0);
	expect_error(&i, PROTOCOL_AUTO, MB1, "at offset 65532, past the first 8192 bytes");

	i = craft_kernel(false);
	craft_multiboot(&i, 0x102, 0);
	expect_error(&i, PROTOCOL_AUTO, MB1, "at offset 258, which is no multiple of 4");
}

static void test_header(void **state)
{
	struct image i = elf(false);

	(void)state;
	put(&i, CRAFT_HEADER + 8, 4, 0x12345678);
	expect_error(&i, PROTOCOL_AUTO, MB1, "checksum 0x12345678, which ought to be 0xe4524ffe");
	/* A false start before the true one does not matter. */
	i = elf(false);
	put(&i, 0x200, 4, 0x1BADB002);
	craft_multiboot(&i, CRAFT_HEADER, 0);
	put(&i, 0xF0, 4, 0x1BADB002);
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, false);
	i = elf(false);
	craft_multiboot(&i, CRAFT_HEADER, 0x10);
	expect_error(&i, PROTOCOL_AUTO, MB1, "flags 0x00000010");
	/* A header that the file's end cuts off. */
	i = image_new(64);
	craft_multiboot(&i, 52, 0x10000);
	expect_error(&i, PROTOCOL_AUTO, MB1, "is cut off");
	i = image_new(4096);
	craft_multiboot(&i, 0, 0);
	expect_error(&i, PROTOCOL_AUTO, MB1, "nothing says where to load it");
	i = image_new(4096);
	expect_error(&i, MB1, MB1, "no Multiboot header in its first 8192 bytes");
}

static void test_video(void **state)
{
	struct image i = elf(false);

	(void)state;
	craft_multiboot(&i, CRAFT_HEADER, 4);
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, true);
	i = elf(false);
	craft_multiboot(&i, CRAFT_HEADER, 4);
	put(&i, CRAFT_HEADER + 32, 4, 1); /* text */
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0x100000", PLATFORM_ALL, false);
	i = elf(false);
	craft_multiboot(&i, CRAFT_HEADER, 4);
	put(&i, CRAFT_HEADER + 32, 4, 7);
	expect_error(&i, PROTOCOL_AUTO, MB1, "mode_type is 7");
}

/* header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr */
static struct image flat(uint32_t header, uint32_t load, uint32_t end, uint32_t bss, uint32_t entry)
{
	const uint32_t words[] = {header, load, end, bss, entry};
	struct image i = image_new(4096);

	craft_multiboot(&i, CRAFT_HEADER, 0x10000);
	put32s(&i, CRAFT_HEADER + 12, 5, words);
	return i;
}

static void test_addresses(void **state)
{
	static const struct {
		uint32_t words[5];
		const char *text;
	} bad[] = {
		{{0x100100, 0x200000, 0, 0, 0x200000}, "load_addr 0x200000 lies above header_addr"},
		{{0x100200, 0x100000, 0, 0, 0x100000}, "header_addr less load_addr is 0x200"},
		{{0x100100, 0x100000, 0xff000, 0, 0x100000}, "load_end_addr 0xff000 lies below"},
		{{0x100100, 0x100000, 0x101010, 0, 0x100000}, "ask for 16 bytes that the file"},
		{{0x100100, 0x100000, 0, 0x100800, 0x100000}, "bss_end_addr 0x100800 lies below"},
		{{0x100100, 0x100000, 0, 0, 0x101000}, "entry address 0x101000 lies outside"},
		{{0x100100, 0x100000, 0, 0, 0xfffff}, "entry address 0xfffff lies outside"},
		{{0x10100, 0x10000, 0, 0, 0x10000}, "load_addr 0x10000 lies below 1 MiB"},
		{{0xfffff900, 0xfffff800, 0, 0, 0xfffff800}, "past 4 GiB"},
	};
	struct image i = flat(0x100100, 0x100000, 0, 0x102000, 0x100ffc);

	(void)state;
	expect_good(&i, MB1, "Multiboot, address fields, loaded at 0x100000, entry 0x100ffc",
		    PLATFORM_ALL, false);
	/* They go before ELF, whatever that says. */
	i = flat(0x100100, 0x100040, 0x101000, 0, 0x100040);
	memcpy(i.bytes,
	       "\x7f"
	       "ELF",
	       4);
	expect_good(&i, MB1, "Multiboot, address fields, loaded at 0x100040, entry 0x100040",
		    PLATFORM_ALL, false);
	for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
		const uint32_t *w = bad[n].words;

		i = flat(w[0], w[1], w[2], w[3], w[4]);
		expect_error(&i, PROTOCOL_AUTO, MB1, bad[n].text);
	}
}

static void expect_segments(bool is64, uint64_t entry, struct craft_segment a,
			    struct craft_segment b, const char *text)
{
	struct craft_segment s[] = {a, b};
	struct image i = image_new(4096);

	craft_elf(&i, is64, entry, s, 2);
	craft_multiboot(&i, CRAFT_HEADER, 0);
	expect_error(&i, PROTOCOL_AUTO, MB1, text);
}

static void test_segments(void **state)
{
	const struct craft_segment a = {0, 0x100000, 0x100000, 4096, 4096};

	(void)state;
	for (int is64 = 0; is64 < 2; is64++) {
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){0, 0x200000, 0x100fff, 16, 16},
				"segments 0 (0x100000 to 0x101000) and 1 (0x100fff to 0x10100f) "
				"overlap in memory");
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){0, 0x8000, 0x8000, 16, 16},
				"segment 1 is to be loaded at the physical address 0x8000, below");
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){0, 0xfffff, 0xfffff, 1, 1},
				"physical address 0xfffff, below 1 MiB");
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){4000, 0x200000, 0x200000, 100, 100},
				"segment 1 ends 4 bytes past the end of the file");
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){0xfffffff0, 0x200000, 0x200000, 16, 16},
				"past the end of the file");
		expect_segments(is64, 0x100000, a,
				(struct craft_segment){0, 0x200000, 0x200000, 100, 99},
				"more bytes in the file (100) than in memory (99)");
		expect_segments(is64, 0x101000, a,
				(struct craft_segment){0, 0x200000, 0x200000, 1, 1},
				"entry point 0x101000 lies in no segment");
		expect_segments(is64, 0x100000, a, (struct craft_segment){0, 0, 0xfffffff0, 0, 16},
				"reaches past 4 GiB");
	}
	expect_segments(true, 0x100000, a,
			(struct craft_segment){0, 0, UINT64_C(0xffffffff80100000), 16, 16},
			"physical address 0xffffffff80100000, and reaches past 4 GiB");
	expect_segments(true, 0x100000, a, (struct craft_segment){0, 0, 0x200000, 0, UINT64_MAX},
			"reaches past 4 GiB");
	expect_segments(true, 0x100000, a,
			(struct craft_segment){UINT64_MAX - 4, 0x200000, 0x200000, 16, 16},
			"segment 1 ends 18446744073709547531 bytes past");
}

/* A higher-half kernel: fine with its own physical addresses, a warning without. */
static void test_higher_half(void **state)
{
	struct craft_segment s = {0, 0xC0100000, 0x100000, 4096, 4096};
	struct image i = image_new(4096);
	struct kernel k;

	(void)state;
	craft_elf(&i, false, 0xC0100010, &s, 1);
	craft_multiboot(&i, CRAFT_HEADER, 0);
	expect_good(&i, MB1, "Multiboot, ELF32 i386, entry 0xc0100010", PLATFORM_ALL, false);

	i = image_new(4096);
	s.paddr = s.vaddr;
	craft_elf(&i, false, 0xC0100010, &s, 1);
	craft_multiboot(&i, CRAFT_HEADER, 0);
	assert_int_equal(probe_image(&i, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(count_errors(&k), 0);
	assert_true(has_problem(&k, false, "physical address 0xc0100000, where few machines"));
	kernel_free(&k);
	image_free(&i);
}

static void test_elf_header(void **state)
{
	static const struct {
		size_t at;
		unsigned width;
		uint32_t value;
		const char *text;
	} bad[] = {
		{18, 2, 40, "it is ELF32 ARM, and GRUB starts"},
		{18, 2, 62, "it is ELF32 x86-64, and GRUB starts"},
		{18, 2, 999, "it is ELF32 for machine 999"},
		{5, 1, 2, "(big-endian)"},
		{20, 4, 2, "ELF version is 2"},
		{16, 2, 1, "it is an ELF object file"},
		{16, 2, 77, "it is an ELF file, no executable"},
		{44, 2, 0, "no program headers"},
		{42, 2, 8, "no program headers (1 of 8 bytes)"},
		{28, 4, 8180, "do not end within the first 8192 bytes"},
		{28, 4, 4090, "the file ends within its program headers"},
		{52, 4, 6, "no segment to load"},
		{48, 2, 3, "section headers, which GRUB loads, end 71 bytes past"},
	};

	(void)state;
	for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
		struct image i = elf(false);

		put(&i, 32, 4, 4047);
		put(&i, bad[n].at, bad[n].width, bad[n].value);
		expect_error(&i, PROTOCOL_AUTO, MB1, bad[n].text);
	}
}

/* Sections without an address are loaded too; those with one, and empty ones, are not looked at. */
static void test_sections(void **state)
{
	struct image i = image_new(8192);

	(void)state;
	craft_elf(&i, false, 0x100000, &(struct craft_segment){0, 0x100000, 0x100000, 4096, 4096},
		  1);
	craft_multiboot(&i, CRAFT_HEADER, 0);
	put(&i, 32, 4, 2048);
	put(&i, 48, 2, 70); /* more than are read at once */
	put(&i, 2048 + 1 * 40 + 12, 4, 0x100000);
	put(&i, 2048 + 1 * 40 + 16, 4, 0xffffffff);
	put(&i, 2048 + 1 * 40 + 20, 4, 0xffffffff);
	put(&i, 2048 + 69 * 40 + 16, 4, 8000);
	put(&i, 2048 + 69 * 40 + 20, 4, 200);
	expect_error(&i, PROTOCOL_AUTO, MB1,
		     "section 69, which GRUB loads, ends 8 bytes past the end");
}

/* The same file as two protocols: the recipe's word against the bytes. */
static void test_forced(void **state)
{
	struct image i = elf(false);
	struct kernel k;

	(void)state;
	assert_int_equal(probe_image(&i, PROTOCOL_MULTIBOOT2, &k), 0);
	assert_int_equal(k.protocol, PROTOCOL_MULTIBOOT2);
	assert_true(has_problem(&k, true, "no Multiboot 2 header in its first 32768 bytes"));
	assert_true(has_problem(&k, false, "name the protocol multiboot, or none"));
	kernel_free(&k);
	assert_int_equal(probe_image(&i, PROTOCOL_MULTIBOOT, &k), 0);
	assert_int_equal(k.n_problems, 0);
	kernel_free(&k);
	image_free(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_place),
		cmocka_unit_test(test_header),      cmocka_unit_test(test_video),
		cmocka_unit_test(test_addresses),   cmocka_unit_test(test_segments),
		cmocka_unit_test(test_higher_half), cmocka_unit_test(test_elf_header),
		cmocka_unit_test(test_sections),    cmocka_unit_test(test_forced),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#include <errno.h>
#include <sys/stat.h>

static void test_table(void **state)
{
	static const char *const names[] = {"multiboot", "multiboot2", "linux", "efi",
					    "bootsector"};

	(void)state;
	for (unsigned n = 0; n < 5; n++) {
		assert_int_equal(kernel_protocol_find(names[n]), n + 1);
		assert_string_equal(kernel_protocols[n + 1].name, names[n]);
		assert_non_null(kernel_protocols[n + 1].command);
		assert_non_null(kernel_protocols[n + 1].probe);
		assert_int_equal(kernel_protocols[n + 1].initrd, n + 1 == PROTOCOL_LINUX);
		assert_int_equal(kernel_protocols[n + 1].gzip, n + 1 != PROTOCOL_BOOTSECTOR);
	}
	assert_int_equal(kernel_protocol_find("auto"), PROTOCOL_AUTO);
	assert_int_equal(kernel_protocol_find("multiboot3"), PROTOCOL_AUTO);
	assert_string_equal(kernel_protocols[PROTOCOL_MULTIBOOT2].module, "module2");
	assert_null(kernel_protocols[PROTOCOL_LINUX].module);
}

static void expect_errno(const char *path, int err)
{
	struct kernel k;

	assert_int_equal(kernel_probe(path, PROTOCOL_AUTO, &k), err);
	kernel_free(&k);
}

static void test_unreadable(void **state)
{
	(void)state;
	expect_errno(craft_dir, -EISDIR);
	expect_errno("/nonexistent/kernel", -ENOENT);
	expect_errno("/dev/null", -EINVAL);
	assert_int_equal(fs_write(craft_path, "", 0), 0);
	expect_errno(craft_path, -ENODATA);
	assert_int_equal(fs_remove_tree(craft_path), 0);
	assert_int_equal(mkfifo(craft_path, 0600), 0); /* nobody writes: must not wait */
	expect_errno(craft_path, -EINVAL);
	assert_int_equal(fs_remove_tree(craft_path), 0);
}

static void expect_stranger(struct image *i, const char *summary)
{
	struct kernel k;

	assert_int_equal(probe_image(i, PROTOCOL_AUTO, &k), -ENOEXEC);
	assert_string_equal(k.summary, summary);
	assert_int_equal(k.n_problems, 0);
	kernel_free(&k);
	image_free(i);
}

static void test_strangers(void **state)
{
	struct image i = image_new(1);

	(void)state;
	expect_stranger(&i, "a file of an unknown kind");
	i = craft_kernel(true);
	expect_stranger(&i, "an ELF64 x86-64 executable without a Multiboot header");
	i = craft_kernel(false);
	put(&i, 16, 2, 1);
	expect_stranger(&i, "an ELF32 i386 object file without a Multiboot header");
	i = image_new(40960);
	memcpy(i.bytes + 0x8001, "CD001", 5);
	put(&i, 510, 2, 0xAA55); /* hybrid */
	expect_stranger(&i, "an ISO 9660 image");
	i = image_new(100);
	memcpy(i.bytes, "#!/bin/sh\n", 10);
	expect_stranger(&i, "a script");
	/* The magic alone, where no header may be. */
	i = image_new(20000);
	put(&i, 10000, 4, 0x1BADB002);
	put(&i, 10001, 4, 0xE85250D6);
	expect_stranger(&i, "a file of an unknown kind");
}

#define PE 0x80

static struct image efi(unsigned machine, unsigned magic)
{
	struct image i = image_new(2048);

	memcpy(i.bytes, "MZ", 2);
	put(&i, 0x3C, 4, PE);
	memcpy(i.bytes + PE, "PE\0", 4);
	put(&i, PE + 4, 2, machine);
	put(&i, PE + 6, 2, 1);
	put(&i, PE + 20, 2, 240);
	put(&i, PE + 24, 2, magic);
	put(&i, PE + 24 + 68, 2, 10);
	put(&i, PE + 24 + 240 + 16, 4, 512);
	put(&i, PE + 24 + 240 + 20, 4, 1536);
	return i;
}

static void test_efi(void **state)
{
	struct image i = efi(0x8664, 0x20B);
	struct kernel k;

	(void)state;
	expect_good(&i, PROTOCOL_EFI, "EFI application, x86-64", PLATFORM_BIT(PLATFORM_UEFI64),
		    false);
	i = efi(0x14C, 0x10B);
	expect_good(&i, PROTOCOL_EFI, "EFI application, i386", PLATFORM_BIT(PLATFORM_UEFI32),
		    false);
	i = efi(0xAA64, 0x20B);
	assert_int_equal(probe_image(&i, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(k.platforms, 0);
	kernel_free(&k);
	expect_error(&i, PROTOCOL_AUTO, PROTOCOL_EFI, "for arm64 (machine 0xaa64)");
	i = efi(0x14C, 0x20B);
	expect_error(&i, PROTOCOL_AUTO, PROTOCOL_EFI,
		     "of type 0x20b, and for i386 it must be 0x10b");
	i = efi(0x8664, 0x20B);
	i.len -= 100;
	expect_error(&i, PROTOCOL_AUTO, PROTOCOL_EFI, "sections end 100 bytes past the end");
	i = efi(0x8664, 0x20B);
	put(&i, PE + 6, 2, 97);
	expect_error(&i, PROTOCOL_AUTO, PROTOCOL_EFI, "97 sections");
	i = efi(0x8664, 0x20B);
	put(&i, PE + 24 + 68, 2, 3);
	expect_stranger(&i, "a Windows program");
	i = efi(0x8664, 0x20B);
	put(&i, PE + 24 + 68, 2, 11);
	expect_error(&i, PROTOCOL_EFI, PROTOCOL_EFI,
		     "an EFI boot service driver (PE subsystem 11)");
	i = efi(0x8664, 0x20B);
	put(&i, 0x3C, 4, 0xfffffff0);
	expect_error(&i, PROTOCOL_EFI, PROTOCOL_EFI, "no PE header");
}

static void test_bootsector(void **state)
{
	struct image i = image_new(512);
	struct kernel k;

	(void)state;
	put(&i, 510, 2, 0xAA55);
	expect_good(&i, PROTOCOL_BOOTSECTOR, "BIOS boot sector, 512 bytes",
		    PLATFORM_BIT(PLATFORM_BIOS), false);
	i = image_new(1024);
	put(&i, 510, 2, 0xAA55);
	assert_int_equal(probe_image(&i, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(k.protocol, PROTOCOL_BOOTSECTOR);
	assert_int_equal(count_errors(&k), 0);
	assert_true(has_problem(&k, false, "only the first 512 of its 1024 bytes are loaded"));
	kernel_free(&k);
	i.len = 1023;
	expect_stranger(&i, "a file of an unknown kind");
	i = image_new(512);
	put(&i, 510, 2, 0x55AA);
	expect_error(&i, PROTOCOL_BOOTSECTOR, PROTOCOL_BOOTSECTOR, "bytes 510 and 511 are aa 55");
	i = image_new(511);
	expect_error(&i, PROTOCOL_BOOTSECTOR, PROTOCOL_BOOTSECTOR, "it has 511 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),      cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_strangers),  cmocka_unit_test(test_efi),
		cmocka_unit_test(test_bootsector),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

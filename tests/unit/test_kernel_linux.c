/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel_craft.h"

#define LINUX PROTOCOL_LINUX

/* Two setup sectors, 4096 bytes of kernel; protocol 2.15, 64-bit with mixed mode, no EFI stub. */
static struct image bzimage(void)
{
	struct image i = image_new(3 * 512 + 4096);

	put(&i, 0x1F1, 1, 2);
	put(&i, 0x1F4, 4, 4096 / 16);
	put(&i, 0x1FE, 2, 0xAA55);
	put(&i, 0x200, 2, 0x66EB);
	memcpy(i.bytes + 0x202, "HdrS", 4);
	put(&i, 0x206, 2, 0x020F);
	put(&i, 0x20E, 2, 0x300 - 0x200 + 0x100);
	memcpy(i.bytes + 0x400, "6.1.0-test (me@here) #1", 24);
	put(&i, 0x211, 1, 1);
	put(&i, 0x236, 2, 0x0F);
	return i;
}

static void test_good(void **state)
{
	struct image i = bzimage();

	(void)state;
	expect_good(&i, LINUX, "Linux bzImage, 6.1.0-test, boot protocol 2.15, 64-bit, no EFI stub",
		    PLATFORM_ALL, false);
	/* An EFI stub makes it a PE file as well; Linux it stays. */
	i = bzimage();
	memcpy(i.bytes, "MZ", 2);
	put(&i, 0x3C, 4, 0x40);
	memcpy(i.bytes + 0x40, "PE\0", 4);
	put(&i, 0x40 + 4, 2, 0x8664);
	put(&i, 0x40 + 20, 2, 240);
	put(&i, 0x40 + 24 + 68, 2, 10);
	expect_good(&i, LINUX,
		    "Linux bzImage, 6.1.0-test, boot protocol 2.15, 64-bit, with an EFI stub",
		    PLATFORM_ALL, false);
	i = bzimage();
	put(&i, 0x236, 2, 0);
	expect_good(&i, LINUX, "Linux bzImage, 6.1.0-test, boot protocol 2.15, 32-bit, no EFI stub",
		    PLATFORM_ALL, false);
	/* Too old to tell, and with nothing to say of itself; setup_sects 0 means 4. */
	i = image_new(5 * 512 + 4096);
	memcpy(i.bytes + 0x202, "HdrS\x03\x02", 6);
	put(&i, 0x1FE, 2, 0xAA55);
	put(&i, 0x211, 1, 1);
	put(&i, 0x1F4, 4, 0xFFFF0100); /* 16 bits of it count */
	put(&i, 0x236, 2, 1);
	expect_good(&i, LINUX, "Linux bzImage, boot protocol 2.03, no EFI stub", PLATFORM_ALL,
		    false);
}

static void test_64bit_only(void **state)
{
	struct image i = bzimage();

	(void)state;
	put(&i, 0x236, 2, 0x0B);
	expect_good(&i, LINUX, "Linux bzImage, 6.1.0-test, boot protocol 2.15, 64-bit, no EFI stub",
		    PLATFORM_BIT(PLATFORM_BIOS) | PLATFORM_BIT(PLATFORM_UEFI64), false);
}

static void test_size(void **state)
{
	struct image i = bzimage();

	(void)state;
	i.len -= 15; /* syssize is rounded up */
	expect_good(&i, LINUX, "Linux bzImage, 6.1.0-test, boot protocol 2.15, 64-bit, no EFI stub",
		    PLATFORM_ALL, false);
	i = bzimage();
	i.len -= 16;
	expect_error(&i, PROTOCOL_AUTO, LINUX, "the file is 16 bytes shorter than its header says");
	i = bzimage();
	i.len = 1536;
	expect_error(&i, PROTOCOL_AUTO, LINUX, "ends within its 1536 bytes of real-mode code");
}

static void test_bad(void **state)
{
	static const struct {
		size_t at;
		unsigned width;
		uint32_t value;
		const char *text;
	} bad[] = {
		{0x206, 2, 0x0202, "boot protocol is 2.02, and GRUB needs 2.03"},
		{0x206, 2, 0x0000, "boot protocol is 0.00"},
		{0x211, 1, 0, "it is a zImage"},
		{0x201, 1, 0x8F, "setup header ends at offset 0x291"},
		{0x1FE, 2, 0, "boot flag at offset 0x1fe is 0x0000"},
	};
	struct image i;

	(void)state;
	for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
		i = bzimage();
		put(&i, bad[n].at, bad[n].width, bad[n].value);
		expect_error(&i, PROTOCOL_AUTO, LINUX, bad[n].text);
	}
	i = image_new(66 * 512 + 512);
	memcpy(i.bytes + 0x202, "HdrS\x0f\x02", 6);
	put(&i, 0x1F1, 1, 65);
	put(&i, 0x1FE, 2, 0xAA55);
	put(&i, 0x211, 1, 1);
	expect_error(&i, PROTOCOL_AUTO, LINUX, "65 sectors of real-mode code");
	i = image_new(512);
	expect_error(&i, LINUX, LINUX, "no HdrS at offset 0x202");
}

/* A version string that is none must not get on anybody's terminal. */
static void test_version_text(void **state)
{
	struct image i = bzimage();

	(void)state;
	i.bytes[0x402] = '\x1b';
	expect_good(&i, LINUX, "Linux bzImage, 6., boot protocol 2.15, 64-bit, no EFI stub",
		    PLATFORM_ALL, false);
	i = bzimage();
	put(&i, 0x20E, 2, 0xffff);
	expect_good(&i, LINUX, "Linux bzImage, boot protocol 2.15, 64-bit, no EFI stub",
		    PLATFORM_ALL, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),         cmocka_unit_test(test_64bit_only),
		cmocka_unit_test(test_size),         cmocka_unit_test(test_bad),
		cmocka_unit_test(test_version_text),
	};

	return cmocka_run_group_tests(tests, craft_setup, craft_teardown);
}

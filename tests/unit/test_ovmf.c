/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/mem.h"
#include "vm/ovmf.h"

/* *STATE is the root of an empty tree. */
static int make_root(void **state)
{
	char *root = mem_dup("/tmp/test_ovmf.XXXXXX");

	*state = root;
	return mkdtemp(root) != NULL ? 0 : -1;
}

static int remove_root(void **state)
{
	int r = fs_remove_tree(*state);

	free(*state);
	return r;
}

static void put(const char *root, const char *file, const char *text)
{
	char *path = mem_printf("%s%s", root, file), *dir = path_dir(path);

	assert_int_equal(fs_mkdirs(dir), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(dir);
	free(path);
}

/* CODE NULL: none is to be found. Paths are below ROOT. */
static void expect(const char *root, const char *folder, enum platform p, const char *code,
		   const char *vars)
{
	char *c = NULL, *v = NULL, *in = folder != NULL ? mem_printf("%s%s", root, folder) : NULL;

	assert_int_equal(ovmf_find(root, in, p, &c, &v), code != NULL);
	if (code != NULL) {
		assert_string_equal(c + strlen(root), code);
		assert_string_equal(v + strlen(root), vars);
	}
	free(in);
	free(c);
	free(v);
}

static void test_nowhere(void **state)
{
	expect(*state, NULL, PLATFORM_UEFI64, NULL, NULL);
	expect(*state, "/none", PLATFORM_UEFI32, NULL, NULL);
	/* one of the two is not enough */
	put(*state, "/usr/share/OVMF/OVMF_CODE_4M.fd", "");
	expect(*state, NULL, PLATFORM_UEFI64, NULL, NULL);
}

#define DEBIAN "/usr/share/OVMF/"
#define FEDORA "/usr/share/edk2/ovmf"
#define SUSE   "/usr/share/qemu/ovmf-"

static void test_distributions(void **state)
{
	const char *root = *state;

	put(root, SUSE "x86_64-code.bin", "");
	put(root, SUSE "x86_64-vars.bin", "");
	put(root, SUSE "ia32-code.bin", "");
	put(root, SUSE "ia32-vars.bin", "");
	expect(root, NULL, PLATFORM_UEFI64, SUSE "x86_64-code.bin", SUSE "x86_64-vars.bin");
	expect(root, NULL, PLATFORM_UEFI32, SUSE "ia32-code.bin", SUSE "ia32-vars.bin");
	put(root, FEDORA "/OVMF_CODE.fd", "");
	put(root, FEDORA "/OVMF_VARS.fd", "");
	put(root, FEDORA "-ia32/OVMF_CODE.fd", "");
	put(root, FEDORA "-ia32/OVMF_VARS.fd", "");
	expect(root, NULL, PLATFORM_UEFI64, FEDORA "/OVMF_CODE.fd", FEDORA "/OVMF_VARS.fd");
	expect(root, NULL, PLATFORM_UEFI32, FEDORA "-ia32/OVMF_CODE.fd",
	       FEDORA "-ia32/OVMF_VARS.fd");
	put(root, DEBIAN "OVMF32_CODE_4M.secboot.fd", "");
	put(root, DEBIAN "OVMF32_VARS_4M.fd", "");
	put(root, DEBIAN "OVMF_CODE_4M.ms.fd", "");
	put(root, DEBIAN "OVMF_VARS_4M.ms.fd", "");
	expect(root, NULL, PLATFORM_UEFI64, FEDORA "/OVMF_CODE.fd", FEDORA "/OVMF_VARS.fd");
	expect(root, NULL, PLATFORM_UEFI32, DEBIAN "OVMF32_CODE_4M.secboot.fd",
	       DEBIAN "OVMF32_VARS_4M.fd");
	put(root, DEBIAN "OVMF_CODE_4M.fd", "");
	put(root, DEBIAN "OVMF_VARS_4M.fd", "");
	expect(root, NULL, PLATFORM_UEFI64, DEBIAN "OVMF_CODE_4M.fd", DEBIAN "OVMF_VARS_4M.fd");
}

static void test_qemu_own(void **state)
{
	put(*state, "/usr/share/qemu/edk2-x86_64-code.fd", "");
	put(*state, "/usr/share/qemu/edk2-i386-vars.fd", "");
	expect(*state, NULL, PLATFORM_UEFI64, "/usr/share/qemu/edk2-x86_64-code.fd",
	       "/usr/share/qemu/edk2-i386-vars.fd");
	expect(*state, NULL, PLATFORM_UEFI32, NULL, NULL);
}

static void test_folder_first(void **state)
{
	put(*state, DEBIAN "OVMF_CODE_4M.fd", "");
	put(*state, DEBIAN "OVMF_VARS_4M.fd", "");
	put(*state, "/mine/OVMF_CODE.fd", "");
	put(*state, "/mine/OVMF_VARS.fd", "");
	expect(*state, "/mine", PLATFORM_UEFI64, "/mine/OVMF_CODE.fd", "/mine/OVMF_VARS.fd");
	/* a name that both platforms have means x64 */
	expect(*state, "/mine", PLATFORM_UEFI32, NULL, NULL);
	/* for Secure Boot: from the user's folder only, and where there is no other */
	put(*state, "/mine/OVMF_CODE_4M.ms.fd", "");
	put(*state, "/mine/OVMF_VARS_4M.ms.fd", "");
	expect(*state, "/mine", PLATFORM_UEFI64, "/mine/OVMF_CODE.fd", "/mine/OVMF_VARS.fd");
	put(*state, "/keys/OVMF_CODE_4M.ms.fd", "");
	put(*state, "/keys/OVMF_VARS_4M.ms.fd", "");
	expect(*state, "/keys", PLATFORM_UEFI64, "/keys/OVMF_CODE_4M.ms.fd",
	       "/keys/OVMF_VARS_4M.ms.fd");
	expect(*state, "/other", PLATFORM_UEFI64, DEBIAN "OVMF_CODE_4M.fd",
	       DEBIAN "OVMF_VARS_4M.fd");
}

static void descriptor(const char *root, const char *name, const char *image, const char *format,
		       const char *architecture, const char *feature)
{
	char *text = mem_printf("{\"interface-types\": [\"uefi\"], \"mapping\": {\"device\": "
				"\"flash\", \"executable\": {\"filename\": \"/f/%s.code\", "
				"\"format\": \"%s\"}, \"nvram-template\": {\"filename\": "
				"\"/f/%s.vars\", \"format\": \"%s\"}}, \"targets\": "
				"[{\"architecture\": \"%s\", \"machines\": []}], \"features\": "
				"[\"%s\"], \"tags\": []}",
				image, format, image, format, architecture, feature);
	char *file = mem_printf("/usr/share/qemu/firmware/%s", name);
	char *code = mem_printf("/f/%s.code", image), *vars = mem_printf("/f/%s.vars", image);

	put(root, file, text);
	put(root, code, "");
	put(root, vars, "");
	free(vars);
	free(code);
	free(file);
	free(text);
}

static void test_descriptors(void **state)
{
	const char *root = *state;

	put(root, "/usr/share/qemu/firmware/00-broken.json", "{");
	put(root, "/usr/share/qemu/firmware/01-list.json", "[1]");
	put(root, "/usr/share/qemu/firmware/02-half.json", "{\"mapping\": {\"device\": 3}}");
	descriptor(root, "10-keys.json", "keys", "raw", "x86_64", "enrolled-keys");
	descriptor(root, "20-qcow.json", "qcow", "qcow2", "x86_64", "acpi-s3");
	descriptor(root, "30-arm.json", "arm", "raw", "aarch64", "acpi-s3");
	descriptor(root, "40-x64.json.bak", "bak", "raw", "x86_64", "acpi-s3");
	expect(root, NULL, PLATFORM_UEFI64, NULL, NULL);
	descriptor(root, "60-x64.json", "late", "raw", "x86_64", "acpi-s3");
	descriptor(root, "50-x64.json", "x64", "raw", "x86_64", "acpi-s3");
	expect(root, NULL, PLATFORM_UEFI64, "/f/x64.code", "/f/x64.vars");
	expect(root, NULL, PLATFORM_UEFI32, NULL, NULL);
	descriptor(root, "70-ia32.json", "ia32", "raw", "i386", "requires-smm");
	expect(root, NULL, PLATFORM_UEFI32, "/f/ia32.code", "/f/ia32.vars");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nowhere),      TEST(test_distributions), TEST(test_qemu_own),
		TEST(test_folder_first), TEST(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

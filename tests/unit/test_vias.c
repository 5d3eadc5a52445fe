/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "vm/network.h"

static void test_table(void **state)
{
	static const char *const names[] = {
		"cd-bios",    "cd-uefi64",  "cd-uefi32",   "usb-bios",        "usb-uefi64",
		"usb-uefi32", "floppy",     "diskless-cd", "diskless-floppy", "pxe-bios",
		"pxe-uefi64", "pxe-uefi32", "http-uefi64", "http-uefi32",
	};

	(void)state;
	assert_int_equal(vm_n_vias, sizeof names / sizeof *names);
	for (size_t i = 0; i < vm_n_vias; i++) {
		assert_string_equal(vm_vias[i].name, names[i]);
		assert_ptr_equal(vm_via_find(names[i]), &vm_vias[i]);
		/* a network card is there for PXE, HTTP boot and GRUB's own drivers only, and is
		 * known */
		assert_int_equal(vm_vias[i].nic != NULL, vm_vias[i].output == OUTPUT_TFTP ||
								 vm_vias[i].output == OUTPUT_HTTP ||
								 vm_vias[i].native);
		if (vm_vias[i].nic != NULL)
			assert_non_null(vm_nic_find(vm_vias[i].nic));
		assert_int_equal(vm_vias[i].native, strncmp(names[i], "diskless-", 9) == 0);
		/* a name that tells the platform tells the right one */
		if (strchr(names[i], '-') != NULL && !vm_vias[i].native)
			assert_string_equal(strchr(names[i], '-') + 1,
					    platforms[vm_vias[i].platform].name);
	}
	assert_null(vm_via_find("cd"));
	assert_null(vm_via_find(""));
}

static void artifact(const char *via, const char *want)
{
	char *path = vm_artifact(vm_via_find(via), "out/de,mo", "demo");

	assert_string_equal(path, want);
	free(path);
}

static void test_artifacts(void **state)
{
	(void)state;
	artifact("cd-bios", "out/de,mo/demo.iso");
	artifact("usb-uefi32", "out/de,mo/demo.iso");
	artifact("floppy", "out/de,mo/demo-floppy.img");
	artifact("diskless-cd", "out/de,mo/demo-diskless.iso");
	artifact("diskless-floppy", "out/de,mo/demo-diskless-floppy.img");
	for (size_t i = 0; i < vm_n_vias; i++) {
		if (vm_vias[i].output == OUTPUT_TFTP || vm_vias[i].output == OUTPUT_HTTP)
			assert_string_equal(strrchr(vm_vias[i].artifact, '/') + 1,
					    platforms[vm_vias[i].platform].nbp);
	}
	artifact("pxe-bios", "out/de,mo/tftp/demo/bios.0");
	artifact("http-uefi32", "out/de,mo/http/demo/uefi32.efi");
}

/* The arguments that the medium adds, joined by spaces. */
static void arguments(const char *name, const char *want)
{
	struct recipe r = {.name = (char[]){"demo"}};
	struct vm_setup setup = {.via = vm_via_find(name), .dir = "out/de,mo", .recipe = &r};
	struct vm_argv argv = {0};
	struct strbuf line = {0};

	setup.via->attach(&setup, &argv);
	assert_non_null(argv.items);
	assert_null(argv.items[argv.n]);
	for (size_t i = 0; i < argv.n; i++)
		strbuf_addf(&line, "%s%s", i > 0 ? " " : "", argv.items[i]);
	assert_string_equal(line.data, want);
	strbuf_free(&line);
	vm_argv_free(&argv);
}

static void test_arguments(void **state)
{
	(void)state;
	arguments("cd-uefi64",
		  "-drive if=none,id=medium,format=raw,readonly=on,file=out/de,,mo/demo.iso "
		  "-device ide-cd,drive=medium,bootindex=0");
	arguments("usb-bios",
		  "-drive if=none,id=medium,format=raw,readonly=on,file=out/de,,mo/demo.iso "
		  "-device qemu-xhci -device usb-storage,drive=medium,bootindex=0");
	arguments("floppy", "-drive if=floppy,format=raw,readonly=on,"
			    "file=out/de,,mo/demo-floppy.img -boot order=a");
	arguments("diskless-cd", "-drive if=none,id=medium,format=raw,readonly=on,"
				 "file=out/de,,mo/demo-diskless.iso "
				 "-device ide-cd,drive=medium,bootindex=0");
	arguments("diskless-floppy", "-drive if=floppy,format=raw,readonly=on,"
				     "file=out/de,,mo/demo-diskless-floppy.img -boot order=a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_artifacts),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

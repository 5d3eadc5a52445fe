/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include <jansson.h>

#include "vm/network.h"
#include "vm/report.h"

static void test_table(void **state)
{
	static const char *const names[] = {
		"cd-bios", "cd-uefi64",   "cd-uefi32",       "usb-bios", "usb-uefi64", "usb-uefi32",
		"floppy",  "diskless-cd", "diskless-floppy", "pxe-bios", "pxe-uefi64", "pxe-uefi32",
	};

	(void)state;
	assert_int_equal(vm_n_vias, sizeof names / sizeof *names);
	for (size_t i = 0; i < vm_n_vias; i++) {
		assert_string_equal(vm_vias[i].name, names[i]);
		assert_ptr_equal(vm_via_find(names[i]), &vm_vias[i]);
		/* a network card is there for PXE and GRUB's own drivers only, and is known */
		assert_int_equal(vm_vias[i].nic != NULL,
				 vm_vias[i].output == OUTPUT_TFTP || vm_vias[i].native);
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
		if (vm_vias[i].output == OUTPUT_TFTP)
			assert_string_equal(strrchr(vm_vias[i].artifact, '/') + 1,
					    platforms[vm_vias[i].platform].nbp);
	}
	artifact("pxe-bios", "out/de,mo/tftp/demo/bios.0");
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

static void test_report(void **state)
{
	char reason[] = "no end within 30 s: the expected text \"h\xc3\xa9\" did not come";
	char bad[] = "\xff";
	struct vm_result r = {.ok = true, .seconds = 0.46449};
	struct recipe recipe = {.name = (char[]){"demo"}};
	struct vm_job cd = {.via = vm_via_find("cd-bios"), .label = (char[]){"cd-bios"}};
	struct vm_job pxe = {.via = vm_via_find("pxe-bios"),
			     .nic = vm_nic_find("e1000"),
			     .label = (char[]){"pxe-bios-e1000"}};
	struct strbuf out = {0};
	json_t *j;

	(void)state;
	vm_report_text(&out, &cd, 12, &r);
	vm_report_text(&out, &pxe, 16, &r);
	vm_report_json(&out, &recipe, &pxe, &r);
	assert_string_equal(out.data, "cd-bios      ok      0.5 s\n"
				      "pxe-bios-e1000   ok      0.5 s\n"
				      "{\"recipe\":\"demo\",\"via\":\"pxe-bios\",\"nic\":\"e1000\","
				      "\"ok\":true,\"seconds\":0.464,\"reason\":null}\n");
	out.len = 0;
	r = (struct vm_result){.seconds = 30, .reason = reason};
	vm_report_text(&out, &cd, 12, &r);
	assert_string_equal(out.data, "cd-bios      FAIL   30.0 s  no end within 30 s: the "
				      "expected text \"h\xc3\xa9\" did not come\n"
				      "    serial port: nothing\n");
	out.len = 0;
	strbuf_adds(&r.serial, "one\r\ntwo\x07\r\n");
	strbuf_adds(&r.screen, "SeaBIOS\r\n");
	vm_report_text(&out, &cd, 12, &r);
	assert_non_null(strstr(out.data, "\n    serial port:\n    | one\n    | two\\x07\n"
					 "    screen of firmware and boot loader:\n"
					 "    | SeaBIOS\n"));
	out.len = 0;
	vm_report_json(&out, &recipe, &cd, &r);
	j = json_loads(out.data, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(j, "reason")), reason);
	assert_true(json_is_null(json_object_get(j, "nic")));
	assert_true(json_is_false(json_object_get(j, "ok")));
	json_decref(j);
	out.len = 0;
	r.reason = bad;
	vm_report_json(&out, &recipe, &cd, &r);
	assert_non_null(strstr(out.data, "\"reason\":\"\\\\xff\""));
	r.reason = NULL;
	vm_result_free(&r);
	strbuf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_artifacts),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

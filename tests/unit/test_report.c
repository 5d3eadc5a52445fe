/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "report_fixture.h"

/* What a run by hand looks like as text, JSON, JUnit's XML and HTML. With a folder as its argument,
 * this program writes the files there instead, for tests/cli/report.bats. */

static void test_text(void **state)
{
	struct strbuf out = {0};
	struct run run;

	(void)state;
	run_begin(&run);
	vm_report_text(&out, &run.jobs[0], 12, &run.results[0]);
	vm_report_text(&out, &run.jobs[2], 16, &run.results[2]);
	assert_string_equal(out.data, "cd-bios      ok      1.2 s\n"
				      "pxe-bios-e1000   ok      3.2 s\n");
	out.len = 0;
	vm_report_text(&out, &run.jobs[3], 12, &run.results[3]);
	assert_string_equal(
		out.data,
		"cd-bios-second FAIL    4.2 s  the guest wrote \"</script>\", which the test "
		"rejects\n"
		"    expected: \"demo: done\" & no \"</script>\"\n"
		"    serial port:\n"
		"    | mkboot demo kernel\n"
		"    | demo: done\n"
		"    | tab here \\x07red ]]> & <b title='x' y=\"z\"> </pre></script><script>"
		"alert(1)</script> [[ATTACHMENT|/etc/passwd]]\n"
		"    | 2: \xc3\xa9 3: \xe2\x82\xac 4: \xf0\x9f\x90\xa7 nonchar: \\xef\\xbf\\xbe "
		"bidi: "
		"\\xe2\\x80\\xae c1: \\xc2\\x9b\n"
		"    | bad: \\xff \\xc3( \\xe2\\x82 \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80 "
		"\\xc0\\xaf end\n"
		"    debugcon (port 0xe9):\n"
		"    | debugcon: tab here \\x07red ]]> & <b title='x' y=\"z\"> "
		"</pre></script><script>"
		"alert(1)</script> [[ATTACHMENT|/etc/passwd]]\n"
		"    | 2: \xc3\xa9 3: \xe2\x82\xac 4: \xf0\x9f\x90\xa7 nonchar: \\xef\\xbf\\xbe "
		"bidi: "
		"\\xe2\\x80\\xae c1: \\xc2\\x9b\n"
		"    | bad: \\xff \\xc3( \\xe2\\x82 \\xed\\xa0\\x80 \\xf5\\x80\\x80\\x80 "
		"\\xc0\\xaf end\n"
		"    screen of firmware and boot loader:\n"
		"    | SeaBIOS\n"
		"    | GNU GRUB\n"
		"    | *Demo\n"
		"    |  in 1s\n"
		"    repeat it by hand:\n"
		"      qemu-system-x86_64 -m 64M\n");
	/* an entry that QEMU's line alone does not choose, and mkboot's line, which does */
	out.len = 0;
	free(run.results[3].choose);
	run.results[3].choose = mem_dup("Second");
	vm_argv_add(&run.results[3].repeat, "mkboot test --entry Second");
	vm_report_text(&out, &run.jobs[3], 12, &run.results[3]);
	assert_non_null(strstr(out.data, "    repeat it by hand:\n"
					 "      qemu-system-x86_64 -m 64M\n"
					 "      # then choose 'Second' in the menu\n"
					 "      mkboot test --entry Second\n"));
	strbuf_free(&out);
	vm_report_junit(&out, &run.report);
	assert_non_null(strstr(out.data, "repeat it by hand:\n"
					 "  qemu-system-x86_64 -m 64M\n"
					 "  # then choose &#39;Second&#39; in the menu\n"
					 "  mkboot test --entry Second\n"));
	strbuf_free(&out);
	assert_int_equal(vm_report_html(&out, &run.report), MK_OK);
	assert_non_null(strstr(out.data, "<pre class=\"command\">qemu-system-x86_64 -m 64M\n"
					 "# then choose &#39;Second&#39; in the menu\n"
					 "mkboot test --entry Second\n"));
	strbuf_free(&out);
	run_end(&run);
}

/* The last 20 lines and no more; a machine that wrote nothing. */
static void test_text_ends(void **state)
{
	struct strbuf out = {0};
	size_t lines = 0;
	struct run run;

	(void)state;
	run_begin(&run);
	vm_report_text(&out, &run.jobs[4], 12, &run.results[4]);
	for (const char *p = out.data; (p = strstr(p, "    | ")) != NULL; p++)
		lines++;
	assert_int_equal(lines, 20);
	assert_non_null(strstr(out.data, "] line 7999 of"));
	assert_null(strstr(out.data, "screen of"));
	out.len = 0;
	boot_failed(&run.results[5], "no", "what");
	vm_report_text(&out, &run.jobs[5], 0, &run.results[5]);
	assert_string_equal(out.data, "diskless-floppy-rtl8139 FAIL    6.2 s  no\n"
				      "    expected: what\n"
				      "    serial port: nothing\n"
				      "    repeat it by hand:\n"
				      "      qemu-system-x86_64 -m 64M\n");
	strbuf_free(&out);
	run_end(&run);
}

static void test_json(void **state)
{
	struct strbuf out = {0};
	char bad[] = "\xff";
	struct run run;

	(void)state;
	run_begin(&run);
	vm_report_json(&out, &run.recipe, &run.jobs[2], &run.results[2]);
	vm_report_json(&out, &run.recipe, &run.jobs[4], &run.results[4]);
	vm_report_json(&out, &run.recipe, &run.jobs[3], &run.results[3]);
	assert_string_equal(
		out.data,
		"{\"recipe\":\"demo.yaml\",\"via\":\"pxe-bios\",\"nic\":\"e1000\",\"ok\":true,"
		"\"seconds\":3.25,\"reason\":null,\"vm\":\"qemu\",\"entry\":null,\"secure_boot\":"
		"null,"
		"\"menu_seconds\":0.5,\"kernel_seconds\":1.0}\n"
		"{\"recipe\":\"demo.yaml\",\"via\":\"usb-uefi64\",\"nic\":null,\"ok\":false,"
		"\"seconds\":5.25,\"reason\":\"no end within 5 s: the expected text "
		"\\\"h\xc3\xa9\\\" "
		"did not come\",\"vm\":\"qemu\",\"entry\":null,\"secure_boot\":\"on\","
		"\"menu_seconds\":null,\"kernel_seconds\":null}\n"
		"{\"recipe\":\"demo.yaml\",\"via\":\"cd-bios\",\"nic\":null,\"ok\":false,"
		"\"seconds\":4.25,\"reason\":\"the guest wrote \\\"</script>\\\", which the test "
		"rejects\",\"vm\":\"qemu\",\"entry\":\"\\\"Second\\\" <entry> & \xc3\xa9\","
		"\"secure_boot\":null,\"menu_seconds\":0.5,\"kernel_seconds\":1.0}\n");
	out.len = 0;
	free(run.results[3].reason);
	run.results[3].reason = mem_dup(bad);
	vm_report_json(&out, &run.recipe, &run.jobs[3], &run.results[3]);
	assert_non_null(strstr(out.data, "\"reason\":\"\\\\xff\""));
	strbuf_free(&out);
	run_end(&run);
}

/* No byte that XML 1.0 cannot hold, no guest's word that is markup, no log without bounds. */
static void no_hostile_byte(const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		assert_true((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t');
	assert_null(strstr(text, "\xef\xbf\xbe"));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strstr(text, "\xc2\x9b"));
	assert_null(strstr(text, "\xff"));
	assert_null(strstr(text, "]]>"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "</script"));
	assert_null(strstr(text, "<b title"));
	assert_null(strstr(text, "<entry>"));
	assert_non_null(strstr(text, "\xf0\x9f\x90\xa7"));
	assert_non_null(strstr(text, "&lt;/script&gt;"));
}

static void test_junit(void **state)
{
	struct strbuf out = {0};
	struct run run;

	(void)state;
	run_begin(&run);
	vm_report_junit(&out, &run.report);
	no_hostile_byte(out.data);
	assert_non_null(strstr(out.data, "<testsuites name=\"mkboot\" tests=\"6\" failures=\"2\" "
					 "errors=\"0\" time=\"12.346\">\n"));
	assert_non_null(strstr(out.data, "<testcase name=\"pxe-bios-e1000\" "
					 "classname=\"demo.pxe-bios\" time=\"3.250\">\n"));
	assert_non_null(strstr(out.data, "<failure message=\"the guest wrote "
					 "&quot;&lt;/script&gt;&quot;, which the test rejects\" "
					 "type=\"boot\">the guest wrote "));
	assert_non_null(
		strstr(out.data, "<property name=\"usb-uefi64.secure_boot\" value=\"on\"/>"));
	assert_null(strstr(strstr(out.data, "<system-out>"), "[[ATTACHMENT|/etc/passwd]]\n2: \xc3"
							     "\xa9 3: \xe2\x82\xac 4: \xf0\x9f\x90"
							     "\xa7 nonchar: \\xef\\xbf\\xbe bidi: "
							     "\\xe2\\x80\\xae c1: \\xc2\\x9b\nbad: "
							     "\\xff \\xc3( \\xe2\\x82 \\xed\\xa0"
							     "\\x80 \\xf5\\x80\\x80\\x80 \\xc0\\xaf"
							     " end\n</system-out>"));
	assert_non_null(strstr(out.data, "[\\x5bATTACHMENT|"));
	/* 8000 lines, of which the first and the last are there. */
	assert_non_null(strstr(out.data, "] line 0 of"));
	assert_non_null(strstr(out.data, "] line 7999 of"));
	assert_null(strstr(out.data, "] line 4000 of"));
	assert_non_null(strstr(out.data, " bytes are left out here ...]"));
	assert_true(out.len < 200000);
	strbuf_free(&out);
	run_end(&run);
}

/* Both of the guest's consoles, named where there are two. */
static void test_junit_debugcon(void **state)
{
	struct strbuf out = {0};
	struct run run;

	(void)state;
	run_begin(&run);
	strbuf_adds(&run.results[0].debugcon, "on port e9\n");
	strbuf_adds(&run.results[5].debugcon, "there alone\n");
	vm_report_junit(&out, &run.report);
	assert_non_null(strstr(out.data, "<system-out>--- serial port ---\nmkboot demo kernel\n"));
	assert_non_null(strstr(out.data, "demo: done\n--- debugcon (port 0xe9) ---\non port e9\n"
					 "</system-out>"));
	assert_non_null(strstr(out.data, "<system-out>there alone\n</system-out>"));
	strbuf_free(&out);
	/* as they came, for files */
	vm_report_log(&out, &run.results[0]);
	assert_string_equal(out.data,
			    "--- serial port ---\nmkboot demo kernel\r\n\r\ndemo: done\r\n"
			    "--- debugcon (port 0xe9) ---\non port e9\n");
	strbuf_free(&out);
	vm_report_log(&out, &run.results[5]);
	assert_string_equal(out.data, "there alone\n");
	strbuf_free(&out);
	vm_report_log(&out, &run.results[2]);
	assert_string_equal(out.data, "mkboot demo kernel\r\n\r\ndemo: done\r\n");
	strbuf_free(&out);
	run_end(&run);
}

/* A single line without end is cut, too, and the end of it is there. */
static void test_endless(void **state)
{
	struct strbuf out = {0};
	struct run run;

	(void)state;
	run_begin(&run);
	strbuf_free(&run.results[0].serial);
	strbuf_adds(&run.results[0].serial, "begin");
	for (size_t i = 0; i < 300000; i++)
		strbuf_adds(&run.results[0].serial, "\xe2\x82\xac");
	strbuf_adds(&run.results[0].serial, "end");
	vm_report_junit(&out, &run.report);
	assert_non_null(strstr(out.data, "<system-out>begin\xe2\x82\xac"));
	assert_non_null(strstr(out.data, "\xe2\x82\xac"
					 "end\n</system-out>"));
	assert_true(out.len < 300000);
	strbuf_free(&out);
	run_end(&run);
}

static void test_html(void **state)
{
	const char *first, *good;
	struct strbuf out = {0};
	struct run run;

	(void)state;
	run_begin(&run);
	assert_int_equal(vm_report_html(&out, &run.report), MK_OK);
	no_hostile_byte(out.data);
	assert_null(strstr(out.data, "http:"));
	assert_null(strstr(out.data, "https:"));
	assert_null(strstr(out.data, "url("));
	/* Those that failed come first. */
	first = strstr(out.data, "<h3>cd-bios-second</h3>");
	good = strstr(out.data, "<h3>cd-bios</h3>");
	assert_non_null(first);
	assert_true(first < good);
	assert_non_null(strstr(out.data, "<strong>2 of 6 boots failed</strong>, 4 booted."));
	assert_non_null(strstr(out.data, "12.3 MiB <span>(12,897,024 bytes)</span>"));
	assert_non_null(strstr(out.data, "<span class=\"num\">812 bytes</span>"));
	assert_non_null(strstr(out.data,
			       "Boots on BIOS and UEFI x64, by cd-bios, cd-uefi64, usb-bios</p>"));
	assert_non_null(strstr(out.data, "<dd>off (no keys enrolled)</dd>"));
	assert_non_null(strstr(out.data, "data:image/png;base64,iVBORw0KGgo"));
	strbuf_free(&out);
	run_end(&run);
}

static int write_files(const char *folder)
{
	struct strbuf xml = {0}, html = {0};
	char *xml_path = path_join(folder, "junit.xml"),
	     *html_path = path_join(folder, "index.html");
	struct run run;
	int status;

	run_begin(&run);
	vm_report_junit(&xml, &run.report);
	status = vm_report_html(&html, &run.report) != MK_OK ||
		 fs_write(xml_path, xml.data, xml.len) != 0 ||
		 fs_write(html_path, html.data, html.len) != 0;
	run_end(&run);
	strbuf_free(&xml);
	strbuf_free(&html);
	free(xml_path);
	free(html_path);
	return status;
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),           cmocka_unit_test(test_text_ends),
		cmocka_unit_test(test_json),           cmocka_unit_test(test_junit),
		cmocka_unit_test(test_junit_debugcon), cmocka_unit_test(test_endless),
		cmocka_unit_test(test_html),
	};

	if (argc == 2)
		return write_files(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

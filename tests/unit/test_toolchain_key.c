/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testing.h"

#include "toolchain/drivers.h"
#include "toolchain/layer.h"
#include "toolchain/protocols.h"

#include <sys/stat.h>

/* Everything that goes into a set of drivers or protocols changes its key, and nothing else does.
 */

static void put(const char *dir, const char *name, const char *text)
{
	char *path = path_join(dir, name), *folder = path_dir(path);

	assert_int_equal(fs_mkdirs(folder), 0);
	assert_int_equal(fs_write(path, text, strlen(text)), 0);
	free(folder);
	free(path);
}

static int key_setup(void **state)
{
	static const char *const files[] = {
		"data/drivers/nic.c",
		"data/drivers/nic.h",
		"data/drivers/a.c",
		"data/drivers/skeleton.c",
		"grub/modinfo.sh",
		"grub/kernel.img",
		"grub/moddep.lst",
		"grub/command.lst",
		"grub/boot.mod",
		"data/protocols/portable.h",
		"data/protocols/README.md",
		"data/protocols/wire/wire.h",
		"data/protocols/tftp/tftp.c",
		"data/protocols/wire/wire.c",
		"data/protocols/http/http.c",
		"data/protocols/dhcp/dhcp.c",
	};
	char *data, *cache;
	int r = folder_setup(state);

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		put(*state, files[i], files[i]);
	data = path_join(*state, "data");
	cache = path_join(*state, "cache");
	setenv("MKBOOT_DATA", data, 1);
	setenv("MKBOOT_CACHE", cache, 1);
	unsetenv("MKBOOT_DRIVER_DEFINES");
	free(cache);
	free(data);
	return r;
}

static struct digest_hex key(const char *dir)
{
	struct grub_platform gp = {.modules = path_join(dir, "grub")};
	struct digest_hex k;

	assert_int_equal(drivers_key(&gp, &k), MK_OK);
	free(gp.modules);
	return k;
}

static void test_inputs(void **state)
{
	static const struct {
		const char *file;
		bool matters;
	} inputs[] = {
		{"data/drivers/nic.c", true},       {"data/drivers/nic.h", true},
		{"data/drivers/a.c", true},         {"data/drivers/new.c", true},
		{"data/drivers/skeleton.c", false}, {"data/drivers/README", false},
		{"grub/modinfo.sh", true},          {"grub/kernel.img", true},
		{"grub/moddep.lst", true},          {"grub/command.lst", true},
	};
	struct digest_hex before = key(*state), after;

	assert_string_equal(before.text, key(*state).text);
	for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
		put(*state, inputs[i].file, "changed");
		after = key(*state);
		if ((strcmp(before.text, after.text) != 0) != inputs[i].matters)
			fail_msg("%s", inputs[i].file);
		before = after;
	}
}

static struct digest_hex protocols(const char *dir, enum platform p)
{
	struct grub_platform gp = {.platform = p, .modules = path_join(dir, "grub")};
	struct digest_hex k;

	assert_int_equal(protocols_key(&gp, &k), MK_OK);
	free(gp.modules);
	return k;
}

static void test_protocol_inputs(void **state)
{
	static const struct {
		const char *file;
		bool matters;
	} inputs[] = {
		{"data/protocols/portable.h", true},
		{"data/protocols/wire/wire.h", true},
		{"data/protocols/tftp/tftp.c", true},
		{"data/protocols/tftp/more.c", true},
		{"data/protocols/http/http.c", true},
		{"data/protocols/dhcp/dhcp.h", true},
		{"data/protocols/other/x.c", false},
		{"data/protocols/README.md", false},
		{"data/protocols/tftp/notes", false},
		{"data/drivers/nic.c", false},
		{"grub/moddep.lst", true},
		{"grub/modinfo.sh", true},
	};
	struct digest_hex before = protocols(*state, PLATFORM_BIOS), after;

	assert_string_equal(before.text, protocols(*state, PLATFORM_BIOS).text);
	assert_string_not_equal(before.text, key(*state).text);
	/* flags and compilers */
	assert_string_not_equal(before.text, protocols(*state, PLATFORM_UEFI32).text);
	assert_string_not_equal(before.text, protocols(*state, PLATFORM_UEFI64).text);
	assert_string_not_equal(protocols(*state, PLATFORM_UEFI32).text,
				protocols(*state, PLATFORM_UEFI64).text);
	for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
		put(*state, inputs[i].file, "changed");
		after = protocols(*state, PLATFORM_BIOS);
		if ((strcmp(before.text, after.text) != 0) != inputs[i].matters)
			fail_msg("%s", inputs[i].file);
		before = after;
	}
}

/* Lines of the lists are replaced by their first word, whole and without its star. */
static void test_lists(void **state)
{
	static const struct {
		const char *old, *lines, *want;
	} cases[] = {
		{"a: b\ntftp: net\nnet: a\n", "wire: net\ntftp: wire net\n",
		 "a: b\nnet: a\nwire: net\ntftp: wire net\n"},
		{"xtftp: net\ntftpx: net\nb: tftp:\ntftp: net", "tftp: wire\n",
		 "xtftp: net\ntftpx: net\nb: tftp:\ntftp: wire\n"},
		{"*net_bootp: net\nnet_dhcp: net\n*ls: minicmd\n",
		 "net_bootp: dhcp\nnet_dhcp: dhcp\n",
		 "*ls: minicmd\nnet_bootp: dhcp\nnet_dhcp: dhcp\n"},
		{"a: b\nc:", "", "a: b\nc:\n"},
		{"", "a: b\n", "a: b\n"},
	};
	char *base = path_join(*state, "grub"), *modules = path_join(*state, "layer");
	char *path = path_join(modules, "x.lst");
	struct grub_platform gp = {.modules = base};

	assert_int_equal(layer_link(&gp, modules), MK_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct strbuf text = {0};

		put(*state, "grub/x.lst", cases[i].old);
		assert_int_equal(layer_list(&gp, modules, "x.lst", cases[i].lines), MK_OK);
		assert_int_equal(fs_read(path, 1000, &text), 0);
		strbuf_add(&text, "", 0);
		assert_string_equal(text.data, cases[i].want);
		strbuf_free(&text);
	}
	free(path);
	free(modules);
	free(base);
}

static void test_defines(void **state)
{
	static const char *const bad[] = {"lower", "A;B",  "-DX",   "A=1",
					  "1A",    "A\nB", "\"A\"", "NIC_DEBUG_SMALL_RING",
					  "OTHER"};
	struct grub_platform gp = {.modules = path_join(*state, "grub")};
	struct digest_hex none, one, two;

	put(*state, "data/drivers/nic.h",
	    "#ifdef NIC_DEBUG_NO_CLOSE\n#ifdef NIC_DEBUG_SMALL_RINGS\n");
	none = key(*state);
	setenv("MKBOOT_DRIVER_DEFINES", "", 1);
	assert_string_equal(none.text, key(*state).text);
	setenv("MKBOOT_DRIVER_DEFINES", "NIC_DEBUG_NO_CLOSE", 1);
	one = key(*state);
	setenv("MKBOOT_DRIVER_DEFINES", " NIC_DEBUG_NO_CLOSE  NIC_DEBUG_SMALL_RINGS", 1);
	two = key(*state);
	assert_string_not_equal(none.text, one.text);
	assert_string_not_equal(none.text, two.text);
	assert_string_not_equal(one.text, two.text);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct caught c;

		setenv("MKBOOT_DRIVER_DEFINES", bad[i], 1);
		catch_begin(&c);
		assert_int_equal(drivers_key(&gp, &one), MK_USAGE);
		catch_end(&c);
		assert_non_null(strstr(c.text, "MKBOOT_DRIVER_DEFINES has '"));
		free(c.text);
	}
	unsetenv("MKBOOT_DRIVER_DEFINES");
	free(gp.modules);
}

/* Another compiler is another key; its version is asked for when its file is another. */
static void test_compiler(void **state)
{
	static const char script[] = "#!/bin/sh\n"
				     "case $1 in\n"
				     "--version) echo fake %s;;\n"
				     "-print*) echo /usr/include;;\n"
				     "esac\n";
	static const char *const programs[] = {"i686-linux-gnu-gcc", "i686-linux-gnu-as",
					       "i686-linux-gnu-strip"};
	char *bin = path_join(*state, "bin"), *path = mem_dup(getenv("PATH")), *ours;
	struct digest_hex keys[3];

	assert_int_equal(fs_mkdirs(bin), 0);
	ours = mem_printf("%s:%s", bin, path);
	keys[0] = key(*state);
	setenv("PATH", ours, 1);
	for (int version = 1; version <= 2; version++) {
		char *number = mem_dup(version == 1 ? "1" : "22"),
		     *text = mem_printf(script, number);

		/* the second time only the compiler itself is another */
		for (size_t i = 0; i < (version == 1 ? 3 : 1); i++) {
			char *program = path_join(bin, programs[i]);

			unlink(program);
			assert_int_equal(fs_write(program, text, strlen(text)), 0);
			assert_int_equal(chmod(program, 0755), 0);
			free(program);
		}
		keys[version] = key(*state);
		assert_string_equal(keys[version].text, key(*state).text);
		free(text);
		free(number);
	}
	setenv("PATH", path, 1);
	assert_string_not_equal(keys[0].text, keys[1].text);
	assert_string_not_equal(keys[1].text, keys[2].text);
	assert_string_equal(keys[0].text, key(*state).text);
	free(ours);
	free(path);
	free(bin);
}

static void test_no_compiler(void **state)
{
	struct grub_platform gp = {.modules = path_join(*state, "grub")};
	char *path = mem_dup(getenv("PATH"));
	struct digest_hex k;
	struct caught c;

	setenv("PATH", *state, 1);
	catch_begin(&c);
	assert_int_equal(drivers_key(&gp, &k), MK_MISSING);
	catch_end(&c);
	setenv("PATH", path, 1);
	assert_non_null(strstr(c.text, "apt-get install gcc-i686-linux-gnu"));
	free(c.text);
	gp.platform = PLATFORM_UEFI64;
	setenv("PATH", *state, 1);
	catch_begin(&c);
	assert_int_equal(protocols_key(&gp, &k), MK_MISSING);
	catch_end(&c);
	setenv("PATH", path, 1);
	assert_non_null(strstr(c.text, "apt-get install gcc-x86-64-linux-gnu"));
	free(c.text);
	free(path);
	free(gp.modules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_inputs, key_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_protocol_inputs, key_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_lists, key_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_defines, key_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_compiler, key_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_no_compiler, key_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

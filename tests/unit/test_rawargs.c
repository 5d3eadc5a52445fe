/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/rawargs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void moddep(const char *text, int err, const char *want)
{
	struct strbuf out = {0};

	assert_int_equal(rawargs_moddep(text, &out), err);
	assert_string_equal(out.data, want);
	strbuf_free(&out);
}

static void test_moddep(void **state)
{
	(void)state;
	moddep("boot:\nlinux: relocator boot\nmultiboot: linux\n", 0,
	       "boot:\nlinux: relocator boot rawargs\nmultiboot: linux\nrawargs:\n");
	moddep("linux:\nverifiers:\n", 0, "linux: rawargs\nverifiers:\nrawargs: verifiers\n");
	moddep("a: b\nlinux: a", 0, "a: b\nlinux: a rawargs\nrawargs:\n"); /* no last newline */
	moddep("linux16: boot\nxlinux: boot\n", -ENOENT, "linux16: boot\nxlinux: boot\nrawargs:\n");
	moddep("", -ENOENT, "rawargs:\n");
}

static char *run(const char *const argv[])
{
	struct strbuf out = {0};

	assert_int_equal(exec_run("binutils", argv, NULL, &out), MK_OK);
	return strbuf_take(&out);
}

/* What GRUB's loader of modules asks for, and nothing that it cannot relocate: R_386_PLT32, which
 * a newer assembler may choose, it refuses. */
static void check_module(const char *path, bool is64)
{
	const char *const relocs[] = {"readelf", "-rW", path, NULL};
	const char *const symbols[] = {"nm", path, NULL};
	char *text = run(relocs);

	assert_non_null(strstr(text, is64 ? "R_X86_64_64" : "R_386_PC32"));
	assert_null(strstr(text, "PLT"));
	assert_null(strstr(text, "GOT"));
	if (is64) /* it may be loaded above 4 GiB, away from what it calls */
		assert_null(strstr(text, "PC32"));
	free(text);
	text = run(symbols);
	assert_non_null(strstr(text, "T grub_loader_cmdline_size\n"));
	assert_non_null(strstr(text, "T grub_create_loader_cmdline\n"));
	assert_non_null(strstr(text, "U grub_verify_string\n"));
	assert_non_null(strstr(text, "U grub_error\n"));
	assert_null(strstr(text, "U mem")); /* nothing of a C library */
	free(text);
}

static void check_prepare(enum platform p, const char *dir)
{
	struct grub_platform gp = {.platform = p, .version = mem_dup("test")};
	char *module = rawargs_module(p), *file, *image = path_join(dir, "image");
	const char *argv[] = {"grub-mkimage", "-d", dir,  "-O",  platforms[p].grub,
			      "-p",           "/",  "-o", image, "multiboot",
			      "linux",        NULL};
	struct strbuf out = {0};

	gp.modules = mem_printf("/usr/lib/grub/%s", platforms[p].grub);
	if (!fs_exists(module) || !fs_exists(gp.modules)) {
		print_message("%s or %s is not there: not tried\n", module, gp.modules);
		goto done;
	}
	assert_int_equal(fs_mkdirs(dir), 0);
	assert_int_equal(rawargs_prepare(&gp, dir), MK_OK);
	file = path_join(dir, "rawargs.mod");
	check_module(file, p == PLATFORM_UEFI64);
	free(file);
	assert_int_equal(exec_run("grub-common", argv, NULL, NULL), MK_OK);
	if (p == PLATFORM_BIOS) /* compressed */
		goto done;
	assert_int_equal(fs_read(image, (size_t)64 << 20, &out), 0);
	assert_non_null(memmem(out.data, out.len, "the command line has %d bytes", 29));
done:
	strbuf_free(&out);
	free(image);
	free(module);
	free(gp.modules);
	free(gp.version);
	assert_int_equal(fs_remove_tree(dir), 0);
}

static void test_prepare(void **state)
{
	char top[] = "/tmp/test_rawargs.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(top));
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		char *dir = path_join(top, platforms[p].grub);

		check_prepare((enum platform)p, dir);
		free(dir);
	}
	assert_int_equal(rmdir(top), 0);
}

/* A linux.mod that is no such module, and one of an unknown GRUB. */
static void test_unknown_grub(void **state)
{
	char top[] = "/tmp/test_rawargs.XXXXXX";
	struct grub_platform gp = {.platform = PLATFORM_BIOS, .modules = top, .version = NULL};
	char *linux_mod, *moddep_lst, *to, *module = rawargs_module(PLATFORM_BIOS);

	(void)state;
	assert_non_null(mkdtemp(top));
	linux_mod = path_join(top, "linux.mod");
	moddep_lst = path_join(top, "moddep.lst");
	to = path_join(top, "to");
	assert_int_equal(fs_mkdirs(to), 0);
	if (!fs_exists(module)) { /* said so, not built */
		assert_int_equal(rawargs_prepare(&gp, to), MK_MISSING);
	} else {
		assert_int_equal(rawargs_prepare(&gp, to), MK_FAILED); /* no linux.mod */
		assert_int_equal(fs_write(linux_mod, "not ELF", 7), 0);
		assert_int_equal(fs_write(moddep_lst, "linux:\n", 7), 0);
		assert_int_equal(rawargs_prepare(&gp, to), MK_FAILED);
	}
	assert_int_equal(fs_remove_tree(top), 0);
	free(module);
	free(to);
	free(moddep_lst);
	free(linux_mod);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moddep),
		cmocka_unit_test(test_prepare),
		cmocka_unit_test(test_unknown_grub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

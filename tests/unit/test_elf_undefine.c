/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/platform.h"
#include "grub/elf_undefine.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N(a) (sizeof(a) / sizeof *(a))

static const char *const both[] = {"grub_loader_cmdline_size", "grub_create_loader_cmdline"};

/* A heap block of exactly the bytes (no NUL behind), so that a sanitizer sees every overrun. */
static struct strbuf exact(const void *data, size_t len)
{
	struct strbuf b = {.data = mem_alloc(len), .len = len, .size = len};

	if (len > 0)
		memcpy(b.data, data, len);
	return b;
}

static int undefine(struct strbuf *b, const char *symbol)
{
	return elf_undefine(b, &symbol, 1);
}

/* ---- a small file of each class: header, three sections, four symbols ---- */

static const char names[] = "\0same\0wanted\0there";
enum { NAME_SAME = 1, NAME_WANTED = 6, NAME_THERE = 13 };

#define SMALL(bits)                                                                             \
	struct small##bits {                                                                    \
		Elf##bits##_Ehdr e;                                                             \
		Elf##bits##_Sym sym[5];                                                         \
		Elf##bits##_Shdr sh[3];                                                         \
		char names[sizeof names];                                                       \
	};                                                                                      \
	static struct small##bits small##bits(void)                                             \
	{                                                                                       \
		struct small##bits f = {                                                        \
			.e = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS##bits,   \
					  ELFDATA2LSB, EV_CURRENT},                             \
			      .e_type = ET_REL,                                                 \
			      .e_shoff = offsetof(struct small##bits, sh),                      \
			      .e_shentsize = sizeof(Elf##bits##_Shdr),                          \
			      .e_shnum = 3},                                                    \
			.sym = {{0},                                                            \
				{.st_name = NAME_SAME,                                          \
				 .st_shndx = 1,                                                 \
				 .st_value = 1,                                                 \
				 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC)},                \
				{.st_name = NAME_SAME,                                          \
				 .st_shndx = 1,                                                 \
				 .st_value = 2,                                                 \
				 .st_size = 7,                                                  \
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)},               \
				{.st_name = NAME_WANTED,                                        \
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE)},             \
				{.st_name = NAME_THERE,                                         \
				 .st_shndx = 1,                                                 \
				 .st_value = 3,                                                 \
				 .st_size = 9,                                                  \
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)}},              \
			.sh = {{0},                                                             \
			       {.sh_type = SHT_SYMTAB,                                          \
				.sh_link = 2,                                                   \
				.sh_offset = offsetof(struct small##bits, sym),                 \
				.sh_size = 5 * sizeof(Elf##bits##_Sym),                         \
				.sh_entsize = sizeof(Elf##bits##_Sym)},                         \
			       {.sh_type = SHT_STRTAB,                                          \
				.sh_offset = offsetof(struct small##bits, names),               \
				.sh_size = sizeof names}},                                      \
		};                                                                              \
		memcpy(f.names, names, sizeof names);                                           \
		return f;                                                                       \
	}                                                                                       \
	static void test_small##bits(void **state)                                              \
	{                                                                                       \
		struct small##bits f = small##bits(), want = f;                                 \
		struct strbuf b = exact(&f, sizeof f);                                          \
		const char *const two[] = {"same", "there"}, *const one_not[] = {"same", "no"}; \
                                                                                                \
		(void)state;                                                                    \
		assert_int_equal(elf_undefine(&b, one_not, 2), -ENOENT); /* all or none */      \
		assert_memory_equal(b.data, &f, sizeof f);                                      \
		assert_int_equal(undefine(&b, "wanted"), 0); /* undefined already */            \
		assert_memory_equal(b.data, &f, sizeof f);                                      \
		assert_int_equal(undefine(&b, "ther"), -ENOENT);                                \
		assert_int_equal(undefine(&b, "here"), -ENOENT);                                \
		assert_int_equal(elf_undefine(&b, two, 2), 0);                                  \
		for (size_t i = 2; i <= 4; i += 2) {                                            \
			want.sym[i].st_shndx = SHN_UNDEF;                                       \
			want.sym[i].st_value = want.sym[i].st_size = 0;                         \
			want.sym[i].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);            \
		}                                                                               \
		assert_memory_equal(b.data, &want, sizeof want);                                \
		assert_int_equal(b.len, sizeof want);                                           \
		strbuf_free(&b);                                                                \
	}

/* clang-format off */
SMALL(32)
SMALL(64)
/* clang-format on */

/* ---- what is no such file, or a hostile one ---- */

static void expect(const struct small64 *f, int err)
{
	struct strbuf b = exact(f, sizeof *f);

	assert_int_equal(undefine(&b, "there"), err);
	if (err != 0)
		assert_memory_equal(b.data, f, sizeof *f);
	strbuf_free(&b);
}

static void test_refused(void **state)
{
	struct small64 f;

	(void)state;
#define WITH(change, err)        \
	do {                     \
		f = small64();   \
		change;          \
		expect(&f, err); \
	} while (0)
	WITH((void)0, 0);
	WITH(f.e.e_ident[0] = 'E', -ENOEXEC);
	WITH(f.e.e_ident[EI_CLASS] = 0, -ENOEXEC);
	WITH(f.e.e_ident[EI_CLASS] = 3, -ENOEXEC);
	WITH(f.e.e_ident[EI_DATA] = ELFDATA2MSB, -ENOEXEC);
	WITH(f.e.e_type = ET_EXEC, -ENOEXEC);
	WITH(f.e.e_shentsize = 40, -ENOEXEC);
	WITH(f.e.e_shoff = UINT64_MAX, -EBADMSG);
	WITH(f.e.e_shoff = sizeof f, -EBADMSG);
	WITH(f.e.e_shnum = 0xffff, -EBADMSG);
	WITH(f.e.e_shnum = 0, -ENOENT);
	WITH(f.sh[1].sh_type = SHT_PROGBITS, -ENOENT);
	WITH(f.sh[1].sh_link = 3, -EBADMSG);
	WITH(f.sh[1].sh_link = UINT32_MAX, -EBADMSG);
	WITH(f.sh[1].sh_entsize = 0, -EBADMSG);
	WITH(f.sh[1].sh_entsize = 16, -EBADMSG);
	WITH(f.sh[1].sh_offset = UINT64_MAX, -EBADMSG);
	WITH(f.sh[1].sh_size = sizeof f, -EBADMSG);
	WITH(f.sh[1].sh_size = UINT64_MAX - 8, -EBADMSG);
	WITH(f.sh[1].sh_size = sizeof(Elf64_Sym) * 4 + 23, -ENOENT); /* the last one is cut */
	WITH(f.sh[2].sh_offset = sizeof f - 1, -EBADMSG);
	WITH(f.sh[2].sh_size = sizeof names - 1, -ENOENT); /* the last name lacks its NUL */
	WITH(f.sh[2].sh_size = 0, -ENOENT);
	WITH(f.sym[4].st_name = UINT32_MAX, -ENOENT);
	WITH(f.sym[4].st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC), -ENOENT);
#undef WITH
}

/* Cut anywhere, a file is refused, or (cut behind all that matters) done; never overrun. */
static void cut_everywhere(const void *data, size_t len, const char *symbol)
{
	for (size_t n = 0; n < len; n++) {
		struct strbuf b = exact(data, n);
		int err = undefine(&b, symbol);

		assert_true(err == -ENOEXEC || err == -EBADMSG || err == 0);
		assert_int_equal(b.len, n);
		strbuf_free(&b);
	}
}

static void test_truncated(void **state)
{
	struct small32 f = small32();
	struct small64 g = small64();

	(void)state;
	cut_everywhere(&f, sizeof f, "there");
	cut_everywhere(&g, sizeof g, "there");
}

static void test_mutated(void **state)
{
	uint32_t seed = 20240229;

	(void)state;
	for (size_t round = 0; round < 200000; round++) {
		struct small32 f = small32();
		struct small64 g = small64();
		struct strbuf b = round % 2 ? exact(&f, sizeof f) : exact(&g, sizeof g);
		size_t len = b.len;

		for (size_t i = 0; i < 1 + round % 4; i++) {
			seed = seed * 1664525 + 1013904223;
			b.data[(seed >> 8) % len] = (char)(seed >> 24 & 1 ? 0xff : seed >> 16);
		}
		elf_undefine(&b, (const char *const[]){"there", "same"}, 2);
		assert_int_equal(b.len, len);
		strbuf_free(&b);
	}
}

/* ---- GRUB's own modules; nm and readelf judge ---- */

static char *binutils(const char *program, const char *option, const char *file)
{
	const char *argv[] = {program, option, file, NULL};
	struct strbuf out = {0};

	assert_int_equal(exec_run("binutils", argv, NULL, &out), MK_OK);
	return strbuf_take(&out);
}

static void check_real(const char *grub)
{
	char *path = mem_printf("/usr/lib/grub/%s/linux.mod", grub);
	char out[] = "/tmp/test_elf_undefine.XXXXXX";
	struct strbuf before = {0}, b;
	size_t changed = 0;
	char *text;
	int fd;

	if (fs_read(path, 1 << 20, &before) != 0) {
		print_message("%s is not installed: not tried\n", path);
		free(path);
		return;
	}
	text = binutils("nm", "--defined-only", path);
	assert_non_null(strstr(text, both[0])); /* else the test proves nothing */
	assert_non_null(strstr(text, both[1]));
	free(text);
	cut_everywhere(before.data, before.len, both[0]);

	b = exact(before.data, before.len);
	assert_int_equal(elf_undefine(&b, both, N(both)), 0);
	for (size_t i = 0; i < b.len; i++)
		changed += b.data[i] != before.data[i];
	assert_true(changed > 4 && changed <= 2 * sizeof(Elf64_Sym));
	fd = mkstemp(out);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(fs_write(out, b.data, b.len), 0);
	text = binutils("nm", "--undefined-only", out);
	assert_non_null(strstr(text, both[0]));
	assert_non_null(strstr(text, both[1]));
	free(text);
	text = binutils("nm", "--defined-only", out);
	assert_null(strstr(text, "loader_cmdline"));
	assert_non_null(strstr(text, "grub_mod_init"));
	free(text);
	unlink(out);
	strbuf_free(&b);
	strbuf_free(&before);
	free(path);
}

static void test_real(void **state)
{
	(void)state;
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		check_real(platforms[p].grub);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small32), cmocka_unit_test(test_small64),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_mutated), cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/compiler.h"
#include "base/cache.h"
#include "base/exec.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/job.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *cc, *machine, *strip[3];
	const char *as; /* another package has it; NULL: the compiler itself is it */
} candidates[COMPILER_KINDS] = {
	[COMPILER_CROSS] = {"i686-linux-gnu-gcc",
			    "-m32",
			    {"i686-linux-gnu-strip"},
			    "i686-linux-gnu-as"},
	[COMPILER_GCC] = {"gcc", "-m32", {"strip"}, "as"},
	[COMPILER_CLANG] = {"clang", "--target=i386-linux-gnu", {"llvm-strip", "strip"}, NULL},
};

/*
 * GRUB's own for i386-pc (its configure.ac, 2.06 to 2.14): arguments in registers, popped by the
 * callee, small structures returned in registers, no floating point, no PIC; and what keeps the
 * compiler from adding things of its own.
 */
static const char *const flags[] = {
	"-std=gnu17",
	"-Os",
	"-Wall",
	"-Wextra",
	"-Wshadow",
	"-Werror",
	"-march=i386",
	"-mrtd",
	"-mregparm=3",
	"-freg-struct-return",
	"-ffreestanding",
	"-nostdinc",
	"-msoft-float",
	"-mno-mmx",
	"-mno-sse",
	"-mno-sse2",
	"-mno-3dnow",
	"-fno-pie",
	"-fno-pic",
	"-fno-stack-protector",
	"-fno-asynchronous-unwind-tables",
	"-fno-unwind-tables",
	"-fno-ident",
	"-fcf-protection=none",
	"-g0",
	"-DGRUB_MACHINE_PCBIOS=1",
	"-DGRUB_MACHINE=I386_PC",
	"-DHAVE_CONFIG_H",
};
#define N_FLAGS (sizeof flags / sizeof flags[0])

/* gcc would make a loop that clears memory into a call of memset. */
static const char *const gcc_flags[] = {"-fno-tree-loop-distribute-patterns", NULL};
static const char *const clang_flags[] = {"-fno-builtin", "-Wno-unused-command-line-argument",
					  NULL};
static const char *const *const kind_flags[COMPILER_KINDS] = {
	[COMPILER_CROSS] = gcc_flags,
	[COMPILER_GCC] = gcc_flags,
	[COMPILER_CLANG] = clang_flags,
};

static const char *const strip_options[] = {"--strip-unneeded", "-K", "grub_mod_init",      "-K",
					    "grub_mod_fini",    "-R", ".comment",           "-R",
					    ".note.GNU-stack",  "-R", ".note.gnu.property", "-R",
					    ".llvm_addrsig"};
#define N_STRIP_OPTIONS (sizeof strip_options / sizeof strip_options[0])

void compiler_key(const struct compiler *c, struct digest_stream *s)
{
	digest_add(s, c->id.bytes, sizeof c->id.bytes);
	for (size_t i = 0; i < N_FLAGS; i++)
		digest_adds(s, flags[i]);
	for (const char *const *f = kind_flags[c->kind]; *f != NULL; f++)
		digest_adds(s, *f);
	for (size_t i = 0; i < N_STRIP_OPTIONS; i++)
		digest_adds(s, strip_options[i]);
}

/* Add what is known of PROGRAM without running it. */
static void add_stamp(struct digest_stream *s, const char *program)
{
	char *path = program != NULL ? exec_find(program) : NULL;
	char *real = path != NULL ? realpath(path, NULL) : NULL;
	struct filestamp stamp;

	digest_adds(s, real);
	if (real != NULL && filestamp_get(real, &stamp) == 0) {
		const uint64_t fields[] = {
			(uint64_t)stamp.dev,           (uint64_t)stamp.ino,
			(uint64_t)stamp.size,          (uint64_t)stamp.mtime.tv_sec,
			(uint64_t)stamp.mtime.tv_nsec, (uint64_t)stamp.ctime.tv_sec,
			(uint64_t)stamp.ctime.tv_nsec,
		};

		digest_add(s, fields, sizeof fields);
	}
	free(real);
	free(path);
}

static struct digest stamps_key(void)
{
	struct digest_stream *s = digest_begin();

	digest_adds(s, "compiler 1");
	for (size_t i = 0; i < COMPILER_KINDS; i++) {
		add_stamp(s, candidates[i].cc);
		add_stamp(s, candidates[i].as);
		for (size_t k = 0; candidates[i].strip[k] != NULL; k++)
			add_stamp(s, candidates[i].strip[k]);
	}
	return digest_end(s);
}

static bool has(const char *program)
{
	char *path = exec_find(program);
	bool found = path != NULL;

	free(path);
	return found;
}

/* Ask PROGRAM, and append its first line to OUT, with the newline. */
static bool ask(const char *program, const char *option, struct strbuf *out)
{
	const char *const argv[] = {program, option, NULL};
	struct strbuf words = {0};
	bool ok = exec_try(argv, &words, NULL) == 0 && words.len > 0;

	if (ok)
		strbuf_addf(out, "%.*s\n", (int)strcspn(words.data, "\n"), words.data);
	strbuf_free(&words);
	return ok;
}

/* Does it compile, assembler and all? FOUND, three lines: which strip, the include folder, all the
 * versions. */
static bool probe(enum compiler_kind kind, struct strbuf *found)
{
	const char *cc = candidates[kind].cc, *strip = NULL;
	/* -pipe: no temporary file, which it would leave behind when it is killed */
	const char *const argv[] = {cc,
				    candidates[kind].machine,
				    "-c",
				    "-pipe",
				    "-ffreestanding",
				    "-x",
				    "c",
				    "-o",
				    "/dev/null",
				    "-",
				    NULL};

	for (size_t k = 0; candidates[kind].strip[k] != NULL && strip == NULL; k++) {
		if (has(candidates[kind].strip[k]))
			strip = candidates[kind].strip[k];
	}
	if (strip == NULL || exec_try(argv, NULL, NULL) != 0)
		return false;
	strbuf_addf(found, "%d %s\n", (int)kind, strip);
	return ask(cc, "-print-file-name=include", found) && ask(cc, "--version", found) &&
	       (candidates[kind].as == NULL || ask(candidates[kind].as, "--version", found)) &&
	       ask(strip, "--version", found);
}

/* From what probe wrote; false where it makes no sense. */
static bool take(const char *found, struct compiler *c)
{
	const char *line = strchr(found, '\n');
	enum compiler_kind kind = (enum compiler_kind)(found[0] - '0');

	if (line == NULL || found[0] < '0' || kind >= COMPILER_KINDS || found[1] != ' ')
		return false;
	for (size_t k = 0; candidates[kind].strip[k] != NULL; k++) {
		size_t n = strlen(candidates[kind].strip[k]);

		if ((size_t)(line - found - 2) == n &&
		    strncmp(found + 2, candidates[kind].strip[k], n) == 0)
			c->strip = candidates[kind].strip[k];
	}
	c->kind = kind;
	c->cc = candidates[kind].cc;
	c->machine = candidates[kind].machine;
	c->include = mem_ndup(line + 1, strcspn(line + 1, "\n"));
	c->id = digest_of(found, strlen(found));
	return c->strip != NULL;
}

enum mk_status compiler_find(struct compiler *c)
{
	struct digest key = stamps_key();
	struct strbuf found = {0};
	bool ok;

	*c = (struct compiler){0};
	ok = cache_get(&key, &found) && found.len > 0 && take(found.data, c);
	for (size_t i = 0; i < COMPILER_KINDS && !ok; i++) {
		compiler_free(c);
		strbuf_free(&found);
		ok = probe((enum compiler_kind)i, &found) && take(found.data, c);
		if (ok)
			cache_put(&key, found.data, found.len);
	}
	strbuf_free(&found);
	if (ok)
		return MK_OK;
	compiler_free(c);
	return msg_missing("a compiler for 32-bit x86 (i686-linux-gnu-gcc, gcc -m32 or clang)",
			   "gcc-i686-linux-gnu");
}

void compiler_free(struct compiler *c)
{
	free(c->include);
	*c = (struct compiler){0};
}

enum mk_status compiler_module(const struct compiler *c, const char *source, const char *include,
			       const char *const defines[], size_t n_defines, const char *module,
			       const char *log)
{
	char *dir = path_dir(source), *map = mem_printf("-ffile-prefix-map=%s=drivers", dir);
	char *file = mem_printf("-DGRUB_FILE=\"%s\"", path_base(source));
	char *what = mem_printf("compiling the network driver %s", path_base(source));
	/* It runs in the headers' folder: their path gets into what gcc gives the assembler for
	 * asm(), where it does not escape a quote. */
	const char *const front[] = {c->cc,      c->machine, "-isystem", c->include,
				     "-isystem", ".",        map,        file};
	const char *const back[] = {"-c", "-o", module, source, NULL};
	const char **cc = NULL, **strip = NULL;
	size_t n_cc = 0, n_strip = 0;
	struct job job = {
		.package = "gcc-i686-linux-gnu", .dir = include, .log = log, .what = what};
	enum mk_status st;

	for (size_t i = 0; i < sizeof front / sizeof front[0]; i++)
		*MEM_PUSH(cc, n_cc) = front[i];
	for (size_t i = 0; i < N_FLAGS; i++)
		*MEM_PUSH(cc, n_cc) = flags[i];
	for (const char *const *f = kind_flags[c->kind]; *f != NULL; f++)
		*MEM_PUSH(cc, n_cc) = *f;
	for (size_t i = 0; i < n_defines; i++)
		*MEM_PUSH(cc, n_cc) = defines[i];
	for (size_t i = 0; i < sizeof back / sizeof back[0]; i++)
		*MEM_PUSH(cc, n_cc) = back[i];
	*MEM_PUSH(strip, n_strip) = c->strip;
	for (size_t i = 0; i < N_STRIP_OPTIONS; i++)
		*MEM_PUSH(strip, n_strip) = strip_options[i];
	*MEM_PUSH(strip, n_strip) = module;
	*MEM_PUSH(strip, n_strip) = NULL;

	job.argv = cc;
	st = job_run(&job);
	if (st == MK_OK) {
		job.argv = strip;
		st = job_run(&job);
	}
	free(strip);
	free(cc);
	free(what);
	free(file);
	free(map);
	free(dir);
	return st;
}

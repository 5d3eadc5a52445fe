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

enum bits { BITS_32, BITS_64, BITS_COUNT };

static const struct candidate {
	const char *cc, *machine, *strip[3];
	const char *as; /* another package has it; NULL: the compiler itself is it */
} candidates[BITS_COUNT][COMPILER_KINDS] = {
	[BITS_32] =
		{
			[COMPILER_CROSS] = {"i686-linux-gnu-gcc",
					    "-m32",
					    {"i686-linux-gnu-strip"},
					    "i686-linux-gnu-as"},
			[COMPILER_GCC] = {"gcc", "-m32", {"strip"}, "as"},
			[COMPILER_CLANG] =
				{"clang", "--target=i386-linux-gnu", {"llvm-strip", "strip"}, NULL},
		},
	[BITS_64] =
		{
			[COMPILER_CROSS] = {"x86_64-linux-gnu-gcc",
					    "-m64",
					    {"x86_64-linux-gnu-strip"},
					    "x86_64-linux-gnu-as"},
			[COMPILER_GCC] = {"gcc", "-m64", {"strip"}, "as"},
			[COMPILER_CLANG] = {"clang",
					    "--target=x86_64-linux-gnu",
					    {"llvm-strip", "strip"},
					    NULL},
		},
};
static const struct {
	const char *what, *package;
} missing[BITS_COUNT] = {
	[BITS_32] = {"a compiler for 32-bit x86 (i686-linux-gnu-gcc, gcc -m32 or clang)",
		     "gcc-i686-linux-gnu"},
	[BITS_64] = {"a compiler for 64-bit x86 (x86_64-linux-gnu-gcc, gcc -m64 or clang)",
		     "gcc-x86-64-linux-gnu"},
};

/*
 * GRUB's own (its configure.ac, 2.06 to 2.14): no floating point, no PIC; and what keeps the
 * compiler from adding things of its own. A later compiler may warn of more than those that were
 * tried: errors are what another GRUB's headers would lead to.
 */
static const char *const flags[] = {
	"-std=gnu17",
	"-Os",
	"-Wall",
	"-Wextra",
	"-Wshadow",
	"-Werror=implicit-function-declaration",
	"-Werror=incompatible-pointer-types",
	"-Werror=int-conversion",
	"-ffreestanding",
	"-nostdinc",
	"-msoft-float",
	"-mno-mmx",
	"-mno-sse",
	"-mno-sse2",
	"-mno-3dnow",
	"-fno-pie",
	"-fno-pic",
	"-fno-common",
	"-fno-stack-protector",
	"-fno-asynchronous-unwind-tables",
	"-fno-unwind-tables",
	"-fno-ident",
	"-fcf-protection=none",
	"-g0",
	"-DHAVE_CONFIG_H",
	NULL,
};

/* By platform. i386-pc: arguments in registers, popped by the callee. 32 bits: small structures
 * returned in registers. x86_64-efi: modules may be loaded above 2 GiB, and an interrupt of the
 * firmware's uses the stack. */
static const struct {
	enum bits bits;
	const char *flags[8];
} targets[PLATFORM_COUNT] = {
	[PLATFORM_BIOS] = {BITS_32,
			   {"-march=i386", "-mrtd", "-mregparm=3", "-freg-struct-return",
			    "-DGRUB_MACHINE_PCBIOS=1", "-DGRUB_MACHINE=I386_PC"}},
	[PLATFORM_UEFI64] = {BITS_64,
			     {"-march=x86-64", "-mcmodel=large", "-mno-red-zone",
			      "-DGRUB_MACHINE_EFI=1", "-DGRUB_MACHINE=X86_64_EFI"}},
	[PLATFORM_UEFI32] = {BITS_32,
			     {"-march=i386", "-freg-struct-return", "-DGRUB_MACHINE_EFI=1",
			      "-DGRUB_MACHINE=I386_EFI"}},
};

/* gcc would make a loop that clears memory into a call of memset. */
static const char *const gcc_flags[] = {"-fno-tree-loop-distribute-patterns", NULL};
static const char *const clang_flags[] = {"-fno-builtin", "-Wno-unused-command-line-argument",
					  NULL};
/* What makes one file of several; lld, where there is one, does it for any machine. */
static const char *const link_flags[] = {"-r", "-nostdlib", "-Wl,--build-id=none", NULL};
#define LLD "ld.lld"

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

static void add_all(struct digest_stream *s, const char *const *list)
{
	for (; *list != NULL; list++)
		digest_adds(s, *list);
	digest_adds(s, NULL);
}

void compiler_key(const struct compiler *c, struct digest_stream *s)
{
	digest_add(s, c->id.bytes, sizeof c->id.bytes);
	add_all(s, flags);
	add_all(s, targets[c->platform].flags);
	add_all(s, kind_flags[c->kind]);
	add_all(s, link_flags);
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

static struct digest stamps_key(enum bits bits)
{
	struct digest_stream *s = digest_begin();

	digest_adds(s, "compiler 2");
	for (size_t i = 0; i < COMPILER_KINDS; i++) {
		const struct candidate *c = &candidates[bits][i];

		digest_adds(s, c->machine);
		add_stamp(s, c->cc);
		add_stamp(s, c->as);
		for (size_t k = 0; c->strip[k] != NULL; k++)
			add_stamp(s, c->strip[k]);
	}
	add_stamp(s, LLD);
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
static bool probe(enum bits bits, enum compiler_kind kind, struct strbuf *found)
{
	const struct candidate *c = &candidates[bits][kind];
	const char *strip = NULL;
	/* -pipe: no temporary file, which it would leave behind when it is killed */
	const char *const argv[] = {c->cc, c->machine,  "-c", "-pipe", "-ffreestanding", "-x", "c",
				    "-o",  "/dev/null", "-",  NULL};

	for (size_t k = 0; c->strip[k] != NULL && strip == NULL; k++) {
		if (has(c->strip[k]))
			strip = c->strip[k];
	}
	if (strip == NULL || exec_try(argv, NULL, NULL) != 0)
		return false;
	strbuf_addf(found, "%d %s\n", (int)kind, strip);
	return ask(c->cc, "-print-file-name=include", found) && ask(c->cc, "--version", found) &&
	       (c->as == NULL || ask(c->as, "--version", found)) &&
	       ask(strip, "--version", found) &&
	       (kind != COMPILER_CLANG || !has(LLD) || ask(LLD, "--version", found));
}

/* From what probe wrote; false where it makes no sense. */
static bool take(enum bits bits, const char *found, struct compiler *c)
{
	const char *line = strchr(found, '\n');
	enum compiler_kind kind = (enum compiler_kind)(found[0] - '0');
	const struct candidate *from;

	if (line == NULL || found[0] < '0' || kind >= COMPILER_KINDS || found[1] != ' ')
		return false;
	from = &candidates[bits][kind];
	for (size_t k = 0; from->strip[k] != NULL; k++) {
		size_t n = strlen(from->strip[k]);

		if ((size_t)(line - found - 2) == n && strncmp(found + 2, from->strip[k], n) == 0)
			c->strip = from->strip[k];
	}
	c->kind = kind;
	c->cc = from->cc;
	c->machine = from->machine;
	c->include = mem_ndup(line + 1, strcspn(line + 1, "\n"));
	c->id = digest_of(found, strlen(found));
	return c->strip != NULL;
}

enum mk_status compiler_find(enum platform p, struct compiler *c)
{
	enum bits bits = targets[p].bits;
	struct digest key = stamps_key(bits);
	struct strbuf found = {0};
	bool ok;

	*c = (struct compiler){0};
	ok = cache_get(&key, &found) && found.len > 0 && take(bits, found.data, c);
	for (size_t i = 0; i < COMPILER_KINDS && !ok; i++) {
		compiler_free(c);
		strbuf_free(&found);
		ok = probe(bits, (enum compiler_kind)i, &found) && take(bits, found.data, c);
		if (ok)
			cache_put(&key, found.data, found.len);
	}
	strbuf_free(&found);
	c->platform = p;
	if (ok)
		return MK_OK;
	compiler_free(c);
	return msg_missing(missing[bits].what, missing[bits].package);
}

void compiler_free(struct compiler *c)
{
	free(c->include);
	*c = (struct compiler){0};
}

/* Lists of words for a command line. */
struct words {
	const char **list;
	size_t n;
};

static void add(struct words *w, const char *word)
{
	*MEM_PUSH(w->list, w->n) = word;
}

static void add_list(struct words *w, const char *const *list)
{
	for (; *list != NULL; list++)
		add(w, *list);
}

enum mk_status compiler_module(const struct compiler *c, const struct module_source *source,
			       const char *include, const char *module, const char *log)
{
	char *absolute = realpath(source->dir, NULL);
	const char *dir = absolute != NULL ? absolute : source->dir;
	char *map = mem_printf("-ffile-prefix-map=%s=%s", dir, source->as);
	char *what = mem_printf("compiling %s", source->what);
	/* It runs in the headers' folder: their path gets into what gcc gives the assembler for
	 * asm(), where it does not escape a quote. The first of the two folders has what differs
	 * by platform; all of GRUB from source has it in the second. */
	const char *const front[] = {c->cc,      c->machine,
				     "-isystem", c->include,
				     "-isystem", platforms[c->platform].grub,
				     "-isystem", ".",
				     map,        "-DGRUB_FILE=__FILE__",
				     NULL};
	char **paths = NULL;
	size_t n_paths = 0;
	struct words cc = {0}, strip = {0};
	struct job job = {.package = missing[targets[c->platform].bits].package,
			  .dir = include,
			  .log = log,
			  .what = what};
	enum mk_status st;

	add_list(&cc, front);
	add_list(&cc, flags);
	add_list(&cc, targets[c->platform].flags);
	add_list(&cc, kind_flags[c->kind]);
	for (size_t i = 0; i < source->n_defines; i++)
		add(&cc, source->defines[i]);
	if (source->n_files == 1) {
		add(&cc, "-c");
	} else {
		add_list(&cc, link_flags);
		if (c->kind == COMPILER_CLANG && has(LLD))
			add(&cc, "-fuse-ld=lld");
	}
	add(&cc, "-o");
	add(&cc, module);
	for (size_t i = 0; i < source->n_files; i++) {
		*MEM_PUSH(paths, n_paths) = path_join(dir, source->files[i]);
		add(&cc, paths[i]);
	}
	add(&cc, NULL);
	add(&strip, c->strip);
	for (size_t i = 0; i < N_STRIP_OPTIONS; i++)
		add(&strip, strip_options[i]);
	add(&strip, module);
	add(&strip, NULL);

	job.argv = cc.list;
	st = job_run(&job);
	if (st == MK_OK) {
		job.argv = strip.list;
		st = job_run(&job);
	}
	for (size_t i = 0; i < n_paths; i++)
		free(paths[i]);
	free(paths);
	free(strip.list);
	free(cc.list);
	free(what);
	free(map);
	free(absolute);
	return st;
}

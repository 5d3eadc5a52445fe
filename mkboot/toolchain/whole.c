/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/whole.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/compiler.h"
#include "toolchain/headers.h"
#include "toolchain/job.h"
#include "toolchain/store.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What it takes beyond a compiler. What only Debian's package needs has to be made from its
 * patched sources (configure and the Makefiles), which a release brings along. */
static const struct {
	const char *program, *package;
	bool debian;
} programs[] = {
	{"gcc", "gcc", false},    {"make", "make", false},        {"bison", "bison", false},
	{"flex", "flex", false},  {"python3", "python3", false},  {"gawk", "gawk", false},
	{"patch", "patch", true}, {"autoconf", "autoconf", true}, {"automake", "automake", true},
};

/* Nothing that only a running system or another platform needs. */
static const char *const options[] = {
	"--with-platform=pc",    "--prefix=/usr",
	"--disable-werror",      "--disable-nls",
	"--disable-grub-mkfont", "--disable-grub-themes",
	"--disable-grub-mount",  "--disable-device-mapper",
	"--disable-libzfs",      "--disable-liblzma",
	"--disable-efiemu",      "--disable-dependency-tracking",
	"PYTHON=python3",        "AWK=gawk", /* 2.14 uses its asorti */
};
#define N_OPTIONS (sizeof options / sizeof options[0])

struct building {
	const struct source *src;
	const struct compiler *compiler;
	char *tree; /* where it is built */
	char *dir;  /* what is kept goes here */
	char *log;
	struct progress *progress;
};

static enum mk_status check_programs(const struct source *src)
{
	struct strbuf names = {0}, packages = {0};
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		char *path = exec_find(programs[i].program);

		if (path == NULL && (!programs[i].debian || src->package != NULL)) {
			strbuf_addf(&names, "%s%s", names.len > 0 ? ", " : "", programs[i].program);
			strbuf_addf(&packages, "%s%s", packages.len > 0 ? " " : "",
				    programs[i].package);
		}
		free(path);
	}
	if (names.len > 0)
		st = msg_missing(names.data, packages.data);
	strbuf_free(&packages);
	strbuf_free(&names);
	return st;
}

/* The key of what is built. The compiler of grub-mkimage is not in it: what that writes does not
 * depend on who compiled it. */
static char *make_key(const struct source *src, const struct compiler *c)
{
	struct digest_stream *s = digest_begin();
	struct digest d;

	digest_adds(s, "grub 1");
	digest_adds(s, src->id);
	digest_add(s, c->id.bytes, sizeof c->id.bytes);
	for (size_t i = 0; i < N_OPTIONS; i++)
		digest_adds(s, options[i]);
	d = digest_end(s);
	return mem_dup(digest_hex(&d).text);
}

static enum mk_status run(const struct building *b, const char *const argv[], const char *package,
			  const char *what, unsigned lines)
{
	/* autopoint would fetch a copy of gettext's files, which are there already. */
	static const char *const env[] = {"AUTOPOINT=true", "PYTHON=python3", NULL};
	const struct job job = {.argv = argv,
				.package = package,
				.env = env,
				.dir = b->tree,
				.log = b->log,
				.what = what,
				.progress = b->progress,
				.lines = lines};

	progress_step(b->progress, "%s", what);
	return job_run(&job);
}

static enum mk_status autogen(const struct building *b)
{
	static const char *const argv[] = {"sh", "./autogen.sh", NULL};

	if (b->src->package == NULL)
		return MK_OK;
	return run(b, argv, "dash", "making configure", 60);
}

static enum mk_status configure(const struct building *b)
{
	char *version = NULL, *string = NULL;
	const char **argv = NULL;
	size_t n = 0;
	enum mk_status st;

	*MEM_PUSH(argv, n) = "sh";
	*MEM_PUSH(argv, n) = "./configure";
	for (size_t i = 0; i < N_OPTIONS; i++)
		*MEM_PUSH(argv, n) = options[i];
	/* Without --target it is this machine's compiler with -m32. */
	if (b->compiler->kind == COMPILER_CROSS)
		*MEM_PUSH(argv, n) = "--target=i686-linux-gnu";
	if (b->src->version != NULL) {
		version = mem_printf("PACKAGE_VERSION=%s", b->src->version);
		string = mem_printf("PACKAGE_STRING=GRUB %s", b->src->version);
		*MEM_PUSH(argv, n) = version;
		*MEM_PUSH(argv, n) = string;
	}
	*MEM_PUSH(argv, n) = NULL;
	st = run(b, argv, "dash", "configuring it", 700);
	free(argv);
	free(string);
	free(version);
	return st;
}

static enum mk_status make(const struct building *b, const char *folder, const char *target,
			   const char *what, unsigned lines)
{
	cpu_set_t cpus;
	char jobs[24];
	const char *const argv[] = {"make", jobs, "-C", folder, target, NULL};

	CPU_ZERO(&cpus);
	snprintf(jobs, sizeof jobs, "-j%d",
		 sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : 1);
	return run(b, argv, "make", what, lines);
}

static bool wanted(const char *name)
{
	static const char *const ends[] = {".mod", ".img", ".lst", ".sh"};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i]);

		if (len > n && strcmp(name + len - n, ends[i]) == 0)
			return strcmp(ends[i], ".sh") != 0 || strcmp(name, "modinfo.sh") == 0;
	}
	return false;
}

static enum mk_status move(const char *from_dir, const char *to_dir, const char *name)
{
	char *from = path_join(from_dir, name), *to = path_join(to_dir, name);
	enum mk_status st = MK_OK;

	if (rename(from, to) != 0)
		st = msg_errno(from, errno, "cannot be moved to its place");
	free(to);
	free(from);
	return st;
}

/* What was built, and the headers, to where they stay. */
static enum mk_status collect(const struct building *b)
{
	char *core = path_join(b->tree, "grub-core"), *modules = path_join(b->dir, "modules");
	char *include = path_join(b->dir, "include");
	struct dirent **entries = NULL;
	enum mk_status st = MK_OK;
	int err = fs_mkdirs(modules), n = scandir(core, &entries, NULL, alphasort);

	if (err != 0)
		st = msg_errno(modules, err, "cannot make the folder");
	for (int i = 0; i < n; i++) {
		if (st == MK_OK && wanted(entries[i]->d_name))
			st = move(core, modules, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (st == MK_OK)
		st = move(b->tree, b->dir, "grub-mkimage");
	if (st == MK_OK)
		st = move(b->tree, b->dir, "include");
	if (st == MK_OK)
		st = move(b->tree, include, "config.h");
	if (st == MK_OK)
		st = headers_link(include);
	free(include);
	free(modules);
	free(core);
	return st;
}

/* GRUB 2.12 was released without a file that its Makefile wants, as its repository has it. */
static enum mk_status mend(const struct building *b)
{
	static const char deps[] = "depends bli part_gpt\n";
	char *path = path_join(b->tree, "grub-core/extra_deps.lst");
	char *module = path_join(b->tree, "grub-core/commands/bli.c");
	enum mk_status st = MK_OK;
	int err = 0;

	if (fs_exists(module) && !fs_exists(path))
		err = fs_write(path, deps, strlen(deps));
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
	free(module);
	free(path);
	return st;
}

/* autoconf's configure and the Makefiles take no folder with any of these in its path; said before
 * a minute has gone. */
static enum mk_status check_path(const char *path)
{
	if (strpbrk(path, " \t\n\"'`\\#$&") == NULL)
		return MK_OK;
	return msg_fail(
		MK_FAILED,
		"%s: GRUB cannot be built in a folder with blanks, quotes, \\, #, $ or & in "
		"its path; set MKBOOT_CACHE to another",
		path);
}

static enum mk_status build(struct building *b, const char *folder)
{
	enum mk_status st;
	int err;

	progress_step(b->progress, "unpacking the source");
	err = fs_mkdirs(b->tree);
	st = err == 0 ? source_unpack(b->src, folder, b->tree, false, b->log)
		      : msg_errno(b->tree, err, "cannot make the folder");
	if (st == MK_OK)
		st = mend(b);
	if (st == MK_OK)
		st = autogen(b);
	if (st == MK_OK)
		st = configure(b);
	if (st == MK_OK)
		st = make(b, "grub-core/lib/gnulib", "all", "building gnulib", 300);
	if (st == MK_OK)
		st = make(b, ".", "grub-mkimage", "building grub-mkimage", 600);
	if (st == MK_OK)
		st = make(b, "grub-core", "all", "building the modules", 3000);
	if (st == MK_OK)
		st = collect(b);
	if (st == MK_OK)
		fs_remove_tree(b->tree);
	return st;
}

static enum mk_status make_whole(const struct source *src, const struct compiler *compiler,
				 struct store_slot *slot)
{
	struct progress p;
	struct building b = {.src = src, .compiler = compiler, .dir = slot->dir, .progress = &p};
	char *folder = NULL, *about = mem_printf("%s, built from source (i386-pc)", src->title);
	enum mk_status st;

	b.tree = path_join(slot->dir, "tree");
	b.log = store_log(slot);
	/* fetch, unpack, configure, make three times; Debian's: autogen */
	progress_begin(&p, src->title, src->package != NULL ? 7 : 6);
	st = source_fetch(src, &p, &folder);
	if (st == MK_OK)
		st = build(&b, folder);
	if (st == MK_OK)
		st = store_commit(slot, about);
	progress_end(&p, st == MK_OK);
	free(about);
	free(folder);
	free(b.tree);
	free(b.log);
	return st;
}

enum mk_status whole_get(const struct source *src, struct grub_platform *gp, char **include)
{
	struct store_slot slot = {.lock = -1};
	struct compiler compiler;
	enum mk_status st = compiler_find(PLATFORM_BIOS, &compiler);
	char *key = NULL;

	*gp = (struct grub_platform){.platform = PLATFORM_BIOS};
	*include = NULL;
	/* GRUB's core does not start when clang compiles it: its own configure says little of it.
	 */
	if (st == MK_OK && compiler.kind == COMPILER_CLANG)
		st = msg_missing("a gcc for 32-bit x86 (clang does for drivers, not for GRUB)",
				 "gcc-i686-linux-gnu");
	if (st == MK_OK) {
		key = make_key(src, &compiler);
		st = store_begin(STORE_GRUB, key, src->title, &slot);
	}
	if (st == MK_OK && slot.dir != NULL) {
		st = check_path(slot.path);
		if (st == MK_OK)
			st = check_programs(src);
		if (st == MK_OK)
			st = make_whole(src, &compiler, &slot);
	}
	if (st == MK_OK) {
		gp->modules = path_join(slot.path, "modules");
		gp->mkimage = path_join(slot.path, "grub-mkimage");
		gp->version = grub_read_version(gp->modules);
		*include = path_join(slot.path, "include");
	}
	store_end(&slot);
	free(key);
	compiler_free(&compiler);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/drivers.h"
#include "base/datadir.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/compiler.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFINES_ENV "MKBOOT_DRIVER_DEFINES"
#define LIST_MAX    ((size_t)4 << 20)
#define COMMON      "nic" /* the module that all drivers use */

/* The commands of the drivers' modules, for command.lst; and what each module needs. */
static const char commands[] = "nic_link: " COMMON "\n";
#define COMMON_NEEDS "net pci"

/* What changes where GRUB is built anew, and is small. */
static const char *const base_files[] = {"modinfo.sh", "kernel.img", "moddep.lst", "command.lst"};

struct inputs {
	char *dir;    /* of the drivers' sources */
	char **files; /* their names, sorted: *.c but skeleton.c */
	size_t n_files;
	char **defines; /* "-DNAME" */
	size_t n_defines;
	struct compiler compiler;
};

static void inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->n_files; i++)
		free(in->files[i]);
	for (size_t i = 0; i < in->n_defines; i++)
		free(in->defines[i]);
	free(in->files);
	free(in->defines);
	free(in->dir);
	compiler_free(&in->compiler);
}

static int is_source(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 2 && strcmp(e->d_name + n - 2, ".c") == 0 && e->d_name[0] != '.' &&
	       strcmp(e->d_name, "skeleton.c") != 0;
}

static enum mk_status read_folder(struct inputs *in)
{
	struct dirent **entries = NULL;
	int n;

	in->dir = datadir_path("drivers");
	n = scandir(in->dir, &entries, is_source, alphasort);
	for (int i = 0; i < n; i++) {
		*MEM_PUSH(in->files, in->n_files) = mem_dup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (n <= 0)
		return msg_errno(in->dir, n < 0 ? errno : ENOENT,
				 "cannot read the sources of the network drivers");
	return MK_OK;
}

static const char define_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

static enum mk_status read_defines(struct inputs *in)
{
	const char *s = getenv(DEFINES_ENV);

	for (s = s != NULL ? s : ""; *(s += strspn(s, " ")) != '\0';) {
		size_t n = strcspn(s, " ");

		if (strspn(s, define_letters) != n || (s[0] >= '0' && s[0] <= '9'))
			return msg_fail(MK_USAGE,
					DEFINES_ENV " has '%.*s': names of capital letters, "
						    "digits and _ are what can be defined",
					(int)n, s);
		*MEM_PUSH(in->defines, in->n_defines) = mem_printf("-D%.*s", (int)n, s);
		s += n;
	}
	return MK_OK;
}

/* A name that nothing asks for would make a build that is like the ordinary one, and trusted. */
static enum mk_status check_defines(const struct inputs *in)
{
	char *path = path_join(in->dir, COMMON ".h");
	struct strbuf header = {0};
	enum mk_status st = MK_OK;
	int err = in->n_defines > 0 ? fs_read(path, LIST_MAX, &header) : 0;

	strbuf_add(&header, "", 0); /* ended by a NUL, however short */
	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	for (size_t i = 0; i < in->n_defines && st == MK_OK; i++) {
		const char *name = in->defines[i] + strlen("-D");
		const char *at = strstr(header.data, name);

		if (at == NULL || strspn(at, define_letters) != strlen(name))
			st = msg_fail(MK_USAGE, DEFINES_ENV " has '%s', which %s does not know",
				      name, path);
	}
	strbuf_free(&header);
	free(path);
	return st;
}

static enum mk_status inputs_read(struct inputs *in)
{
	enum mk_status st;

	*in = (struct inputs){0};
	st = read_defines(in);
	if (st == MK_OK)
		st = read_folder(in);
	if (st == MK_OK)
		st = check_defines(in);
	if (st == MK_OK)
		st = compiler_find(&in->compiler);
	return st;
}

static enum mk_status add_file(struct digest_stream *s, const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct filestamp stamp;
	enum mk_status st = MK_OK;
	struct digest d;
	int err = filedigest(path, &d, &stamp);

	digest_adds(s, name);
	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	else
		digest_add(s, d.bytes, sizeof d.bytes);
	free(path);
	return st;
}

enum mk_status drivers_key(const struct grub_platform *base, struct digest_hex *key)
{
	struct inputs in;
	struct digest_stream *s = digest_begin();
	enum mk_status st = inputs_read(&in);
	char *real = realpath(base->modules, NULL);
	struct digest d;

	digest_adds(s, "drivers 1");
	digest_adds(s, COMMON_NEEDS);
	digest_adds(s, commands);
	digest_adds(s, real); /* links are made to it */
	for (size_t i = 0; i < sizeof base_files / sizeof base_files[0] && st == MK_OK; i++)
		st = add_file(s, base->modules, base_files[i]);
	for (size_t i = 0; i < in.n_files && st == MK_OK; i++)
		st = add_file(s, in.dir, in.files[i]);
	if (st == MK_OK)
		st = add_file(s, in.dir, "nic.h");
	digest_adds(s, NULL);
	for (size_t i = 0; i < in.n_defines; i++)
		digest_adds(s, in.defines[i]);
	digest_adds(s, NULL);
	if (st == MK_OK)
		compiler_key(&in.compiler, s);
	d = digest_end(s);
	*key = digest_hex(&d);
	free(real);
	inputs_free(&in);
	return st;
}

/* The two lists are written anew. */
static bool to_be_linked(const char *name)
{
	return strcmp(name, "moddep.lst") != 0 && strcmp(name, "command.lst") != 0;
}

static enum mk_status link_base(const char *base, const char *to)
{
	int err = fs_link_files(base, to, to_be_linked);

	return err == 0 ? MK_OK : msg_errno(to, err, "cannot link the files of GRUB here");
}

/* The list NAME of BASE with MORE at its end. */
static enum mk_status extend_list(const char *base, const char *to, const char *name,
				  const char *more)
{
	char *from = path_join(base, name), *path = path_join(to, name);
	struct strbuf text = {0};
	enum mk_status st = MK_OK;
	int err = fs_read(from, LIST_MAX, &text);

	if (err != 0)
		st = msg_errno(from, err, "cannot read");
	if (text.len > 0 && text.data[text.len - 1] != '\n')
		strbuf_addc(&text, '\n');
	strbuf_adds(&text, more);
	if (st == MK_OK) {
		err = fs_write(path, text.data, text.len);
		if (err != 0)
			st = msg_errno(path, err, "cannot write");
	}
	strbuf_free(&text);
	free(path);
	free(from);
	return st;
}

static enum mk_status compile(const struct inputs *in, const char *include, const char *modules,
			      const char *log, struct progress *p, struct strbuf *deps)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < in->n_files && st == MK_OK; i++) {
		char *name = mem_ndup(in->files[i], strlen(in->files[i]) - 2);
		char *source = path_join(in->dir, in->files[i]);
		char *absolute = realpath(source, NULL);
		char *module = mem_printf("%s/%s.mod", modules, name);

		st = compiler_module(&in->compiler, absolute != NULL ? absolute : source, include,
				     (const char *const *)in->defines, in->n_defines, module, log);
		strbuf_addf(deps, "%s: %s" COMMON_NEEDS "\n", name,
			    strcmp(name, COMMON) != 0 ? COMMON " " : "");
		progress_draw(p, (double)(i + 1) / (double)in->n_files);
		free(module);
		free(absolute);
		free(source);
		free(name);
	}
	return st;
}

enum mk_status drivers_build(const struct grub_platform *base, const char *include, const char *dir,
			     const char *log, struct progress *p)
{
	char *modules = path_join(dir, "modules");
	struct strbuf deps = {0};
	struct inputs in;
	enum mk_status st = inputs_read(&in);
	int err = fs_mkdirs(modules);

	if (st == MK_OK && err != 0)
		st = msg_errno(modules, err, "cannot make the folder");
	if (st == MK_OK) {
		progress_step(p, "compiling the network drivers");
		st = link_base(base->modules, modules);
	}
	if (st == MK_OK)
		st = compile(&in, include, modules, log, p, &deps);
	if (st == MK_OK)
		st = extend_list(base->modules, modules, "moddep.lst", deps.data);
	if (st == MK_OK)
		st = extend_list(base->modules, modules, "command.lst", commands);
	strbuf_free(&deps);
	inputs_free(&in);
	free(modules);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/drivers.h"
#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/compiler.h"
#include "toolchain/layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFINES_ENV "MKBOOT_DRIVER_DEFINES"
#define HEADER_MAX  ((size_t)4 << 20)
#define COMMON      "nic" /* the module that all drivers use */

/* The commands of the drivers' modules, for command.lst; and what each module needs. */
static const char commands[] = "nic_link: " COMMON "\n";
#define COMMON_NEEDS "net pci"

struct inputs {
	struct layer_sources sources; /* *.c but skeleton.c */
	char **defines;               /* "-DNAME" */
	size_t n_defines;
	struct compiler compiler;
};

static void inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->n_defines; i++)
		free(in->defines[i]);
	free(in->defines);
	layer_sources_free(&in->sources);
	compiler_free(&in->compiler);
}

static bool is_source(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && strcmp(name + n - 2, ".c") == 0 && strcmp(name, "skeleton.c") != 0;
}

static enum mk_status read_folder(struct inputs *in)
{
	char *dir = datadir_path("drivers");
	enum mk_status st = layer_sources(dir, is_source, &in->sources);

	if (st == MK_OK && in->sources.n == 0)
		st = msg_errno(dir, ENOENT, "cannot read the sources of the network drivers");
	free(dir);
	return st;
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
	char *path = path_join(in->sources.dir, COMMON ".h");
	struct strbuf header = {0};
	enum mk_status st = MK_OK;
	int err = in->n_defines > 0 ? fs_read(path, HEADER_MAX, &header) : 0;

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

static enum mk_status inputs_read(const struct grub_platform *base, struct inputs *in)
{
	enum mk_status st;

	*in = (struct inputs){0};
	st = read_defines(in);
	if (st == MK_OK)
		st = read_folder(in);
	if (st == MK_OK)
		st = check_defines(in);
	if (st == MK_OK)
		st = compiler_find(base->platform, &in->compiler);
	return st;
}

enum mk_status drivers_key(const struct grub_platform *base, struct digest_hex *key)
{
	struct inputs in;
	struct digest_stream *s = digest_begin();
	enum mk_status st = inputs_read(base, &in);
	struct digest d;

	digest_adds(s, "drivers 2");
	digest_adds(s, COMMON_NEEDS);
	digest_adds(s, commands);
	if (st == MK_OK)
		st = layer_key_base(s, base);
	if (st == MK_OK)
		st = layer_key_sources(s, &in.sources);
	if (st == MK_OK)
		st = layer_key_file(s, in.sources.dir, COMMON ".h");
	for (size_t i = 0; i < in.n_defines; i++)
		digest_adds(s, in.defines[i]);
	digest_adds(s, NULL);
	if (st == MK_OK)
		compiler_key(&in.compiler, s);
	d = digest_end(s);
	*key = digest_hex(&d);
	inputs_free(&in);
	return st;
}

static enum mk_status compile(const struct inputs *in, const char *include, const char *modules,
			      const char *log, struct progress *p, struct strbuf *deps)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < in->sources.n && st == MK_OK; i++) {
		const char *file = in->sources.files[i];
		char *name = mem_ndup(file, strlen(file) - 2);
		char *what = mem_printf("the network driver %s", file);
		char *module = mem_printf("%s/%s.mod", modules, name);
		const struct module_source source = {
			.dir = in->sources.dir,
			.as = "drivers",
			.files = (const char *const *)&in->sources.files[i],
			.n_files = 1,
			.defines = (const char *const *)in->defines,
			.n_defines = in->n_defines,
			.what = what};

		st = compiler_module(&in->compiler, &source, include, module, log);
		strbuf_addf(deps, "%s: %s" COMMON_NEEDS "\n", name,
			    strcmp(name, COMMON) != 0 ? COMMON " " : "");
		progress_draw(p, (double)(i + 1) / (double)in->sources.n);
		free(module);
		free(what);
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
	enum mk_status st = inputs_read(base, &in);

	if (st == MK_OK) {
		progress_step(p, "compiling the network drivers");
		st = layer_link(base, modules);
	}
	if (st == MK_OK)
		st = compile(&in, include, modules, log, p, &deps);
	if (st == MK_OK)
		st = layer_list(base, modules, "moddep.lst", deps.data);
	if (st == MK_OK)
		st = layer_list(base, modules, "command.lst", commands);
	strbuf_free(&deps);
	inputs_free(&in);
	free(modules);
	return st;
}

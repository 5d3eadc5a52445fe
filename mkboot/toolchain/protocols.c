/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/protocols.h"
#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/compiler.h"
#include "toolchain/layer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMON "wire" /* the module that all protocols use */

const struct protocol_module protocol_modules[] = {
	{COMMON, "net", ""},
	{"tftp", COMMON " net", ""},
	{"http", COMMON " net", ""},
	{"dhcp", COMMON " net", "net_bootp net_dhcp"},
};
#define N_MODULES (sizeof protocol_modules / sizeof protocol_modules[0])
const size_t n_protocol_modules = N_MODULES;

struct inputs {
	char *dir;                               /* protocols/ */
	struct layer_sources headers;            /* of all */
	struct layer_sources sources[N_MODULES]; /* *.c and *.h of each */
	struct compiler compiler;
};

static void inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < N_MODULES; i++)
		layer_sources_free(&in->sources[i]);
	layer_sources_free(&in->headers);
	compiler_free(&in->compiler);
	free(in->dir);
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n > e && strcmp(name + n - e, end) == 0;
}

static bool is_source(const char *name)
{
	return ends_in(name, ".c") || ends_in(name, ".h");
}

static bool has_code(const struct layer_sources *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (ends_in(s->files[i], ".c"))
			return true;
	}
	return false;
}

static enum mk_status inputs_read(const struct grub_platform *base, struct inputs *in)
{
	enum mk_status st;

	*in = (struct inputs){.dir = datadir_path("protocols")};
	st = layer_sources(in->dir, is_source, &in->headers);
	if (st == MK_OK && in->headers.n == 0)
		st = msg_errno(in->dir, ENOENT, "cannot read the sources of the network protocols");
	for (size_t i = 0; i < N_MODULES && st == MK_OK; i++) {
		char *dir = path_join(in->dir, protocol_modules[i].name);

		st = layer_sources(dir, is_source, &in->sources[i]);
		if (st == MK_OK && !has_code(&in->sources[i]))
			st = msg_errno(dir, ENOENT,
				       "cannot read the sources of the network protocol");
		free(dir);
	}
	if (st == MK_OK)
		st = compiler_find(base->platform, &in->compiler);
	return st;
}

enum mk_status protocols_key(const struct grub_platform *base, struct digest_hex *key)
{
	struct inputs in;
	struct digest_stream *s = digest_begin();
	enum mk_status st = inputs_read(base, &in);
	struct digest d;

	digest_adds(s, "protocols 1");
	if (st == MK_OK)
		st = layer_key_base(s, base);
	if (st == MK_OK)
		st = layer_key_sources(s, &in.headers);
	for (size_t i = 0; i < N_MODULES && st == MK_OK; i++) {
		digest_adds(s, protocol_modules[i].name);
		digest_adds(s, protocol_modules[i].needs);
		digest_adds(s, protocol_modules[i].commands);
		st = layer_key_sources(s, &in.sources[i]);
	}
	if (st == MK_OK)
		compiler_key(&in.compiler, s);
	d = digest_end(s);
	*key = digest_hex(&d);
	inputs_free(&in);
	return st;
}

static enum mk_status compile(const struct inputs *in, size_t which, const char *include,
			      const char *modules, const char *log)
{
	const struct layer_sources *s = &in->sources[which];
	const char *name = protocol_modules[which].name;
	char *what = mem_printf("the network protocol %s", name);
	char *module = mem_printf("%s/%s.mod", modules, name);
	const char **files = NULL;
	size_t n = 0;
	struct module_source source = {.dir = s->dir, .as = name, .what = what};
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < s->n; i++) {
		if (ends_in(s->files[i], ".c"))
			*MEM_PUSH(files, n) = s->files[i];
	}
	source.files = files;
	source.n_files = n;
	/* GRUB's own of that name is a link: not to be written through */
	if (unlink(module) != 0 && errno != ENOENT)
		st = msg_errno(module, errno, "cannot remove");
	if (st == MK_OK)
		st = compiler_module(&in->compiler, &source, include, module, log);
	free(files);
	free(module);
	free(what);
	return st;
}

/* A line of command.lst for each of the module's commands. */
static void add_commands(struct strbuf *lines, const struct protocol_module *m)
{
	for (const char *s = m->commands; *(s += strspn(s, " ")) != '\0'; s += strcspn(s, " "))
		strbuf_addf(lines, "%.*s: %s\n", (int)strcspn(s, " "), s, m->name);
}

enum mk_status protocols_build(const struct grub_platform *base, const char *include,
			       const char *dir, const char *log, struct progress *p)
{
	char *modules = path_join(dir, "modules");
	struct strbuf deps = {0}, commands = {0};
	struct inputs in;
	enum mk_status st = inputs_read(base, &in);

	strbuf_add(&deps, "", 0);
	strbuf_add(&commands, "", 0);
	if (st == MK_OK) {
		progress_step(p, "compiling the network protocols");
		st = layer_link(base, modules);
	}
	for (size_t i = 0; i < N_MODULES && st == MK_OK; i++) {
		const struct protocol_module *m = &protocol_modules[i];

		st = compile(&in, i, include, modules, log);
		strbuf_addf(&deps, "%s: %s\n", m->name, m->needs);
		add_commands(&commands, m);
		progress_draw(p, (double)(i + 1) / (double)N_MODULES);
	}
	if (st == MK_OK)
		st = layer_list(base, modules, "moddep.lst", deps.data);
	if (st == MK_OK)
		st = layer_list(base, modules, "command.lst", commands.data);
	strbuf_free(&commands);
	strbuf_free(&deps);
	inputs_free(&in);
	free(modules);
	return st;
}

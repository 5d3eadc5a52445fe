/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "grub/grub.h"
#include "plan/payload.h"
#include "plan/platforms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MENU_MAX ((size_t)1 << 20)

static const char too_long[] =
	"these arguments are more than GRUB can read: a word has at most 8 KB, "
	"and there are at most about 10,000 words";

/* What kernel_probe's errno means to a person. */
static enum mk_status probe_failed(const struct plan *p, const struct recipe_entry *e,
				   const struct kernel *k, int err)
{
	static const struct {
		int err;
		const char *text;
	} texts[] = {
		{ENOENT, "there is no such file"},
		{EISDIR, "this is a folder, not a kernel"},
		{ENODATA, "this file is empty (0 bytes)"},
		{EBADMSG, "the gzip data are damaged"},
	};
	const char *path = e->kernel.text;
	const char *text = strerror(-err);

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (texts[i].err == -err)
			text = texts[i].text;
	}
	if (err == -ENOENT)
		return recipe_error(p->recipe, e->kernel.at, "%s: %s%s", path, text,
				    payload_where(&e->kernel));
	if (err == -ENOEXEC)
		return recipe_error(p->recipe, e->kernel.at,
				    "%s: this is %s, and no kernel that mkboot knows (Multiboot, "
				    "Multiboot 2, Linux bzImage, EFI application, boot sector)",
				    path, k->summary);
	return recipe_error(p->recipe, e->kernel.at, "%s: %s", path, text);
}

static enum mk_status check_kernel(struct plan *p, struct plan_entry *pe)
{
	const struct recipe_entry *e = pe->recipe;
	enum mk_status st = MK_OK;
	int err;

	if (e->kernel.text == NULL)
		return MK_BAD_INPUT; /* the recipe's loader has said it */
	err = kernel_probe(e->kernel.text, e->protocol, &pe->kernel);
	if (err != 0)
		return probe_failed(p, e, &pe->kernel, err);
	for (size_t i = 0; i < pe->kernel.n_problems; i++) {
		const struct kernel_problem *problem = &pe->kernel.problems[i];

		if (problem->error)
			st = recipe_error(p->recipe, e->kernel.at, "%s: %s", e->kernel.text,
					  problem->text);
		else
			recipe_warn(p->recipe, e->kernel.at, "%s: %s", e->kernel.text,
				    problem->text);
	}
	return status_first(st, payload_file(p, &e->kernel, "kernel",
					     kernel_protocols[pe->kernel.protocol].gzip,
					     &pe->kernel_file));
}

/* A disk's boot sector is there when the machine boots, and not before. */
static void note_disk(struct plan_entry *pe)
{
	pe->kernel.platforms = PLATFORM_BIT(PLATFORM_BIOS);
	pe->kernel.why_not = mem_dup("a disk's boot sector is BIOS code, which UEFI does not run");
}

/* What GRUB's script cannot hold is refused: it would halt the machine, or not parse. */
static enum mk_status check_words(const struct plan *p, const struct recipe_entry *e)
{
	enum mk_status st = MK_OK;

	if (e->title.text != NULL && !grub_can_quote(e->title.text))
		st = recipe_error(p->recipe, e->title.at,
				  "a title has at most 8 KB in GRUB's menu");
	if (!grub_can_quote_args(e->args.text))
		st = recipe_error(p->recipe, e->args.at, "%s", too_long);
	for (size_t i = 0; i < e->n_modules; i++) {
		if (!grub_can_quote_args(e->modules[i].args.text))
			st = recipe_error(p->recipe, e->modules[i].args.at, "%s", too_long);
	}
	return st;
}

static enum mk_status check_entry(struct plan *p, const struct recipe_entry *e)
{
	struct plan_entry *pe = MEM_PUSH(p->entries, p->n_entries);
	const struct kernel_protocol *proto;
	enum mk_status st;

	pe->recipe = e;
	pe->module_files = mem_array(e->n_modules, sizeof(size_t));
	pe->initrd_files = mem_array(e->n_initrds, sizeof(size_t));
	if (e->disk.text != NULL) {
		note_disk(pe);
		return check_words(p, e);
	}
	st = status_first(check_words(p, e), check_kernel(p, pe));
	proto = &kernel_protocols[pe->kernel.protocol];
	if (pe->kernel.protocol != PROTOCOL_AUTO && e->n_modules > 0 && proto->module == NULL)
		st = recipe_error(
			p->recipe, e->modules[0].file.at,
			"%s is a %s kernel, which has no modules; 'initrd' is for initial "
			"RAM disks",
			e->kernel.text, proto->title);
	if (pe->kernel.protocol != PROTOCOL_AUTO && e->n_initrds > 0 && !proto->initrd)
		st = recipe_error(p->recipe,
				  e->initrds[0].file.text != NULL ? e->initrds[0].file.at
								  : e->initrds[0].from.at,
				  "%s is a %s kernel, which has no initrd; use 'modules'",
				  e->kernel.text, proto->title);
	for (size_t i = 0; i < e->n_modules; i++) {
		if (e->modules[i].file.text != NULL)
			st = status_first(st,
					  payload_file(p, &e->modules[i].file, "module",
						       !e->modules[i].raw, &pe->module_files[i]));
	}
	for (size_t i = 0; i < e->n_initrds; i++) {
		const struct recipe_initrd *rd = &e->initrds[i];

		if (rd->from.text == NULL && rd->file.text == NULL)
			continue;
		st = status_first(st, rd->from.text != NULL
					      ? payload_folder(p, &rd->from, &pe->initrd_files[i])
					      : payload_file(p, &rd->file, "initrd", false,
							     &pe->initrd_files[i]));
	}
	return st;
}

/* GRUB's own parser, where it is installed, looks at the user's menu. */
static enum mk_status check_script(const struct plan *p)
{
	static const char at_line[] = "Syntax error at line ";
	const struct text *file = &p->recipe->menu.file;
	const char *const argv[] = {"grub-script-check", "--", file->text, NULL};
	struct strbuf out = {0}, err = {0};
	enum mk_status st = MK_OK;
	const char *line;

	if (exec_try(argv, &out, &err) != 1) /* not installed, or no answer */
		goto done;
	strbuf_adds(&err, out.data != NULL ? out.data : "");
	line = strstr(err.data, at_line);
	if (line != NULL)
		st = recipe_error(p->recipe, file->at,
				  "%s:%lu: GRUB cannot parse the menu: there is an error here, or "
				  "something before it is not closed",
				  file->text, strtoul(line + strlen(at_line), NULL, 10));
	else
		st = recipe_error(p->recipe, file->at, "%s: GRUB does not take the menu: %.*s",
				  file->text, (int)strcspn(err.data, "\n"), err.data);
done:
	strbuf_free(&out);
	strbuf_free(&err);
	return st;
}

static enum mk_status check_own_menu(struct plan *p)
{
	const struct recipe_menu *m = &p->recipe->menu;
	struct strbuf text = {0};
	enum mk_status st = MK_OK;
	int err = fs_read(m->file.text, MENU_MAX, &text);
	size_t index;

	if (err != 0)
		st = recipe_error(p->recipe, m->file.at, "%s: cannot read the menu: %s",
				  m->file.text, strerror(-err));
	else if (text.len == 0)
		st = recipe_error(p->recipe, m->file.at, "%s: the menu is empty", m->file.text);
	else if (strlen(text.data) != text.len)
		st = recipe_error(p->recipe, m->file.at,
				  "%s: the menu holds a NUL byte; a menu is GRUB 2 script",
				  m->file.text);
	else
		p->menu_text = strbuf_take(&text);
	if (st == MK_OK)
		st = check_script(p);
	strbuf_free(&text);
	for (size_t i = 0; i < m->n_files; i++)
		if (m->files[i].text != NULL)
			st = status_first(st, payload_file(p, &m->files[i], "file", false, &index));
	return st;
}

static void mark(struct plan *p, const size_t *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->files[files[i]].local = true;
}

/* Which payloads the media carry: with the user's own menu, all. */
static void mark_local(struct plan *p)
{
	for (size_t i = 0; i < p->n_files; i++)
		p->files[i].local = p->menu_text != NULL;
	for (size_t i = 0; i < p->n_entries; i++) {
		const struct plan_entry *e = &p->entries[i];

		if (e->recipe->network || e->recipe->disk.text != NULL)
			continue;
		mark(p, &e->kernel_file, 1);
		mark(p, e->module_files, e->recipe->n_modules);
		mark(p, e->initrd_files, e->recipe->n_initrds);
	}
}

/* GRUB's source, where it is a file. (A URL is known by its digest, once it is fetched.) */
static enum mk_status check_grub(const struct plan *p)
{
	static const char *const words[] = {"debian"};
	static const char takes[] = "'source' takes debian, a URL, or GRUB's source as a tarball";
	const struct recipe_grub *g = &p->recipe->grub;
	const char *path = g->source.text, *near;
	struct stat st;

	if (path == NULL || g->url)
		return MK_OK;
	if (stat(path, &st) != 0 && errno == ENOENT) {
		near = recipe_nearest(path_base(path), words, 1);
		return recipe_error(p->recipe, g->source.at, "%s: there is no such file; %s%s%s",
				    path, near != NULL ? "did you mean '" : takes,
				    near != NULL ? near : "", near != NULL ? "'?" : "");
	}
	if (access(path, R_OK) != 0) /* what stat says, this says again */
		return recipe_error(p->recipe, g->source.at, "%s: cannot read GRUB's source: %s",
				    path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return recipe_error(p->recipe, g->source.at, "%s: this is a %s; %s", path,
				    S_ISDIR(st.st_mode) ? "folder" : "device", takes);
	if (st.st_size == 0)
		return recipe_error(p->recipe, g->source.at, "%s: this file is empty (0 bytes); %s",
				    path, takes);
	return MK_OK;
}

enum mk_status plan_make(const struct recipe *r, struct plan **out)
{
	struct plan *p = mem_alloc(sizeof *p);
	enum mk_status st = MK_OK;

	*out = p;
	p->recipe = r;
	if (r->menu.file.text != NULL)
		st = check_own_menu(p);
	st = status_first(st, check_grub(p));
	for (size_t i = 0; i < r->menu.n_entries; i++)
		st = status_first(st, check_entry(p, &r->menu.entries[i]));
	payload_name_all(p);
	if (st == MK_OK)
		mark_local(p);
	if (st == MK_OK && (p->n_entries > 0 || p->menu_text != NULL))
		st = platforms_choose(p);
	if (st == MK_OK)
		st = payload_epoch(p);
	return st;
}

void plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_files; i++) {
		free(p->files[i].name);
		free(p->files[i].source);
		free(p->files[i].folder);
	}
	for (size_t i = 0; i < p->n_entries; i++) {
		kernel_free(&p->entries[i].kernel);
		free(p->entries[i].module_files);
		free(p->entries[i].initrd_files);
	}
	free(p->menu_text);
	free(p->files);
	free(p->entries);
	free(p);
}

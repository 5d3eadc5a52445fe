/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "legacy/legacy.h"
#include "recipe/node.h"
#include "recipe/read.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define RECIPE_MAX     ((size_t)1 << 20)
#define NAME_MAX_LEN   32
#define DEFAULT_RECIPE "mkboot.yaml"

static bool name_char(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (!first && (c == '.' || c == '_' || c == '-'));
}

bool recipe_is_name(const char *name)
{
	size_t len = strlen(name);
	bool good = len >= 1 && len <= NAME_MAX_LEN;

	for (size_t i = 0; good && i < len; i++)
		good = name_char(name[i], i == 0);
	return good;
}

static void recipe_name(struct rd *rd, const struct node *n, void *target)
{
	struct recipe *r = target;
	struct text name = {0};

	if (!read_text(rd, n, false, &name))
		return;
	if (!recipe_is_name(name.text))
		rd_error(rd, n->at,
			 "a name is made of letters, digits, '.', '_' and '-', begins "
			 "with a letter or digit and has at most %d characters",
			 NAME_MAX_LEN);
	free(r->name);
	r->name = name.text;
}

/* What editors complete the recipe from; it means nothing to mkboot. */
static void recipe_schema(struct rd *rd, const struct node *n, void *target)
{
	(void)rd;
	(void)n;
	(void)target;
}

static const struct field recipe_table[] = {
	{"$schema", recipe_schema, false}, {"name", recipe_name, false},
	{"menu", read_menu, true},         {"network", read_network, false},
	{"outputs", read_outputs, false},  {"grub", read_grub, false},
	{"test", read_test, false},
};
const struct field_table recipe_fields = {"recipe", recipe_table, 7};

/* A file name without its endings, made into a name: "My Kernel.elf.gz" gives "My_Kernel". */
char *recipe_name_of(const char *path)
{
	const char *base = path_base(path);
	const char *dot = strchr(base + (base[0] == '.'), '.');
	size_t len = dot != NULL ? (size_t)(dot - base) : strlen(base);
	char *name = mem_ndup(base, len < NAME_MAX_LEN ? len : NAME_MAX_LEN);

	for (char *s = name; *s != '\0'; s++) {
		if (!name_char(*s, s == name))
			*s = s == name ? 'x' : '_';
	}
	if (name[0] != '\0')
		return name;
	free(name);
	return mem_dup("kernel");
}

/* Names go into menus and into JSON. */
static bool is_utf8(const char *s)
{
	json_t *text = json_string(s);
	bool ok = text != NULL;

	json_decref(text);
	return ok;
}

static bool is_recipe_name(const char *path)
{
	static const char *const endings[] = {".yaml", ".yml", ".json"};
	size_t len = strlen(path);

	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(endings[i]);

		if (len > n && strcmp(path + len - n, endings[i]) == 0)
			return true;
	}
	return false;
}

/* What holds where the recipe says nothing. */
static void set_defaults(struct recipe *r)
{
	bool none = true;

	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		none = none && !r->outputs[i].wanted;
	for (size_t i = 0; none && i < OUTPUT_COUNT; i++) {
		bool wanted = i != OUTPUT_HTTP; /* asked for by name only */

		if (i == OUTPUT_DISKLESS_CD || i == OUTPUT_DISKLESS_FLOPPY)
			wanted = r->network.drivers != 0;
		else if (i == OUTPUT_DHCP)
			wanted = r->network.server.set && r->network.subnet.set;
		r->outputs[i].wanted = wanted;
		r->outputs[i].by_default = true;
	}
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		if ((i == OUTPUT_FLOPPY || i == OUTPUT_DISKLESS_FLOPPY) &&
		    r->outputs[i].floppy_kb == 0)
			r->outputs[i].floppy_kb = 1440;
	}
	if (r->network.nic_at.line == 0)
		r->network.firmware = true;
	if (r->test.timeout == 0)
		r->test.timeout = 60;
	if (r->test.silence == 0)
		r->test.silence = 10;
	if (r->test.memory == 0)
		r->test.memory = 256;
	if (r->test.cpus == 0)
		r->test.cpus = 1;
	if (r->menu.serial_speed == 0)
		r->menu.serial_speed = 115200;
}

static enum mk_status load_text(struct recipe *r)
{
	struct rd rd = {.recipe = r};
	struct node *root;

	root = node_parse(r);
	if (root == NULL)
		return MK_BAD_INPUT;
	rd.dir = path_dir(r->file);
	read_map(&rd, root, "the recipe", recipe_table, recipe_fields.n, r);
	/* after all of it: what the recipe says of the network goes before what the menu does */
	if (r->menu.legacy.text != NULL)
		rd.status = status_first(rd.status, legacy_read(r));
	check_recipe(&rd);
	rd.status = status_first(rd.status, recipe_check_outputs(r));
	if (r->name == NULL)
		r->name = recipe_name_of(r->file);
	free(rd.dir);
	node_free(root);
	return rd.status;
}

static struct recipe *recipe_of_kernel(const char *path)
{
	struct recipe *r = mem_alloc(sizeof *r);
	struct recipe_entry *e = MEM_PUSH(r->menu.entries, r->menu.n_entries);

	r->name = recipe_name_of(path);
	e->title.text = mem_dup(r->name);
	e->kernel.text = mem_dup(path);
	return r;
}

static enum mk_status read_source(const char *path, struct recipe *r)
{
	struct strbuf text = {0};
	int err = fs_read(path, RECIPE_MAX, &text);

	if (err == 0 && strlen(text.data != NULL ? text.data : "") != text.len)
		err = -EILSEQ;
	if (err != 0) {
		strbuf_free(&text);
		if (err == -EFBIG)
			return msg_fail(MK_BAD_INPUT, "%s: a recipe has at most 1 MiB", path);
		if (err == -EILSEQ)
			return msg_fail(MK_BAD_INPUT,
					"%s: a recipe is text, and this has a NUL byte", path);
		return msg_fail(MK_BAD_INPUT, "%s: cannot read the recipe: %s", path,
				strerror(-err));
	}
	r->file = mem_dup(path);
	r->source = strbuf_take(&text);
	return MK_OK;
}

enum mk_status recipe_load(const char *path, struct recipe **out)
{
	struct recipe *r;
	enum mk_status st;

	*out = NULL;
	if (path == NULL && !fs_exists(DEFAULT_RECIPE))
		return msg_fail(MK_USAGE, "there is no ./" DEFAULT_RECIPE "; name a recipe or a "
					  "kernel, as in: mkboot build kernel.elf");
	if (path == NULL)
		path = DEFAULT_RECIPE;
	if (!is_recipe_name(path)) {
		if (!is_utf8(path))
			return msg_fail(MK_BAD_INPUT,
					"the kernel's file name is not UTF-8; rename it");
		r = recipe_of_kernel(path);
		st = MK_OK;
	} else {
		r = mem_alloc(sizeof *r);
		st = read_source(path, r);
		if (st == MK_OK)
			st = load_text(r);
	}
	if (r->name == NULL) { /* it could not be read at all */
		recipe_free(r);
		return st;
	}
	set_defaults(r);
	*out = r;
	return st;
}

enum mk_status recipe_load_legacy(const char *path, const char *root, struct recipe **out)
{
	struct recipe *r = mem_alloc(sizeof *r);
	struct rd rd = {.recipe = r};

	*out = r;
	r->name = recipe_name_of(path);
	r->menu.legacy.text = mem_dup(path);
	r->menu.root.text = mem_dup(root);
	rd.status = legacy_read(r);
	check_recipe(&rd);
	return rd.status;
}

static void free_entry(struct recipe_entry *e)
{
	for (size_t i = 0; i < e->n_modules; i++) {
		free(e->modules[i].file.text);
		free(e->modules[i].args.text);
	}
	for (size_t i = 0; i < e->n_initrds; i++) {
		free(e->initrds[i].file.text);
		free(e->initrds[i].from.text);
	}
	free(e->modules);
	free(e->initrds);
	free(e->title.text);
	free(e->kernel.text);
	free(e->disk.text);
	free(e->args.text);
}

void recipe_free(struct recipe *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->menu.n_entries; i++)
		free_entry(&r->menu.entries[i]);
	free(r->menu.entries);
	for (size_t i = 0; i < r->menu.n_files; i++)
		free(r->menu.files[i].text);
	free(r->menu.files);
	free(r->menu.file.text);
	free(r->menu.legacy.text);
	free(r->menu.legacy_source);
	free(r->menu.root.text);
	free(r->menu.fallback);
	free(r->menu.color.text);
	free(r->menu.color_highlight.text);
	for (size_t i = 0; i < r->network.n_hosts; i++) {
		free(r->network.hosts[i].name.text);
		free(r->network.hosts[i].file.text);
	}
	free(r->network.hosts);
	free(r->network.path.text);
	free(r->grub.source.text);
	free(r->grub.sha256.text);
	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		free(r->outputs[i].label.text);
	pattern_free(&r->test.expect);
	for (size_t i = 0; i < r->test.n_reject; i++)
		pattern_free(&r->test.reject[i]);
	free(r->test.reject);
	free(r->file);
	free(r->source);
	free(r->name);
	free(r);
}

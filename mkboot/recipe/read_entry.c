/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "kernel/kernel.h"
#include "recipe/read.h"

#include <stdlib.h>
#include <string.h>

static void module_file(struct rd *rd, const struct node *n, void *target)
{
	read_path(rd, n, &((struct recipe_module *)target)->file);
}

static void module_args(struct rd *rd, const struct node *n, void *target)
{
	read_text(rd, n, true, &((struct recipe_module *)target)->args);
}

static void module_raw(struct rd *rd, const struct node *n, void *target)
{
	read_bool(rd, n, &((struct recipe_module *)target)->raw);
}

static const struct field module_table[] = {
	{"file", module_file, true},
	{"args", module_args, false},
	{"raw", module_raw, false},
};
const struct field_table module_fields = {"module", module_table, 3};

static void initrd_file(struct rd *rd, const struct node *n, void *target)
{
	read_path(rd, n, &((struct recipe_initrd *)target)->file);
}

static void initrd_from(struct rd *rd, const struct node *n, void *target)
{
	read_path(rd, n, &((struct recipe_initrd *)target)->from);
}

static const struct field initrd_table[] = {{"from", initrd_from, true}};
const struct field_table initrd_fields = {"initrd", initrd_table, 1};

static void one_module(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_entry *e = target;
	struct recipe_module *m = MEM_PUSH(e->modules, e->n_modules);

	if (n->kind == NODE_MAP)
		read_map(rd, n, "a module", module_table, module_fields.n, m);
	else
		module_file(rd, n, m);
}

static void one_initrd(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_entry *e = target;
	struct recipe_initrd *i = MEM_PUSH(e->initrds, e->n_initrds);

	if (n->kind == NODE_MAP)
		read_map(rd, n, "an initrd", initrd_table, initrd_fields.n, i);
	else
		initrd_file(rd, n, i);
}

static void entry_title(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_entry *e = target;

	if (read_text(rd, n, false, &e->title) && e->title.text[0] == '\0')
		rd_error(rd, n->at, "a title cannot be empty");
}

static void entry_kernel(struct rd *rd, const struct node *n, void *target)
{
	read_path(rd, n, &((struct recipe_entry *)target)->kernel);
}

static void entry_args(struct rd *rd, const struct node *n, void *target)
{
	read_text(rd, n, true, &((struct recipe_entry *)target)->args);
}

static void entry_modules(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_module);
}

static void entry_initrd(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_initrd);
}

static void entry_protocol(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_entry *e = target;
	const char *names[PROTOCOL_COUNT - 1];
	size_t i;

	for (size_t p = 1; p < PROTOCOL_COUNT; p++)
		names[p - 1] = kernel_protocols[p].name;
	if (read_choice(rd, n, "protocol", names, PROTOCOL_COUNT - 1, &i))
		e->protocol = (enum protocol)(i + 1);
	e->protocol_at = n->at;
}

static void entry_load(struct rd *rd, const struct node *n, void *target)
{
	static const char *const names[] = {"local", "network"};
	struct recipe_entry *e = target;
	size_t i;

	if (read_choice(rd, n, "place to load from", names, 2, &i))
		e->network = i == 1;
	e->network_at = n->at;
}

/* hd0, hd0,1 or fd0: S is digits of at most two places, from MIN. */
static bool is_number(const char *s, size_t len, char min)
{
	return len >= 1 && len <= 2 && strspn(s, "0123456789") >= len && s[0] >= min &&
	       (len == 1 || s[0] != '0');
}

static bool is_disk(const char *s)
{
	size_t len = strcspn(s, ",");

	if (strncmp(s, "fd", 2) == 0)
		return is_number(s + 2, strlen(s + 2), '0');
	return strncmp(s, "hd", 2) == 0 && is_number(s + 2, len - 2, '0') &&
	       (s[len] == '\0' || is_number(s + len + 1, strlen(s + len + 1), '1'));
}

static void entry_disk(struct rd *rd, const struct node *n, void *target)
{
	struct text *disk = &((struct recipe_entry *)target)->disk;

	if (!read_text(rd, n, false, disk) || is_disk(disk->text))
		return;
	rd_error(rd, n->at,
		 "this must be a disk as the BIOS numbers it, hd0 or fd0, or a partition of one, "
		 "counted from 1: \"hd0,1\"");
	free(disk->text);
	disk->text = NULL;
}

static void entry_active(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_entry *e = target;

	e->active_at = n->at;
	read_bool(rd, n, &e->active);
}

static const struct field entry_table[] = {
	{"title", entry_title, true},        {"kernel", entry_kernel, false},
	{"protocol", entry_protocol, false}, {"args", entry_args, false},
	{"modules", entry_modules, false},   {"initrd", entry_initrd, false},
	{"load", entry_load, false},         {"disk", entry_disk, false},
	{"active", entry_active, false},
};
const struct field_table entry_fields = {"entry", entry_table, 9};

static const struct node *find_key(const struct node *map, const char *name)
{
	for (size_t i = 0; map->kind == NODE_MAP && i < map->n; i++) {
		if (map->keys[i]->text != NULL && strcmp(map->keys[i]->text, name) == 0)
			return map->keys[i];
	}
	return NULL;
}

/* One thing is started: a kernel, or a disk's boot sector, which takes nothing with it. */
static void check_entry_keys(struct rd *rd, const struct node *n, const struct recipe_entry *e)
{
	static const char *const of_kernels[] = {"kernel",  "protocol", "args",
						 "modules", "initrd",   "load"};
	const struct node *disk = find_key(n, "disk"), *active = find_key(n, "active");

	if (n->kind != NODE_MAP)
		return;
	if (disk == NULL && find_key(n, "kernel") == NULL)
		rd_error(rd, n->at, "a menu entry lacks the key 'kernel'");
	for (size_t i = 0; disk != NULL && i < sizeof of_kernels / sizeof *of_kernels; i++) {
		const struct node *key = find_key(n, of_kernels[i]);

		if (key != NULL)
			rd_error(rd, key->at,
				 "'%s' cannot be where 'disk' is: a disk's boot sector is started "
				 "alone",
				 of_kernels[i]);
	}
	if (active != NULL && disk == NULL)
		rd_error(rd, active->at, "'active' goes with 'disk'");
	else if (e->active && e->disk.text != NULL && strchr(e->disk.text, ',') == NULL)
		rd_error(rd, e->active_at,
			 "a partition is what is made active; name one, as in disk: \"%s,1\"",
			 e->disk.text);
}

void read_entry(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = target;
	struct recipe_entry *e = MEM_PUSH(m->entries, m->n_entries);

	read_map(rd, n, "a menu entry", entry_table, entry_fields.n, e);
	check_entry_keys(rd, n, e);
}

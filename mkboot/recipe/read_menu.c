/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "kernel/kernel.h"
#include "legacy/legacy.h"
#include "recipe/read.h"

#include <stdlib.h>
#include <string.h>

/* The menu as it is being read: `default` may name an entry that comes later. */
struct menu_reading {
	struct recipe_menu *menu;
	const struct node *default_node;
	const struct node *fallback_node;
	bool has_timeout;
	bool has_entries;
	bool has_file;
	struct src entries_at;
	struct src root_at;
	struct src generated_at; /* of a key that shapes the generated menu; line 0: none */
	const char *generated_key;
};

/* A menu of one's own has its own default, timeout and terminals. */
static void note_generated(struct menu_reading *m, const struct node *n, const char *key)
{
	m->generated_at = n->at;
	m->generated_key = key;
}

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

static void one_entry(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = target;
	struct recipe_entry *e = MEM_PUSH(m->entries, m->n_entries);

	read_map(rd, n, "a menu entry", entry_table, entry_fields.n, e);
	check_entry_keys(rd, n, e);
}

static void menu_entries(struct rd *rd, const struct node *n, void *target)
{
	struct menu_reading *m = target;

	m->has_entries = true;
	m->entries_at = n->at;
	if (n->kind != NODE_LIST || n->n == 0)
		rd_error(rd, n->at, "entries must be a list with at least one entry");
	else
		read_list(rd, n, m->menu, one_entry);
}

static void menu_timeout(struct rd *rd, const struct node *n, void *target)
{
	struct menu_reading *m = target;

	m->has_timeout = true;
	note_generated(m, n, "timeout");
	if (n->kind == NODE_SCALAR && strcmp(n->text, "none") == 0)
		m->menu->timeout = RECIPE_TIMEOUT_NONE;
	else
		read_uint(rd, n, 0, 86400, &m->menu->timeout);
}

static void menu_default(struct rd *rd, const struct node *n, void *target)
{
	((struct menu_reading *)target)->default_node = n;
	note_generated(target, n, "default");
	(void)rd;
}

static void menu_fallback(struct rd *rd, const struct node *n, void *target)
{
	((struct menu_reading *)target)->fallback_node = n;
	note_generated(target, n, "fallback");
	(void)rd;
}

static void read_color(struct rd *rd, const struct node *n, struct text *color)
{
	if (!read_text(rd, n, false, color) || recipe_is_color(color->text, strlen(color->text)))
		return;
	rd_error(rd, n->at,
		 "this must be two of GRUB's colours, like white/blue: black, blue, green, cyan, "
		 "red, magenta, brown, light-gray; and for the letters dark-gray, light-blue, "
		 "light-green, light-cyan, light-red, light-magenta, yellow, white");
	free(color->text);
	color->text = NULL;
}

static void color_normal(struct rd *rd, const struct node *n, void *target)
{
	read_color(rd, n, &((struct recipe_menu *)target)->color);
}

static void color_highlight(struct rd *rd, const struct node *n, void *target)
{
	read_color(rd, n, &((struct recipe_menu *)target)->color_highlight);
}

static const struct field colors_table[] = {
	{"normal", color_normal, false},
	{"highlight", color_highlight, false},
};
const struct field_table colors_fields = {"colors", colors_table, 2};

static void menu_colors(struct rd *rd, const struct node *n, void *target)
{
	note_generated(target, n, "colors");
	read_map(rd, n, "colors", colors_table, colors_fields.n,
		 ((struct menu_reading *)target)->menu);
}

static void menu_root(struct rd *rd, const struct node *n, void *target)
{
	struct menu_reading *m = target;

	m->root_at = n->at;
	read_path(rd, n, &m->menu->root);
}

static void menu_hidden(struct rd *rd, const struct node *n, void *target)
{
	note_generated(target, n, "hidden");
	read_bool(rd, n, &((struct menu_reading *)target)->menu->hidden);
}

static void serial_port(struct rd *rd, const struct node *n, void *target)
{
	static const char *const ports[] = {"COM1", "COM2", "COM3", "COM4"};
	size_t i;

	if (read_choice(rd, n, "serial port", ports, 4, &i))
		((struct recipe_menu *)target)->serial_unit = (unsigned)i;
}

static void serial_speed(struct rd *rd, const struct node *n, void *target)
{
	static const char *const speeds[] = {"115200", "57600", "38400", "19200",
					     "9600",   "4800",  "2400",  "1200"};
	size_t i;

	if (read_choice(rd, n, "serial speed", speeds, 8, &i))
		((struct recipe_menu *)target)->serial_speed =
			(unsigned)strtoul(speeds[i], NULL, 10);
}

static const struct field serial_table[] = {
	{"port", serial_port, false},
	{"speed", serial_speed, false},
};
const struct field_table serial_fields = {"serial", serial_table, 2};

static void menu_serial(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = ((struct menu_reading *)target)->menu;

	m->serial = true;
	note_generated(target, n, "serial");
	if (n->kind == NODE_MAP)
		read_map(rd, n, "serial", serial_table, serial_fields.n, m);
	else
		read_bool(rd, n, &m->serial);
}

static void menu_file(struct rd *rd, const struct node *n, void *target)
{
	struct menu_reading *m = target;

	m->has_file = read_path(rd, n, &m->menu->file);
	if (!m->has_file || !legacy_is_menu(m->menu->file.text))
		return;
	m->menu->legacy = m->menu->file;
	m->menu->file = (struct text){0};
}

static void one_file(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = target;

	read_path(rd, n, MEM_PUSH(m->files, m->n_files));
}

static void menu_files(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, ((struct menu_reading *)target)->menu, one_file);
}

static const struct field menu_table[] = {
	{"entries", menu_entries, false}, {"default", menu_default, false},
	{"timeout", menu_timeout, false}, {"hidden", menu_hidden, false},
	{"serial", menu_serial, false},   {"file", menu_file, false},
	{"files", menu_files, false},     {"root", menu_root, false},
	{"colors", menu_colors, false},   {"fallback", menu_fallback, false},
};
const struct field_table menu_fields = {"menu", menu_table, 10};

/* An entry by title, or by number from 0. A title that looks like a number wins. */
static bool find_entry(struct rd *rd, const struct node *n, const char *what,
		       const struct recipe_menu *m, size_t *index)
{
	const char **titles;
	const char *near;
	bool found = false;

	if (n->kind != NODE_SCALAR) {
		rd_error(rd, n->at, "%s must be an entry's title or number", what);
		return false;
	}
	titles = mem_array(m->n_entries, sizeof *titles);
	for (size_t i = 0; i < m->n_entries && !found; i++) {
		titles[i] = m->entries[i].title.text != NULL ? m->entries[i].title.text : "";
		found = strcmp(titles[i], n->text) == 0;
		*index = i;
	}
	if (found)
		goto done;
	if (!n->quoted && n->len > 0 && n->len < 6 && strspn(n->text, "0123456789") == n->len) {
		*index = strtoul(n->text, NULL, 10);
		found = *index < m->n_entries;
		if (!found)
			rd_error(rd, n->at, "there is no entry number %s: they count from 0 to %zu",
				 n->text, m->n_entries - 1);
		goto done;
	}
	near = recipe_nearest(n->text, titles, m->n_entries);
	rd_error(rd, n->at, "no entry is titled '%s'%s%s%s", n->text,
		 near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
		 near != NULL ? "'?" : "");
done:
	free(titles);
	return found;
}

static void one_fallback(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = target;
	size_t index;

	if (find_entry(rd, n, "fallback", m, &index))
		*MEM_PUSH(m->fallback, m->n_fallback) = index;
}

void read_menu(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *menu = &((struct recipe *)target)->menu;
	struct menu_reading m = {.menu = menu};

	if (n->kind == NODE_SCALAR) { /* menu: FILE */
		menu_file(rd, n, &m);
		return;
	}
	read_map(rd, n, "menu", menu_table, menu_fields.n, &m);
	if (n->kind != NODE_MAP)
		return;
	if (!m.has_entries && !m.has_file)
		rd_error(rd, n->at, "menu needs 'entries', or 'file' with a menu of your own");
	if (m.has_entries && m.has_file)
		rd_error(rd, m.entries_at, "menu has both 'entries' and 'file'; keep one of them");
	if (m.has_file && m.generated_key != NULL)
		rd_error(rd, m.generated_at,
			 "'%s' goes with 'entries'; a menu of your own sets it "
			 "itself",
			 m.generated_key);
	if (menu->n_files > 0 && (!m.has_file || menu->legacy.text != NULL))
		rd_error(rd, menu->files[0].at,
			 menu->legacy.text != NULL
				 ? "a GRUB Legacy menu names its files itself; leave 'files' out"
				 : "'files' goes with 'file', a menu of your own");
	if (m.root_at.line != 0 && menu->legacy.text == NULL)
		rd_error(rd, m.root_at,
			 "'root' goes with a 'file' that is a GRUB Legacy menu: menu.lst");
	if (m.default_node != NULL && menu->n_entries > 0)
		find_entry(rd, m.default_node, "default", menu, &menu->default_entry);
	if (menu->default_entry >= menu->n_entries)
		menu->default_entry = 0;
	if (m.fallback_node != NULL && menu->n_entries > 0)
		read_list(rd, m.fallback_node, menu, one_fallback);
	if (!m.has_timeout)
		menu->timeout = menu->n_entries > 1 ? 5 : 0;
}

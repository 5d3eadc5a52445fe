/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
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

static void menu_entries(struct rd *rd, const struct node *n, void *target)
{
	struct menu_reading *m = target;

	m->has_entries = true;
	m->entries_at = n->at;
	if (n->kind != NODE_LIST || n->n == 0)
		rd_error(rd, n->at, "entries must be a list with at least one entry");
	else
		read_list(rd, n, m->menu, read_entry);
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

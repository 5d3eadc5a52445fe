/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "kernel/kernel.h"
#include "recipe/read.h"

#include <stdlib.h>
#include <string.h>

/* The menu as it is being read: `default` may name an entry that comes later. */
struct menu_reading {
	struct recipe_menu *menu;
	const struct node *default_node;
	bool has_timeout;
	bool has_entries;
	bool has_file;
	struct src entries_at;
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

static const struct field entry_table[] = {
	{"title", entry_title, true},        {"kernel", entry_kernel, true},
	{"protocol", entry_protocol, false}, {"args", entry_args, false},
	{"modules", entry_modules, false},   {"initrd", entry_initrd, false},
	{"load", entry_load, false},
};
const struct field_table entry_fields = {"entry", entry_table, 7};

static void one_entry(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_menu *m = target;

	read_map(rd, n, "a menu entry", entry_table, entry_fields.n,
		 MEM_PUSH(m->entries, m->n_entries));
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
	{"files", menu_files, false},
};
const struct field_table menu_fields = {"menu", menu_table, 7};

/* The default by title, or by number from 0. A title that looks like a number wins. */
static void find_default(struct rd *rd, const struct node *n, struct recipe_menu *m)
{
	const char **titles;
	const char *near;

	if (n->kind != NODE_SCALAR) {
		rd_error(rd, n->at, "default must be an entry's title or number");
		return;
	}
	titles = mem_array(m->n_entries, sizeof *titles);
	for (size_t i = 0; i < m->n_entries; i++) {
		titles[i] = m->entries[i].title.text != NULL ? m->entries[i].title.text : "";
		if (strcmp(titles[i], n->text) == 0) {
			m->default_entry = i;
			goto done;
		}
	}
	if (!n->quoted && n->len > 0 && n->len < 6 && strspn(n->text, "0123456789") == n->len) {
		m->default_entry = strtoul(n->text, NULL, 10);
		if (m->default_entry < m->n_entries)
			goto done;
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
	if (menu->n_files > 0 && !m.has_file)
		rd_error(rd, menu->files[0].at, "'files' goes with 'file', a menu of your own");
	if (m.default_node != NULL && menu->n_entries > 0)
		find_default(rd, m.default_node, menu);
	if (!m.has_timeout)
		menu->timeout = menu->n_entries > 1 ? 5 : 0;
}

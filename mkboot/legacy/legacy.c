/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "legacy/legacy.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "legacy/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MENU_MAX ((size_t)1 << 20)

bool legacy_is_menu(const char *path)
{
	const char *name = path_base(path);
	size_t len = strlen(name);

	return (len > 4 && strcmp(name + len - 4, ".lst") == 0) || strcmp(name, "grub.conf") == 0;
}

/* What goes into a recipe is UTF-8 without control characters. */
static bool check_text(struct lst *l)
{
	const struct lst_line *line = l->line;

	for (size_t i = 0; i < line->len;) {
		size_t n = utf8_char(line->text + i, line->len - i, NULL);
		unsigned char c = (unsigned char)line->text[i];
		struct word w = {.s = line->text + i, .len = 1};

		if (n == 0) {
			lst_error(l, w,
				  "this is not UTF-8 (byte 0x%02x); convert the menu, as in: iconv "
				  "-f "
				  "LATIN1 -t UTF-8",
				  c);
			return false;
		}
		if (c < 0x20 || c == 0x7f) {
			lst_error(l, w, "a control character (0x%02x) cannot stand here", c);
			return false;
		}
		i += n;
	}
	return true;
}

static const struct lst_command *find_command(struct word name)
{
	for (size_t i = 0; i < lst_n_commands; i++) {
		if (word_is(name, lst_commands[i].name))
			return &lst_commands[i];
	}
	return NULL;
}

static void unknown_command(struct lst *l)
{
	const char **names = mem_array(lst_n_commands, sizeof *names);
	char *word = mem_ndup(l->name.s, l->name.len);
	const char *near;

	for (size_t i = 0; i < lst_n_commands; i++)
		names[i] = lst_commands[i].name;
	near = recipe_nearest(word, names, lst_n_commands);
	if (near != NULL)
		lst_error(l, l->name, "GRUB Legacy has no command '%s'; did you mean '%s'?", word,
			  near);
	else
		lst_error(l, l->name,
			  "GRUB Legacy has no command '%s'; take the line out, or write a GRUB 2 "
			  "menu of your own",
			  word);
	free(word);
	free(names);
}

static void read_line(struct lst *l, const struct lst_line *line)
{
	const struct lst_command *c;

	l->line = line;
	l->name = (struct word){.s = line->text, .len = strcspn(line->text, " =")};
	l->args = line->text + l->name.len;
	l->args += strspn(l->args, " =");
	if (!check_text(l)) {
		if (word_is(l->name, "title")) { /* what follows belongs to it */
			lst_title(l);
			l->entry_bad = true;
		}
		return;
	}
	c = find_command(l->name);
	if (l->name.len == 0)
		lst_error(l, l->name, "a line begins with a command's name");
	else if (c == NULL)
		unknown_command(l);
	else if (c->where == LST_BEFORE && l->recipe->menu.n_entries > 0)
		lst_error(l, l->name, "'%s' is for the whole menu: put it before the first title",
			  c->name);
	else if (c->where == LST_BELOW && !l->in_entry)
		lst_error(l, l->name, "'%s' belongs to an entry: put it below a title", c->name);
	else if (c->read != NULL)
		c->read(l);
	else if (c->why != NULL)
		lst_error(l, l->name, "%s", c->why);
}

static void no_such_entry(struct lst *l, struct src at)
{
	lst_error_at(l, at, "there is no such entry: they count from 0 to %zu",
		     l->recipe->menu.n_entries - 1);
}

static void finish(struct lst *l)
{
	struct recipe_menu *m = &l->recipe->menu;

	lst_finish_entry(l);
	/* stage2/stage2.c, run_menu: without a timeout, the menu is shown and waits */
	if (!l->has_timeout)
		m->timeout = RECIPE_TIMEOUT_NONE;
	m->hidden = l->hidden && l->has_timeout;
	if (m->n_entries == 0) {
		if (l->status == MK_OK)
			lst_error_at(l, (struct src){.line = 1, .col = 1, .len = 1, .legacy = true},
				     "the menu has no entry: no line begins with 'title'");
		m->n_fallback = 0;
		return;
	}
	if (l->default_entry < m->n_entries)
		m->default_entry = l->default_entry;
	else
		no_such_entry(l, l->default_at);
	for (size_t i = 0; i < m->n_fallback; i++) {
		if (m->fallback[i] < m->n_entries)
			continue;
		no_such_entry(l, l->fallback_at[i]);
		m->fallback[i] = 0;
	}
	if (l->dhcp_at.line != 0 && l->address_at.line != 0)
		lst_error_at(l, l->dhcp_at,
			     "the address is asked for here and given on line %u: the settings of "
			     "the network are for all entries; keep one",
			     l->address_at.line);
}

enum mk_status legacy_parse(struct recipe *r)
{
	static const char bom[] = "\xef\xbb\xbf"; /* some editors put it before UTF-8 */
	const char *s = r->menu.legacy_source;
	char *own = path_dir(r->menu.legacy.text);
	struct lst l = {
		.recipe = r,
		.folder = r->menu.root.text != NULL ? r->menu.root.text
			  : strcmp(own, ".") == 0   ? NULL
						    : own,
		.root = {.partition = -1},
	};
	struct lst_line line;
	unsigned line_no = 1;

	if (strncmp(s, bom, strlen(bom)) == 0)
		s += strlen(bom);
	while (lst_next_line(&s, &line_no, &line)) {
		read_line(&l, &line);
		lst_line_free(&line);
	}
	lst_line_free(&line);
	finish(&l);
	free(l.fallback_at);
	free(own);
	return l.status;
}

enum mk_status legacy_read(struct recipe *r)
{
	const struct text *menu = &r->menu.legacy;
	struct strbuf text = {0};
	enum mk_status st = MK_OK;
	int err = fs_read(menu->text, MENU_MAX, &text);

	if (err != 0)
		st = recipe_error(r, menu->at, "%s: cannot read the menu: %s", menu->text,
				  err == -EFBIG ? "it has more than 1 MiB" : strerror(-err));
	else if (strlen(text.data != NULL ? text.data : "") != text.len)
		st = recipe_error(r, menu->at, "%s: the menu holds a NUL byte; a menu is text",
				  menu->text);
	else
		r->menu.legacy_source = strbuf_take(&text);
	strbuf_free(&text);
	return st == MK_OK ? legacy_parse(r) : st;
}

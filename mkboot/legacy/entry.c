/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "legacy/parse.h"

#include <stdlib.h>
#include <string.h>

/* The commands of an entry. */

struct recipe_entry *lst_entry(struct lst *l)
{
	return &l->recipe->menu.entries[l->recipe->menu.n_entries - 1];
}

void lst_finish_entry(struct lst *l)
{
	struct recipe_entry *e;

	if (!l->in_entry)
		return;
	e = lst_entry(l);
	l->in_entry = false;
	if (l->entry_bad)
		return;
	if (e->kernel.text == NULL && e->disk.text == NULL) {
		lst_error_at(
			l, e->title.at,
			"this entry starts nothing: it has neither 'kernel' nor 'chainloader'; "
			"complete it, or take it out");
		return;
	}
	if (l->active_at.line != 0) {
		char *name = lst_disk_name(&l->root);

		if (e->disk.text == NULL || strcmp(name, e->disk.text) != 0)
			lst_error_at(l, l->active_at,
				     "'makeactive' can be where 'chainloader +1' starts that same "
				     "partition; take the line out");
		free(name);
	}
}

void lst_title(struct lst *l)
{
	struct word w = {.s = l->args, .len = strlen(l->args)};

	lst_finish_entry(l);
	while (w.len > 0 && w.s[w.len - 1] == ' ')
		w.len--;
	(void)MEM_PUSH(l->recipe->menu.entries, l->recipe->menu.n_entries);
	l->in_entry = true;
	l->entry_bad = false;
	l->root = (struct lst_device){.partition = -1};
	l->active_at = l->kernel_at = (struct src){0};
	if (w.len == 0)
		lst_error(l, (struct word){0}, "a title cannot be empty");
	lst_entry(l)->title = lst_text(l, w.len > 0 ? w : l->name);
}

/* root, rootnoverify: DEVICE [HDBIAS], the second for BSD kernels only. */
void lst_root(struct lst *l)
{
	const char *s = l->args;
	struct word w = lst_word(&s);
	struct lst_device d;
	bool bad;
	size_t n = lst_device(l, w, &d, &bad);

	if (bad)
		return;
	if (n == 0 || n < w.len) {
		lst_error(l, w.len > 0 ? w : (struct word){0},
			  "'%.*s' takes a device, like (nd) or (hd0,0)", (int)l->name.len,
			  l->name.s);
		return;
	}
	l->root = d;
}

/* Is nothing started by the entry yet? */
static bool starts_first(struct lst *l)
{
	if (l->kernel_at.line == 0) {
		l->kernel_at = lst_at(l, l->name);
		return true;
	}
	lst_error(l, (struct word){0}, "the entry starts something already, on line %u; keep one",
		  l->kernel_at.line);
	return false;
}

/* --type=TYPE (stage2/builtins.c, kernel_func). */
static void kernel_type(struct lst *l, struct word type, struct recipe_entry *e)
{
	e->protocol_at = lst_at(l, type);
	if (word_is(type, "multiboot"))
		e->protocol = PROTOCOL_MULTIBOOT;
	else if (word_is(type, "linux") || word_is(type, "biglinux"))
		e->protocol = PROTOCOL_LINUX;
	else if (word_is(type, "netbsd") || word_is(type, "freebsd") || word_is(type, "openbsd"))
		lst_error(l, type,
			  "kernels of the BSDs' own kind cannot be started by a recipe; GRUB 2 can "
			  "(kfreebsd, knetbsd, kopenbsd): write a menu of your own");
	else
		lst_error(l, type, "there is no such type; there are multiboot, linux, biglinux");
}

/* What follows a file's name is handed over as it is. */
static void take_args(struct lst *l, const char *s, struct text *args)
{
	if (*s != '\0')
		*args = lst_text(l, (struct word){.s = s, .len = strlen(s)});
}

void lst_kernel(struct lst *l)
{
	struct recipe_entry *e = lst_entry(l);
	const char *s = l->args;
	struct word w, rest;

	if (!starts_first(l))
		return;
	for (w = lst_word(&s); word_begins(w, "--", &rest); w = lst_word(&s)) {
		if (word_begins(w, "--type=", &rest))
			kernel_type(l, rest, e);
		else if (!word_is(w, "--no-mem-option")) /* GRUB 2 never adds mem= */
			lst_error(l, w,
				  "'kernel' has no such option; it has --type=TYPE and "
				  "--no-mem-option");
	}
	if (lst_file(l, w, &e->kernel))
		take_args(l, s, &e->args);
}

static void module(struct lst *l, bool raw)
{
	struct recipe_entry *e = lst_entry(l);
	const char *s = l->args;
	struct word w = lst_word(&s);
	struct recipe_module m = {.raw = raw};

	if (e->disk.text != NULL || l->kernel_at.line == 0) {
		if (!l->entry_bad)
			lst_error(l, (struct word){0}, "a kernel must come before its modules");
		return;
	}
	if (!lst_file(l, w, &m.file))
		return;
	take_args(l, s, &m.args);
	*MEM_PUSH(e->modules, e->n_modules) = m;
}

void lst_module(struct lst *l)
{
	module(l, false);
}

void lst_modulenounzip(struct lst *l)
{
	module(l, true);
}

void lst_initrd(struct lst *l)
{
	struct recipe_entry *e = lst_entry(l);
	const char *s = l->args;
	struct word w = lst_word(&s);
	struct recipe_initrd i = {0};

	if (e->disk.text != NULL || l->kernel_at.line == 0) {
		if (!l->entry_bad)
			lst_error(l, (struct word){0}, "a kernel must come before its initrd");
		return;
	}
	if (!lst_file(l, w, &i.file))
		return;
	lst_end(l, s);
	*MEM_PUSH(e->initrds, e->n_initrds) = i;
}

/* [DEVICE]+1: the first block of a disk or partition. */
static void chainload_disk(struct lst *l, struct word w, size_t n, struct lst_device d)
{
	struct recipe_entry *e = lst_entry(l);

	if (w.len - n != 2 || w.s[n + 1] != '1') {
		lst_error(l, w, "of a disk, the first block can be started and nothing else: +1");
		return;
	}
	if (n == 0)
		d = l->root;
	if (d.kind == LST_NO_DEVICE)
		lst_error(l, w,
			  "say whose first block, as in (hd0)+1, or by a line before this one: "
			  "rootnoverify (hd0)");
	else if ((d.kind != LST_DISK && d.kind != LST_FLOPPY) || d.bsd)
		lst_error(l, w, "a boot sector can be that of a disk, (hd0), or a floppy, (fd0)");
	else
		e->disk = (struct text){.text = lst_disk_name(&d), .at = lst_at(l, w)};
}

void lst_chainloader(struct lst *l)
{
	struct recipe_entry *e = lst_entry(l);
	const char *s = l->args;
	struct word w = lst_word(&s);
	struct lst_device d = {.partition = -1};
	bool bad;
	size_t n;

	if (!starts_first(l))
		return;
	if (word_is(w, "--force")) {
		lst_error(l, w,
			  "what has no boot sector's signature (55 aa) is not started; take "
			  "--force out, and see that it has one");
		return;
	}
	n = lst_device(l, w, &d, &bad);
	if (bad)
		return;
	if (w.len > n && w.s[n] == '+')
		chainload_disk(l, w, n, d);
	else if (lst_file(l, w, &e->kernel))
		e->protocol = PROTOCOL_BOOTSECTOR;
	lst_end(l, s);
}

void lst_makeactive(struct lst *l)
{
	lst_end(l, l->args);
	l->active_at = lst_at(l, l->name);
	if (l->root.kind == LST_DISK && l->root.partition >= 0 && l->root.partition < 4) {
		lst_entry(l)->active = true;
		lst_entry(l)->active_at = l->active_at;
		return;
	}
	lst_error(l, (struct word){0},
		  "a primary partition is made active, which a line before this one names, as in: "
		  "rootnoverify (hd0,0)");
}

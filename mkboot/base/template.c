/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/template.h"
#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_MAX ((size_t)1 << 20) /* no template comes near it; a wrong file might */
#define NEST_MAX     8

enum kind {
	VALUE,
	FLAG,
	LIST,
};

struct named {
	char *name;
	enum kind kind;
	char *value; /* VALUE */
	bool own;    /* never escaped */
	bool on;     /* FLAG */
	struct template_data **items;
	size_t n_items;
};

struct template_data {
	struct named *names;
	size_t n_names;
};

struct template_data *template_data_new(void)
{
	return mem_alloc(sizeof(struct template_data));
}

void template_data_free(struct template_data *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->n_names; i++) {
		struct named *n = &d->names[i];

		for (size_t k = 0; k < n->n_items; k++)
			template_data_free(n->items[k]);
		free(n->items);
		free(n->value);
		free(n->name);
	}
	free(d->names);
	free(d);
}

static struct named *find(const struct template_data *d, const char *name, size_t len)
{
	for (size_t i = 0; i < d->n_names; i++) {
		struct named *n = &d->names[i];

		if (strlen(n->name) == len && memcmp(n->name, name, len) == 0)
			return n;
	}
	return NULL;
}

static struct named *add(struct template_data *d, const char *name, enum kind kind)
{
	struct named *n;

	assert(find(d, name, strlen(name)) == NULL);
	n = MEM_PUSH(d->names, d->n_names);
	n->name = mem_dup(name);
	n->kind = kind;
	return n;
}

void template_set(struct template_data *d, const char *name, const char *value)
{
	add(d, name, VALUE)->value = mem_dup(value);
}

void template_setf(struct template_data *d, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, name, VALUE)->value = mem_vprintf(fmt, ap);
	va_end(ap);
}

void template_own(struct template_data *d, const char *name, const char *value)
{
	struct named *n = add(d, name, VALUE);

	n->value = mem_dup(value);
	n->own = true;
}

void template_flag(struct template_data *d, const char *name, bool value)
{
	add(d, name, FLAG)->on = value;
}

void template_list(struct template_data *d, const char *name)
{
	const struct named *n = find(d, name, strlen(name));

	if (n == NULL)
		add(d, name, LIST);
	else
		assert(n->kind == LIST);
}

struct template_data *template_add(struct template_data *d, const char *name)
{
	struct named *n;

	template_list(d, name);
	n = find(d, name, strlen(name));
	return *MEM_PUSH(n->items, n->n_items) = template_data_new();
}

/* The data of a list's item, and of what is around it. */
struct scope {
	const struct template_data *data;
	const struct scope *outer;
};

struct fill {
	const char *name; /* the template's, for messages */
	const char *text;
	template_escape escape;
	struct strbuf *out;
};

/* One tag of the text. */
struct tag {
	char kind;        /* '@' (an at sign), 'v' (a value), '#', '^' or '/' */
	const char *name; /* inside the text */
	size_t len;
	const char *start; /* with the blanks before it, where it has the line for itself */
	const char *end;   /* likewise with the line's end */
};

static enum mk_status broken(const struct fill *f, const char *at, const char *what,
			     const char *name, size_t len)
{
	unsigned line = 1;

	for (const char *p = f->text; p < at; p++)
		line += *p == '\n';
	return msg_fail(MK_FAILED, "%s:%u: broken template: %s%s%.*s%s", f->name, line, what,
			len > 0 ? " \"" : "", (int)len, name, len > 0 ? "\"" : "");
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* A tag that has its line for itself takes the whole line with it. */
static void take_line(const struct fill *f, struct tag *t)
{
	const char *start = t->start, *end = t->end;

	while (start > f->text && (start[-1] == ' ' || start[-1] == '\t'))
		start--;
	while (*end == ' ' || *end == '\t')
		end++;
	if ((start > f->text && start[-1] != '\n') || (*end != '\n' && *end != '\0'))
		return;
	t->start = start;
	t->end = *end == '\n' ? end + 1 : end;
}

/* The next tag at or behind P into *T, its KIND 0 where there is none. */
static enum mk_status next_tag(const struct fill *f, const char *p, struct tag *t)
{
	const char *at = strchr(p, '@'), *q;

	*t = (struct tag){0};
	if (at == NULL)
		return MK_OK;
	t->start = at;
	q = at + 1;
	if (*q == '@') {
		t->kind = '@';
		t->end = q + 1;
		return MK_OK;
	}
	t->kind = 'v';
	if (*q == '#' || *q == '^' || *q == '/')
		t->kind = *q++;
	t->name = q;
	while (is_name(*q))
		q++;
	t->len = (size_t)(q - t->name);
	if (*q != '@' || t->len == 0)
		return broken(f, at, "a tag that does not end (@@ writes an at sign)", "", 0);
	t->end = q + 1;
	if (t->kind != 'v')
		take_line(f, t);
	return MK_OK;
}

static const struct named *lookup(const struct scope *s, const struct tag *t)
{
	const struct named *n = NULL;

	for (; s != NULL && n == NULL; s = s->outer)
		n = find(s->data, t->name, t->len);
	return n;
}

/* A value that the format cannot hold is shown without what makes it so: it may be a line's end. */
static enum mk_status refused(const struct fill *f, const struct named *n)
{
	char *shown = mem_dup(n->value);
	enum mk_status st;

	for (char *p = shown; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	st = msg_fail(
		MK_BAD_INPUT,
		"%s cannot hold this value of \"%s\": %s; use letters, digits and . _ / - only",
		path_base(f->name), n->name, shown);
	free(shown);
	return st;
}

static enum mk_status put_value(const struct fill *f, const struct scope *s, const struct tag *t)
{
	const struct named *n = lookup(s, t);

	if (n == NULL || n->kind != VALUE)
		return broken(f, t->start, n == NULL ? "nothing defines" : "not a value:", t->name,
			      t->len);
	if (f->escape == NULL || n->own)
		strbuf_adds(f->out, n->value);
	else if (!f->escape(f->out, n->value))
		return refused(f, n);
	return MK_OK;
}

static enum mk_status fill_block(const struct fill *f, const char *p, const struct scope *s,
				 const struct tag *open, unsigned depth, bool write,
				 const char **end);

/* A block from its opening tag on; *END is what follows its closing tag. */
static enum mk_status fill_section(const struct fill *f, const struct scope *s,
				   const struct tag *open, unsigned depth, bool write,
				   const char **end)
{
	const struct named *n = lookup(s, open);
	size_t count;
	enum mk_status st;

	if (depth >= NEST_MAX)
		return broken(f, open->start, "nested too deep:", open->name, open->len);
	/* A block that is not written may lack its names: those of the items it has not got. */
	if (!write)
		return fill_block(f, open->end, s, open, depth + 1, false, end);
	if (n == NULL || n->kind == VALUE)
		return broken(f, open->start,
			      n == NULL ? "nothing defines" : "not a list or flag:", open->name,
			      open->len);
	count = n->kind == LIST ? n->n_items : n->on;
	if (open->kind == '^')
		return fill_block(f, open->end, s, open, depth + 1, count == 0, end);
	if (count == 0)
		return fill_block(f, open->end, s, open, depth + 1, false, end);
	st = MK_OK;
	for (size_t i = 0; i < count && st == MK_OK; i++) {
		struct scope item = {n->kind == LIST ? n->items[i] : NULL, s};

		st = fill_block(f, open->end, n->kind == LIST ? &item : s, open, depth + 1, true,
				end);
	}
	return st;
}

/* Text up to the closing tag of OPEN, or to the end where OPEN is NULL. */
static enum mk_status fill_block(const struct fill *f, const char *p, const struct scope *s,
				 const struct tag *open, unsigned depth, bool write,
				 const char **end)
{
	enum mk_status st = MK_OK;
	struct tag t;

	for (;;) {
		const char *stop;

		st = next_tag(f, p, &t);
		if (st != MK_OK)
			return st;
		stop = t.kind != 0 ? t.start : p + strlen(p);
		if (write)
			strbuf_add(f->out, p, (size_t)(stop - p));
		p = t.end;
		if (t.kind == 0 || t.kind == '/')
			break;
		if (t.kind == '@' && write)
			strbuf_addc(f->out, '@');
		else if (t.kind == 'v' && write)
			st = put_value(f, s, &t);
		else if (t.kind == '#' || t.kind == '^')
			st = fill_section(f, s, &t, depth, write, &p);
		if (st != MK_OK)
			return st;
	}
	if (open != NULL && t.kind == 0)
		return broken(f, open->start, "nothing closes", open->name, open->len);
	if (t.kind == '/' &&
	    (open == NULL || t.len != open->len || memcmp(t.name, open->name, t.len) != 0))
		return broken(f, t.start, "closes what is not open:", t.name, t.len);
	if (end != NULL)
		*end = p;
	return MK_OK;
}

enum mk_status template_fill(const char *name, const char *text, const struct template_data *d,
			     template_escape escape, struct strbuf *out)
{
	const struct fill f = {name, text, escape, out};
	const struct scope s = {d, NULL};
	size_t before = out->len;
	enum mk_status st = fill_block(&f, text, &s, NULL, 0, true, NULL);

	/* Nothing of a file that is not whole. */
	if (st != MK_OK && out->data != NULL) {
		out->len = before;
		out->data[before] = '\0';
	}
	return st;
}

enum mk_status template_fill_file(const char *file, const struct template_data *d,
				  template_escape escape, struct strbuf *out)
{
	struct strbuf text = {0};
	char *path = datadir_path(file);
	enum mk_status st;
	int err = fs_read(path, TEMPLATE_MAX, &text);

	if (err != 0) {
		st = msg_errno(path, err, "cannot read the template");
		goto done;
	}
	if (text.len != strlen(text.data != NULL ? text.data : "")) {
		st = msg_fail(MK_FAILED, "%s: broken template: it holds a NUL byte", path);
		goto done;
	}
	st = template_fill(path, text.data != NULL ? text.data : "", d, escape, out);
done:
	strbuf_free(&text);
	free(path);
	return st;
}

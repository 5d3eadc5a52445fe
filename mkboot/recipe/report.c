/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/strbuf.h"
#include "recipe/recipe.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAB_WIDTH 8

/* The LINEth line of TEXT, its length into *LEN; NULL where there is none. */
static const char *find_line(const char *text, unsigned line, size_t *len)
{
	for (; line > 1; line--) {
		text = strchr(text, '\n');
		if (text == NULL)
			return NULL;
		text++;
	}
	*len = strcspn(text, "\r\n");
	return text;
}

/* The source line with tabs spread out, and under it a caret and tildes that span AT. Columns
 * count characters, as editors do. */
static void add_excerpt(struct strbuf *b, const char *text, struct src at)
{
	struct strbuf marks = {0};
	size_t len = 0;
	const char *s = find_line(text, at.line, &len);
	unsigned col = 0;

	if (s == NULL || len == 0)
		return;
	for (size_t i = 0; i < len; i++) {
		unsigned width = 1;

		if (((unsigned char)s[i] & 0xc0) == 0x80) {
			strbuf_addc(b, s[i]);
			continue;
		}
		col++;
		if (s[i] == '\t') {
			width = TAB_WIDTH - (unsigned)(marks.len % TAB_WIDTH);
			for (unsigned k = 0; k < width; k++)
				strbuf_addc(b, ' ');
		} else {
			strbuf_addc(b, s[i]);
		}
		for (unsigned k = 0; k < width; k++)
			strbuf_addc(&marks, col < at.col            ? ' '
					    : col == at.col         ? (k == 0 ? '^' : '~')
					    : col - at.col < at.len ? '~'
								    : ' ');
	}
	strbuf_addc(b, '\n');
	while (col + 1 < at.col && ++col)
		strbuf_addc(&marks, ' ');
	if (marks.data == NULL || strchr(marks.data, '^') == NULL)
		strbuf_addc(&marks, '^');
	while (marks.len > 0 && marks.data[marks.len - 1] == ' ')
		marks.data[--marks.len] = '\0';
	strbuf_add(b, marks.data, marks.len);
	strbuf_addc(b, '\n');
	strbuf_free(&marks);
}

/* What a recipe holds must not move the terminal's cursor. */
static void make_printable(char *s)
{
	for (; *s != '\0'; s++) {
		if (((unsigned char)*s < 0x20 && *s != '\n') || *s == 0x7f)
			*s = '?';
	}
}

__attribute__((format(printf, 4, 0))) static void
report(const struct recipe *r, struct src at, const char *kind, const char *fmt, va_list ap)
{
	struct strbuf b = {0};
	char *text = mem_vprintf(fmt, ap);
	const char *file = r == NULL ? NULL : at.legacy ? r->menu.legacy.text : r->file;

	for (char *s = strchr(text, '\n'); s != NULL && at.line > 0; s = strchr(s, '\n'))
		*s = '?';
	if (file == NULL || at.line == 0) {
		strbuf_addf(&b, "mkboot: %s: %s\n", kind, text);
	} else {
		strbuf_addf(&b, "%s:%u:%u: %s: %s\n", file, at.line, at.col, kind, text);
		add_excerpt(&b, at.legacy ? r->menu.legacy_source : r->source, at);
	}
	make_printable(b.data);
	fputs(b.data, stderr);
	strbuf_free(&b);
	free(text);
}

enum mk_status recipe_error(const struct recipe *r, struct src at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(r, at, "error", fmt, ap);
	va_end(ap);
	return MK_BAD_INPUT;
}

void recipe_warn(const struct recipe *r, struct src at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(r, at, "warning", fmt, ap);
	va_end(ap);
}

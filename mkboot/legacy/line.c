/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "legacy/parse.h"

#include <stdlib.h>
#include <string.h>

/* A line that is being put together. */
struct building {
	struct lst_line *line;
	size_t n_places;
};

static void add(struct building *b, char c, struct lst_place at)
{
	struct lst_line *l = b->line;

	*MEM_PUSH(l->text, l->len) = c;
	*MEM_PUSH(l->places, b->n_places) = at;
}

/* The byte at S, for the column that follows it: columns count characters. */
static unsigned after(char c, unsigned col)
{
	return col + (((unsigned char)c & 0xc0) != 0x80);
}

/* Is it a backslash before a line's end? Carriage returns are nothing. */
static bool joins(const char *s)
{
	if (*s != '\\')
		return false;
	s++;
	return s[strspn(s, "\r")] == '\n';
}

bool lst_next_line(const char **s, unsigned *line_no, struct lst_line *line)
{
	struct building b = {.line = line};
	struct lst_place at = {.line = *line_no, .col = 1};
	bool comment = false;
	const char *p = *s;

	*line = (struct lst_line){0};
	for (; *p != '\0'; p++) {
		bool newline = *p == '\n';
		char c = *p == '\t' ? ' ' : *p;

		if (joins(p)) {
			p += strcspn(p, "\n");
			c = ' ';
			newline = false;
		}
		if (comment)
			comment = !newline;
		else if (line->len == 0 && c == '#')
			comment = true;
		else if (line->len > 0 && newline)
			break;
		else if (c != '\r' && c != '\n' && (line->len > 0 || c != ' '))
			add(&b, c, at);
		at.col = after(*p, at.col);
		if (*p == '\n')
			at = (struct lst_place){.line = at.line + 1, .col = 1};
	}
	*line_no = at.line + (*p == '\n');
	*s = p + (*p == '\n');
	if (line->len == 0)
		return false;
	*MEM_PUSH(line->places, b.n_places) = at;
	b.n_places = line->len;
	*MEM_PUSH(line->text, b.n_places) = '\0';
	return true;
}

void lst_line_free(struct lst_line *line)
{
	free(line->text);
	free(line->places);
	*line = (struct lst_line){0};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "legacy/parse.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct src lst_at(const struct lst *l, struct word w)
{
	const struct lst_line *line = l->line;
	struct src at = {.len = 0, .legacy = true};
	size_t from;

	if (w.s == NULL)
		w = l->name;
	from = (size_t)(w.s - line->text);
	at.line = line->places[from].line;
	at.col = line->places[from].col;
	for (size_t i = 0; i < w.len && line->places[from + i].line == at.line; i++)
		at.len += ((unsigned char)w.s[i] & 0xc0) != 0x80;
	if (at.len == 0)
		at.len = 1;
	return at;
}

static void verror(struct lst *l, struct src at, const char *fmt, va_list ap)
{
	char *text = mem_vprintf(fmt, ap);

	l->status = recipe_error(l->recipe, at, "%s", text);
	l->entry_bad = true;
	free(text);
}

void lst_error(struct lst *l, struct word w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verror(l, lst_at(l, w), fmt, ap);
	va_end(ap);
}

void lst_error_at(struct lst *l, struct src at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verror(l, at, fmt, ap);
	va_end(ap);
}

struct text lst_text(const struct lst *l, struct word w)
{
	return (struct text){.text = mem_ndup(w.s, w.len), .at = lst_at(l, w)};
}

struct word lst_word(const char **s)
{
	struct word w = {.s = *s, .len = strcspn(*s, " ")};

	*s += w.len;
	*s += strspn(*s, " ");
	return w;
}

bool word_is(struct word w, const char *text)
{
	return w.len == strlen(text) && memcmp(w.s, text, w.len) == 0;
}

bool word_begins(struct word w, const char *prefix, struct word *rest)
{
	size_t n = strlen(prefix);

	if (w.len < n || memcmp(w.s, prefix, n) != 0)
		return false;
	*rest = (struct word){.s = w.s + n, .len = w.len - n};
	return true;
}

/* stage2/char_io.c, safe_parse_maxint: digits, or 0x and hexadecimal ones. */
static bool parse_number(struct word w, unsigned max, unsigned *number)
{
	static const char digits[] = "0123456789abcdef";
	unsigned base = 10, value = 0;

	if (w.len > 2 && w.s[0] == '0' && (w.s[1] | 0x20) == 'x') {
		base = 16;
		w.s += 2;
		w.len -= 2;
	}
	for (size_t i = 0; i < w.len; i++) {
		char c = w.s[i];
		const char *found = memchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c, base);
		unsigned digit = found != NULL ? (unsigned)(found - digits) : 0;

		if (found == NULL || value > (max - digit) / base || digit > max)
			return false;
		value = value * base + digit;
	}
	*number = value;
	return w.len > 0 && value <= max;
}

bool lst_number(struct lst *l, struct word w, const char *what, unsigned max, unsigned *number)
{
	if (parse_number(w, max, number))
		return true;
	lst_error(l, w, "%s must be a number from 0 to %u", what, max);
	return false;
}

bool lst_ipv4(struct lst *l, struct word w, struct ipv4 *ip)
{
	char *text = mem_ndup(w.s, w.len);

	ip->at = lst_at(l, w);
	ip->set = ipv4_parse(text, &ip->addr);
	if (!ip->set)
		lst_error(l, w, "this must be an IPv4 address, like 192.168.1.2");
	free(text);
	return ip->set;
}

void lst_end(struct lst *l, const char *s)
{
	struct word rest = {.s = s, .len = strlen(s)};

	while (rest.len > 0 && rest.s[rest.len - 1] == ' ')
		rest.len--;
	if (rest.len > 0)
		lst_error(l, rest, "nothing more can stand here");
}

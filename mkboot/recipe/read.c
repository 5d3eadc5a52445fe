/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/read.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rd_error(struct rd *rd, struct src at, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	rd->status = recipe_error(rd->recipe, at, "%s", text);
	free(text);
}

static const struct field *find_field(const struct field *fields, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return NULL;
}

static void unknown_key(struct rd *rd, const struct node *key, const char *what,
			const struct field *fields, size_t n)
{
	const char **names = mem_array(n, sizeof *names);
	const char *near;

	for (size_t i = 0; i < n; i++)
		names[i] = fields[i].name;
	near = recipe_nearest(key->text, names, n);
	if (strcmp(key->text, "<<") == 0)
		rd_error(rd, key->at, "YAML 1.2 has no merge keys; write the keys out");
	else if (near != NULL)
		rd_error(rd, key->at, "unknown key '%s' in %s; did you mean '%s'?", key->text, what,
			 near);
	else
		rd_error(rd, key->at, "unknown key '%s' in %s", key->text, what);
	free(names);
}

static bool stands_before(const struct node *map, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (map->keys[k]->text != NULL &&
		    strcmp(map->keys[k]->text, map->keys[i]->text) == 0)
			return true;
	}
	return false;
}

void read_map(struct rd *rd, const struct node *n, const char *what, const struct field *fields,
	      size_t n_fields, void *target)
{
	if (n->kind != NODE_MAP) {
		rd_error(rd, n->at, "%s must be a map of keys and values", what);
		return;
	}
	for (size_t i = 0; i < n->n; i++) {
		const struct field *f;

		if (n->keys[i]->text == NULL || strlen(n->keys[i]->text) != n->keys[i]->len) {
			rd_error(rd, n->keys[i]->at, "a key in %s must be a word", what);
			continue;
		}
		if (stands_before(n, i)) {
			rd_error(rd, n->keys[i]->at, "the key '%s' stands here twice",
				 n->keys[i]->text);
			continue;
		}
		f = find_field(fields, n_fields, n->keys[i]->text);
		if (f == NULL)
			unknown_key(rd, n->keys[i], what, fields, n_fields);
		else
			f->read(rd, n->items[i], target);
	}
	for (size_t k = 0; k < n_fields; k++) {
		bool found = !fields[k].required;

		for (size_t i = 0; i < n->n; i++)
			found = found || (n->keys[i]->text != NULL &&
					  strcmp(n->keys[i]->text, fields[k].name) == 0);
		if (!found)
			rd_error(rd, n->at, "%s lacks the key '%s'", what, fields[k].name);
	}
}

bool read_text(struct rd *rd, const struct node *n, bool tabs, struct text *out)
{
	if (n->kind != NODE_SCALAR) {
		rd_error(rd, n->at,
			 n->kind == NODE_NULL ? "this key has no value"
					      : "this must be a single value");
		return false;
	}
	for (size_t i = 0; i < n->len; i++) {
		unsigned char c = (unsigned char)n->text[i];

		if ((c < 0x20 && !(tabs && c == '\t')) || c == 0x7f) {
			rd_error(rd, n->at,
				 c == '\n' ? "a newline cannot stand here; write it on one line"
					   : "a control character (0x%02x) cannot stand here",
				 c);
			return false;
		}
	}
	free(out->text);
	out->text = mem_dup(n->text);
	out->at = n->at;
	return true;
}

bool read_path(struct rd *rd, const struct node *n, struct text *out)
{
	char *joined;

	if (!read_text(rd, n, false, out))
		return false;
	if (out->text[0] == '\0') {
		rd_error(rd, n->at, "a file name cannot be empty");
		free(out->text);
		out->text = NULL;
		return false;
	}
	joined = path_join(strcmp(rd->dir, ".") == 0 ? NULL : rd->dir, out->text);
	free(out->text);
	out->text = joined;
	return true;
}

bool read_bool(struct rd *rd, const struct node *n, bool *out)
{
	static const char *const words[] = {"false", "False", "FALSE", "true", "True", "TRUE"};

	for (size_t i = 0; n->kind == NODE_SCALAR && !n->quoted && i < 6; i++) {
		if (strcmp(n->text, words[i]) == 0) {
			*out = i >= 3;
			return true;
		}
	}
	rd_error(rd, n->at, "this must be true or false");
	return false;
}

bool read_uint(struct rd *rd, const struct node *n, unsigned min, unsigned max, unsigned *out)
{
	unsigned long value = 0;

	if (n->kind == NODE_SCALAR && n->len > 0 && n->len <= 10 &&
	    strspn(n->text, "0123456789") == n->len) {
		value = strtoul(n->text, NULL, 10);
		if (value >= min && value <= max) {
			*out = (unsigned)value;
			return true;
		}
	}
	rd_error(rd, n->at, "this must be a whole number from %u to %u", min, max);
	return false;
}

bool read_ipv4(struct rd *rd, const struct node *n, struct ipv4 *out)
{
	out->at = n->at;
	if (n->kind != NODE_SCALAR || strlen(n->text) != n->len ||
	    !ipv4_parse(n->text, &out->addr)) {
		rd_error(rd, n->at, "this must be an IPv4 address, like 192.168.1.2");
		return false;
	}
	out->set = ipv4_is_host(out->addr);
	if (!out->set)
		rd_error(rd, n->at, "%s is no address that a machine can have", n->text);
	return out->set;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found =
		c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* Six pairs of digits, all colons or all hyphens between them. */
static bool parse_mac(const char *s, unsigned char mac[6])
{
	for (int i = 0; i < 6; i++, s += 3) {
		int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

		if (low < 0 || (i < 5 && s[2] != ':' && s[2] != '-') ||
		    (i > 0 && i < 5 && s[2] != s[-1]))
			return false;
		mac[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool read_mac(struct rd *rd, const struct node *n, unsigned char mac[6])
{
	static const unsigned char none[6];

	if (n->kind != NODE_SCALAR || n->len != 17 || !parse_mac(n->text, mac)) {
		memset(mac, 0, 6);
		rd_error(rd, n->at,
			 "this must be a MAC address in quotes, like \"52:54:00:12:34:56\"");
		return false;
	}
	if (memcmp(mac, none, 6) == 0 || (mac[0] & 1) != 0) {
		rd_error(rd, n->at, "%s is no card's address: it is %s", n->text,
			 (mac[0] & 1) == 0 ? "all zero"
					   : "a group address (lowest bit of the first byte)");
		return false;
	}
	return true;
}

bool read_choice(struct rd *rd, const struct node *n, const char *what, const char *const names[],
		 size_t n_names, size_t *out)
{
	struct strbuf all = {0};
	const char *near;

	if (n->kind != NODE_SCALAR || strlen(n->text) != n->len) {
		rd_error(rd, n->at, "this must be the name of a %s", what);
		return false;
	}
	for (size_t i = 0; i < n_names; i++) {
		if (strcmp(n->text, names[i]) == 0) {
			*out = i;
			return true;
		}
	}
	for (size_t i = 0; i < n_names; i++)
		strbuf_addf(&all, "%s%s", i > 0 ? ", " : "", names[i]);
	near = recipe_nearest(n->text, names, n_names);
	if (near != NULL)
		rd_error(rd, n->at, "unknown %s '%s'; did you mean '%s'?", what, n->text, near);
	else
		rd_error(rd, n->at, "unknown %s '%s'; there are: %s", what, n->text, all.data);
	strbuf_free(&all);
	return false;
}

void read_list(struct rd *rd, const struct node *n, void *target,
	       void (*each)(struct rd *rd, const struct node *item, void *target))
{
	if (n->kind != NODE_LIST) {
		each(rd, n, target);
		return;
	}
	for (size_t i = 0; i < n->n; i++)
		each(rd, n->items[i], target);
}

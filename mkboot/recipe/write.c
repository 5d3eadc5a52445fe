/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "kernel/kernel.h"
#include "recipe/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An absolute path without "." and "..", as far as names tell. */
static char *normal(const char *path)
{
	char *here = getcwd(NULL, 0);
	char *joined = path_join(here, path), *save = NULL;
	struct strbuf b = {0};

	for (char *name = strtok_r(joined, "/", &save); name != NULL;
	     name = strtok_r(NULL, "/", &save)) {
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") != 0) {
			strbuf_addf(&b, "/%s", name);
			continue;
		}
		while (b.len > 0 && b.data[--b.len] != '/')
			;
		strbuf_add(&b, "", 0);
	}
	free(joined);
	free(here);
	return strbuf_take(&b);
}

/* PATH as it is named from FOLDER. */
static char *relative(const char *folder, const char *path)
{
	char *from, *to;
	size_t same = 0;
	struct strbuf b = {0};

	if (path[0] == '/' || strcmp(folder, ".") == 0)
		return mem_dup(path);
	from = normal(folder);
	to = normal(path);
	for (size_t i = 0; from[i] == to[i] || (from[i] == '\0' && to[i] == '/'); i++) {
		if (to[i] == '/' || to[i] == '\0')
			same = i;
		if (from[i] == '\0' || to[i] == '\0')
			break;
	}
	for (const char *s = from + same; *s != '\0'; s++) {
		if (*s == '/' && s[1] != '\0')
			strbuf_adds(&b, "../");
	}
	strbuf_adds(&b, to + same + (to[same] == '/'));
	free(from);
	free(to);
	return strbuf_take(&b);
}

static void add_key(struct strbuf *b, unsigned indent, const char *key, const char *text)
{
	strbuf_addf(b, "%*s%s: ", (int)indent, "", key);
	yaml_add_text(b, text);
	strbuf_addc(b, '\n');
}

static void add_args(struct strbuf *b, unsigned indent, const struct text *args)
{
	if (args->text != NULL && args->text[0] != '\0')
		add_key(b, indent, "args", args->text);
}

/* Where the GRUB Legacy menu has it. */
static void add_origin(struct strbuf *b, const struct recipe *r, struct src at)
{
	char *origin;

	if (!at.legacy)
		return;
	origin = mem_printf("%s:%u", path_base(r->menu.legacy.text), at.line);
	yaml_add_comment(b, origin);
	free(origin);
}

static void add_path(struct strbuf *b, const char *folder, const char *path)
{
	char *name = relative(folder, path);

	yaml_add_text(b, name);
	strbuf_addc(b, '\n');
	free(name);
}

static void add_modules(struct strbuf *b, const struct recipe_entry *e, const char *folder)
{
	if (e->n_modules > 0)
		strbuf_adds(b, "      modules:\n");
	for (size_t i = 0; i < e->n_modules; i++) {
		const struct recipe_module *m = &e->modules[i];
		bool bare = !m->raw && m->args.text == NULL;

		strbuf_adds(b, bare ? "        - " : "        - file: ");
		add_path(b, folder, m->file.text);
		add_args(b, 10, &m->args);
		if (m->raw)
			strbuf_adds(b, "          raw: true\n");
	}
	if (e->n_initrds > 0)
		strbuf_adds(b, "      initrd:\n");
	for (size_t i = 0; i < e->n_initrds; i++) {
		const struct recipe_initrd *rd = &e->initrds[i];

		strbuf_adds(b, rd->from.text != NULL ? "        - from: " : "        - ");
		add_path(b, folder, rd->from.text != NULL ? rd->from.text : rd->file.text);
	}
}

static void add_entry(struct strbuf *b, const struct recipe *r, const struct recipe_entry *e,
		      const char *folder)
{
	strbuf_adds(b, "    - title: ");
	yaml_add_text(b, e->title.text);
	add_origin(b, r, e->title.at);
	strbuf_addc(b, '\n');
	if (e->disk.text != NULL) {
		add_key(b, 6, "disk", e->disk.text);
		if (e->active)
			strbuf_adds(b, "      active: true\n");
		return;
	}
	strbuf_adds(b, "      kernel: ");
	add_path(b, folder, e->kernel.text);
	if (e->protocol != PROTOCOL_AUTO)
		add_key(b, 6, "protocol", kernel_protocols[e->protocol].name);
	add_args(b, 6, &e->args);
	add_modules(b, e, folder);
	if (e->network)
		strbuf_adds(b, "      load: network\n");
}

/* An entry by its number; with zeros before it where a title looks like that, for titles win. */
static void add_number(struct strbuf *b, const struct recipe_menu *m, size_t entry)
{
	char number[32];
	bool taken = true;

	for (int width = 1; width < 6 && taken; width++) {
		taken = false;
		snprintf(number, sizeof number, "%0*zu", width, entry);
		for (size_t i = 0; i < m->n_entries; i++)
			taken = taken || strcmp(m->entries[i].title.text, number) == 0;
	}
	strbuf_adds(b, number);
}

static void add_settings(struct strbuf *b, const struct recipe_menu *m)
{
	if (m->timeout == RECIPE_TIMEOUT_NONE)
		strbuf_adds(b, "  timeout: none\n");
	else
		strbuf_addf(b, "  timeout: %u\n", m->timeout);
	if (m->default_entry > 0) {
		strbuf_adds(b, "  default: ");
		add_number(b, m, m->default_entry);
		strbuf_addc(b, '\n');
	}
	for (size_t i = 0; i < m->n_fallback; i++) {
		strbuf_adds(b, i == 0 ? "  fallback: [" : ", ");
		add_number(b, m, m->fallback[i]);
	}
	if (m->n_fallback > 0)
		strbuf_adds(b, "]\n");
	if (m->hidden)
		strbuf_adds(b, "  hidden: true\n");
	if (m->serial)
		strbuf_addf(b, "  serial: {port: COM%u, speed: %u}\n", m->serial_unit + 1,
			    m->serial_speed);
	if (m->color.text != NULL || m->color_highlight.text != NULL)
		strbuf_adds(b, "  colors:\n");
	if (m->color.text != NULL)
		add_key(b, 4, "normal", m->color.text);
	if (m->color_highlight.text != NULL)
		add_key(b, 4, "highlight", m->color_highlight.text);
}

static void add_ipv4(struct strbuf *b, const char *key, const struct ipv4 *ip)
{
	if (ip->set)
		strbuf_addf(b, "  %s: %s\n", key, ipv4_text(ip->addr).text);
}

static void add_network(struct strbuf *b, const struct recipe_network *w)
{
	if (!w->given)
		return;
	strbuf_adds(b, "network:\n");
	add_ipv4(b, "server", &w->server);
	if (w->subnet.set)
		strbuf_addf(b, "  subnet: %s/%u\n", ipv4_text(w->subnet.addr).text, w->prefix);
	add_ipv4(b, "router", &w->router);
	if (w->address.ip.set)
		strbuf_addf(b, "  address: {ip: %s}\n", ipv4_text(w->address.ip.addr).text);
}

void recipe_write(const struct recipe *r, const char *folder, struct strbuf *b)
{
	strbuf_adds(b, "name: ");
	yaml_add_text(b, r->name);
	strbuf_adds(b, "\nmenu:\n");
	add_settings(b, &r->menu);
	strbuf_adds(b, "  entries:\n");
	for (size_t i = 0; i < r->menu.n_entries; i++)
		add_entry(b, r, &r->menu.entries[i], folder);
	add_network(b, &r->network);
}

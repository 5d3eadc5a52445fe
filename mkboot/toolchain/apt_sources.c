/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/apt_sources.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Is it the distribution's archive, or a mirror of it? Mirrors have the path of the original. */
static bool distribution(const char *uri, size_t len)
{
	char *s = mem_ndup(uri, len);
	bool yes = strcasestr(s, "debian") != NULL || strcasestr(s, "ubuntu") != NULL;

	free(s);
	return yes;
}

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " \t\r");
}

/* Behind "deb" or "deb-src"; NULL where the line is something else. */
static const char *behind_type(const char *s)
{
	size_t n = strcspn(s, " \t\r");

	if ((n == 3 && strncmp(s, "deb", n) == 0) || (n == 7 && strncmp(s, "deb-src", n) == 0))
		return skip_blanks(s + n);
	return NULL;
}

unsigned apt_sources_list(const char *text, struct strbuf *out)
{
	unsigned n = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = mem_ndup(text, len);
		const char *rest, *uri;

		line[strcspn(line, "#\r")] = '\0';
		rest = behind_type(skip_blanks(line));
		uri = rest;
		if (uri != NULL && uri[0] == '[') /* [option=value ...] */
			uri = skip_blanks(uri + strcspn(uri, "]") + (strchr(uri, ']') != NULL));
		if (uri != NULL && distribution(uri, strcspn(uri, " \t"))) {
			strbuf_addf(out, "deb-src %s\n", rest);
			n++;
		}
		free(line);
		text += len + (text[len] == '\n');
	}
	return n;
}

static bool is_blank(const char *line, size_t len)
{
	return strspn(line, " \t\r") >= len;
}

/* The value of the field NAME, where LINE is it; else NULL. */
static const char *field(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(line, name, n) == 0 && line[n] == ':' ? skip_blanks(line + n + 1) : NULL;
}

/* One stanza, LEN bytes. */
static bool stanza(const char *text, size_t len, struct strbuf *out)
{
	struct strbuf kept = {0};
	bool typed = false, ours = false, off = false, continues_uris = false;

	for (const char *end = text + len; text < end;) {
		size_t n = strcspn(text, "\n");
		char *line = mem_ndup(text, n);
		const char *v;

		text += n + (text[n] == '\n');
		line[strcspn(line, "\r")] = '\0';
		if (line[0] == '#') {
			free(line);
			continue;
		}
		if (line[0] == ' ' || line[0] == '\t') {
			ours = ours || (continues_uris && distribution(line, strlen(line)));
		} else {
			v = field(line, "URIs");
			continues_uris = v != NULL;
			ours = ours || (v != NULL && distribution(v, strlen(v)));
		}
		v = field(line, "Enabled");
		/* apt takes these for no (apt-pkg's StringToBool). */
		if (v != NULL && (strncasecmp(v, "no", 2) == 0 || strncasecmp(v, "false", 5) == 0 ||
				  strncasecmp(v, "off", 3) == 0 || v[0] == '0'))
			off = true;
		if (field(line, "Types") != NULL) {
			typed = true;
			strbuf_adds(&kept, "Types: deb-src\n");
		} else {
			strbuf_addf(&kept, "%s\n", line);
		}
		free(line);
	}
	if (typed && ours && !off)
		strbuf_addf(out, "%s\n", kept.data);
	strbuf_free(&kept);
	return typed && ours && !off;
}

unsigned apt_sources_deb822(const char *text, struct strbuf *out)
{
	unsigned n = 0;

	while (*text != '\0') {
		const char *start = text;

		while (*text != '\0') {
			size_t len = strcspn(text, "\n");
			bool blank = is_blank(text, len);

			if (blank && text == start)
				start = text + len + (text[len] == '\n');
			else if (blank)
				break;
			text += len + (text[len] == '\n');
		}
		n += text > start && stanza(start, (size_t)(text - start), out);
	}
	return n;
}

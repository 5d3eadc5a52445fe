/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/platform.h"
#include "base/strbuf.h"
#include "build/build.h"

#include <stdlib.h>
#include <string.h>

/* What was written, for people: one line a file; one for all server configuration. */

/* 1474560 as "1,474,560" */
static char *with_commas(json_int_t n)
{
	char *plain = mem_printf("%lld", (long long)n);
	size_t len = strlen(plain);
	struct strbuf b = {0};

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			strbuf_addc(&b, ',');
		strbuf_addc(&b, plain[i]);
	}
	free(plain);
	return strbuf_take(&b);
}

/* ", from CD and USB" */
static const char *how(const char *kind)
{
	static const struct {
		const char *kind;
		const char *words;
	} kinds[] = {
		{"iso", ", from CD and USB"},
		{"diskless-cd", ", from CD and USB, and loads over the network"},
		{"diskless-floppy", ", and loads over the network"},
		{"nbp", ", over the network"},
		{"http-nbp", ", by HTTP boot"},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].words;
	}
	return "";
}

static char *boots_on(json_t *artifact)
{
	json_t *list = json_object_get(artifact, "platforms"), *name;
	const char *kind = json_string_value(json_object_get(artifact, "kind"));
	unsigned set = 0;
	char *titles, *s;
	size_t i;

	json_array_foreach(list, i, name)
	{
		enum platform p;

		if (platform_find(json_string_value(name), &p))
			set |= PLATFORM_BIT(p);
	}
	if (set == 0)
		return mem_dup("");
	titles = platform_titles(set);
	s = mem_printf("boots on %s%s", titles, how(kind));
	free(titles);
	return s;
}

static bool is_dhcp(const json_t *artifact)
{
	return strcmp(json_string_value(json_object_get(artifact, "kind")), "dhcp") == 0;
}

/* Where so many were written that nobody would read their names. */
#define DHCP_SHOWN 3

static void say_one(const char *folder, int width, json_t *artifact)
{
	char *size = with_commas(json_integer_value(json_object_get(artifact, "size")));
	char *boots = boots_on(artifact);

	msg_note("%s/%-*s %13s bytes%s%s", folder, width,
		 json_string_value(json_object_get(artifact, "path")), size,
		 boots[0] != '\0' ? "  " : "", boots);
	free(size);
	free(boots);
}

/* The files whose servers cannot do all that the recipe says. */
static void say_limits(json_t *artifacts)
{
	struct strbuf names = {0};
	json_t *a;
	size_t i;

	json_array_foreach(artifacts, i, a)
	{
		if (json_object_get(a, "limits") != NULL)
			strbuf_addf(&names, "%s%s", names.len > 0 ? ", " : "",
				    path_base(json_string_value(json_object_get(a, "path"))));
	}
	if (names.len > 0)
		msg_note("not all of the recipe fits these, and they say what: %s", names.data);
	strbuf_free(&names);
}

void build_say(const struct build_options *options, json_t *manifest)
{
	const char *out = options->out != NULL ? options->out : "out";
	const char *name = json_string_value(json_object_get(manifest, "name"));
	json_t *artifacts = json_object_get(manifest, "artifacts"), *a;
	char *folder = path_join(out, name);
	size_t i, width = 0, dhcp = 0;

	json_array_foreach(artifacts, i, a)
	{
		size_t n = strlen(json_string_value(json_object_get(a, "path")));

		width = n > width ? n : width;
		dhcp += is_dhcp(a);
	}
	json_array_foreach(artifacts, i, a)
	{
		if (!is_dhcp(a) || dhcp <= DHCP_SHOWN)
			say_one(folder, (int)width, a);
	}
	if (dhcp > DHCP_SHOWN)
		msg_note("%s/dhcp/ has files for %zu servers and routers; "
			 "`mkboot dhcp --list` says what is whose",
			 folder, dhcp);
	say_limits(artifacts);
	free(folder);
}

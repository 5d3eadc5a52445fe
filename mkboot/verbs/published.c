/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/published.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/status.h"
#include "media/media.h"

#include <stdlib.h>
#include <string.h>

json_t *published_read(const char *dir)
{
	char *path = path_join(dir, "manifest.json");
	json_t *manifest = json_load_file(path, 0, NULL);

	if (json_object_get(manifest, "mkboot") == NULL) {
		json_decref(manifest);
		manifest = NULL;
		msg_fail(MK_BAD_INPUT,
			 "%s: nothing has been built there; leave out --no-build, or name the "
			 "place with -o",
			 dir);
	}
	free(path);
	return manifest;
}

bool published_boots_by(json_t *manifest, const char *via)
{
	json_t *artifacts = json_object_get(manifest, "artifacts"), *a, *name;
	size_t i, k;

	json_array_foreach(artifacts, i, a)
	{
		json_array_foreach(json_object_get(a, "boots_by"), k, name)
		{
			if (json_is_string(name) && strcmp(json_string_value(name), via) == 0)
				return true;
		}
	}
	return false;
}

enum mk_status published_lacks(const char *dir, const struct recipe *r, const struct vm_via *via)
{
	const char *output = media_outputs[via->output].name;
	char *what;

	if (via->native && r->network.drivers == 0)
		what = mem_printf("GRUB needs a network driver of its own for that: add 'network: "
				  "{nic: CARD}' to the recipe (mkboot nics lists the cards)%s%s%s",
				  r->outputs[via->output].by_default ? "" : ", and '",
				  r->outputs[via->output].by_default ? "" : output,
				  r->outputs[via->output].by_default ? "" : "' to its outputs");
	else if (via->output == OUTPUT_HTTP && r->file == NULL)
		what = mem_printf(
			"a kernel alone has no network; write a recipe (mkboot init) with "
			"network: {server: 192.168.1.2, subnet: 192.168.1.0/24} and "
			"outputs: [http]");
	else if (!r->outputs[via->output].wanted)
		what = mem_printf("add '%s' to the recipe's outputs", output);
	else
		what = mem_printf("'%s' was not written for %s; see the recipe's outputs and "
				  "platforms, and: mkboot check",
				  output, platforms[via->platform].title);
	msg_fail(MK_BAD_INPUT, "%s: nothing in it boots by %s: %s", dir, via->name, what);
	free(what);
	return MK_BAD_INPUT;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/media.h"

#include <stdlib.h>

/* Server configuration as an output: one file for each server asked for, in dhcp/. */

/* Can S be told all that R says? Where not, dhcp_render says why. */
static bool can_be_told(const struct recipe *r, const struct dhcp_server *s,
			const struct dhcp_boot_files *files)
{
	return dhcp_range_does(r, s, files) && dhcp_holds(r, s);
}

/* Those that the recipe names; else all that have something to do with it. */
static bool asked_for(const struct recipe *r, size_t i, const struct dhcp_boot_files *files)
{
	const struct dhcp_server *s = &dhcp_servers[i];
	uint32_t asked = r->outputs[OUTPUT_DHCP].servers;

	if (asked != 0)
		return (asked & (UINT32_C(1) << i)) != 0;
	return dhcp_fits(s, files) && can_be_told(r, s, files);
}

/* What of the recipe S cannot do, at the end of A's limits. */
static void add_limits(struct artifact *a, const struct recipe *r, const struct dhcp_server *s,
		       const struct dhcp_boot_files *files)
{
	unsigned lost = dhcp_lost(r, s, files);
	char *text;

	while ((text = dhcp_limit_next(&lost, s, files)) != NULL)
		*MEM_PUSH(a->limits, a->n_limits) = text;
}

static enum mk_status write_one(struct build *b, const struct dhcp_server *s,
				const struct dhcp_boot_files *files)
{
	struct strbuf text = {0};
	struct artifact *a;
	char *path = NULL;
	enum mk_status st = dhcp_render(b->plan->recipe, s, files, 0, &text);
	int err;

	if (st != MK_OK)
		goto done;
	a = build_artifact(b, "dhcp", "dhcp/%s", s->file);
	add_limits(a, b->plan->recipe, s, files);
	path = path_join(b->dir, a->path);
	err = fs_write(path, text.data, text.len);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
done:
	strbuf_free(&text);
	free(path);
	return st;
}

enum mk_status media_write_dhcp(struct build *b)
{
	char *dir = path_join(b->dir, "dhcp");
	struct dhcp_boot_files files;
	int err = fs_mkdirs(dir);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(dir, err, "cannot make the folder");

	dhcp_files_of(b->plan, &files);
	for (size_t i = 0; i < dhcp_n_servers && st == MK_OK; i++) {
		if (asked_for(b->plan->recipe, i, &files))
			st = write_one(b, &dhcp_servers[i], &files);
	}
	dhcp_files_free(&files);
	free(dir);
	return st;
}

static void warn_of(const struct recipe *r, const struct dhcp_server *s, unsigned lost,
		    const struct dhcp_boot_files *files)
{
	char *text;

	while ((text = dhcp_limit_next(&lost, s, files)) != NULL) {
		recipe_warn(r, r->outputs[OUTPUT_DHCP].at, "%s", text);
		free(text);
	}
}

enum mk_status media_check_dhcp(const struct plan *plan)
{
	const struct recipe *r = plan->recipe;
	struct dhcp_boot_files files;
	enum mk_status st = MK_OK;

	dhcp_files_of(plan, &files);
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		const struct dhcp_server *s = &dhcp_servers[i];
		struct strbuf text = {0};
		unsigned lost = dhcp_lost(r, s, &files);

		if (r->outputs[OUTPUT_DHCP].servers == 0 && dhcp_fits(s, &files) &&
		    !can_be_told(r, s, &files))
			msg_note("dhcp/: nothing for %s; why not: mkboot dhcp --for %s", s->title,
				 s->name);
		if (!asked_for(r, i, &files))
			continue;
		st = status_first(st, dhcp_render(r, s, &files, 0, &text));
		strbuf_free(&text);
		if (r->outputs[OUTPUT_DHCP].servers != 0)
			warn_of(r, s, lost, &files);
	}
	dhcp_files_free(&files);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/media.h"

#include <stdlib.h>

/* DHCP configuration as an output: one file for each server asked for, in dhcp/. */

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
	const struct recipe *r = b->plan->recipe;
	uint32_t asked = r->outputs[OUTPUT_DHCP].servers;
	char *dir = path_join(b->dir, "dhcp");
	struct dhcp_boot_files files;
	int err = fs_mkdirs(dir);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(dir, err, "cannot make the folder");

	dhcp_files_of(b->plan, &files);
	for (size_t i = 0; i < dhcp_n_servers && st == MK_OK; i++) {
		if (asked == 0 || (asked & (UINT32_C(1) << i)) != 0)
			st = write_one(b, &dhcp_servers[i], &files);
	}
	dhcp_files_free(&files);
	free(dir);
	return st;
}

enum mk_status media_check_dhcp(const struct plan *plan)
{
	uint32_t asked = plan->recipe->outputs[OUTPUT_DHCP].servers;
	struct dhcp_boot_files files;
	enum mk_status st = MK_OK;

	dhcp_files_of(plan, &files);
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		struct strbuf text = {0};

		if (asked == 0 || (asked & (UINT32_C(1) << i)) != 0)
			st = status_first(
				st, dhcp_render(plan->recipe, &dhcp_servers[i], &files, 0, &text));
		strbuf_free(&text);
	}
	dhcp_files_free(&files);
	return st;
}

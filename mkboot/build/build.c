/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build/build.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/publish.h"
#include "build/manifest.h"
#include "toolchain/toolchain.h"

#include <stdlib.h>
#include <string.h>

enum mk_status build_select(struct recipe *r, const struct build_options *options)
{
	if (options->only == 0)
		return MK_OK;
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		r->outputs[i].wanted = (options->only & (1u << i)) != 0;
		/* asked for by name now: it has to be there */
		r->outputs[i].by_default = false;
	}
	return recipe_check_outputs(r);
}

/* All the GRUB platforms that the outputs need, before anything is written. Network drivers
 * and protocols, which take a compiler, only where an output has them. */
static enum mk_status find_platforms(struct build *b)
{
	static const enum grub_medium mediums[OUTPUT_COUNT] = {
		[OUTPUT_ISO] = GRUB_ISO,
		[OUTPUT_FLOPPY] = GRUB_FLOPPY,
		[OUTPUT_DISKLESS_CD] = GRUB_DISKLESS_CD,
		[OUTPUT_DISKLESS_FLOPPY] = GRUB_DISKLESS_FLOPPY,
		[OUTPUT_TFTP] = GRUB_NET,
		[OUTPUT_HTTP] = GRUB_HTTP,
	};
	const struct plan *plan = b->plan;
	enum mk_status st = MK_OK;

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		bool needed = false, drivers = false, protocols = false;

		for (size_t o = 0; o < OUTPUT_COUNT; o++) {
			if ((plan->output_platforms[o] & PLATFORM_BIT(p)) == 0)
				continue;
			needed = true;
			drivers = drivers || grub_needs_drivers(plan, (enum platform)p, mediums[o]);
			protocols = protocols ||
				    grub_needs_protocols(plan, (enum platform)p, mediums[o]);
		}
		if (needed)
			st = status_first(st,
					  toolchain_platform(&plan->recipe->grub, (enum platform)p,
							     drivers, protocols, &b->grub[p]));
	}
	return st;
}

static enum mk_status write_outputs(struct build *b)
{
	enum mk_status st = MK_OK;

	for (size_t o = 0; o < OUTPUT_COUNT && st == MK_OK; o++) {
		/* an output by default that nothing can start from is left out (plan said so) */
		if (b->plan->recipe->outputs[o].wanted &&
		    (o == OUTPUT_DHCP || o == OUTPUT_RUN || b->plan->output_platforms[o] != 0))
			st = media_outputs[o].write(b);
	}
	return st;
}

/* Temporary files lie in the temporary folder: who kills mkboot finds them all in one place, and
 * the next mkboot removes them. */
static enum mk_status make_scratch(const char *path)
{
	int err = fs_mkdirs(path);

	return err == 0 ? MK_OK : msg_errno(path, err, "cannot make the folder");
}

enum mk_status build_check(const struct plan *plan)
{
	return plan->recipe->outputs[OUTPUT_DHCP].wanted ? media_check_dhcp(plan) : MK_OK;
}

enum mk_status build_run(struct plan *plan, const struct build_options *options, json_t **manifest)
{
	struct build b = {.plan = plan};
	struct publish pub = {.lock = -1};
	json_t *made = NULL;
	char *scratch = NULL;
	enum mk_status st = find_platforms(&b);

	if (st == MK_OK)
		st = build_check(plan);
	if (st != MK_OK)
		goto done;
	st = publish_begin(options->out != NULL ? options->out : "out", plan->recipe->name, &pub);
	if (st != MK_OK)
		goto done;
	b.dir = pub.dir;
	scratch = path_join(pub.dir, ".scratch");
	b.scratch = scratch;
	st = make_scratch(scratch);
	if (st == MK_OK)
		st = plan_prepare(plan, scratch);
	if (st == MK_OK)
		st = write_outputs(&b);
	if (st == MK_OK && b.n_artifacts == 0)
		st = msg_fail(MK_BAD_INPUT, "nothing is left to write");
	if (st == MK_OK)
		st = plan_check_unchanged(plan);
	fs_remove_tree(scratch);
	if (st == MK_OK)
		st = manifest_write(&b, &made);
	if (st == MK_OK)
		st = publish_commit(&pub);
	if (st == MK_OK && manifest != NULL)
		*manifest = json_incref(made);
done:
	publish_end(&pub);
	free(scratch);
	json_decref(made);
	for (size_t i = 0; i < b.n_artifacts; i++) {
		free(b.artifacts[i].path);
		free(b.artifacts[i].extents);
		for (size_t k = 0; k < b.artifacts[i].n_limits; k++)
			free(b.artifacts[i].limits[k]);
		free(b.artifacts[i].limits);
	}
	free(b.artifacts);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		grub_platform_free(&b.grub[p]);
	return st;
}

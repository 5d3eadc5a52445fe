/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "media/media.h"

#include <stdlib.h>

/*
 * What a server serves: ROOT/ is its root (copy it into another, it keeps to its own folder),
 * ROOT/NAME/ holds what the firmware loads and, below boot/, the files that this loads. It asks
 * the server and folder it came from itself, so that both may be moved; the recipe's only where it
 * cannot tell (grub-configs/prelude-net.cfg, network.cfg).
 */

static enum mk_status write_nbp(struct build *b, const struct media_tree *t, enum platform p)
{
	const struct grub_request rq = {.medium = t->medium, .scratch = b->scratch};
	struct strbuf image = {0};
	struct artifact *a;
	char *path = NULL;
	enum mk_status st = grub_image(&b->grub[p], b->plan, &rq, &image);
	int err;

	if (st != MK_OK)
		goto done;
	a = build_artifact(b, t->kind, "%s/%s/%s", t->root, b->plan->recipe->name,
			   platforms[p].nbp);
	a->platforms = PLATFORM_BIT(p);
	path = path_join(b->dir, a->path);
	err = fs_write(path, image.data, image.len);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
done:
	strbuf_free(&image);
	free(path);
	return st;
}

static enum mk_status copy_payload(struct build *b, const struct media_tree *t,
				   const struct payload *f)
{
	struct artifact *a =
		build_artifact(b, "payload", "%s/%s/%s", t->root, b->plan->recipe->name, f->name);
	char *to = path_join(b->dir, a->path);
	enum mk_status st = MK_OK;
	int err = fs_copy(f->source, to);

	a->known = true;
	a->size = f->size;
	a->digest = f->digest;
	if (err != 0)
		st = msg_errno(to, err, "cannot copy a file of the recipe here");
	free(to);
	return st;
}

enum mk_status media_write_tree(struct build *b, const struct media_tree *t)
{
	char *boot = mem_printf("%s/%s/%s/boot", b->dir, t->root, b->plan->recipe->name);
	int err = fs_mkdirs(boot);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(boot, err, "cannot make the folder");

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		if ((b->plan->output_platforms[t->output] & PLATFORM_BIT(p)) != 0)
			st = write_nbp(b, t, (enum platform)p);
	}
	for (size_t i = 0; i < b->plan->n_files && st == MK_OK; i++)
		st = copy_payload(b, t, &b->plan->files[i]);
	free(boot);
	return st;
}

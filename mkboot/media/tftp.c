/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "media/media.h"

#include <stdlib.h>

/*
 * The TFTP tree: tftp/ is what a server serves (copy it into another root, it keeps to its own
 * folder), tftp/NAME/ holds the NBPs and, below boot/, the files they load. An NBP asks the server
 * and folder it came from itself, so no address is written anywhere.
 */

static enum mk_status write_nbp(struct build *b, enum platform p)
{
	const char *name = b->plan->recipe->name;
	const struct grub_request rq = {.medium = GRUB_NET, .scratch = b->scratch};
	struct strbuf image = {0};
	struct artifact *a;
	char *path = NULL;
	enum mk_status st = grub_image(&b->grub[p], b->plan, &rq, &image);
	int err;

	if (st != MK_OK)
		goto done;
	a = build_artifact(b, "nbp", "tftp/%s/%s", name, platforms[p].nbp);
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

static enum mk_status copy_payload(struct build *b, const struct payload *f)
{
	struct artifact *a =
		build_artifact(b, "payload", "tftp/%s/%s", b->plan->recipe->name, f->name);
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

enum mk_status media_write_tftp(struct build *b)
{
	char *boot = mem_printf("%s/tftp/%s/boot", b->dir, b->plan->recipe->name);
	int err = fs_mkdirs(boot);
	enum mk_status st = err == 0 ? MK_OK : msg_errno(boot, err, "cannot make the folder");

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		if ((b->plan->output_platforms[OUTPUT_TFTP] & PLATFORM_BIT(p)) != 0)
			st = write_nbp(b, (enum platform)p);
	}
	for (size_t i = 0; i < b->plan->n_files && st == MK_OK; i++)
		st = copy_payload(b, &b->plan->files[i]);
	free(boot);
	return st;
}

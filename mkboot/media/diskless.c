/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "media/iso_write.h"
#include "media/media.h"

#include <errno.h>
#include <stdlib.h>

/* The diskless CD: an ISO with GRUB on it and nothing else, for BIOS, from CD and USB. (The
 * diskless floppy is floppy.c's.) Its bytes do not depend on the payloads. */

static enum mk_status write_iso(struct build *b, const struct strbuf *core,
				const struct strbuf *mbr)
{
	const struct recipe *r = b->plan->recipe;
	struct artifact *a = build_artifact(b, "diskless-cd", "%s-diskless.iso", r->name);
	char *path = path_join(b->dir, a->path);
	char *label = media_volume_label(r, &r->outputs[OUTPUT_DISKLESS_CD].label);
	const struct iso_image image = {
		.label = label,
		.epoch = b->plan->recipe_epoch,
		.bios_core = core,
		.bios_mbr = (const unsigned char *)mbr->data,
	};
	enum mk_status st = iso_write(path, &image);

	a->platforms = PLATFORM_BIT(PLATFORM_BIOS);
	free(label);
	free(path);
	return st;
}

enum mk_status media_write_diskless_cd(struct build *b)
{
	const struct grub_platform *gp = &b->grub[PLATFORM_BIOS];
	const struct grub_request rq = {.medium = GRUB_DISKLESS_CD, .scratch = b->scratch};
	struct strbuf core = {0}, mbr = {0};
	enum mk_status st = media_read_mbr(gp, &mbr);

	if (st == MK_OK)
		st = grub_image(gp, b->plan, &rq, &core);
	if (st == MK_OK)
		st = write_iso(b, &core, &mbr);
	strbuf_free(&core);
	strbuf_free(&mbr);
	return st;
}

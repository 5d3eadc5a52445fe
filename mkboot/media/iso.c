/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "media/fat.h"
#include "media/iso_write.h"
#include "media/media.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MBR_SIZE 512

/* The parts of the ISO that are not the recipe's own files. */
struct iso_parts {
	char *label;
	char id[48]; /* "mkboot-<32 hex digits>" */
	struct digest contents;
	struct strbuf bios_core;
	struct strbuf mbr;
	char *esp; /* path */
};

char *media_volume_label(const struct recipe *r, const struct text *asked)
{
	char *label;

	if (asked->text != NULL)
		return mem_dup(asked->text);
	label = mem_ndup(r->name, strlen(r->name) < 32 ? strlen(r->name) : 32);
	for (char *s = label; *s != '\0'; s++)
		*s = isalnum((unsigned char)*s) ? (char)toupper((unsigned char)*s) : '_';
	return label;
}

/* What tells this ISO from every other: the menu, the files, the time. */
static enum mk_status identify(const struct build *b, struct iso_parts *parts)
{
	struct digest_stream *s = digest_begin();
	struct digest files = plan_contents(b->plan);
	struct strbuf menu = {0};
	enum mk_status st = MK_OK;

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		if ((b->plan->output_platforms[OUTPUT_ISO] & PLATFORM_BIT(p)) != 0)
			st = grub_menu(b->plan, (enum platform)p, GRUB_ISO, NULL, &menu);
	}
	digest_adds(s, b->plan->recipe->name);
	digest_adds(s, menu.data);
	digest_add(s, files.bytes, sizeof files.bytes);
	digest_add(s, &b->plan->epoch, sizeof b->plan->epoch);
	parts->contents = digest_end(s);
	snprintf(parts->id, sizeof parts->id, "mkboot-%.32s", digest_hex(&parts->contents).text);
	strbuf_free(&menu);
	return st;
}

static enum mk_status make_image(const struct build *b, const struct iso_parts *parts,
				 enum platform p, struct strbuf *image)
{
	const struct grub_request rq = {
		.medium = GRUB_ISO, .id = parts->id, .label = parts->label, .scratch = b->scratch};

	return grub_image(&b->grub[p], b->plan, &rq, image);
}

enum mk_status media_read_mbr(const struct grub_platform *gp, struct strbuf *mbr)
{
	char *path = path_join(gp->modules, "boot_hybrid.img");
	int err = fs_read(path, MBR_SIZE, mbr);
	enum mk_status st = MK_OK;

	if (err != 0 || mbr->len != MBR_SIZE)
		st = msg_errno(path, err != 0 ? err : -EIO, "cannot read GRUB's boot sector");
	free(path);
	return st;
}

static enum mk_status make_bios(const struct build *b, struct iso_parts *parts)
{
	enum mk_status st = media_read_mbr(&b->grub[PLATFORM_BIOS], &parts->mbr);

	if (st == MK_OK)
		st = make_image(b, parts, PLATFORM_BIOS, &parts->bios_core);
	return st;
}

static enum mk_status make_esp(const struct build *b, unsigned set, struct iso_parts *parts)
{
	struct fat_file files[PLATFORM_COUNT] = {{0}};
	struct strbuf images[PLATFORM_COUNT] = {{0}};
	enum mk_status st = MK_OK;
	size_t n = 0;

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		if ((set & PLATFORM_BIT(p)) == 0 || platforms[p].efi_file == NULL)
			continue;
		st = make_image(b, parts, (enum platform)p, &images[n]);
		files[n] = (struct fat_file){.name = platforms[p].efi_file,
					     .data = images[n].data,
					     .size = images[n].len};
		n++;
	}
	if (st == MK_OK && n > 0) {
		struct fat_geometry g = fat_fit(files, n);

		memcpy(&g.serial, parts->contents.bytes, sizeof g.serial);
		parts->esp = path_join(b->scratch, "esp.img");
		st = fat_make(parts->esp, &g, b->plan->epoch, files, n);
	}
	for (size_t i = 0; i < n; i++)
		strbuf_free(&images[i]);
	return st;
}

static enum mk_status write_image(struct build *b, const struct iso_parts *parts, unsigned set)
{
	const struct plan *plan = b->plan;
	struct iso_file *files = mem_array(plan->n_files + 1, sizeof *files);
	size_t *index = mem_array(plan->n_files + 1, sizeof *index); /* in plan->files */
	size_t n = 0;
	struct artifact *a = build_artifact(b, "iso", "%s.iso", plan->recipe->name);
	char *path = path_join(b->dir, a->path);
	char *marker = mem_printf("boot/%s", parts->id);
	unsigned char guid[16];
	struct iso_image image = {
		.label = parts->label,
		.epoch = plan->epoch,
		.files = files,
		.bios_core = parts->bios_core.len > 0 ? &parts->bios_core : NULL,
		.bios_mbr = (const unsigned char *)parts->mbr.data,
		.esp = parts->esp,
		.guid = guid,
	};
	enum mk_status st;

	memcpy(guid, parts->contents.bytes + 8, sizeof guid);
	a->platforms = set;
	for (size_t i = 0; i < plan->n_files; i++) {
		if (!plan->files[i].local)
			continue;
		index[n] = i;
		files[n++] = (struct iso_file){.name = plan->files[i].name,
					       .source = plan->files[i].source,
					       .size = plan->files[i].size};
	}
	files[n++] = (struct iso_file){.name = marker, .data = "", .size = 0};
	image.n_files = n;
	st = iso_write_extents(path, &image, &a->extents, &a->n_extents);
	for (size_t i = 0; i < a->n_extents; i++)
		a->extents[i].file = index[a->extents[i].file];
	free(index);
	free(marker);
	free(path);
	free(files);
	return st;
}

enum mk_status media_write_iso(struct build *b)
{
	unsigned set = b->plan->output_platforms[OUTPUT_ISO];
	struct iso_parts parts = {
		.label = media_volume_label(b->plan->recipe,
					    &b->plan->recipe->outputs[OUTPUT_ISO].label)};
	enum mk_status st = identify(b, &parts);

	if (st == MK_OK && (set & PLATFORM_BIT(PLATFORM_BIOS)) != 0)
		st = make_bios(b, &parts);
	if (st == MK_OK)
		st = make_esp(b, set, &parts);
	if (st == MK_OK)
		st = write_image(b, &parts, set);
	strbuf_free(&parts.bios_core);
	strbuf_free(&parts.mbr);
	free(parts.esp);
	free(parts.label);
	return st;
}

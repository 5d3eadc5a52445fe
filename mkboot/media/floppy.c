/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/gz.h"
#include "base/mem.h"
#include "media/floppy_layout.h"
#include "media/media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A floppy image: FAT12 that BIOS boots, GRUB in the reserved sectors, the payload as files. */

struct floppy {
	const struct plan *plan;
	const struct grub_platform *grub;
	const struct floppy_disk *disk;
	enum output output; /* which of the two floppies */
	enum grub_medium medium;
	time_t epoch;
	char *name;                /* of the image */
	char *folder;              /* for compressed files, or NULL */
	const char *scratch;       /* where that is */
	size_t *index;             /* of each file in plan->files */
	struct floppy_file *files; /* those that BIOS entries need */
	size_t n;
	struct strbuf core;
};

static void floppy_free(struct floppy *f)
{
	if (f->folder != NULL)
		fs_remove_tree(f->folder);
	free(f->folder);
	free(f->name);
	free(f->index);
	floppy_files_free(f->files, f->n);
	strbuf_free(&f->core);
}

static void mark(bool *used, const size_t *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		used[files[i]] = true;
}

/* The files of all entries that can start on BIOS; with the user's own menu, every file. */
static void choose_files(struct floppy *f)
{
	const struct plan *plan = f->plan;
	bool *used = mem_array(plan->n_files, sizeof *used);

	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];
		const struct recipe_entry *r = &plan->recipe->menu.entries[i];

		if ((e->kernel.platforms & PLATFORM_BIT(PLATFORM_BIOS)) == 0 || r->network ||
		    r->disk.text != NULL)
			continue;
		mark(used, &e->kernel_file, 1);
		mark(used, e->module_files, r->n_modules);
		mark(used, e->initrd_files, r->n_initrds);
	}
	f->files = mem_array(plan->n_files, sizeof *f->files);
	f->index = mem_array(plan->n_files, sizeof *f->index);
	for (size_t i = 0; i < plan->n_files; i++) {
		const struct payload *p = &plan->files[i];

		if (!used[i] && plan->menu_text == NULL)
			continue;
		f->index[f->n] = i;
		f->files[f->n++] = (struct floppy_file){
			.name = p->name,
			.source = p->source,
			.size = p->size,
			.may_gzip = p->may_gzip && !p->gzip,
		};
	}
	free(used);
}

static enum mk_status compress(struct floppy *f, const char *dir)
{
	f->folder = path_join(dir, "floppy.XXXXXX");
	if (mkdtemp(f->folder) == NULL) {
		enum mk_status st = msg_errno(f->folder, errno, "cannot create");

		free(f->folder);
		f->folder = NULL;
		return st;
	}
	for (size_t i = 0; i < f->n; i++) {
		struct floppy_file *file = &f->files[i];
		struct stat st;
		int err;

		if (!file->may_gzip)
			continue;
		file->gz_name = mem_printf("%s.gz", file->name);
		file->gz_source = mem_printf("%s/%zu", f->folder, i);
		err = gz_compress_file(file->source, file->gz_source);
		if (err == 0 && stat(file->gz_source, &st) != 0)
			err = -errno;
		if (err != 0)
			return msg_errno(file->source, err, "cannot compress");
		file->gz_size = (uint64_t)st.st_size;
	}
	floppy_pack(f->files, f->n);
	return MK_OK;
}

/* GRUB's core.img, with a menu that names the files as they are on the floppy. */
static enum mk_status make_core(struct floppy *f)
{
	const char **names = mem_array(f->plan->n_files, sizeof *names);
	const struct grub_request rq = {.medium = f->medium, .names = names, .scratch = f->scratch};
	enum mk_status st;

	for (size_t i = 0; i < f->n; i++)
		if (f->files[i].packed)
			names[f->index[i]] = f->files[i].gz_name;
	strbuf_free(&f->core);
	st = grub_image(f->grub, f->plan, &rq, &f->core);
	free(names);
	return st;
}

static bool fits(const struct floppy *f)
{
	struct fat_geometry g = floppy_geometry(f->disk, f->core.len);

	return floppy_excess(&g, f->files, f->n) == 0;
}

/* Core and files such that all fits, compressed only where it must be. */
static enum mk_status lay_out(struct floppy *f, const char *dir)
{
	enum mk_status st = MK_OK;

	/* Where the files alone are too big, a first core would be made for nothing. */
	if (fits(f)) {
		st = make_core(f);
		if (st != MK_OK || fits(f))
			return st;
	}
	st = compress(f, dir);
	return st == MK_OK ? make_core(f) : st;
}

/* Too big is an error where somebody asked for a floppy, else a word to the user. */
static enum mk_status too_big(const struct floppy *f)
{
	const struct recipe_output *o = &f->plan->recipe->outputs[f->output];
	char *text = floppy_too_big(f->name, f->disk, f->core.len, f->files, f->n);
	enum mk_status st = MK_OK;

	if (o->by_default)
		msg_note("no %s image: %s", media_outputs[f->output].name, text);
	else
		st = recipe_error(f->plan->recipe, o->at, "%s", text);
	free(text);
	return st;
}

/* The volume's serial number follows from what is on it. */
static uint32_t serial(const struct floppy *f)
{
	struct digest_stream *s = digest_begin();
	struct digest d;

	digest_add(s, f->core.data, f->core.len);
	for (size_t i = 0; i < f->n; i++) {
		digest_adds(s, f->files[i].name);
		digest_add(s, f->plan->files[f->index[i]].digest.bytes, sizeof d.bytes);
	}
	d = digest_end(s);
	return (uint32_t)d.bytes[0] << 24 | (uint32_t)d.bytes[1] << 16 | (uint32_t)d.bytes[2] << 8 |
	       d.bytes[3];
}

static enum mk_status write_image(const struct floppy *f, const char *path)
{
	const struct recipe_output *o = &f->plan->recipe->outputs[f->output];
	struct floppy_label label = floppy_label(o->label.text);
	struct fat_geometry g = floppy_geometry(f->disk, f->core.len);
	struct fat_file *contents = floppy_contents(f->files, f->n);
	char *boot_path = path_join(f->grub->modules, "boot.img");
	struct strbuf boot = {0};
	const char *problem;
	enum mk_status st;
	int err;

	g.label = label.text;
	g.serial = serial(f);
	err = fs_read(boot_path, 4096, &boot);
	if (err != 0) {
		st = msg_errno(boot_path, err, "cannot read");
		goto done;
	}
	problem = floppy_grub_problem(&boot, &f->core);
	if (problem != NULL) {
		st = msg_fail(MK_FAILED, "%s: %s; install grub-pc-bin again", f->grub->modules,
			      problem);
		goto done;
	}
	st = fat_make(path, &g, f->epoch, contents, f->n);
	if (st != MK_OK)
		goto done;
	err = floppy_install(path, &boot, &f->core);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
done:
	strbuf_free(&boot);
	free(boot_path);
	free(contents);
	return st;
}

/* KIND is the artifact's, and the end of the image's name. */
static enum mk_status write_floppy(struct build *b, struct floppy *f, const char *kind)
{
	const struct recipe *recipe = b->plan->recipe;
	const struct recipe_output *o = &recipe->outputs[f->output];
	struct artifact *a;
	char *path = NULL;
	enum mk_status st;

	f->plan = b->plan;
	f->grub = &b->grub[PLATFORM_BIOS];
	f->scratch = b->scratch;
	f->disk = floppy_disk_find(o->floppy_kb);
	if (f->disk == NULL)
		return recipe_error(recipe, o->at,
				    "no floppy holds %u KB; take 720, 1200, 1440 or 2880",
				    o->floppy_kb);
	if (f->disk->caveat != NULL)
		recipe_warn(recipe, o->at, "%s", f->disk->caveat);
	f->name = mem_printf("%s-%s.img", recipe->name, kind);
	path = path_join(b->dir, f->name);
	st = lay_out(f, b->scratch);
	if (st == MK_OK && !fits(f)) {
		st = too_big(f);
		goto done;
	}
	if (st == MK_OK)
		st = write_image(f, path);
	if (st != MK_OK)
		goto done;
	a = build_artifact(b, kind, "%s", f->name);
	a->platforms = PLATFORM_BIT(PLATFORM_BIOS);
done:
	free(path);
	return st;
}

enum mk_status media_write_floppy(struct build *b)
{
	struct floppy f = {.plan = b->plan,
			   .output = OUTPUT_FLOPPY,
			   .medium = GRUB_FLOPPY,
			   .epoch = b->plan->epoch};
	enum mk_status st;

	choose_files(&f);
	st = write_floppy(b, &f, "floppy");
	floppy_free(&f);
	return st;
}

/* The same without files. */
enum mk_status media_write_diskless_floppy(struct build *b)
{
	struct floppy f = {.plan = b->plan,
			   .output = OUTPUT_DISKLESS_FLOPPY,
			   .medium = GRUB_DISKLESS_FLOPPY,
			   .epoch = b->plan->recipe_epoch};
	enum mk_status st = write_floppy(b, &f, "diskless-floppy");

	floppy_free(&f);
	return st;
}

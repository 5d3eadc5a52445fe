/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build/manifest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/version.h"
#include "media/iso_digest.h"
#include "vm/vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum mk_status digest_artifact(const struct build *b, struct artifact *a)
{
	char *path = path_join(b->dir, a->path);
	enum mk_status st = MK_OK;
	size_t bad = 0;
	int err = 0;

	if (a->n_extents > 0)
		err = iso_digest(path, b->plan->files, a->extents, a->n_extents, &a->digest,
				 &a->size, &bad);
	else if (!a->known)
		err = digest_file(path, &a->digest, &a->size);
	if (err == -ESTALE)
		st = plan_changed(b->plan->files[bad].source);
	else if (err != 0)
		st = msg_errno(path, err, "cannot read");
	free(path);
	return st;
}

static enum mk_status digest_artifacts(struct build *b)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < b->n_artifacts && st == MK_OK; i++)
		st = digest_artifact(b, &b->artifacts[i]);
	return st;
}

static void set_digest(json_t *o, uint64_t size, const struct digest *d)
{
	json_object_set_new(o, "size", json_integer((json_int_t)size));
	json_object_set_new(o, "sha256", json_string(digest_hex(d).text));
}

/* The kinds of artifact that have GRUB in them. */
static const struct {
	const char *kind;
	enum output output;
	enum grub_medium medium;
} kinds[] = {
	{"iso", OUTPUT_ISO, GRUB_ISO},
	{"floppy", OUTPUT_FLOPPY, GRUB_FLOPPY},
	{"diskless-cd", OUTPUT_DISKLESS_CD, GRUB_DISKLESS_CD},
	{"diskless-floppy", OUTPUT_DISKLESS_FLOPPY, GRUB_DISKLESS_FLOPPY},
	{"nbp", OUTPUT_TFTP, GRUB_NET},
	{"http-nbp", OUTPUT_HTTP, GRUB_HTTP},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* Has GRUB on it network protocols, on one of its platforms? */
static bool has_protocols(const struct build *b, const struct artifact *a)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		for (size_t k = 0; k < N_KINDS; k++) {
			if (strcmp(kinds[k].kind, a->kind) == 0 &&
			    (a->platforms & PLATFORM_BIT(p)) != 0 &&
			    grub_has_protocols(b->plan, (enum platform)p, kinds[k].medium))
				return true;
		}
	}
	return false;
}

/* Every way (as --via takes it) in which the artifact is there to be booted. */
static json_t *boots_by(const struct artifact *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < vm_n_vias; i++) {
		for (size_t k = 0; k < N_KINDS; k++) {
			if (strcmp(kinds[k].kind, a->kind) == 0 &&
			    kinds[k].output == vm_vias[i].output &&
			    (a->platforms & PLATFORM_BIT(vm_vias[i].platform)) != 0)
				json_array_append_new(list, json_string(vm_vias[i].name));
		}
	}
	return list;
}

static json_t *artifact_json(const struct build *b, const struct artifact *a)
{
	json_t *o = json_object(), *grub = json_object();

	json_object_set_new(o, "path", json_string(a->path));
	json_object_set_new(o, "kind", json_string(a->kind));
	set_digest(o, a->size, &a->digest);
	if (a->platforms != 0) {
		json_t *list = json_array();

		for (size_t p = 0; p < PLATFORM_COUNT; p++) {
			if ((a->platforms & PLATFORM_BIT(p)) == 0)
				continue;
			json_array_append_new(list, json_string(platforms[p].name));
			json_object_set_new(grub, platforms[p].grub,
					    json_string(b->grub[p].version));
		}
		json_object_set_new(o, "platforms", list);
		json_object_set_new(o, "boots_by", boots_by(a));
		json_object_set(o, "grub", grub);
		if (has_protocols(b, a))
			json_object_set_new(o, "protocols",
					    json_string(b->plan->recipe->grub.stock_protocols
								? "stock"
								: "mkboot"));
	}
	if (a->n_limits > 0) {
		json_t *list = json_array();

		for (size_t i = 0; i < a->n_limits; i++)
			json_array_append_new(list, json_string(a->limits[i]));
		json_object_set_new(o, "limits", list);
	}
	json_decref(grub);
	return o;
}

/* A path as the recipe has it: the manifest must not tell where the recipe lay. */
static const char *relative(const struct recipe *r, const char *path)
{
	char *dir;
	size_t n;

	if (r->file == NULL)
		return path_base(path);
	dir = path_dir(r->file);
	n = strlen(dir);
	if (strncmp(path, dir, n) == 0 && path[n] == '/')
		path += n + 1;
	free(dir);
	return path;
}

static json_t *input_json(const char *path, const char *role)
{
	json_t *o = json_object();

	json_object_set_new(o, "path", json_string(path));
	json_object_set_new(o, "role", json_string(role));
	return o;
}

static json_t *inputs_json(const struct build *b)
{
	const struct recipe *r = b->plan->recipe;
	json_t *list = json_array();

	if (r->file != NULL) {
		json_t *o = input_json(path_base(r->file), "recipe");
		struct digest d = digest_of(r->source, strlen(r->source));

		set_digest(o, strlen(r->source), &d);
		json_array_append_new(list, o);
	}
	if (b->plan->menu_text != NULL) {
		json_t *o = input_json(relative(r, r->menu.file.text), "menu");
		struct digest d = digest_of(b->plan->menu_text, strlen(b->plan->menu_text));

		set_digest(o, strlen(b->plan->menu_text), &d);
		json_array_append_new(list, o);
	}
	if (r->menu.legacy_source != NULL) {
		json_t *o = input_json(relative(r, r->menu.legacy.text), "menu");
		size_t len = strlen(r->menu.legacy_source);
		struct digest d = digest_of(r->menu.legacy_source, len);

		set_digest(o, len, &d);
		json_array_append_new(list, o);
	}
	for (size_t i = 0; i < b->plan->n_files; i++) {
		const struct payload *f = &b->plan->files[i];
		json_t *o = input_json(relative(r, f->folder != NULL ? f->folder : f->source),
				       f->folder != NULL ? "folder" : "file");

		json_object_set_new(o, "name", json_string(f->name));
		set_digest(o, f->size, &f->digest);
		json_array_append_new(list, o);
	}
	return list;
}

static enum mk_status write_sums(const struct build *b, const char *manifest_text)
{
	struct strbuf sums = {0};
	struct digest d = digest_of(manifest_text, strlen(manifest_text));
	char *path = path_join(b->dir, "SHA256SUMS");
	enum mk_status st = MK_OK;
	int err;

	for (size_t i = 0; i < b->n_artifacts; i++)
		strbuf_addf(&sums, "%s  %s\n", digest_hex(&b->artifacts[i].digest).text,
			    b->artifacts[i].path);
	strbuf_addf(&sums, "%s  manifest.json\n", digest_hex(&d).text);
	err = fs_write(path, sums.data, sums.len);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
	strbuf_free(&sums);
	free(path);
	return st;
}

enum mk_status manifest_write(struct build *b, json_t **manifest)
{
	json_t *root = NULL, *list;
	char *text = NULL, *line = NULL, *path = path_join(b->dir, "manifest.json");
	enum mk_status st = digest_artifacts(b);
	int err;

	if (st != MK_OK)
		goto done;
	root = json_object();
	json_object_set_new(root, "mkboot", json_string(MKBOOT_VERSION));
	json_object_set_new(root, "name", json_string(b->plan->recipe->name));
	json_object_set_new(root, "source_date_epoch", json_integer(b->plan->epoch));
	list = json_array();
	for (size_t i = 0; i < b->n_artifacts; i++)
		json_array_append_new(list, artifact_json(b, &b->artifacts[i]));
	json_object_set_new(root, "artifacts", list);
	json_object_set_new(root, "inputs", inputs_json(b));
	text = json_dumps(root, JSON_INDENT(2));
	if (text == NULL) {
		st = msg_fail(MK_FAILED, "cannot write manifest.json: a name is not UTF-8");
		goto done;
	}
	line = mem_printf("%s\n", text);
	err = fs_write(path, line, strlen(line));
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
	if (st == MK_OK)
		st = write_sums(b, line);
done:
	if (st == MK_OK && manifest != NULL)
		*manifest = json_incref(root);
	json_decref(root);
	free(text);
	free(line);
	free(path);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"
#include "base/datadir.h"
#include "base/exec.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/grub.h"
#include "grub/memdisk.h"
#include "grub/menu.h"
#include "grub/modules.h"
#include "grub/rawargs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* grub-mkimage's name of the format, by medium and platform. */
static const char *const formats[GRUB_MEDIUM_COUNT][PLATFORM_COUNT] = {
	[GRUB_ISO] = {"i386-pc-eltorito", "x86_64-efi", "i386-efi"},
	[GRUB_FLOPPY] = {"i386-pc", "x86_64-efi", "i386-efi"},
	[GRUB_NET] = {"i386-pc-pxe", "x86_64-efi", "i386-efi"},
};

/* UEFI images are cached with this in the place of the medium's own id, and stamped afterwards:
 * a new kernel changes the id, and nothing else of the image. */
#define ID_PLACEHOLDER "mkboot-a3f1c05e9b7d42868f60d1b2e4957c3a"

struct image_parts {
	const struct grub_platform *gp;
	const char *format;
	struct module_list modules;
	struct strbuf memdisk;
	bool rawargs;
};

static bool entry_needs_rawargs(const struct recipe_entry *e)
{
	bool needs = grub_needs_rawargs(e->args.text);

	for (size_t i = 0; i < e->n_modules; i++)
		needs = needs || grub_needs_rawargs(e->modules[i].args.text);
	return needs;
}

/* Does the menu of this platform name a file that GRUB has to unpack? */
static bool needs_gzip(const struct plan *plan, enum platform p, const char *const *names)
{
	bool needs = false;

	for (size_t i = 0; i < plan->n_files; i++)
		needs = needs || (names != NULL && names[i] != NULL) ||
			(plan->menu_text != NULL && plan->files[i].gzip);
	for (size_t i = 0; i < plan->n_entries; i++) {
		const struct plan_entry *e = &plan->entries[i];

		if (!plan_entry_starts(plan, i, p))
			continue;
		needs = needs || e->kernel.gzip;
		for (size_t k = 0; k < e->recipe->n_modules; k++)
			needs = needs || (plan->files[e->module_files[k]].gzip &&
					  !e->recipe->modules[k].raw);
	}
	return needs;
}

static enum mk_status add_file_digest(struct digest_stream *s, const char *path)
{
	struct digest d;
	uint64_t size;
	int err = filedigest(path, &d, &size);

	if (err != 0)
		return msg_errno(path, err, "cannot read");
	digest_add(s, d.bytes, sizeof d.bytes);
	return MK_OK;
}

/* The key: the tool, every module that goes in, the format, the menu. */
static enum mk_status image_key(const struct image_parts *parts, struct digest *key)
{
	const struct grub_platform *gp = parts->gp;
	struct module_list closure = {0};
	struct digest_stream *s = digest_begin();
	enum mk_status st;

	digest_adds(s, "grub image 1");
	digest_adds(s, parts->format);
	digest_add(s, parts->memdisk.data, parts->memdisk.len);
	st = add_file_digest(s, gp->mkimage);
	if (st == MK_OK)
		st = modules_closure(gp, &parts->modules, &closure);
	for (size_t i = 0; i < closure.n && st == MK_OK; i++) {
		char *path = mem_printf("%s/%s.mod", gp->modules, closure.names[i]);

		digest_adds(s, closure.names[i]);
		st = add_file_digest(s, path);
		free(path);
	}
	if (st == MK_OK) {
		char *path = path_join(gp->modules, "kernel.img");

		st = add_file_digest(s, path);
		free(path);
	}
	if (st == MK_OK && parts->rawargs) {
		char *path = rawargs_module(gp->platform);

		st = add_file_digest(s, path);
		free(path);
	}
	*key = digest_end(s);
	modules_free(&closure);
	return st;
}

static enum mk_status run_mkimage(const struct image_parts *parts, const char *dir,
				  struct strbuf *image)
{
	const struct grub_platform *gp = parts->gp;
	char *memdisk = path_join(dir, "memdisk.tar");
	char *modules = parts->rawargs ? path_join(dir, "modules") : mem_dup(gp->modules);
	const char **argv = NULL;
	size_t argc = 0;
	enum mk_status st = MK_OK;
	int err = fs_write(memdisk, parts->memdisk.data, parts->memdisk.len);
	const char *const fixed[] = {gp->mkimage, "-O", parts->format,        "-d", modules, "-m",
				     memdisk,     "-p", "(memdisk)/boot/grub"};

	if (err != 0) {
		st = msg_errno(memdisk, err, "cannot write");
		goto done;
	}
	if (parts->rawargs) {
		err = fs_mkdirs(modules);
		st = err == 0 ? rawargs_prepare(gp, modules)
			      : msg_errno(modules, err, "cannot make the folder");
		if (st != MK_OK)
			goto done;
	}
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		*MEM_PUSH(argv, argc) = fixed[i];
	if (parts->rawargs)
		*MEM_PUSH(argv, argc) = "rawargs";
	for (size_t i = 0; i < parts->modules.n; i++)
		*MEM_PUSH(argv, argc) = parts->modules.names[i];
	*MEM_PUSH(argv, argc) = NULL;
	st = exec_run("grub-common", argv, NULL, image);
done:
	free(argv);
	free(memdisk);
	free(modules);
	return st;
}

static enum mk_status make_image(const struct image_parts *parts, struct strbuf *image)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = mem_printf("%s/mkboot-grub.XXXXXX", tmp != NULL && tmp[0] ? tmp : "/tmp");
	enum mk_status st;

	if (mkdtemp(dir) == NULL) {
		st = msg_errno(dir, errno, "cannot make a temporary folder");
	} else {
		st = run_mkimage(parts, dir, image);
		fs_remove_tree(dir);
	}
	free(dir);
	return st;
}

/* Put the medium's own id in the placeholder's place; they are of one length. */
static enum mk_status stamp(struct strbuf *image, const char *id)
{
	size_t len = strlen(ID_PLACEHOLDER), found = 0;
	char *end = image->data + image->len;

	for (char *s = memmem(image->data, image->len, ID_PLACEHOLDER, len); s != NULL;
	     s = memmem(s, (size_t)(end - s), ID_PLACEHOLDER, len)) {
		memcpy(s, id, len);
		found++;
	}
	return found > 0 ? MK_OK : msg_fail(MK_FAILED, "the medium's id is not in GRUB's image");
}

static enum mk_status make_memdisk(const struct plan *plan, const struct grub_platform *gp,
				   const struct grub_request *rq, struct image_parts *parts)
{
	struct strbuf cfg = {0};
	enum mk_status st;

	st = grub_prelude(gp->platform, rq->medium, rq->id != NULL ? ID_PLACEHOLDER : NULL,
			  rq->label, &cfg);
	if (st == MK_OK)
		st = grub_menu(plan, gp->platform, rq->names, &cfg);
	if (st == MK_OK)
		st = memdisk_make(cfg.data, &parts->memdisk);
	if (st == MK_OK)
		st = modules_needed(gp, plan, rq->medium, cfg.data,
				    needs_gzip(plan, gp->platform, rq->names), &parts->modules);
	strbuf_free(&cfg);
	return st;
}

enum mk_status grub_image(const struct grub_platform *gp, const struct plan *plan,
			  const struct grub_request *rq, struct strbuf *out)
{
	struct image_parts parts = {.gp = gp, .format = formats[rq->medium][gp->platform]};
	struct strbuf image = {0};
	struct digest key;
	enum mk_status st;

	for (size_t i = 0; i < plan->n_entries; i++)
		parts.rawargs = parts.rawargs || (plan_entry_starts(plan, i, gp->platform) &&
						  plan->menu_text == NULL &&
						  entry_needs_rawargs(plan->entries[i].recipe));
	st = make_memdisk(plan, gp, rq, &parts);
	if (st == MK_OK)
		st = image_key(&parts, &key);
	if (st == MK_OK && !cache_get(&key, &image)) {
		st = make_image(&parts, &image);
		if (st == MK_OK)
			cache_put(&key, image.data, image.len);
	}
	/* BIOS images are compressed, and find their medium without an id. */
	if (st == MK_OK && rq->id != NULL && platforms[gp->platform].efi_file != NULL)
		st = stamp(&image, rq->id);
	if (st == MK_OK)
		strbuf_add(out, image.data, image.len);
	strbuf_free(&image);
	strbuf_free(&parts.memdisk);
	modules_free(&parts.modules);
	return st;
}

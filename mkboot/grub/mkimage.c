/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/mkimage.h"
#include "base/exec.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/gz.h"
#include "base/mem.h"
#include "grub/memdisk.h"
#include "grub/rawargs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IMAGE_MAX  ((size_t)64 << 20)
#define MODULE_MAX ((size_t)16 << 20)
#define PREFIX     "boot/grub"

/* grub-mkimage's name of the format. */
static const char *const formats[GRUB_MEDIUM_COUNT][PLATFORM_COUNT] = {
	[GRUB_ISO] = {"i386-pc-eltorito", "x86_64-efi", "i386-efi"},
	[GRUB_FLOPPY] = {"i386-pc", "x86_64-efi", "i386-efi"},
	[GRUB_NET] = {"i386-pc-pxe", "x86_64-efi", "i386-efi"},
	[GRUB_HTTP] = {NULL, "x86_64-efi", "i386-efi"},
	[GRUB_DISKLESS_CD] = {"i386-pc-eltorito", "x86_64-efi", "i386-efi"},
	[GRUB_DISKLESS_FLOPPY] = {"i386-pc", "x86_64-efi", "i386-efi"},
};

/* What a UEFI image needs to get at the modules in its memdisk; and, on the network, to know where
 * it came from: that is asked only while GRUB starts. */
static const char *const reader_modules[GRUB_MEDIUM_COUNT][5] = {
	[GRUB_ISO] = {"memdisk", "tar", "gzio"},
	[GRUB_FLOPPY] = {"memdisk", "tar", "gzio"},
	[GRUB_NET] = {"memdisk", "tar", "gzio", "efinet"},
	[GRUB_HTTP] = {"memdisk", "tar", "gzio", "efinet"},
	[GRUB_DISKLESS_CD] = {"memdisk", "tar", "gzio"},
	[GRUB_DISKLESS_FLOPPY] = {"memdisk", "tar", "gzio"},
};

/* What grub-mkimage takes of the platform's folder besides modules; not every platform has all. */
static const char *const pieces[] = {"kernel.img",          "moddep.lst", "boot.img",
				     "lzma_decompress.img", "cdboot.img", "diskboot.img",
				     "pxeboot.img"};

static bool modules_in_memdisk(const struct mkimage *mi)
{
	return platforms[mi->gp->platform].efi_file != NULL;
}

/* Nothing for BIOS. */
static void add_readers(const struct mkimage *mi, struct module_list *list)
{
	const char *const *names = reader_modules[mi->medium];

	for (; modules_in_memdisk(mi) && *names != NULL; names++)
		modules_add(list, *names);
}

static bool has(const struct module_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->names[i], name) == 0)
			return true;
	}
	return false;
}

static enum mk_status add_file_digest(struct digest_stream *s, const char *path)
{
	struct filestamp stamp;
	struct digest d;
	int err = filedigest(path, &d, &stamp);

	if (err != 0)
		return msg_errno(path, err, "cannot read");
	digest_add(s, d.bytes, sizeof d.bytes);
	return MK_OK;
}

enum mk_status mkimage_key(const struct mkimage *mi, struct digest *key)
{
	const struct grub_platform *gp = mi->gp;
	struct module_list closure = {0};
	struct digest_stream *s = digest_begin();
	char *path = NULL;
	enum mk_status st;

	digest_adds(s, "grub image 3");
	digest_adds(s, formats[mi->medium][gp->platform]);
	digest_adds(s, mi->cfg.data);
	for (size_t i = 0; i < mi->modules.n; i++)
		digest_adds(s, mi->modules.names[i]);
	digest_adds(s, NULL);
	st = add_file_digest(s, gp->mkimage);
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0] && st == MK_OK; i++) {
		free(path);
		path = path_join(gp->modules, pieces[i]);
		digest_adds(s, pieces[i]);
		if (fs_exists(path))
			st = add_file_digest(s, path);
	}
	add_readers(mi, &closure);
	if (st == MK_OK)
		st = modules_closure(gp, &mi->modules, &closure);
	for (size_t i = 0; i < closure.n && st == MK_OK; i++) {
		free(path);
		path = mem_printf("%s/%s.mod", gp->modules, closure.names[i]);
		digest_adds(s, closure.names[i]);
		st = add_file_digest(s, path);
	}
	if (st == MK_OK && mi->rawargs) {
		free(path);
		path = rawargs_module(gp->platform);
		st = add_file_digest(s, path);
	}
	*key = digest_end(s);
	modules_free(&closure);
	free(path);
	return st;
}

/* Compress a module into the memdisk. */
static enum mk_status pack_module(const char *dir, const char *name, const char *platform,
				  struct memdisk_file *f)
{
	char *path = mem_printf("%s/%s.mod", dir, name);
	struct strbuf module = {0}, packed = {0};
	enum mk_status st = MK_OK;
	int err = fs_read(path, MODULE_MAX, &module);

	if (err != 0)
		st = msg_errno(path, err, "cannot read GRUB's module");
	else if (gz_compress(module.data, module.len, &packed) != 0)
		st = msg_fail(MK_FAILED, "%s: cannot compress", path);
	f->name = mem_printf(PREFIX "/%s/%s.mod", platform, name);
	f->len = packed.len;
	f->data = strbuf_take(&packed);
	strbuf_free(&module);
	free(path);
	return st;
}

/* The memdisk: the menu and, for UEFI, the modules. DIR is where modules are read from. */
static enum mk_status make_memdisk(const struct mkimage *mi, const char *dir, struct strbuf *tar)
{
	struct module_list closure = {0}, embedded = {0};
	struct memdisk_file *files = NULL;
	struct strbuf cfg = {0};
	enum mk_status st = MK_OK;
	size_t n = 0;

	MEM_PUSH(files, n)->name = mem_dup(PREFIX "/grub.cfg");
	if (modules_in_memdisk(mi)) {
		add_readers(mi, &embedded);
		st = modules_closure(mi->gp, &embedded, &embedded);
		if (st == MK_OK)
			st = modules_closure(mi->gp, &mi->modules, &closure);
		for (size_t i = 0; i < mi->modules.n; i++)
			strbuf_addf(&cfg, "insmod %s\n", mi->modules.names[i]);
	}
	for (size_t i = 0; i < closure.n && st == MK_OK; i++) {
		if (!has(&embedded, closure.names[i]))
			st = pack_module(dir, closure.names[i], platforms[mi->gp->platform].grub,
					 MEM_PUSH(files, n));
	}
	strbuf_adds(&cfg, mi->cfg.data);
	files[0].len = cfg.len;
	files[0].data = strbuf_take(&cfg);
	if (st == MK_OK)
		st = memdisk_make(files, n, tar);
	for (size_t i = 0; i < n; i++) {
		free(files[i].name);
		free((void *)(uintptr_t)files[i].data);
	}
	free(files);
	modules_free(&closure);
	modules_free(&embedded);
	return st;
}

static enum mk_status write_memdisk(const struct mkimage *mi, const char *dir, const char *path)
{
	struct strbuf tar = {0};
	enum mk_status st = make_memdisk(mi, dir, &tar);
	int err;

	if (st == MK_OK) {
		err = fs_write(path, tar.data, tar.len);
		if (err != 0)
			st = msg_errno(path, err, "cannot write");
	}
	strbuf_free(&tar);
	return st;
}

static enum mk_status run_in(const struct mkimage *mi, const char *dir, struct strbuf *out)
{
	const struct grub_platform *gp = mi->gp;
	char *memdisk = path_join(dir, "memdisk.tar"), *made = path_join(dir, "image");
	char *modules = mi->rawargs ? path_join(dir, "modules") : mem_dup(gp->modules);
	const char *const fixed[] = {gp->mkimage, "-O",    formats[mi->medium][gp->platform],
				     "-d",        modules, "-m",
				     memdisk,     "-p",    "(memdisk)/" PREFIX,
				     "-o",        made};
	struct module_list readers = {0};
	const struct module_list *embed;
	const char **argv = NULL;
	size_t argc = 0;
	enum mk_status st = MK_OK;
	int err;

	if (mi->rawargs) {
		err = fs_mkdirs(modules);
		st = err == 0 ? rawargs_prepare(gp, modules)
			      : msg_errno(modules, err, "cannot make the folder");
	}
	if (st == MK_OK)
		st = write_memdisk(mi, modules, memdisk);
	if (st != MK_OK)
		goto done;
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		*MEM_PUSH(argv, argc) = fixed[i];
	if (mi->rawargs) /* before the loaders, which take its functions then */
		*MEM_PUSH(argv, argc) = "rawargs";
	add_readers(mi, &readers);
	embed = modules_in_memdisk(mi) ? &readers : &mi->modules;
	for (size_t i = 0; i < embed->n; i++)
		*MEM_PUSH(argv, argc) = embed->names[i];
	*MEM_PUSH(argv, argc) = NULL;
	st = exec_run("grub-common", argv, NULL, NULL);
	if (st != MK_OK)
		goto done;
	err = fs_read(made, IMAGE_MAX, out);
	if (err != 0)
		st = msg_errno(made, err, "cannot read what grub-mkimage wrote");
done:
	modules_free(&readers);
	free(argv);
	free(memdisk);
	free(made);
	free(modules);
	return st;
}

enum mk_status mkimage_run(const struct mkimage *mi, struct strbuf *out)
{
	char *dir = path_join(mi->scratch, "grub.XXXXXX");
	enum mk_status st;

	if (mkdtemp(dir) == NULL) {
		st = msg_errno(dir, errno, "cannot make a temporary folder");
	} else {
		st = run_in(mi, dir, out);
		fs_remove_tree(dir);
	}
	free(dir);
	return st;
}

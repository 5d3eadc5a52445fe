/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/rawargs.h"
#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/elf_undefine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20) /* of a module or list; the largest known has 0.5 MB */

/* What rawargs.mod defines in GRUB's stead (grub-core/lib/cmdline.c, a part of linux.mod). */
static const char *const symbols[] = {"grub_loader_cmdline_size", "grub_create_loader_cmdline"};

char *rawargs_module(enum platform p)
{
	char *file = mem_printf("rawargs/%s/rawargs.mod", platforms[p].grub);
	char *path = datadir_path(file);

	free(file);
	return path;
}

/* Does LINE, of a moddep.lst, speak of MODULE? */
static bool line_is(const char *line, const char *module)
{
	size_t n = strlen(module);

	return strncmp(line, module, n) == 0 && line[n] == ':';
}

int rawargs_moddep(const char *text, struct strbuf *out)
{
	bool linux_seen = false, verifiers = false;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (line_is(text, "verifiers"))
			verifiers = true;
		strbuf_add(out, text, len);
		if (line_is(text, "linux")) {
			linux_seen = true;
			strbuf_adds(out, " rawargs");
		}
		strbuf_addc(out, '\n');
		text += len + (text[len] == '\n');
	}
	/* grub_verify_string, which rawargs needs, is in a module in 2.04 and on Debian's i386-pc,
	 * in the kernel elsewhere. */
	strbuf_addf(out, "rawargs:%s\n", verifiers ? " verifiers" : "");
	return linux_seen ? 0 : -ENOENT;
}

/* Read FILE of the platform. */
static enum mk_status read_file(const struct grub_platform *gp, const char *file,
				struct strbuf *out)
{
	char *path = path_join(gp->modules, file);
	int err = fs_read(path, FILE_MAX, out);
	enum mk_status status = err == 0 ? MK_OK : msg_errno(path, err, "cannot read");

	strbuf_addc(out, '\0'); /* a text even where it is empty */
	out->len--;
	free(path);
	return status;
}

static enum mk_status write_file(const char *dir, const char *file, const struct strbuf *data)
{
	char *path = path_join(dir, file);
	int err = fs_write(path, data->data, data->len);
	enum mk_status status = err == 0 ? MK_OK : msg_errno(path, err, "cannot write");

	free(path);
	return status;
}

/* A GRUB whose modules are not as they were from 2.04 to 2.14. */
static enum mk_status unknown_grub(const struct grub_platform *gp, const char *file)
{
	return msg_fail(
		MK_FAILED,
		"%s/%s: GRUB %s joins command lines in a way mkboot does not know; use GRUB "
		"2.04 to 2.14, or arguments without ', \" and \\",
		gp->modules, file, gp->version != NULL ? gp->version : "unknown");
}

static enum mk_status write_linux(const struct grub_platform *gp, const char *dir)
{
	struct strbuf elf = {0};
	enum mk_status status = read_file(gp, "linux.mod", &elf);

	if (status == MK_OK && elf_undefine(&elf, symbols, sizeof symbols / sizeof *symbols) != 0)
		status = unknown_grub(gp, "linux.mod");
	if (status == MK_OK)
		status = write_file(dir, "linux.mod", &elf);
	strbuf_free(&elf);
	return status;
}

static enum mk_status write_moddep(const struct grub_platform *gp, const char *dir)
{
	struct strbuf text = {0}, out = {0};
	enum mk_status status = read_file(gp, "moddep.lst", &text);

	if (status == MK_OK && rawargs_moddep(text.data, &out) != 0)
		status = unknown_grub(gp, "moddep.lst");
	if (status == MK_OK)
		status = write_file(dir, "moddep.lst", &out);
	strbuf_free(&out);
	strbuf_free(&text);
	return status;
}

/* A copy, not a link: DIR may outlive the data folder's place. */
static enum mk_status copy_rawargs(const struct grub_platform *gp, const char *dir)
{
	char *from = rawargs_module(gp->platform), *to = path_join(dir, "rawargs.mod");
	enum mk_status status = MK_OK;
	int err = 0;

	if (!fs_exists(from))
		status =
			msg_fail(MK_MISSING,
				 "%s is missing, so arguments with ', \" or \\ cannot be passed on "
				 "as they are; build it with: make rawargs",
				 from);
	else
		err = fs_copy(from, to);
	if (err != 0)
		status = msg_errno(from, err, "cannot copy");
	free(to);
	free(from);
	return status;
}

/* The files grub-mkimage may ask for, less those that are written anew. */
static bool wanted(const char *file)
{
	static const char *const ends[] = {".mod", ".img", ".lst"};
	static const char *const ours[] = {"linux.mod", "moddep.lst", "rawargs.mod"};
	size_t len = strlen(file);

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		if (strcmp(file, ours[i]) == 0)
			return false;
	}
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (len > 4 && strcmp(file + len - 4, ends[i]) == 0)
			return true;
	}
	return false;
}

static enum mk_status link_files(const struct grub_platform *gp, const char *dir)
{
	int err = fs_link_files(gp->modules, dir, wanted);

	return err == 0 ? MK_OK : msg_errno(gp->modules, err, "cannot link its files");
}

enum mk_status rawargs_prepare(const struct grub_platform *gp, const char *dir)
{
	static enum mk_status (*const steps[])(const struct grub_platform *, const char *) = {
		copy_rawargs, write_linux, write_moddep, link_files};
	enum mk_status status = MK_OK;

	for (size_t i = 0; i < sizeof steps / sizeof *steps && status == MK_OK; i++)
		status = steps[i](gp, dir);
	return status;
}

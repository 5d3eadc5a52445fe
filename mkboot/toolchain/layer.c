/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/layer.h"
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX ((size_t)4 << 20)

/* What changes where GRUB is built anew, and is small. */
static const char *const base_files[] = {"modinfo.sh", "kernel.img", "moddep.lst", "command.lst"};

enum mk_status layer_sources(const char *dir, bool (*wanted)(const char *name),
			     struct layer_sources *out)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, NULL, alphasort);

	*out = (struct layer_sources){.dir = mem_dup(dir)};
	if (n < 0 && errno != ENOENT)
		return msg_errno(dir, errno, "cannot read the sources");
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (name[0] != '.' && wanted(name))
			*MEM_PUSH(out->files, out->n) = mem_dup(name);
		free(entries[i]);
	}
	free(entries);
	return MK_OK;
}

void layer_sources_free(struct layer_sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->files[i]);
	free(s->files);
	free(s->dir);
	*s = (struct layer_sources){0};
}

enum mk_status layer_key_file(struct digest_stream *s, const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct filestamp stamp;
	enum mk_status st = MK_OK;
	struct digest d;
	int err = filedigest(path, &d, &stamp);

	digest_adds(s, name);
	if (err != 0)
		st = msg_errno(path, err, "cannot read");
	else
		digest_add(s, d.bytes, sizeof d.bytes);
	free(path);
	return st;
}

enum mk_status layer_key_sources(struct digest_stream *s, const struct layer_sources *sources)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < sources->n && st == MK_OK; i++)
		st = layer_key_file(s, sources->dir, sources->files[i]);
	digest_adds(s, NULL);
	return st;
}

enum mk_status layer_key_base(struct digest_stream *s, const struct grub_platform *base)
{
	char *real = realpath(base->modules, NULL);
	enum mk_status st = MK_OK;

	digest_adds(s, real); /* links are made to it */
	for (size_t i = 0; i < sizeof base_files / sizeof base_files[0] && st == MK_OK; i++)
		st = layer_key_file(s, base->modules, base_files[i]);
	free(real);
	return st;
}

/* The two lists are written anew. */
static bool to_be_linked(const char *name)
{
	return strcmp(name, "moddep.lst") != 0 && strcmp(name, "command.lst") != 0;
}

enum mk_status layer_link(const struct grub_platform *base, const char *modules)
{
	int err = fs_mkdirs(modules);

	if (err != 0)
		return msg_errno(modules, err, "cannot make the folder");
	err = fs_link_files(base->modules, modules, to_be_linked);
	return err == 0 ? MK_OK : msg_errno(modules, err, "cannot link the files of GRUB here");
}

/* Does one of LINES begin with the same word as LINE, up to the colon? A star before it is none of
 * it: in command.lst it marks an extended command. */
static bool replaced(const char *line, const char *lines)
{
	const char *word = line + (*line == '*');
	size_t n = strcspn(word, ":\n") + 1;

	if (word[n - 1] != ':')
		return false;
	for (const char *s = lines; *s != '\0'; s += strcspn(s, "\n"), s += *s == '\n') {
		if (strncmp(s + (*s == '*'), word, n) == 0)
			return true;
	}
	return false;
}

enum mk_status layer_list(const struct grub_platform *base, const char *modules, const char *name,
			  const char *lines)
{
	char *from = path_join(base->modules, name), *path = path_join(modules, name);
	struct strbuf old = {0}, text = {0};
	enum mk_status st = MK_OK;
	int err = fs_read(from, LIST_MAX, &old);

	strbuf_add(&old, "", 0); /* ended by a NUL, however short */
	if (err != 0)
		st = msg_errno(from, err, "cannot read");
	for (const char *s = old.data; *s != '\0' && st == MK_OK;) {
		size_t n = strcspn(s, "\n");

		if (!replaced(s, lines))
			strbuf_addf(&text, "%.*s\n", (int)n, s);
		s += n + (s[n] == '\n');
	}
	strbuf_adds(&text, lines);
	if (st == MK_OK) {
		err = fs_write(path, text.data, text.len);
		if (err != 0)
			st = msg_errno(path, err, "cannot write");
	}
	strbuf_free(&text);
	strbuf_free(&old);
	free(path);
	free(from);
	return st;
}

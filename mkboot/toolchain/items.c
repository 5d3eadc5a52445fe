/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/items.h"
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/store.h"
#include "toolchain/toolchain.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ABOUT_MAX ((size_t)4096)

/* Bytes on disk of PATH and all below; links are not followed. */
static uint64_t disk_size(const char *path)
{
	struct stat st;
	uint64_t size;
	struct dirent *e;
	DIR *d;

	if (lstat(path, &st) != 0)
		return 0;
	size = (uint64_t)st.st_blocks * 512;
	d = S_ISDIR(st.st_mode) ? opendir(path) : NULL;
	while (d != NULL && (e = readdir(d)) != NULL) {
		char *sub;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		sub = path_join(path, e->d_name);
		size += disk_size(sub);
		free(sub);
	}
	if (d != NULL)
		closedir(d);
	return size;
}

static char *read_about(const char *path)
{
	char *file = path_join(path, STORE_ABOUT), *about;
	struct strbuf text = {0};

	if (fs_read(file, ABOUT_MAX, &text) == 0 && text.len > 0)
		about = mem_ndup(text.data, strcspn(text.data, "\n"));
	else
		about = mem_dup("unknown");
	strbuf_free(&text);
	free(file);
	return about;
}

enum mk_status toolchain_list(struct toolchain_item **items, size_t *n)
{
	*items = NULL;
	*n = 0;
	for (int kind = 0; kind < STORE_KINDS; kind++) {
		char *folder = store_folder((enum store_kind)kind);
		struct dirent **entries = NULL;
		int found;

		if (folder == NULL)
			return MK_FAILED;
		found = scandir(folder, &entries, NULL, alphasort);
		for (int i = 0; i < found; i++) {
			char *path = path_join(folder, entries[i]->d_name);
			struct stat st;

			if (entries[i]->d_name[0] != '.' && lstat(path, &st) == 0 &&
			    S_ISDIR(st.st_mode)) {
				struct toolchain_item *item = MEM_PUSH(*items, *n);

				item->path = mem_dup(path);
				item->what = read_about(path);
				item->size = disk_size(path);
				item->made = st.st_mtime;
			}
			free(path);
			free(entries[i]);
		}
		free(entries);
		free(folder);
	}
	return MK_OK;
}

void toolchain_items_free(struct toolchain_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(items[i].path);
		free(items[i].what);
	}
	free(items);
}

/* The NAME that a folder's entry belongs to, for free(); NULL for . and .. */
static char *name_of(const char *entry)
{
	const char *end;

	if (entry[0] != '.')
		return mem_dup(entry);
	entry++;
	end = strstr(entry, STORE_TEMP);
	if (end == NULL) {
		size_t n = strlen(entry), l = strlen(STORE_LOCK);

		end = n > l && strcmp(entry + n - l, STORE_LOCK) == 0 ? entry + n - l : entry;
	}
	return end > entry ? mem_ndup(entry, (size_t)(end - entry)) : NULL;
}

/* NAME, for free() or NULL, into the list: once, though its folder, its lock and what is left of
 * attempts to make it all tell of it. */
static void add_name(char ***names, size_t *n, char *name)
{
	bool there = name == NULL;

	for (size_t i = 0; i < *n && !there; i++)
		there = strcmp((*names)[i], name) == 0;
	if (there)
		free(name);
	else
		*MEM_PUSH(*names, *n) = name;
}

/* NAME, what is left of attempts to make it, and their log. */
static enum mk_status remove_name(enum store_kind kind, const char *folder, const char *name)
{
	char *log = store_log_path(kind, name);
	char *path = path_join(folder, name);
	char *lock = mem_printf("%s/.%s" STORE_LOCK, folder, name);
	/* out of sight in one step: half a folder must never look like a whole one */
	char *gone = mem_printf("%s/.%s" STORE_TEMP "remove", folder, name);
	enum mk_status st = MK_OK;
	int fd = store_lock(lock, LOCK_EX | LOCK_NB), err = 0;

	if (fd == -EWOULDBLOCK) {
		msg_note("%s stays: another mkboot is at work with it", path);
		goto done;
	}
	if (fd < 0) {
		st = msg_errno(lock, fd, "cannot lock");
		goto done;
	}
	err = fs_remove_tree(gone);
	if (err == 0 && rename(path, gone) != 0 && errno != ENOENT)
		err = -errno;
	store_remove_stale(folder, name);
	if (err != 0)
		st = msg_errno(path, err, "cannot remove");
	unlink(log);
	unlink(lock);
	close(fd);
done:
	free(log);
	free(gone);
	free(lock);
	free(path);
	return st;
}

enum mk_status toolchain_clean(void)
{
	enum mk_status st = MK_OK;

	for (int kind = 0; kind < STORE_KINDS; kind++) {
		char *folder = store_folder((enum store_kind)kind);
		struct dirent **entries = NULL;
		char **names = NULL;
		size_t n_names = 0;
		int n;

		if (folder == NULL)
			return MK_FAILED;
		n = scandir(folder, &entries, NULL, alphasort);
		for (int i = 0; i < n; i++) {
			add_name(&names, &n_names, name_of(entries[i]->d_name));
			free(entries[i]);
		}
		for (size_t i = 0; i < n_names; i++) {
			st = status_first(st, remove_name((enum store_kind)kind, folder, names[i]));
			free(names[i]);
		}
		free(names);
		free(entries);
		free(folder);
	}
	return st;
}

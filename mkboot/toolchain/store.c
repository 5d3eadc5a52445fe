/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/store.h"
#include "base/cache.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "toolchain/items.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const kinds[STORE_KINDS] = {"sources", "headers", "grub", "drivers",
					       "protocols"};

char *store_folder(enum store_kind kind)
{
	char *cache = cache_dir(), *path, *absolute;

	if (cache == NULL) {
		msg_fail(MK_FAILED, "there is no place for what is downloaded and built: neither "
				    "MKBOOT_CACHE nor HOME is set; set MKBOOT_CACHE to a folder");
		return NULL;
	}
	path = mem_printf("%s/toolchain/%s", cache, kinds[kind]);
	free(cache);
	/* Links are made to it, and compilers run elsewhere. */
	if (path[0] != '/') {
		char *here = getcwd(NULL, 0);

		absolute = path_join(here, path);
		free(here);
		free(path);
		path = absolute;
	}
	return path;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int store_lock(const char *path, int how)
{
	struct stat held, there;

	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), err;

		if (fd < 0)
			return -errno;
		while ((err = flock(fd, how) != 0 ? errno : 0) == EINTR)
			;
		if (err != 0) {
			close(fd);
			return -err;
		}
		/* toolchain_clean removes lock files, while it holds them. */
		if (fstat(fd, &held) == 0 && stat(path, &there) == 0 &&
		    held.st_ino == there.st_ino && held.st_dev == there.st_dev)
			return fd;
		close(fd);
	}
}

void store_remove_stale(const char *folder, const char *name)
{
	char *prefix = mem_printf(".%s" STORE_TEMP, name);
	size_t len = strlen(prefix);
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, prefix, len) == 0 && strlen(e->d_name) == len + 6) {
			char *path = path_join(folder, e->d_name);

			fs_remove_tree(path);
			free(path);
		}
	}
	if (d != NULL)
		closedir(d);
	free(prefix);
}

/* The lock for making what is not there; 0 where it was there after all, then SLOT->lock keeps it
 * from being removed. */
static int take_or_wait(struct store_slot *slot, const char *lock, const char *what)
{
	bool said = false;

	for (;;) {
		if (is_folder(slot->path)) {
			/* where the cache cannot be written, nobody removes anything either */
			int fd = store_lock(lock, LOCK_SH);

			if (is_folder(slot->path)) {
				slot->lock = fd < 0 ? -1 : fd;
				return 0;
			}
			if (fd < 0)
				return fd;
			close(fd);
		}
		slot->lock = store_lock(lock, LOCK_EX | LOCK_NB);
		if (slot->lock >= 0 && !is_folder(slot->path))
			return 1;
		if (slot->lock >= 0) {
			close(slot->lock);
		} else if (slot->lock != -EWOULDBLOCK) {
			return slot->lock;
		} else {
			int fd;

			if (!said)
				msg_note("%s is being made by another mkboot; waiting for it",
					 what);
			said = true;
			fd = store_lock(lock, LOCK_SH);
			if (fd < 0)
				return fd;
			close(fd);
		}
		slot->lock = -1;
	}
}

enum mk_status store_begin(enum store_kind kind, const char *name, const char *what,
			   struct store_slot *slot)
{
	char *folder = store_folder(kind), *lock = NULL;
	enum mk_status st = MK_OK;
	int r = 0;

	*slot = (struct store_slot){.kind = kind, .lock = -1};
	if (folder == NULL)
		return MK_FAILED;
	slot->path = path_join(folder, name);
	if (!is_folder(slot->path))
		r = fs_mkdirs(folder);
	if (r != 0) {
		st = msg_errno(folder, r, "cannot make the folder (MKBOOT_CACHE names another)");
		goto done;
	}
	lock = mem_printf("%s/.%s" STORE_LOCK, folder, name);
	r = take_or_wait(slot, lock, what);
	if (r < 0) {
		slot->lock = -1;
		st = msg_errno(lock, r, "cannot lock (MKBOOT_CACHE names another folder)");
	}
	if (r <= 0)
		goto done;
	store_remove_stale(folder, name);
	slot->dir = mem_printf("%s/.%s" STORE_TEMP "XXXXXX", folder, name);
	if (janitor_mkdtemp(slot->dir) != 0) {
		st = msg_errno(slot->dir, errno, "cannot make a temporary folder");
		free(slot->dir);
		slot->dir = NULL;
	} else if (chmod(slot->dir, 0755) != 0) {
		st = msg_errno(slot->dir, errno, "cannot set its mode");
	}
done:
	free(lock);
	free(folder);
	return st;
}

enum mk_status store_commit(struct store_slot *slot, const char *what)
{
	char *about = path_join(slot->dir, STORE_ABOUT);
	char *line = mem_printf("%s\n", what);
	enum mk_status st = MK_OK;
	int err = fs_write(about, line, strlen(line));

	if (err != 0)
		st = msg_errno(about, err, "cannot write");
	else if (rename(slot->dir, slot->path) != 0)
		st = msg_errno(slot->path, errno, "cannot put the folder in its place");
	if (st == MK_OK) {
		janitor_forget(slot->dir);
		free(slot->dir);
		slot->dir = NULL;
	}
	free(line);
	free(about);
	return st;
}

char *store_log_path(enum store_kind kind, const char *name)
{
	char *folder = store_folder(kind), *top = path_dir(folder != NULL ? folder : ".");
	char *log = mem_printf("%s/" STORE_LOGS "/%s-%s.log", top, kinds[kind], name);

	free(top);
	free(folder);
	return log;
}

char *store_log(const struct store_slot *slot)
{
	char *log = store_log_path(slot->kind, path_base(slot->path));
	char *folder = path_dir(log);

	/* Where this fails, opening the log does, and that is said. */
	fs_mkdirs(folder);
	fs_write(log, NULL, 0);
	free(folder);
	return log;
}

void store_end(struct store_slot *slot)
{
	bool there = slot->path != NULL && slot->dir == NULL && is_folder(slot->path);

	if (slot->dir != NULL) {
		fs_remove_tree(slot->dir);
		janitor_forget(slot->dir);
	}
	/* Kept open to the end of the program: what it uses is not to be removed meanwhile. */
	if (slot->lock >= 0 && (!there || flock(slot->lock, LOCK_SH) != 0))
		close(slot->lock);
	free(slot->dir);
	free(slot->path);
	*slot = (struct store_slot){.lock = -1};
}

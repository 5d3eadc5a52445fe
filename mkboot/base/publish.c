/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/publish.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMP_MARK    "mkboot-"
#define MANIFEST_MAX ((size_t)16 << 20)

/* A lock file that is removed by its holder while it is held: whoever gets a lock on a file that
 * is no longer there tries again. */
static enum mk_status take_lock(const char *parent, const char *name, struct publish *p)
{
	struct stat held, there;
	bool waited = false;

	p->lock_path = mem_printf("%s/.%s.lock", parent, name);
	janitor_add_lock(p->lock_path);
	for (;;) {
		p->lock = open(p->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (p->lock < 0)
			return msg_errno(p->lock_path, errno, "cannot write here");
		if (flock(p->lock, LOCK_EX | LOCK_NB) != 0) {
			if (errno == EWOULDBLOCK && !waited)
				msg_note("%s is being built by another mkboot; waiting for it",
					 p->target);
			waited = true;
			while (flock(p->lock, LOCK_EX) != 0) {
				if (errno != EINTR) {
					int err = errno;

					close(p->lock);
					p->lock = -1;
					return msg_errno(p->lock_path, err, "cannot lock");
				}
			}
		}
		if (fstat(p->lock, &held) == 0 && stat(p->lock_path, &there) == 0 &&
		    held.st_ino == there.st_ino && held.st_dev == there.st_dev)
			return MK_OK;
		close(p->lock);
	}
}

/* What a killed mkboot left behind: folders as mkdtemp names them. We hold the lock, so nobody is
 * writing there. */
static void remove_stale(const char *parent, const char *name)
{
	char *prefix = mem_printf(".%s." TEMP_MARK, name);
	size_t len = strlen(prefix);
	DIR *d = opendir(parent);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, prefix, len) == 0 && strlen(e->d_name) == len + 6 &&
		    strchr(e->d_name + len, '.') == NULL) {
			char *path = path_join(parent, e->d_name);

			fs_remove_tree(path);
			free(path);
		}
	}
	if (d != NULL)
		closedir(d);
	free(prefix);
}

/* Does the manifest name PATH, or, where FOLDER, something in it? */
static bool listed(json_t *manifest, const char *path, bool folder)
{
	json_t *a;
	size_t i, len = strlen(path);

	if (manifest == NULL)
		return false;
	if (!folder && (strcmp(path, "manifest.json") == 0 || strcmp(path, "SHA256SUMS") == 0))
		return true;
	json_array_foreach(json_object_get(manifest, "artifacts"), i, a)
	{
		const char *have = json_string_value(json_object_get(a, "path"));

		if (have == NULL)
			continue;
		if (folder ? strncmp(have, path, len) == 0 && have[len] == '/'
			   : strcmp(have, path) == 0)
			return true;
	}
	return false;
}

/* The first thing below DIR/SUB that the manifest does not list into *FOREIGN, for free(). 0 or a
 * negative errno: what cannot be looked at cannot be said to be mkboot's. */
static int find_foreign(const char *dir, const char *sub, json_t *manifest, char **foreign)
{
	char *path = sub[0] != '\0' ? path_join(dir, sub) : mem_dup(dir);
	DIR *d = opendir(path);
	struct dirent *e;
	int err = d != NULL ? 0 : -errno;

	while (err == 0 && *foreign == NULL && (e = readdir(d)) != NULL) {
		char *rel, *full;
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		rel = sub[0] != '\0' ? path_join(sub, e->d_name) : mem_dup(e->d_name);
		full = path_join(dir, rel);
		if (lstat(full, &st) != 0)
			err = -errno;
		else if (!listed(manifest, rel, S_ISDIR(st.st_mode)))
			*foreign = mem_dup(rel);
		else if (S_ISDIR(st.st_mode))
			err = find_foreign(dir, rel, manifest, foreign);
		free(rel);
		free(full);
	}
	if (d != NULL)
		closedir(d);
	free(path);
	return err;
}

/* DIR's manifest, where it is one of mkboot's; else NULL. */
static json_t *read_manifest(const char *dir)
{
	char *path = path_join(dir, "manifest.json");
	struct strbuf text = {0};
	json_t *manifest = NULL;

	if (fs_read(path, MANIFEST_MAX, &text) == 0 && text.len > 0)
		manifest = json_loadb(text.data, text.len, 0, NULL);
	if (json_object_get(manifest, "mkboot") == NULL) {
		json_decref(manifest);
		manifest = NULL;
	}
	strbuf_free(&text);
	free(path);
	return manifest;
}

/* Nobody's files are ever removed but mkboot's own. DIR holds them; SHOWN is what it is called in
 * a message. */
static enum mk_status check_replaceable(const char *dir, const char *shown)
{
	json_t *manifest = NULL;
	char *foreign = NULL;
	struct stat st;
	enum mk_status status = MK_OK;
	int err;

	if (lstat(dir, &st) != 0)
		return errno == ENOENT ? MK_OK : msg_errno(shown, errno, "cannot look here");
	if (!S_ISDIR(st.st_mode))
		return msg_fail(MK_FAILED,
				"%s: this is where mkboot writes to, and it is no folder; "
				"move it away, or name another place with -o",
				shown);
	manifest = read_manifest(dir);
	err = find_foreign(dir, "", manifest, &foreign);
	if (err != 0)
		status = msg_errno(shown, err,
				   "cannot look at all that is in it, and so not replace it");
	else if (foreign != NULL)
		status = msg_fail(MK_FAILED,
				  "%s/%s is not mkboot's, and publishing would remove it; move it "
				  "away, or name another place with -o",
				  shown, foreign);
	json_decref(manifest);
	free(foreign);
	return status;
}

/* What exchange_by_renames left, when it was killed in between: the old folder under another name,
 * with or without the new one in its place. */
static enum mk_status clear_old(const struct publish *p)
{
	enum mk_status st;
	int err;

	if (!fs_exists(p->old))
		return MK_OK;
	if (!fs_exists(p->target)) {
		err = rename(p->old, p->target) == 0 ? 0 : -errno;
		return err == 0 ? MK_OK : msg_errno(p->old, err, "cannot give it its name back");
	}
	st = check_replaceable(p->old, p->old);
	if (st != MK_OK)
		return st;
	err = fs_remove_tree(p->old);
	return err == 0 ? MK_OK : msg_errno(p->old, err, "cannot remove it");
}

enum mk_status publish_begin(const char *parent, const char *name, struct publish *p)
{
	mode_t mask;
	enum mk_status st;
	int err;

	*p = (struct publish){.lock = -1, .parent = mem_dup(parent)};
	p->target = path_join(parent, name);
	p->old = mem_printf("%s/.%s." TEMP_MARK "old", parent, name);
	err = fs_mkdirs(parent);
	if (err != 0)
		return msg_errno(parent, err, "cannot make the output folder");
	st = take_lock(parent, name, p);
	if (st != MK_OK)
		return st;
	st = clear_old(p);
	if (st == MK_OK)
		st = check_replaceable(p->target, p->target);
	if (st != MK_OK)
		return st;
	remove_stale(parent, name);
	p->dir = mem_printf("%s/.%s." TEMP_MARK "XXXXXX", parent, name);
	if (janitor_mkdtemp(p->dir) != 0) {
		st = msg_errno(parent, errno, "cannot write to the output folder");
		free(p->dir);
		p->dir = NULL;
		return st;
	}
	/* it is private as yet; published files are as any other program would make them */
	mask = umask(0);
	umask(mask);
	if (chmod(p->dir, 0777 & ~mask) != 0)
		return msg_errno(p->dir, errno, "cannot set the folder's mode");
	return MK_OK;
}

/* For file systems that cannot exchange: the old folder aside, the new one in its place, the old
 * one where the new one was. A kill after the first step leaves p->old, which the next mkboot puts
 * back. */
static int exchange_by_renames(const struct publish *p)
{
	int err = 0;

	if (rename(p->target, p->old) != 0)
		return -errno;
	if (rename(p->dir, p->target) != 0) {
		err = -errno;
		if (rename(p->old, p->target) != 0)
			msg_warn("%s is the folder that was %s", p->old, p->target);
		return err;
	}
	return rename(p->old, p->dir) == 0 ? 0 : -errno;
}

static int exchange(const struct publish *p)
{
	if (renameat2(AT_FDCWD, p->dir, AT_FDCWD, p->target, RENAME_EXCHANGE) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS ? exchange_by_renames(p) : -errno;
}

/* From the exchange on, p->dir is the old folder, and that is to go: all along it is a path that is
 * removed, whenever mkboot is killed. */
enum mk_status publish_commit(struct publish *p)
{
	enum mk_status st = check_replaceable(p->target, p->target);
	bool replaced = fs_exists(p->target);
	int err;

	if (st != MK_OK)
		return st;
	if (!replaced)
		err = rename(p->dir, p->target) == 0 ? 0 : -errno;
	else
		err = exchange(p);
	if (err == -EXDEV)
		return msg_fail(
			MK_FAILED,
			"%s lies in a lower layer of an overlay file system and cannot be "
			"replaced in one step; remove it first, or name another place with -o",
			p->target);
	if (err != 0)
		return msg_errno(p->target, err, "cannot put the new folder in place");
	if (!replaced)
		return MK_OK;
	/* Somebody may have put a file there between the look and the exchange: look again, now
	 * that nobody can, and give it all back if so. */
	st = check_replaceable(p->dir, p->target);
	if (st == MK_OK)
		return MK_OK;
	janitor_forget(p->dir);
	if (exchange(p) == 0) {
		janitor_add(p->dir);
	} else {
		/* not to be removed, neither now nor by the next mkboot */
		char *kept = mem_printf("%s.kept", p->dir);

		msg_warn("%s is the folder that was %s", rename(p->dir, kept) == 0 ? kept : p->dir,
			 p->target);
		free(kept);
		free(p->dir);
		p->dir = NULL;
	}
	return st;
}

void publish_end(struct publish *p)
{
	if (p->dir != NULL) {
		fs_remove_tree(p->dir);
		janitor_forget(p->dir);
	}
	if (p->lock >= 0) {
		unlink(p->lock_path);
		close(p->lock);
	}
	if (p->lock_path != NULL)
		janitor_forget(p->lock_path);
	free(p->lock_path);
	free(p->parent);
	free(p->target);
	free(p->old);
	free(p->dir);
	*p = (struct publish){.lock = -1};
}

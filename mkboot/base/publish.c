/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/publish.h"
#include "base/fs.h"
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
				if (errno != EINTR)
					return msg_errno(p->lock_path, errno, "cannot lock");
			}
		}
		if (fstat(p->lock, &held) == 0 && stat(p->lock_path, &there) == 0 &&
		    held.st_ino == there.st_ino && held.st_dev == there.st_dev)
			return MK_OK;
		close(p->lock);
	}
}

/* What a killed mkboot left behind. We hold the lock, so nobody is writing there. */
static void remove_stale(const char *parent, const char *name)
{
	char *prefix = mem_printf(".%s." TEMP_MARK, name);
	DIR *d = opendir(parent);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0) {
			char *path = path_join(parent, e->d_name);

			fs_remove_tree(path);
			free(path);
		}
	}
	if (d != NULL)
		closedir(d);
	free(prefix);
}

static bool listed(json_t *artifacts, const char *path)
{
	json_t *a;
	size_t i;

	if (strcmp(path, "manifest.json") == 0 || strcmp(path, "SHA256SUMS") == 0)
		return true;
	json_array_foreach(artifacts, i, a)
	{
		const char *have = json_string_value(json_object_get(a, "path"));

		if (have != NULL && strcmp(have, path) == 0)
			return true;
	}
	return false;
}

/* The first file below DIR/SUB that the manifest does not list; NULL where all are. */
static char *find_foreign(const char *dir, const char *sub, json_t *artifacts)
{
	char *path = sub[0] != '\0' ? path_join(dir, sub) : mem_dup(dir);
	char *foreign = NULL;
	DIR *d = opendir(path);
	struct dirent *e;

	while (d != NULL && foreign == NULL && (e = readdir(d)) != NULL) {
		char *rel, *full;
		struct stat st;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		rel = sub[0] != '\0' ? path_join(sub, e->d_name) : mem_dup(e->d_name);
		full = path_join(dir, rel);
		if (lstat(full, &st) == 0 && S_ISDIR(st.st_mode))
			foreign = find_foreign(dir, rel, artifacts);
		else if (!listed(artifacts, rel))
			foreign = mem_dup(rel);
		free(rel);
		free(full);
	}
	if (d != NULL)
		closedir(d);
	free(path);
	return foreign;
}

/* Nobody's files are ever removed but mkboot's own. */
static enum mk_status check_replaceable(const char *target)
{
	char *manifest_path = NULL, *foreign = NULL;
	struct strbuf text = {0};
	json_t *manifest = NULL;
	struct stat st;
	enum mk_status status = MK_OK;

	if (lstat(target, &st) != 0)
		return errno == ENOENT ? MK_OK : msg_errno(target, errno, "cannot look here");
	if (!S_ISDIR(st.st_mode))
		return msg_fail(MK_FAILED,
				"%s: this is where mkboot writes to, and it is no folder; "
				"move it away, or name another place with -o",
				target);
	manifest_path = path_join(target, "manifest.json");
	if (fs_read(manifest_path, MANIFEST_MAX, &text) == 0 && text.len > 0)
		manifest = json_loadb(text.data, text.len, 0, NULL);
	if (json_object_get(manifest, "mkboot") == NULL) {
		json_decref(manifest);
		manifest = NULL;
	}
	foreign = find_foreign(target, "", json_object_get(manifest, "artifacts"));
	if (foreign != NULL)
		status = msg_fail(MK_FAILED,
				  "%s/%s is not mkboot's, and publishing would remove it; move it "
				  "away, or name another place with -o",
				  target, foreign);
	json_decref(manifest);
	strbuf_free(&text);
	free(manifest_path);
	free(foreign);
	return status;
}

enum mk_status publish_begin(const char *parent, const char *name, struct publish *p)
{
	mode_t mask;
	enum mk_status st;
	int err;

	*p = (struct publish){.lock = -1, .parent = mem_dup(parent)};
	p->target = path_join(parent, name);
	err = fs_mkdirs(parent);
	if (err != 0)
		return msg_errno(parent, err, "cannot make the output folder");
	st = take_lock(parent, name, p);
	if (st == MK_OK)
		st = check_replaceable(p->target);
	if (st != MK_OK)
		return st;
	remove_stale(parent, name);
	p->dir = mem_printf("%s/.%s." TEMP_MARK "XXXXXX", parent, name);
	if (mkdtemp(p->dir) == NULL) {
		st = msg_errno(parent, errno, "cannot write to the output folder");
		free(p->dir);
		p->dir = NULL;
		return st;
	}
	/* mkdtemp makes it private; published files are as any other program would make them */
	mask = umask(0);
	umask(mask);
	if (chmod(p->dir, 0777 & ~mask) != 0)
		return msg_errno(p->dir, errno, "cannot set the folder's mode");
	return MK_OK;
}

/* For file systems that cannot exchange: two renames, and the old one back where the second
 * fails. Here, and only here, a kill between the two leaves the old folder under p->dir's name. */
static int exchange_by_renames(const struct publish *p)
{
	char *old = mem_printf("%s.old", p->dir);
	int err = 0;

	if (rename(p->target, old) != 0) {
		err = -errno;
	} else if (rename(p->dir, p->target) != 0) {
		err = -errno;
		if (rename(old, p->target) != 0)
			err = -errno;
	} else if (rename(old, p->dir) != 0) {
		err = -errno;
	}
	free(old);
	return err;
}

enum mk_status publish_commit(struct publish *p)
{
	enum mk_status st = check_replaceable(p->target);
	int err = 0;

	if (st != MK_OK)
		return st;
	if (!fs_exists(p->target)) {
		err = rename(p->dir, p->target) == 0 ? 0 : -errno;
	} else if (renameat2(AT_FDCWD, p->dir, AT_FDCWD, p->target, RENAME_EXCHANGE) != 0) {
		err = -errno;
		if (err == -EINVAL || err == -ENOSYS)
			err = exchange_by_renames(p);
	}
	return err == 0 ? MK_OK : msg_errno(p->target, err, "cannot put the new folder in place");
}

void publish_end(struct publish *p)
{
	if (p->dir != NULL)
		fs_remove_tree(p->dir);
	if (p->lock >= 0) {
		unlink(p->lock_path);
		close(p->lock);
	}
	free(p->lock_path);
	free(p->parent);
	free(p->target);
	free(p->dir);
	*p = (struct publish){.lock = -1};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/initramfs.h"
#include "base/fs.h"
#include "base/mem.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK ((size_t)256 << 10)

/* buffer-format.rst: the name that ends an archive, wherever it stands. */
#define TRAILER "TRAILER!!!"

/* One thing in the archive. */
struct item {
	char *name; /* "dev/console" */
	char *path; /* where to read it; NULL: nowhere, it was added */
	mode_t mode;
	dev_t rdev;
};

/* The list of what is in the archive. */
struct list {
	struct item *items;
	size_t n;
};

/* A gzip file being written. */
struct gzip {
	int fd;
	int err; /* negative errno of the first write that failed */
	z_stream z;
	unsigned char out[65536];
};

static FTS *walk(const char *folder)
{
	char *start[] = {mem_dup(folder), NULL};
	FTS *fts;

	/* FOLDER itself may be a symbolic link; those inside are kept. */
	fts = fts_open(start, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	free(start[0]);
	return fts;
}

/* The next file, folder before what is in it; NULL at the end, or with ERR, a negative errno, and
 * then WHERE, which the caller frees, is the path. */
static const FTSENT *walk_next(FTS *fts, int *err, char **where)
{
	const FTSENT *e;

	do {
		errno = 0;
		e = fts_read(fts);
	} while (e != NULL && e->fts_info == FTS_DP);
	*err = 0;
	if (e == NULL)
		*err = -errno;
	else if (e->fts_errno != 0 && e->fts_info != FTS_D)
		*err = -e->fts_errno;
	else if (e->fts_level == FTS_ROOTLEVEL && e->fts_info != FTS_D)
		*err = -ENOTDIR;
	if (*err == 0)
		return e;
	*where = e != NULL ? mem_dup(e->fts_path) : NULL;
	return NULL;
}

int initramfs_newest(const char *folder, time_t *newest)
{
	bool first = true;
	char *where = NULL;
	const FTSENT *e;
	int err = 0;
	FTS *fts = walk(folder);

	if (fts == NULL)
		return -errno;
	while ((e = walk_next(fts, &err, &where)) != NULL) {
		if (first || e->fts_statp->st_mtime > *newest)
			*newest = e->fts_statp->st_mtime;
		first = false;
	}
	free(where);
	fts_close(fts);
	return err;
}

static struct item *list_add(struct list *l, const char *name, mode_t mode, dev_t rdev)
{
	struct item *i = MEM_PUSH(l->items, l->n);

	*i = (struct item){.name = mem_dup(name), .mode = mode, .rdev = rdev};
	return i;
}

static const struct item *list_find(const struct list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i].name, name) == 0)
			return &l->items[i];
	return NULL;
}

static void list_free(struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].name);
		free(l->items[i].path);
	}
	free(l->items);
}

/* By bytes, whatever the locale. A folder sorts before what is in it, being a prefix of it. */
static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static void add_console(struct list *l)
{
	const struct item *dev = list_find(l, "dev");

	if (dev == NULL)
		list_add(l, "dev", S_IFDIR | 0755, 0);
	if ((dev == NULL || S_ISDIR(dev->mode)) && list_find(l, "dev/console") == NULL)
		list_add(l, "dev/console", S_IFCHR | 0600, makedev(5, 1));
}

static enum mk_status list_make(const char *folder, struct list *l)
{
	enum mk_status status = MK_OK;
	const FTSENT *e;
	size_t root = 0;
	char *where = NULL;
	int err = 0;
	FTS *fts = walk(folder);

	if (fts == NULL)
		return msg_errno(folder, errno, "cannot read the folder");
	while (status == MK_OK && (e = walk_next(fts, &err, &where)) != NULL) {
		const struct stat *st = e->fts_statp;
		const char *name = e->fts_path + root;

		if (e->fts_level == FTS_ROOTLEVEL) {
			root = e->fts_pathlen;
			continue;
		}
		name = e->fts_path + root + strspn(e->fts_path + root, "/");
		list_add(l, name, st->st_mode, st->st_rdev)->path = mem_dup(e->fts_path);
		if (strcmp(name, TRAILER) == 0)
			status = msg_fail(MK_BAD_INPUT,
					  "%s: a cpio archive ends at this name; rename the file",
					  e->fts_path);
	}
	if (err != 0)
		status = msg_errno(where != NULL ? where : folder, err, "cannot be read");
	free(where);
	fts_close(fts);
	add_console(l);
	qsort(l->items, l->n, sizeof *l->items, by_name);
	return status;
}

/* Compress what zlib was given, and write as much as that makes. */
static int gzip_flush(struct gzip *g, int flush)
{
	do {
		ssize_t done = 0;
		size_t len;

		g->z.next_out = g->out;
		g->z.avail_out = sizeof g->out;
		deflate(&g->z, flush);
		len = sizeof g->out - g->z.avail_out;
		for (size_t at = 0; at < len; at += (size_t)done) {
			done = write(g->fd, g->out + at, len - at);
			if (done < 0 && errno == EINTR)
				done = 0;
			if (done < 0)
				return g->err = -errno;
		}
	} while (g->z.avail_out == 0);
	return 0;
}

static la_ssize_t gzip_write(struct archive *a, void *gzip, const void *data, size_t len)
{
	struct gzip *g = gzip;

	g->z.next_in = (z_const Bytef *)data;
	g->z.avail_in = (uInt)len; /* at most CHUNK */
	if (gzip_flush(g, Z_NO_FLUSH) == 0)
		return (la_ssize_t)len;
	archive_set_error(a, -g->err, "%s", strerror(-g->err));
	return -1;
}

/* RFC 1952 §2.3.1: no name, no time, operating system unknown: the same bytes everywhere. */
static enum mk_status gzip_open(struct gzip *g, const char *to)
{
	static gz_header header = {.os = 255};

	g->fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (g->fd < 0)
		return msg_errno(to, errno, "cannot be created");
	/* 15 + 16: the largest window, in a gzip wrapper. */
	if (deflateInit2(&g->z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) !=
		    Z_OK ||
	    deflateSetHeader(&g->z, &header) != Z_OK)
		return msg_fail(MK_FAILED, "%s: zlib cannot begin", to);
	return MK_OK;
}

/* A file that did not become whole is removed; but not a device: root could. */
static enum mk_status gzip_close(struct gzip *g, const char *to, enum mk_status status)
{
	struct stat st = {0};

	deflateEnd(&g->z);
	if (g->fd < 0)
		return status;
	if (fstat(g->fd, &st) != 0)
		st.st_mode = 0;
	if (close(g->fd) != 0 && status == MK_OK)
		status = msg_errno(to, errno, "cannot be written");
	if (status != MK_OK && S_ISREG(st.st_mode))
		unlink(to);
	return status;
}

static enum mk_status failed(const struct gzip *g, const char *to, const char *path,
			     struct archive *a)
{
	if (g->err != 0)
		return msg_errno(to, g->err, "cannot be written");
	return msg_fail(MK_FAILED, "%s: cannot be put into an initial RAM disk: %s", path,
			archive_error_string(a));
}

/* The bytes of a regular file, as many as the header before them says. */
static enum mk_status add_data(struct archive *a, const struct gzip *g, const char *to,
			       const char *path, int fd, off_t size)
{
	enum mk_status status = MK_OK;
	char *buf = mem_alloc(CHUNK);

	for (off_t at = 0; status == MK_OK && at < size;) {
		size_t n = size - at < (off_t)CHUNK ? (size_t)(size - at) : CHUNK;
		int err = fs_pread(fd, buf, n, at);

		if (err != 0)
			status = msg_errno(path, err, "cannot be read to its end");
		else if (archive_write_data(a, buf, n) != (la_ssize_t)n)
			status = failed(g, to, path, a);
		at += (off_t)n;
	}
	free(buf);
	return status;
}

/* Hard links are broken by each name having an inode number of its own and one link. */
static void describe(struct archive_entry *e, const struct item *i, time_t epoch, int64_t ino)
{
	archive_entry_clear(e);
	archive_entry_set_pathname(e, i->name);
	archive_entry_set_mode(e, i->mode);
	archive_entry_set_ino64(e, ino);
	archive_entry_set_nlink(e, S_ISDIR(i->mode) ? 2 : 1);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	archive_entry_set_mtime(e, epoch, 0);
	archive_entry_set_size(e, 0);
	if (S_ISCHR(i->mode) || S_ISBLK(i->mode))
		archive_entry_set_rdev(e, i->rdev);
}

static enum mk_status add_item(struct archive *a, struct archive_entry *e, const struct gzip *g,
			       const char *to, const struct item *i)
{
	const char *path = i->path != NULL ? i->path : i->name;
	enum mk_status status = MK_OK;
	char target[PATH_MAX + 1];
	struct stat st = {0};
	int fd = -1;

	if (S_ISLNK(i->mode)) {
		ssize_t n = readlink(path, target, PATH_MAX);

		if (n < 0)
			return msg_errno(path, errno, "cannot be read");
		target[n] = '\0';
		archive_entry_set_symlink(e, target);
	} else if (S_ISREG(i->mode)) {
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return msg_errno(path, errno, "cannot be read");
		if (fstat(fd, &st) != 0) {
			status = msg_errno(path, errno, "cannot be read");
			goto done;
		}
		archive_entry_set_size(e, st.st_size);
	}
	if (archive_write_header(a, e) != ARCHIVE_OK)
		status = failed(g, to, path, a);
	else
		status = add_data(a, g, to, path, fd, st.st_size);
done:
	if (fd >= 0)
		close(fd);
	return status;
}

static enum mk_status write_all(struct archive *a, const struct list *l, struct gzip *g,
				time_t epoch, const char *to)
{
	struct archive_entry *e = archive_entry_new();
	enum mk_status status = MK_OK;

	/* A last block of its natural length: nothing but the archive. */
	if (archive_write_set_format_cpio_newc(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, (int)CHUNK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
	    archive_write_open(a, g, NULL, gzip_write, NULL) != ARCHIVE_OK)
		status = failed(g, to, to, a);
	for (size_t i = 0; status == MK_OK && i < l->n; i++) {
		describe(e, &l->items[i], epoch, (int64_t)i + 1);
		status = add_item(a, e, g, to, &l->items[i]);
	}
	if (status == MK_OK && archive_write_close(a) != ARCHIVE_OK)
		status = failed(g, to, to, a);
	if (status == MK_OK && gzip_flush(g, Z_FINISH) != 0)
		status = failed(g, to, to, a);
	archive_entry_free(e);
	return status;
}

enum mk_status initramfs_make(const char *folder, time_t epoch, const char *to)
{
	struct gzip *g = mem_alloc(sizeof *g);
	struct archive *a = archive_write_new();
	struct list l = {0};
	enum mk_status status;

	g->fd = -1;
	status = list_make(folder, &l);
	if (status == MK_OK)
		status = gzip_open(g, to);
	if (status == MK_OK)
		status = write_all(a, &l, g, epoch, to);
	archive_write_free(a); /* writes the rest after a failure, so before G goes */
	status = gzip_close(g, to, status);
	list_free(&l);
	free(g);
	return status;
}

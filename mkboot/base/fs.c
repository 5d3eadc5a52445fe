/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_CHUNK ((size_t)1 << 20)

int fs_read(const char *path, size_t max, struct strbuf *out)
{
	char buf[65536];
	struct stat st;
	size_t total = 0;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		err = -EISDIR;
		goto done;
	}
	for (;;) {
		ssize_t n = read(fd, buf, sizeof buf);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		total += (size_t)n;
		if (total > max) {
			err = -EFBIG;
			break;
		}
		strbuf_add(out, buf, (size_t)n);
	}
done:
	close(fd);
	return err;
}

int fs_pread(int fd, void *buf, size_t len, off_t offset)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = pread(fd, p, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		p += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

int fs_pwrite(int fd, const void *buf, size_t len, off_t offset)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

int fs_write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int fs_write(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err;

	if (fd < 0)
		return -errno;
	err = fs_pwrite(fd, data, len, 0);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	return err;
}

/* Share the extents of the range; false where the file system cannot. */
static bool clone_range(int from, off_t from_offset, int to, off_t to_offset, uint64_t len)
{
	struct file_clone_range range = {
		.src_fd = from,
		.src_offset = (uint64_t)from_offset,
		.src_length = len,
		.dest_offset = (uint64_t)to_offset,
	};

	return len > 0 && ioctl(to, FICLONERANGE, &range) == 0;
}

int fs_copy_range(int from, off_t from_offset, int to, off_t to_offset, uint64_t len)
{
	char *buf;
	int err = 0;

	if (clone_range(from, from_offset, to, to_offset, len))
		return 0;
	buf = mem_alloc(COPY_CHUNK);
	while (len > 0 && err == 0) {
		size_t n = len < COPY_CHUNK ? (size_t)len : COPY_CHUNK;

		err = fs_pread(from, buf, n, from_offset);
		if (err == -EIO)
			err = -ESTALE;
		if (err == 0)
			err = fs_pwrite(to, buf, n, to_offset);
		from_offset += (off_t)n;
		to_offset += (off_t)n;
		len -= n;
	}
	free(buf);
	return err;
}

int fs_copy(const char *from, const char *to)
{
	struct stat st;
	int in, out = -1, err = 0;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return -errno;
	if (fstat(in, &st) != 0) {
		err = -errno;
		goto done;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		err = -errno;
		goto done;
	}
	err = fs_copy_range(in, 0, out, 0, (uint64_t)st.st_size);
	if (close(out) != 0 && err == 0)
		err = -errno;
done:
	close(in);
	return err;
}

int fs_link_files(const char *from, const char *to, bool (*wanted)(const char *name))
{
	char *real = realpath(from, NULL);
	DIR *d = real != NULL ? opendir(real) : NULL;
	int err = d != NULL ? 0 : -errno;
	struct dirent *e;

	while (err == 0 && (errno = 0, e = readdir(d)) != NULL) {
		char *target, *link;

		if (e->d_name[0] == '.' || !wanted(e->d_name))
			continue;
		target = path_join(real, e->d_name);
		link = path_join(to, e->d_name);
		if (symlink(target, link) != 0)
			err = -errno;
		free(link);
		free(target);
	}
	if (err == 0)
		err = -errno; /* of readdir; 0 at the end */
	if (d != NULL)
		closedir(d);
	free(real);
	return err;
}

int fs_mkdirs(const char *path)
{
	char *p;
	int err = 0;

	if (path[0] == '\0')
		return -ENOENT;
	p = mem_dup(path);
	for (char *s = p + 1; err == 0; s++) {
		char c = *s;

		if (c != '/' && c != '\0')
			continue;
		*s = '\0';
		if (mkdir(p, 0777) != 0 && errno != EEXIST)
			err = -errno;
		*s = c;
		if (c == '\0')
			break;
	}
	if (err == 0) {
		struct stat st;

		if (stat(path, &st) != 0)
			err = -errno;
		else if (!S_ISDIR(st.st_mode))
			err = -ENOTDIR;
	}
	free(p);
	return err;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) != 0 && errno != ENOENT ? -errno : 0;
}

int fs_remove_tree(const char *path)
{
	int r, tries = 0;

	/* Somebody else may be removing it as well (base/janitor.h), and nftw stops at a folder
	 * that is gone. */
	do
		r = nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	while (r == -1 && errno == ENOENT && fs_exists(path) && ++tries < 100);
	if (r == -1)
		return errno == ENOENT ? 0 : -errno;
	return r;
}

int fs_set_mtime(const char *path, time_t mtime)
{
	const struct timespec t[2] = {{.tv_sec = mtime}, {.tv_sec = mtime}};

	return utimensat(AT_FDCWD, path, t, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

bool fs_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

char *path_join(const char *a, const char *b)
{
	size_t n = a != NULL ? strlen(a) : 0;

	if (n == 0 || b[0] == '/')
		return mem_dup(b);
	return mem_printf("%s%s%s", a, a[n - 1] == '/' ? "" : "/", b);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

char *path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_dup(".");
	return slash == path ? mem_dup("/") : mem_ndup(path, (size_t)(slash - path));
}

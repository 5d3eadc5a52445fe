/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_digest.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)256 << 10)

static int add_range(struct digest_stream *s, int fd, char *buf, uint64_t from, uint64_t to)
{
	int err = 0;

	while (from < to && err == 0) {
		size_t n = to - from < READ_CHUNK ? (size_t)(to - from) : READ_CHUNK;

		err = fs_pread(fd, buf, n, (off_t)from);
		if (err == 0)
			digest_add(s, buf, n);
		from += n;
	}
	return err;
}

static int image_key(int fd, uint64_t size, const struct payload *files,
		     const struct iso_extent *extents, size_t n, struct digest *key)
{
	struct digest_stream *s = digest_begin();
	char *buf = mem_alloc(READ_CHUNK);
	uint64_t at = 0;
	int err = 0;

	digest_adds(s, "iso digest 1");
	digest_add(s, &size, sizeof size);
	for (size_t i = 0; i < n && err == 0; i++) {
		const struct iso_extent *e = &extents[i];

		err = e->offset < at ? -EINVAL : add_range(s, fd, buf, at, e->offset);
		digest_add(s, &e->offset, sizeof e->offset);
		digest_add(s, &e->size, sizeof e->size);
		digest_add(s, files[e->file].digest.bytes, sizeof files[e->file].digest.bytes);
		at = e->offset + e->size;
	}
	if (err == 0)
		err = add_range(s, fd, buf, at, size);
	*key = digest_end(s);
	free(buf);
	return err;
}

int iso_digest_key(const char *path, const struct payload *files, const struct iso_extent *extents,
		   size_t n_extents, struct digest *key)
{
	int err, fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) == 0 ? 0 : -errno;
	if (err == 0)
		err = image_key(fd, (uint64_t)st.st_size, files, extents, n_extents, key);
	close(fd);
	return err;
}

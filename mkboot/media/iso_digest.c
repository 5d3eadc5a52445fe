/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_digest.h"
#include "base/cache.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK ((size_t)256 << 10)

struct image {
	int fd;
	uint64_t size;
	const struct payload *files;
	const struct iso_extent *extents;
	size_t n;
};

/* Add the bytes FROM..TO to S, through BUF (READ_CHUNK). */
static int add_range(const struct image *im, char *buf, uint64_t from, uint64_t to,
		     struct digest_stream *s)
{
	int err = 0;

	while (from < to && err == 0) {
		size_t n = to - from < READ_CHUNK ? (size_t)(to - from) : READ_CHUNK;

		err = fs_pread(im->fd, buf, n, (off_t)from);
		if (err == 0)
			digest_add(s, buf, n);
		from += n;
	}
	return err;
}

static int image_key(const struct image *im, struct digest *key)
{
	struct digest_stream *s = digest_begin();
	char *buf = mem_alloc(READ_CHUNK);
	uint64_t at = 0;
	int err = 0;

	digest_adds(s, "iso digest 2");
	digest_add(s, &im->size, sizeof im->size);
	for (size_t i = 0; i < im->n && err == 0; i++) {
		const struct iso_extent *e = &im->extents[i];
		const struct digest *d = &im->files[e->file].digest;

		err = e->offset < at ? -EINVAL : add_range(im, buf, at, e->offset, s);
		digest_add(s, &e->offset, sizeof e->offset);
		digest_add(s, &e->size, sizeof e->size);
		digest_add(s, d->bytes, sizeof d->bytes);
		at = e->offset + e->size;
	}
	if (err == 0)
		err = add_range(im, buf, at, im->size, s);
	*key = digest_end(s);
	free(buf);
	return err;
}

/* Is every payload in the image what its digest says? Runs beside the digest of the image. */
struct check {
	const struct image *im;
	int err;
	size_t bad;
};

static void *check_payloads(void *arg)
{
	struct check *c = arg;
	const struct image *im = c->im;
	char *buf = mem_alloc(READ_CHUNK);

	for (size_t i = 0; i < im->n && c->err == 0; i++) {
		const struct iso_extent *e = &im->extents[i];
		struct digest_stream *s = digest_begin();
		struct digest found;

		c->err = add_range(im, buf, e->offset, e->offset + e->size, s);
		found = digest_end(s);
		if (c->err == 0 && memcmp(&found, &im->files[e->file].digest, sizeof found) != 0) {
			c->bad = e->file;
			c->err = -ESTALE;
		}
	}
	free(buf);
	return NULL;
}

static int read_image(const struct image *im, struct digest *d, size_t *bad)
{
	struct digest_stream *s = digest_begin();
	struct check check = {.im = im};
	char *buf = mem_alloc(READ_CHUNK);
	pthread_t thread;
	int err, started = pthread_create(&thread, NULL, check_payloads, &check);

	err = add_range(im, buf, 0, im->size, s);
	if (started == 0)
		pthread_join(thread, NULL);
	else
		check_payloads(&check);
	*d = digest_end(s);
	*bad = check.bad;
	free(buf);
	return err != 0 ? err : check.err;
}

int iso_digest(const char *path, const struct payload *files, const struct iso_extent *extents,
	       size_t n_extents, struct digest *d, uint64_t *size, size_t *bad)
{
	struct image im = {.fd = open(path, O_RDONLY | O_CLOEXEC),
			   .files = files,
			   .extents = extents,
			   .n = n_extents};
	struct strbuf known = {0};
	struct digest key;
	struct stat st;
	int err;

	if (im.fd < 0)
		return -errno;
	err = fstat(im.fd, &st) == 0 ? 0 : -errno;
	im.size = *size = (uint64_t)st.st_size;
	if (err == 0)
		err = image_key(&im, &key);
	if (err != 0)
		goto done;
	if (cache_get(&key, &known) && known.len == sizeof d->bytes) {
		memcpy(d->bytes, known.data, sizeof d->bytes);
		goto done;
	}
	err = read_image(&im, d, bad);
	if (err == 0)
		cache_put(&key, d->bytes, sizeof d->bytes);
done:
	strbuf_free(&known);
	close(im.fd);
	return err;
}

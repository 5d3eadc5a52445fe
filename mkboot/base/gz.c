/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/gz.h"
#include "base/fs.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK     ((size_t)256 << 10)
#define GZIP      16 /* added to the window bits: zlib writes gzip's header and trailer */
#define MEM_LEVEL 9
#define OS_NONE   255 /* RFC 1952 §2.3.1: OS, unknown */

/* Takes LEN bytes; 0 or a negative errno. */
typedef int (*sink)(void *to, const void *data, size_t len);

struct gz {
	z_stream z;
	gz_header header; /* zlib reads it when it writes its first byte */
	sink write;
	void *to;
	unsigned char *out;
};

static int gz_begin(struct gz *g, sink write, void *to)
{
	memset(g, 0, sizeof *g);
	if (deflateInit2(&g->z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP, MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	/* No name, no comment, no time; else zlib would write the system it was built for. */
	g->header.os = OS_NONE;
	deflateSetHeader(&g->z, &g->header);
	g->write = write;
	g->to = to;
	g->out = mem_alloc(CHUNK);
	return 0;
}

/* LEN fits zlib's 32 bits. LAST: nothing follows. */
static int gz_add(struct gz *g, const void *data, size_t len, bool last)
{
	int err = 0;

	g->z.next_in = (z_const Bytef *)data;
	g->z.avail_in = (uInt)len;
	do {
		g->z.next_out = g->out;
		g->z.avail_out = (uInt)CHUNK;
		if (deflate(&g->z, last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR)
			return -EIO;
		err = g->write(g->to, g->out, CHUNK - g->z.avail_out);
	} while (err == 0 && g->z.avail_out == 0);
	return err;
}

static void gz_end(struct gz *g)
{
	deflateEnd(&g->z);
	free(g->out);
}

static int to_strbuf(void *to, const void *data, size_t len)
{
	strbuf_add(to, data, len);
	return 0;
}

static int to_file(void *to, const void *data, size_t len)
{
	const int *fd = to;

	return fs_write_all(*fd, data, len);
}

/* A full chunk but at the end of the file, so that the chunks do not depend on how reads come. */
static int read_chunk(int fd, unsigned char *buf, size_t *len)
{
	*len = 0;
	while (*len < CHUNK) {
		ssize_t n = read(fd, buf + *len, CHUNK - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		*len += (size_t)n;
	}
	return 0;
}

bool gz_is(const char *path)
{
	unsigned char magic[3];
	size_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	while (got < sizeof magic) {
		ssize_t n = read(fd, magic + got, sizeof magic - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	return got == sizeof magic && memcmp(magic, "\x1f\x8b\x08", sizeof magic) == 0;
}

static int compress_fd(int in, int out)
{
	unsigned char *buf = NULL;
	struct gz g;
	size_t len;
	int err = gz_begin(&g, to_file, &out);

	if (err != 0)
		return err;
	buf = mem_alloc(CHUNK);
	do {
		err = read_chunk(in, buf, &len);
		if (err == 0)
			err = gz_add(&g, buf, len, len < CHUNK);
	} while (err == 0 && len == CHUNK);
	free(buf);
	gz_end(&g);
	return err;
}

int gz_compress_file(const char *from, const char *to)
{
	int in, out = -1, err = 0;
	struct stat st;
	bool regular;

	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0 || fstat(in, &st) != 0) {
		err = -errno;
		goto done;
	}
	if (S_ISDIR(st.st_mode)) {
		err = -EISDIR;
		goto done;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0) {
		err = -errno;
		goto done;
	}
	regular = fstat(out, &st) == 0 && S_ISREG(st.st_mode);
	err = compress_fd(in, out);
	if (close(out) != 0 && err == 0)
		err = -errno;
	if (err != 0 && regular)
		unlink(to); /* half a file is worse than none */
done:
	if (in >= 0)
		close(in);
	return err;
}

int gz_compress(const void *data, size_t len, struct strbuf *out)
{
	const unsigned char *p = data;
	struct gz g;
	int err = gz_begin(&g, to_strbuf, out);

	if (err != 0)
		return err;
	while (err == 0 && len > CHUNK) {
		err = gz_add(&g, p, CHUNK, false);
		p += CHUNK;
		len -= CHUNK;
	}
	if (err == 0)
		err = gz_add(&g, p, len, true);
	gz_end(&g);
	return err;
}

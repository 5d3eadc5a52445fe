/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel/reader.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define BLOCK   ((size_t)64 << 10)
#define GZIP_IN ((size_t)32 << 10)

/* RFC 1952 §2.3.1, the FLG byte. */
#define GZIP_FHCRC 0x02

struct kernel_reader {
	int fd;
	int err;
	uint64_t disk_size;
	uint64_t size; /* unpacked */
	bool gzip;
	const char *fault;
	/* gzip only: */
	z_stream z;
	bool z_open;
	bool ended; /* the member's end was reached */
	off_t in_offset;
	unsigned char in[GZIP_IN];
	unsigned char head[BLOCK]; /* the beginning, kept */
	size_t head_len;
	unsigned char block[BLOCK]; /* what was unpacked last */
	uint64_t block_start;
	size_t block_len;
};

/* As much as there is; short at the end of the file or where reading fails. */
static size_t read_file(struct kernel_reader *r, void *buf, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(r->fd, (char *)buf + done, len - done, offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && r->err == 0)
			r->err = -errno;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static void rewind_gzip(struct kernel_reader *r)
{
	r->ended = false;
	r->in_offset = 0;
	r->block_start = 0;
	r->block_len = 0;
	r->z.avail_in = 0;
	inflateReset(&r->z);
}

/* Unpack the block that follows the present one; false at the end, or where the data are bad. */
static bool next_block(struct kernel_reader *r)
{
	r->block_start += r->block_len;
	r->block_len = 0;
	r->z.next_out = r->block;
	r->z.avail_out = BLOCK;
	while (!r->ended && r->z.avail_out > 0) {
		int ret;

		if (r->z.avail_in == 0) {
			size_t n = read_file(r, r->in, GZIP_IN, r->in_offset);

			r->z.next_in = r->in;
			r->z.avail_in = (uInt)n;
			r->in_offset += (off_t)n;
			if (n == 0) { /* cut short */
				if (r->err == 0)
					r->err = -EBADMSG;
				break;
			}
		}
		ret = inflate(&r->z, Z_NO_FLUSH);
		r->ended = ret == Z_STREAM_END;
		if (ret != Z_OK && ret != Z_STREAM_END) {
			r->err = -EBADMSG;
			break;
		}
	}
	r->block_len = BLOCK - r->z.avail_out;
	return r->block_len > 0 && r->err == 0;
}

/*
 * GRUB takes the unpacked size from the file's last four bytes and unpacks the first member only
 * (grub-core/io/gzio.c), so what gzip -d accepts is not always what GRUB accepts.
 */
static const char *find_fault(struct kernel_reader *r, unsigned char flags)
{
	uint64_t end = (uint64_t)r->in_offset - r->z.avail_in;

	if (end != r->disk_size)
		return "holds more than one gzip member, or bytes behind the first, which GRUB "
		       "cannot unpack; compress it anew, in one piece";
	if (r->size > UINT32_MAX)
		return "unpacks to 4 GiB or more, and gzip's size field that GRUB relies on has 32 "
		       "bits; do not compress it";
	if ((flags & GZIP_FHCRC) != 0)
		return "has a gzip header with a checksum of its own (FHCRC), which GRUB does not "
		       "know; compress it with gzip(1)";
	return NULL;
}

static int open_gzip(struct kernel_reader *r, unsigned char flags)
{
	if (inflateInit2(&r->z, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	r->z_open = true;
	while (next_block(r)) {
		if (r->block_start == 0) {
			memcpy(r->head, r->block, r->block_len);
			r->head_len = r->block_len;
		}
		r->size = r->block_start + r->block_len;
	}
	if (r->err == 0)
		r->fault = find_fault(r, flags);
	return r->err;
}

int reader_open(const char *path, struct kernel_reader **out)
{
	struct kernel_reader *r = mem_alloc(sizeof *r);
	unsigned char start[4];
	struct stat st;
	int err = 0;

	*out = NULL;
	/* O_NONBLOCK: a FIFO must be refused, not waited for. */
	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &st) != 0)
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (st.st_size == 0)
		err = -ENODATA;
	if (err != 0)
		goto done;
	r->disk_size = (uint64_t)st.st_size;
	r->size = r->disk_size;
	/* RFC 1952 §2.3.1: ID1, ID2, CM = deflate. */
	if (read_file(r, start, sizeof start, 0) == sizeof start &&
	    memcmp(start, "\x1f\x8b\x08", 3) == 0) {
		r->gzip = true;
		r->size = 0;
		err = open_gzip(r, start[3]);
		if (err == 0 && r->size == 0)
			err = -ENODATA;
	} else {
		err = r->err;
	}
done:
	if (err != 0)
		reader_close(r);
	else
		*out = r;
	return err;
}

void reader_close(struct kernel_reader *r)
{
	if (r == NULL)
		return;
	if (r->z_open)
		inflateEnd(&r->z);
	if (r->fd >= 0)
		close(r->fd);
	free(r);
}

static size_t copy_from(const unsigned char *have, uint64_t start, size_t have_len, uint64_t offset,
			void *buf, size_t len)
{
	size_t skip, n;

	if (offset < start || offset - start >= have_len)
		return 0;
	skip = (size_t)(offset - start);
	n = have_len - skip < len ? have_len - skip : len;
	memcpy(buf, have + skip, n);
	return n;
}

static size_t read_gzip(struct kernel_reader *r, uint64_t offset, unsigned char *buf, size_t len)
{
	size_t done = copy_from(r->head, 0, r->head_len, offset, buf, len);

	if (done < len && offset + done < r->block_start)
		rewind_gzip(r);
	while (done < len) {
		size_t n = copy_from(r->block, r->block_start, r->block_len, offset + done,
				     buf + done, len - done);

		done += n;
		if (n == 0 && !next_block(r))
			break;
	}
	return done;
}

size_t kernel_read(struct kernel_reader *r, uint64_t offset, void *buf, size_t len)
{
	if (offset >= r->size)
		return 0;
	if (len > r->size - offset)
		len = (size_t)(r->size - offset);
	if (r->gzip)
		return read_gzip(r, offset, buf, len);
	return read_file(r, buf, len, (off_t)offset);
}

uint64_t kernel_size(struct kernel_reader *r)
{
	return r->size;
}

bool reader_gzip(const struct kernel_reader *r)
{
	return r->gzip;
}

uint64_t reader_disk_size(const struct kernel_reader *r)
{
	return r->disk_size;
}

const char *reader_gzip_fault(const struct kernel_reader *r)
{
	return r->fault;
}

int reader_error(const struct kernel_reader *r)
{
	return r->err;
}

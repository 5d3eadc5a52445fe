/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * IsoStreams of our own: those of libisofs take their identity from the source's inode number,
 * which then decides about serial numbers in the image.
 */
struct content {
	unsigned id;
	const unsigned char *data;
	char *path;
	bool hollow;
	int fd;
	off_t size, at;
};

static int content_open(IsoStream *stream)
{
	struct content *c = stream->data;

	c->at = 0;
	if (c->path == NULL || c->hollow)
		return ISO_SUCCESS;
	c->fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return c->fd >= 0 ? ISO_SUCCESS : (int)ISO_FILE_ERROR;
}

static int content_close(IsoStream *stream)
{
	struct content *c = stream->data;

	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	return ISO_SUCCESS;
}

static off_t content_size(IsoStream *stream)
{
	const struct content *c = stream->data;

	return c->size;
}

static int content_read(IsoStream *stream, void *buf, size_t count)
{
	struct content *c = stream->data;
	ssize_t n;

	if ((off_t)count > c->size - c->at)
		count = (size_t)(c->size - c->at);
	n = (ssize_t)count;
	if (c->data != NULL)
		memcpy(buf, c->data + c->at, count);
	else if (c->fd >= 0)
		n = pread(c->fd, buf, count, c->at);
	else
		memset(buf, 0, count);
	if (n < 0)
		return errno == EINTR ? (int)ISO_INTERRUPTED : (int)ISO_FILE_READ_ERROR;
	c->at += n;
	return (int)n;
}

static int content_repeatable(IsoStream *stream)
{
	(void)stream;
	return 1;
}

/* Any number that libisofs does not use for its own kinds of streams. */
#define OUR_FS_ID 0x4d4b

static void content_id(IsoStream *stream, unsigned *fs_id, dev_t *dev_id, ino_t *ino_id)
{
	const struct content *c = stream->data;

	*fs_id = OUR_FS_ID;
	*dev_id = 1;
	*ino_id = c->id;
}

static void content_free(IsoStream *stream)
{
	struct content *c = stream->data;

	content_close(stream);
	free(c->path);
	free(c);
}

static int content_update_size(IsoStream *stream)
{
	(void)stream;
	return ISO_SUCCESS;
}

static IsoStream *content_input(IsoStream *stream, int flag)
{
	(void)stream;
	(void)flag;
	return NULL;
}

static IsoStreamIface content_class = {
	.version = 3,
	.type = {'u', 's', 'e', 'r'},
	.open = content_open,
	.close = content_close,
	.get_size = content_size,
	.read = content_read,
	.is_repeatable = content_repeatable,
	.get_id = content_id,
	.free = content_free,
	.update_size = content_update_size,
	.get_input_stream = content_input,
};

static IsoStream *stream_new(const struct content *what)
{
	/* Both are given to free() by libisofs. */
	IsoStream *stream = calloc(1, sizeof *stream);
	struct content *c = calloc(1, sizeof *c);

	if (stream == NULL || c == NULL) {
		free(stream);
		free(c);
		return NULL;
	}
	*c = *what;
	*stream = (IsoStream){.class = &content_class, .refcount = 1, .data = c};
	return stream;
}

IsoStream *iso_stream_memory(unsigned id, const void *data, uint64_t size)
{
	return stream_new(&(struct content){.id = id, .data = data, .size = (off_t)size, .fd = -1});
}

IsoStream *iso_stream_file(unsigned id, const char *path, uint64_t size, bool hollow)
{
	struct content c = {.id = id, .hollow = hollow, .size = (off_t)size, .fd = -1};
	IsoStream *stream;

	c.path = strdup(path);
	stream = c.path != NULL ? stream_new(&c) : NULL;
	if (stream == NULL)
		free(c.path);
	return stream;
}

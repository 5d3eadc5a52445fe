/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that comes over the network, in the place of GRUB's queue of packets (grub-core/net/net.c,
 * grub_net_fs_read): what is read goes from the protocol straight to where it is wanted. FILE is
 * the one that the protocol's open got, with GRUB's bufio in front of it; file->data is ours.
 */
#include "error.h"
#include "wire.h"

#include <grub/fs.h>

#define NEAR        (256u << 10) /* so far ahead, reading is quicker than asking for another place */
#define SKIP_ROOM   (16u << 10)
#define CHUNK_FIRST (64u << 10) /* of a file in memory; each is twice the one before, up to */
#define CHUNK_MOST  (8u << 20)

struct chunk {
	struct chunk *next;
	u64 at; /* in the file */
	usize len, room;
	u8 data[];
};

struct transfer {
	const struct wire_source *source;
	void *state; /* the source's; NULL: closed */
	u64 at;      /* where the source stands */
	int in_memory;
	struct chunk *first, *last;
	struct chunk *near; /* where the last read ended */
	int begun;
	struct wire_progress progress;
	grub_err_t failed; /* how; it stays so: callers may forget grub_errno */
	char why[GRUB_MAX_ERRMSG];
};

static grub_err_t fail_again(const struct transfer *t)
{
	return grub_error(t->failed, "%s", t->why);
}

void wire_shown(char shown[WIRE_SHOWN], const char *path)
{
	const usize len = strlen(path), most = WIRE_SHOWN - 1 - 3;
	usize n = 0;

	if (len > most) {
		for (; n < 3; n++)
			shown[n] = '.';
		path += len - most;
	}
	for (; *path != '\0'; path++)
		shown[n++] = (u8)*path < ' ' || *path == 0x7f ? '?' : *path;
	shown[n] = '\0';
}

/* What is in grub_errno is the end of the transfer. */
static void failed(struct grub_file *file, struct transfer *t)
{
	char name[WIRE_SHOWN];

	wire_progress_end(&t->progress);
	if (grub_errno == GRUB_ERR_NONE) {
		wire_shown(name, file->device->net->name);
		grub_error(GRUB_ERR_FILE_READ_ERROR, "%s: it could not be read", name);
	}
	t->failed = grub_errno;
	grub_memcpy(t->why, grub_errmsg, sizeof t->why);
	t->why[sizeof t->why - 1] = '\0';
}

static void ended_early(struct grub_file *file, struct transfer *t)
{
	char name[WIRE_SHOWN];

	wire_shown(name, file->device->net->name);
	grub_error(GRUB_ERR_FILE_READ_ERROR,
		   "%s: it ended after %" PRIuGRUB_UINT64_T " of %" PRIuGRUB_UINT64_T " bytes",
		   name, t->at, file->size);
	failed(file, t);
}

/* The type that GRUB's hook has in 2.06, and the one since 2.12. */
typedef void (*hook_to_2_06)(grub_disk_addr_t, unsigned, unsigned, void *);
typedef grub_err_t (*hook_from_2_12)(grub_disk_addr_t, unsigned, unsigned, char *, void *);

/* As GRUB's own network files tell of what has come. */
static void tell(struct grub_file *file, usize len)
{
	void (*hook)(void) = (void (*)(void))grub_file_progress_hook;

	if (hook == NULL)
		return;
	if (__builtin_types_compatible_p(grub_disk_read_hook_t, hook_to_2_06))
		((hook_to_2_06)hook)(0, 0, (unsigned)len, file);
	else
		((hook_from_2_12)hook)(0, 0, (unsigned)len, NULL, file);
}

/* The next bytes, as the source gives them: 0 at the end, -1. */
static grub_ssize_t some(struct grub_file *file, struct transfer *t, void *buf, usize len)
{
	grub_ssize_t n = t->source->read(t->state, buf, len);

	if (n < 0) {
		failed(file, t);
		return -1;
	}
	t->at += (usize)n;
	wire_progress(&t->progress, t->at);
	tell(file, (usize)n);
	return n;
}

/* All LEN bytes: of a file whose size is known, they must be there. */
static grub_err_t all_of(struct grub_file *file, struct transfer *t, u8 *buf, usize len)
{
	while (len > 0) {
		grub_ssize_t n = some(file, t, buf, len);

		if (n == 0)
			ended_early(file, t);
		if (n <= 0)
			return t->failed;
		buf += n;
		len -= (usize)n;
	}
	return GRUB_ERR_NONE;
}

/* --- a file that is read once, from its beginning or from where one likes ----------------------
 */

static grub_err_t skip_to(struct grub_file *file, struct transfer *t, u64 offset)
{
	u8 *room = grub_malloc(SKIP_ROOM);
	grub_err_t err = GRUB_ERR_NONE;

	if (room == NULL)
		return grub_errno;
	while (err == GRUB_ERR_NONE && t->at < offset) {
		u64 left = offset - t->at;

		err = all_of(file, t, room, left < SKIP_ROOM ? (usize)left : SKIP_ROOM);
	}
	grub_free(room);
	return err;
}

static grub_err_t go_to(struct grub_file *file, struct transfer *t, u64 offset)
{
	u64 at = t->at;

	if (offset < at || offset - at > NEAR) {
		if (t->source->seek(t->state, offset, &at) != GRUB_ERR_NONE) {
			failed(file, t);
			return t->failed;
		}
		if (at > offset) {
			grub_error(GRUB_ERR_BUG, "a network file was wound too far");
			failed(file, t);
			return t->failed;
		}
		t->progress.skipped += at - t->at;
		t->at = at;
	}
	return t->at < offset ? skip_to(file, t, offset) : GRUB_ERR_NONE;
}

static grub_ssize_t read_through(struct grub_file *file, struct transfer *t, char *buf, usize len)
{
	if (!t->begun)
		wire_progress_begin(&t->progress, file->size);
	t->begun = 1;
	if (t->at != file->offset && go_to(file, t, file->offset) != GRUB_ERR_NONE)
		return -1;
	if (all_of(file, t, (u8 *)buf, len) != GRUB_ERR_NONE)
		return -1;
	if (t->at == file->size)
		wire_progress_end(&t->progress);
	return (grub_ssize_t)len;
}

/* --- a file of unknown size: in memory ---------------------------------------------------------
 */

static void free_chunks(struct transfer *t)
{
	while (t->first != NULL) {
		struct chunk *c = t->first;

		t->first = c->next;
		grub_free(c);
	}
	t->last = t->near = NULL;
}

static struct chunk *next_chunk(struct transfer *t)
{
	usize room = t->last == NULL ? CHUNK_FIRST : t->last->room;
	struct chunk *c;

	if (t->last != NULL && room < CHUNK_MOST)
		room *= 2;
	c = grub_malloc(sizeof *c + room);
	if (c == NULL)
		return NULL;
	c->next = NULL;
	c->at = t->at;
	c->len = 0;
	c->room = room;
	if (t->last == NULL)
		t->first = c;
	else
		t->last->next = c;
	t->last = c;
	return c;
}

static void close_source(struct transfer *t)
{
	void *state = t->state;

	t->state = NULL;
	if (state != NULL)
		t->source->close(state);
}

static grub_err_t read_whole(struct grub_file *file, struct transfer *t)
{
	grub_ssize_t n = 1;

	wire_progress_begin(&t->progress, 0);
	while (n > 0) {
		struct chunk *c = t->last;

		if (c == NULL || c->len == c->room)
			c = next_chunk(t);
		if (c == NULL) {
			failed(file, t);
			break;
		}
		n = some(file, t, c->data + c->len, c->room - c->len);
		if (n > 0)
			c->len += (usize)n;
	}
	wire_progress_end(&t->progress);
	close_source(t);
	if (t->failed != GRUB_ERR_NONE)
		return fail_again(t);
	grub_errno = GRUB_ERR_NONE;
	t->in_memory = 1;
	file->size = t->at;
	return GRUB_ERR_NONE;
}

static grub_ssize_t read_memory(struct grub_file *file, struct transfer *t, char *buf, usize len)
{
	u64 at = file->offset;
	usize got = 0;

	if (t->near == NULL || at < t->near->at)
		t->near = t->first;
	while (got < len && t->near != NULL) {
		struct chunk *c = t->near;
		usize skip, n;

		if (at - c->at >= c->len) {
			t->near = c->next;
			continue;
		}
		skip = (usize)(at - c->at);
		n = c->len - skip < len - got ? c->len - skip : len - got;
		wire_copy(buf + got, c->data + skip, n);
		got += n;
		at += n;
	}
	return (grub_ssize_t)got;
}

/* --- GRUB's side -------------------------------------------------------------------------------
 */

static grub_ssize_t read_file(struct grub_file *file, char *buf, grub_size_t len)
{
	struct transfer *t = file->data;

	if (t->failed != GRUB_ERR_NONE) {
		fail_again(t);
		return -1;
	}
	return t->in_memory ? read_memory(file, t, buf, len) : read_through(file, t, buf, len);
}

/* Closing is GRUB's own way: it calls the protocol's close, and with it wire_file_close. */
static struct grub_fs wire_fs = {.name = "mkboot's network file", .fs_read = read_file};

static void free_transfer(struct transfer *t)
{
	close_source(t);
	free_chunks(t);
	grub_free(t);
}

grub_err_t wire_file(struct grub_file *file, const struct wire_source *source, void *state,
		     u64 size)
{
	struct transfer *t = grub_zalloc(sizeof *t);

	if (t == NULL) {
		source->close(state);
		return grub_errno = GRUB_ERR_OUT_OF_MEMORY;
	}
	t->source = source;
	t->state = state;
	file->size = size;
	file->not_easily_seekable = 1;
	if (size == GRUB_FILE_SIZE_UNKNOWN) {
		grub_err_t err = read_whole(file, t);

		if (err != GRUB_ERR_NONE) {
			free_transfer(t);
			return err;
		}
		file->not_easily_seekable = 0;
	}
	if (file->fs != &wire_fs)
		wire_fs.fs_close = file->fs->fs_close;
	file->data = t;
	file->fs = &wire_fs;
	return GRUB_ERR_NONE;
}

grub_err_t wire_file_close(struct grub_file *file)
{
	struct transfer *t = file->data;
	struct wire_error error;

	if (t == NULL)
		return GRUB_ERR_NONE;
	/* Loaders close a file that is none of theirs before they ask whether there was an error
	 * (grub-core/loader/i386/linux.c, multiboot.c); what is sent to the server leaves none. */
	wire_error_keep(&error);
	wire_progress_end(&t->progress);
	file->data = NULL;
	free_transfer(t);
	wire_error_back(&error);
	return GRUB_ERR_NONE;
}

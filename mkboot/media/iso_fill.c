/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/strbuf.h"
#include "media/gpt.h"
#include "media/iso_job.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* What is shared between files (FICLONERANGE) ends on a block of the file system. */
#define SHARE_UNIT ((off_t)4096)

static bool unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int open_source(const char *path)
{
	/* Not to wait for the writer of a FIFO. */
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

enum mk_status iso_fill_check(const char *path, uint64_t size, struct stat *found)
{
	enum mk_status s = MK_OK;
	int fd = open_source(path);

	if (fd < 0)
		return msg_errno(path, errno, "cannot read");
	if (fstat(fd, found) != 0)
		s = msg_errno(path, errno, "cannot read");
	else if (!S_ISREG(found->st_mode))
		s = msg_fail(MK_FAILED, "%s: not a regular file", path);
	else if (size != ISO_ANY_SIZE && (uint64_t)found->st_size != size)
		s = msg_fail(MK_FAILED,
			     "%s: is %lld bytes, no longer %" PRIu64
			     ": it changed since the build began; build again",
			     path, (long long)found->st_size, size);
	close(fd);
	return s;
}

/* A stretch of a file that has contents. Whole units first, so that they can be shared. */
static int copy_stretch(int from, off_t from_at, int to, off_t to_at, off_t len)
{
	off_t whole = len - len % SHARE_UNIT;
	int err = 0;

	if (whole > 0)
		err = fs_copy_range(from, from_at, to, to_at, (uint64_t)whole);
	if (err == 0 && whole < len)
		err = fs_copy_range(from, from_at + whole, to, to_at + whole,
				    (uint64_t)(len - whole));
	return err;
}

/* Copy SIZE bytes to AT. TO reads as zeros there, so that holes can be passed over. */
static int copy_contents(int from, int to, off_t at, off_t size)
{
	off_t start = 0, end;
	int err = 0;

	while (err == 0 && start < size) {
		off_t next = lseek(from, start, SEEK_DATA);

		if (next < 0 && errno == ENXIO)
			break; /* a hole up to the end */
		if (next >= size)
			break;
		start = next < 0 ? start : next; /* < 0: a file system without holes */
		end = next < 0 ? -1 : lseek(from, start, SEEK_HOLE);
		if (end < 0 || end > size)
			end = size;
		err = copy_stretch(from, start, to, at + start, end - start);
		start = end;
	}
	return err;
}

/* PATH, which is what FOUND says or nothing at all, to the byte AT of the image. */
static enum mk_status copy_file(const struct iso_job *job, int fd, const char *path,
				const struct stat *found, uint64_t at)
{
	struct stat before, after;
	enum mk_status s = MK_OK;
	int err, from = open_source(path);

	if (from < 0)
		return msg_errno(path, errno, "cannot read");
	err = fstat(from, &before) == 0 ? 0 : -errno;
	if (err == 0 && unchanged(found, &before))
		err = copy_contents(from, fd, (off_t)at, found->st_size);
	if ((err == 0 || err == -ESTALE) && fstat(from, &after) != 0)
		err = -errno;
	if (err == -ESTALE || (err == 0 && !unchanged(found, &after)))
		s = msg_fail(MK_FAILED,
			     "%s: changed while it was being copied into %s; build again when "
			     "nothing writes to it",
			     path, job->path);
	else if (err != 0)
		s = msg_fail(MK_FAILED, "%s: cannot copy %s into it: %s", job->path, path,
			     strerror(-err));
	close(from);
	return s;
}

/* libisofs's part is written down by what it does today; a version that lays the image out in
 * another way must not go unnoticed. */
static enum mk_status laid_out_otherwise(const struct iso_job *job)
{
	return msg_fail(MK_FAILED,
			"%s: this version of libisofs lays out an image in a way mkboot does not "
			"know; please report it with the version of libisofs",
			job->path);
}

static enum mk_status fill_gpt(const struct iso_job *job, int fd, const struct gpt *g)
{
	const uint64_t per_block = ISO_BLOCK / GPT_BLOCK;
	struct strbuf backup = {0};
	enum mk_status s;
	uint64_t first, last;
	int err;

	if (gpt_find(g, gpt_type_esp, &first, &last) != 0 || first != job->end_lba * per_block ||
	    (last + 1 - first) * GPT_BLOCK !=
		    ((uint64_t)job->esp.st_size + ISO_BLOCK - 1) / ISO_BLOCK * ISO_BLOCK)
		return laid_out_otherwise(job);
	s = copy_file(job, fd, job->image->esp, &job->esp, first * GPT_BLOCK);
	if (s != MK_OK)
		return s;
	gpt_backup(g, &backup);
	err = fs_pwrite(fd, backup.data, backup.len,
			(off_t)((g->alternate_lba + 1) * GPT_BLOCK - backup.len));
	strbuf_free(&backup);
	return err == 0 ? MK_OK : msg_errno(job->path, err, "cannot write");
}

enum mk_status iso_fill(const struct iso_job *job, int fd)
{
	unsigned char area[ISO_SYSTEM_AREA];
	struct gpt g;
	struct stat st;
	uint64_t end;
	enum mk_status s = MK_OK;
	int err = fs_pread(fd, area, sizeof area, 0);

	if (err != 0 || fstat(fd, &st) != 0)
		return msg_errno(job->path, err != 0 ? err : errno, "cannot read");
	err = gpt_read(area, sizeof area, &g);
	if (err != (job->image->esp != NULL ? 0 : -ENOENT))
		return laid_out_otherwise(job);
	end = err == 0 ? (g.alternate_lba + 1) * GPT_BLOCK
		       : (job->end_lba + ISO_TAIL_BLOCKS) * ISO_BLOCK;
	if ((uint64_t)st.st_size != end)
		return laid_out_otherwise(job);
	if (job->image->esp != NULL)
		s = fill_gpt(job, fd, &g);
	for (size_t i = 0; s == MK_OK && i < job->n_payloads; i++) {
		const struct iso_payload *p = &job->payloads[i];

		s = copy_file(job, fd, p->file->source, &p->found, p->lba * ISO_BLOCK);
	}
	return s;
}

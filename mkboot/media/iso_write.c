/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/iso_write.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/iso_job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE   ((size_t)64 * 1024)
#define FIFO_BLOCKS 64 /* how far libisofs's thread may be ahead of us */

/* What libisofs had to say: the first failure's text to TEXT, which holds ISO_MSGS_MESSAGE_LEN
 * bytes, and where WARN warnings to the person. Without a failure TEXT is empty. */
static void take_messages(const struct iso_job *job, char *text, bool warn)
{
	char message[ISO_MSGS_MESSAGE_LEN], severity[80], least[] = "WARNING";
	int code, id;

	text[0] = '\0';
	while (iso_obtain_msgs(least, &code, &id, message, severity) == 1) {
		/* Joliet then has a name with an underscore, which Rock Ridge has right. The
		 * queue keeps the lower half of a code. */
		if (((unsigned)code & 0xffff) == (ISO_NAME_NOT_UCS2 & 0xffff))
			continue;
		if (strcmp(severity, least) != 0 && text[0] == '\0')
			memcpy(text, message, sizeof message);
		else if (strcmp(severity, least) == 0 && warn)
			msg_warn("%s: %s", job->path, message);
	}
}

static enum mk_status iso_error(const struct iso_job *job, int code)
{
	char text[ISO_MSGS_MESSAGE_LEN];

	take_messages(job, text, false);
	return msg_fail(MK_FAILED, "%s: cannot make an ISO image: %s", job->path,
			text[0] != '\0' ? text : iso_error_to_msg(code));
}

/* libisofs answers a wrong value alone with an error, and memory running out. */
static int set_options(IsoWriteOpts *o, const struct iso_image *image)
{
	const int results[] = {
		iso_write_opts_set_iso_level(o, 3), /* files of 4 GiB and more */
		iso_write_opts_set_rockridge(o, 1),
		/* RRIP 1.12 has a file serial number, which libisofs gives to folders in the
		 * order of their addresses in memory. */
		iso_write_opts_set_rrip_version_1_10(o, 1),
		iso_write_opts_set_rrip_1_10_px_ino(o, 0),
		iso_write_opts_set_joliet(o, 1),
		iso_write_opts_set_joliet_longer_paths(o, 1),
		iso_write_opts_set_allow_deep_paths(o, 1),
		iso_write_opts_set_omit_version_numbers(o, 3),
		iso_write_opts_set_output_charset(o, "UTF-8"),
		iso_write_opts_set_always_gmt(o, 1),
		iso_write_opts_set_sort_files(o, 1),
		iso_write_opts_set_tail_blocks(o, image->esp != NULL ? 0 : ISO_TAIL_BLOCKS),
		iso_write_opts_set_fifo_size(o, FIFO_BLOCKS),
	};

	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (results[i] < 0)
			return results[i];
	return ISO_SUCCESS;
}

static int set_up(struct iso_job *job)
{
	const struct iso_image *image = job->image;
	time_t now = image->epoch;
	int r = iso_set_local_charset((char[]){"UTF-8"}, 0);

	if (r <= 0)
		return (int)ISO_CHARSET_CONV_ERROR;
	iso_set_msgs_severities((char[]){"WARNING"}, (char[]){"NEVER"}, (char[]){""});
	iso_nowtime(&now, 1); /* the time of everything, from here on */
	r = iso_image_new(image->label, &job->tree);
	if (r > 0) {
		iso_image_set_application_id(job->tree, "MKBOOT");
		iso_image_set_data_preparer_id(job->tree, "MKBOOT");
		r = iso_write_opts_new(&job->opts, 0);
	}
	return r > 0 ? set_options(job->opts, image) : r;
}

/* libisofs works in a thread of its own, which must not take this program's signals. */
static int begin(struct iso_job *job, struct burn_source **source)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = iso_image_create_burn_source(job->tree, job->opts, source);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

static void end(struct burn_source *source)
{
	if (source == NULL)
		return;
	source->cancel(source);
	source->free_data(source);
	free(source);
}

/* A dry run tells where contents will begin; gaps in front of payloads do not move that. */
static int place_payloads(struct iso_job *job)
{
	struct burn_source *source = NULL;
	char text[ISO_MSGS_MESSAGE_LEN];
	uint32_t start = 0;
	int r;

	iso_write_opts_set_will_cancel(job->opts, 1);
	r = begin(job, &source);
	if (r > 0)
		r = iso_write_opts_get_data_start(job->opts, &start, 0);
	if (r > 0)
		take_messages(job, text, false); /* it will say them again */
	end(source);
	iso_write_opts_set_will_cancel(job->opts, 0);
	/* The first block is what files of no bytes point to. */
	return r > 0 ? iso_tree_place_payloads(job, (uint64_t)start + 1) : r;
}

/* The first LEN bytes that libisofs gives. */
static enum mk_status copy_head(const struct iso_job *job, struct burn_source *source, int fd,
				uint64_t len)
{
	unsigned char *buf = mem_alloc(READ_SIZE);
	char text[ISO_MSGS_MESSAGE_LEN];
	enum mk_status s = MK_OK;

	for (uint64_t at = 0; s == MK_OK && at < len;) {
		size_t n = len - at < READ_SIZE ? (size_t)(len - at) : READ_SIZE;
		int err;

		if (source->read_xt(source, buf, (int)n) != (int)n) {
			s = iso_error(job, (int)ISO_WRITE_ERROR);
			break;
		}
		err = fs_pwrite(fd, buf, n, (off_t)at);
		if (err != 0)
			s = msg_errno(job->path, err, "cannot write");
		at += n;
	}
	if (s == MK_OK) {
		take_messages(job, text, true);
		if (text[0] != '\0')
			s = msg_fail(MK_FAILED, "%s: cannot make an ISO image: %s", job->path,
				     text);
	}
	free(buf);
	return s;
}

static enum mk_status write_image(struct iso_job *job, int fd)
{
	struct burn_source *source = NULL;
	enum mk_status s = MK_OK;
	uint64_t size;
	int r = begin(job, &source);

	if (r <= 0)
		return iso_error(job, r);
	size = (uint64_t)source->get_size(source);
	if (!job->plain && ftruncate(fd, (off_t)size) != 0)
		s = msg_errno(job->path, errno, "cannot write");
	if (s == MK_OK)
		s = copy_head(job, source, fd, job->plain ? size : job->payload_lba * ISO_BLOCK);
	end(source);
	return s == MK_OK && !job->plain ? iso_fill(job, fd) : s;
}

/* The tree with everything in its place. */
static enum mk_status plan(struct iso_job *job)
{
	enum mk_status s = MK_OK;
	int r = set_up(job);

	if (r > 0)
		r = iso_boot_el_torito(job);
	if (r > 0)
		r = iso_boot_partitions(job);
	if (r <= 0)
		return iso_error(job, r);
	s = iso_tree_add_files(job);
	if (s != MK_OK)
		return s;
	r = place_payloads(job);
	return r > 0 ? MK_OK : iso_error(job, r);
}

static void tell_extents(const struct iso_job *job, struct iso_extent **extents, size_t *n)
{
	*extents = NULL;
	*n = 0;
	for (size_t i = 0; i < job->n_payloads; i++) {
		const struct iso_payload *p = &job->payloads[i];

		if (p->file->size >= ISO_EXTENT_MIN)
			*MEM_PUSH(*extents, *n) =
				(struct iso_extent){.file = (size_t)(p->file - job->image->files),
						    .offset = p->lba * ISO_BLOCK,
						    .size = p->file->size};
	}
}

static enum mk_status write_to(const char *path, const struct iso_image *image, bool plain,
			       struct iso_extent **extents, size_t *n_extents)
{
	struct iso_job job = {.path = path, .image = image, .plain = plain};
	enum mk_status s = iso_check(image);
	int fd = -1;

	if (s != MK_OK)
		return s;
	if (iso_init_with_flag(1) <= 0)
		return msg_fail(MK_FAILED, "%s: libisofs does not start", path);
	s = plan(&job);
	if (s != MK_OK)
		goto done;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0) {
		s = msg_errno(path, errno, "cannot create");
		goto done;
	}
	s = write_image(&job, fd);
	if (close(fd) != 0 && s == MK_OK)
		s = msg_errno(path, errno, "cannot write");
	if (s != MK_OK)
		unlink(path);
	else if (extents != NULL)
		tell_extents(&job, extents, n_extents);
done:
	if (job.opts != NULL)
		iso_write_opts_free(job.opts);
	if (job.tree != NULL)
		iso_image_unref(job.tree);
	iso_finish();
	free(job.payloads);
	return s;
}

enum mk_status iso_write(const char *path, const struct iso_image *image)
{
	return write_to(path, image, false, NULL, NULL);
}

enum mk_status iso_write_extents(const char *path, const struct iso_image *image,
				 struct iso_extent **extents, size_t *n_extents)
{
	return write_to(path, image, false, extents, n_extents);
}

enum mk_status iso_write_plain(const char *path, const struct iso_image *image)
{
	return write_to(path, image, true, NULL, NULL);
}

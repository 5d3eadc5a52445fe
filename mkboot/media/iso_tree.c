/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "media/iso_job.h"

#include <stdlib.h>
#include <string.h>

/* FICLONERANGE (ioctl_ficlonerange(2)) shares whole blocks of the file system, mostly of 4 KiB:
 * two of the image's. It is not worth a gap for a file below this size. */
#define ALIGN_BLOCKS 2U
#define ALIGN_FROM   65536U

static uint64_t blocks_of(uint64_t size)
{
	return size / ISO_BLOCK + (size % ISO_BLOCK != 0);
}

/* The folder NAME in DIR, made where it is missing. */
static int enter(IsoDir *dir, const char *name, IsoDir **out)
{
	IsoNode *node;
	int r = iso_dir_get_node(dir, name, &node);

	if (r == 0)
		return iso_tree_add_new_dir(dir, name, out);
	if (r > 0 && iso_node_get_type(node) != LIBISO_DIR)
		return (int)ISO_NODE_NAME_NOT_UNIQUE;
	*out = (IsoDir *)node;
	return r;
}

/* The contents are laid out in the order of the streams' numbers, and the gap before a payload
 * just before it: every weight is another one, so that nothing is left to the way libisofs sorts
 * what is equal. */
static int weight_of(unsigned id)
{
	return -2 * (int)id;
}

int iso_tree_add(struct iso_job *job, const char *path, IsoStream *stream)
{
	IsoDir *dir = iso_image_get_root(job->tree);
	char *copy = mem_dup(path);
	char *name = copy;
	IsoFile *file;
	int r = stream != NULL ? ISO_SUCCESS : (int)ISO_OUT_OF_MEM;

	for (char *slash; r > 0 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		*slash = '\0';
		r = enter(dir, name, &dir);
	}
	if (r > 0)
		r = iso_tree_add_new_file(dir, name, stream, &file);
	if (r > 0)
		iso_node_set_sort_weight((IsoNode *)file, weight_of(job->n_streams));
	else if (stream != NULL)
		iso_stream_unref(stream);
	free(copy);
	return r;
}

static enum mk_status add_error(const struct iso_job *job, const char *name, int code)
{
	if (code == (int)ISO_NODE_NAME_NOT_UNIQUE)
		return msg_fail(MK_BAD_INPUT,
				"%s: two things in the image are called \"%s\"; rename one (the "
				"image's own are boot/core.img and boot/boot.cat)",
				job->path, name);
	return msg_fail(MK_FAILED, "%s: cannot add %s: %s", job->path, name,
			iso_error_to_msg(code));
}

static enum mk_status add_data(struct iso_job *job, const struct iso_file *f)
{
	int r = iso_tree_add(job, f->name, iso_stream_memory(++job->n_streams, f->data, f->size));

	job->head_blocks += blocks_of(f->size);
	return r > 0 ? MK_OK : add_error(job, f->name, r);
}

static enum mk_status add_payload(struct iso_job *job, const struct iso_file *f)
{
	struct iso_payload *p = &job->payloads[job->n_payloads++];
	int r = iso_tree_add(job, f->name,
			     iso_stream_file(++job->n_streams, f->source, f->size, !job->plain));

	p->file = f;
	p->id = job->n_streams;
	if (r <= 0)
		return add_error(job, f->name, r);
	return iso_fill_check(f->source, f->size, &p->found);
}

static enum mk_status check_esp(struct iso_job *job)
{
	const char *esp = job->image->esp;
	enum mk_status s = iso_fill_check(esp, ISO_ANY_SIZE, &job->esp);

	if (s == MK_OK && (job->esp.st_size == 0 || job->esp.st_size % 512 != 0))
		s = msg_fail(MK_FAILED,
			     "%s: an EFI system partition is a multiple of 512 bytes, not %lld",
			     esp, (long long)job->esp.st_size);
	return s;
}

enum mk_status iso_tree_add_files(struct iso_job *job)
{
	const struct iso_image *image = job->image;
	enum mk_status s = MK_OK;

	job->payloads = mem_array(image->n_files, sizeof *job->payloads);
	if (image->esp != NULL)
		s = check_esp(job);
	for (size_t i = 0; s == MK_OK && i < image->n_files; i++)
		if (image->files[i].data != NULL || image->files[i].source == NULL)
			s = add_data(job, &image->files[i]);
	for (size_t i = 0; s == MK_OK && i < image->n_files; i++)
		if (image->files[i].data == NULL && image->files[i].source != NULL)
			s = add_payload(job, &image->files[i]);
	return s;
}

/* The gaps' folder, which is in neither of the image's trees. No file of ours can be called that:
 * a name has no control characters. */
static int add_gap_folder(struct iso_job *job, IsoDir **dir)
{
	int r = iso_tree_add_new_dir(iso_image_get_root(job->tree), "\x7f", dir);

	if (r > 0)
		iso_node_set_hidden((IsoNode *)*dir, LIBISO_HIDE_ON_RR | LIBISO_HIDE_ON_JOLIET |
							     LIBISO_HIDE_BUT_WRITE);
	return r;
}

/* A block of zeros in front of P. */
static int add_gap(struct iso_job *job, const struct iso_payload *p)
{
	static const unsigned char zeros[ISO_BLOCK];
	IsoStream *stream = iso_stream_memory(++job->n_streams, zeros, sizeof zeros);
	char *name = mem_printf("%u", p->id);
	IsoFile *file;
	int r = stream != NULL ? ISO_SUCCESS : (int)ISO_OUT_OF_MEM;

	if (r > 0 && job->gaps == NULL)
		r = add_gap_folder(job, &job->gaps);
	if (r > 0)
		r = iso_tree_add_new_file(job->gaps, name, stream, &file);
	if (r > 0)
		iso_node_set_sort_weight((IsoNode *)file, weight_of(p->id) + 1);
	else if (stream != NULL)
		iso_stream_unref(stream);
	free(name);
	return r;
}

int iso_tree_place_payloads(struct iso_job *job, uint64_t data_start)
{
	uint64_t lba = data_start + job->head_blocks;
	int r = ISO_SUCCESS;

	job->payload_lba = lba;
	for (size_t i = 0; r > 0 && i < job->n_payloads; i++) {
		struct iso_payload *p = &job->payloads[i];

		if (p->file->size >= ALIGN_FROM && lba % ALIGN_BLOCKS != 0) {
			r = add_gap(job, p);
			lba++;
		}
		p->lba = lba;
		lba += blocks_of(p->file->size);
	}
	job->end_lba = lba;
	return r;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_ISO_JOB_H
#define MKBOOT_MEDIA_ISO_JOB_H

#include "media/iso_write.h"

#include <sys/stat.h>

/* libisofs then declares struct burn_source itself. */
#define LIBISOFS_WITHOUT_LIBBURN 1
#include <libisofs/libisofs.h>

/* What the files iso_*.c share; nothing else includes this. */

#define ISO_BLOCK       2048U
#define ISO_SYSTEM_AREA 32768U /* ECMA-119 §6.2.1: the first 16 blocks */

/* Blocks of zeros where the image would end with a file: GRUB reads a CD in aligned pieces of
 * 32 KiB, and what lies in one that passes the end comes out wrong; on a CD-R written track at once
 * the last two blocks cannot be read at all. 300 KiB is what mkisofs made the custom. */
#define ISO_TAIL_BLOCKS 150U

/*
 * libisofs passes every byte through a ring buffer, 2 KiB at a time, which takes several times as
 * long as copying a file. So it is made to lay out the image with streams in the place of the
 * source files (payloads) that say how long they are but hold nothing. All of them lie behind
 * everything else; what is before the first is taken from libisofs, and then mkboot ends it,
 * copies the payloads to their places itself, and writes what comes after them.
 */
struct iso_payload {
	const struct iso_file *file;
	unsigned id;       /* of its stream */
	struct stat found; /* as it was when the image was begun */
	uint64_t lba;      /* of 2048-byte blocks */
};

struct iso_job {
	const char *path; /* the image */
	const struct iso_image *image;
	bool plain; /* let libisofs copy the payloads too (the tests compare) */

	IsoImage *tree;
	IsoWriteOpts *opts;
	unsigned n_streams;   /* so far: they are numbered */
	uint64_t head_blocks; /* of file contents before the first payload */
	IsoDir *gaps;         /* NULL until one is needed */
	struct iso_payload *payloads;
	size_t n_payloads;
	struct stat esp;      /* as found */
	uint64_t payload_lba; /* where libisofs's part ends, */
	uint64_t end_lba;     /* and the last payload */
};

/* iso_check.c: what can be known to be wrong before anything is begun. */
enum mk_status iso_check(const struct iso_image *image);

/* iso_stream.c: contents for a file of the tree. ID orders and tells apart the streams of one
 * image; DATA stays the caller's. NULL where memory is out. */
IsoStream *iso_stream_memory(unsigned id, const void *data, uint64_t size);
/* Reads PATH; where HOLLOW, only its size is true. */
IsoStream *iso_stream_file(unsigned id, const char *path, uint64_t size, bool hollow);

/* iso_tree.c. Folders and a file of them, under its path; a negative libisofs code, or > 0. */
int iso_tree_add(struct iso_job *job, const char *path, IsoStream *stream);
/* All the files of the image; the payloads and the ESP are looked at. */
enum mk_status iso_tree_add_files(struct iso_job *job);
/* Give the payloads their places: DATA_START is where libisofs begins to write contents. */
int iso_tree_place_payloads(struct iso_job *job, uint64_t data_start);

/* iso_boot.c: a negative libisofs code, or > 0. */
int iso_boot_el_torito(struct iso_job *job);
int iso_boot_partitions(struct iso_job *job);

/* iso_fill.c. Note what the payloads and the ESP are now; MK_FAILED where the size is not the
 * one promised. */
#define ISO_ANY_SIZE UINT64_MAX
enum mk_status iso_fill_check(const char *path, uint64_t size, struct stat *found);
/* Everything behind libisofs's part, in FD, whose length is set already. */
enum mk_status iso_fill(const struct iso_job *job, int fd);

/* iso_write.c: iso_write, without its short cut. */
enum mk_status iso_write_plain(const char *path, const struct iso_image *image);

#endif

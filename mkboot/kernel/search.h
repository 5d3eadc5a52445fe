/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_SEARCH_H
#define MKBOOT_KERNEL_SEARCH_H

#include "kernel/kernel.h"

/* Finding a Multiboot header, and one that is there but that no boot loader would find. */

/* The fixed part of a header: little-endian words that begin with MAGIC and add up to 0. */
struct header_kind {
	const char *title; /* "Multiboot 2" */
	uint32_t magic;
	size_t words;
	size_t align;
	uint64_t limit; /* the header lies within this many bytes from the file's start */
};
#define HEADER_WORDS_MAX 4

enum header_state {
	HEADER_NONE,
	HEADER_BAD_SUM,    /* where it must be, but its checksum is wrong */
	HEADER_MISALIGNED, /* right, but not on a multiple of ALIGN */
	HEADER_TOO_FAR,    /* right, but past LIMIT */
	HEADER_GOOD,
};

struct header {
	enum header_state state;
	uint64_t offset;
	uint32_t word[HEADER_WORDS_MAX];
};

/* The first good header; else the best of what there is in the file's first MiB. */
struct header header_find(struct kernel_reader *r, const struct header_kind *kind);

/* Add the error that STATE is. Nothing for HEADER_GOOD. */
void header_problem(struct kernel *k, const struct header_kind *kind, const struct header *h);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_KERNEL_H
#define MKBOOT_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/platform.h"
#include "recipe/recipe.h"

/*
 * What a kernel file is, and what of it will not work: told from the file's bytes alone, before
 * anything is written. Gzip-compressed files are looked into as GRUB would.
 */

/* A problem that makes a file unbootable (ERROR), or on some platforms only, or that merely
 * deserves a word (WARNING). One sentence without the file's name and without a full stop:
 * what is wrong; how to mend it. */
struct kernel_problem {
	char *text;
	bool error;
};

struct kernel {
	enum protocol protocol; /* never PROTOCOL_AUTO in a probed kernel */
	char *summary;          /* for people: "Multiboot 2, ELF64 x86-64, entry 0x100000" */
	unsigned platforms;     /* set of enum platform it can start on */
	char *why_not;          /* where that is not all: one sentence why, or NULL */
	bool gzip;              /* the file is gzip-compressed */
	bool wants_video;       /* its header asks for a graphics mode */
	bool doubtful;          /* a header is there, but where or as no loader finds it: while
				 * probing, a file that is something else for certain is that */
	uint64_t size;          /* bytes in the file, as it lies on disk */
	struct kernel_problem *problems;
	size_t n_problems;
};

/* One protocol: one file of this folder, one line in kernel.c's table. */
struct kernel_reader;
struct kernel_protocol {
	const char *name;    /* in recipes: "multiboot2" */
	const char *title;   /* for people: "Multiboot 2" */
	const char *command; /* GRUB's loader command, and the module that has it: "multiboot2" */
	const char *module;  /* GRUB's command for a module; NULL where the protocol has none */
	bool initrd;         /* has initial RAM disks (Linux) */
	bool gzip;           /* GRUB's loader unpacks a gzip-compressed kernel */
	/* Is the file of this kind? Fills in *K (all but PROTOCOL, GZIP and SIZE) and returns true.
	 * A header that is there but wrong is true as well, with an error among the problems.
	 * SUMMARY may be left NULL where there is nothing to say but the title.
	 * FORCED: the recipe says it is, so say what is missing rather than false. */
	bool (*probe)(struct kernel_reader *r, bool forced, struct kernel *k);
};
extern const struct kernel_protocol kernel_protocols[PROTOCOL_COUNT];

/* The protocol of that name; PROTOCOL_AUTO where there is none. */
enum protocol kernel_protocol_find(const char *name);

/*
 * Look into PATH. WANT: what the recipe says it is, or PROTOCOL_AUTO. A file that carries both a
 * Multiboot 1 and a Multiboot 2 header is Multiboot 2 unless told otherwise; a Linux image with
 * an EFI stub is Linux.
 * 0 and *K, whose problems may hold errors; or a negative errno where the file cannot be read:
 * -EISDIR for a folder, -EINVAL for another special file, -ENODATA for an empty file, -ENOEXEC
 * for a file that is none of these, -EBADMSG for damaged gzip data. With -ENOEXEC, K's summary
 * says what it seems to be: "an ELF64 x86-64 executable without a Multiboot header". Nothing is
 * printed. kernel_free(K) in every case.
 */
int kernel_probe(const char *path, enum protocol want, struct kernel *k);
void kernel_free(struct kernel *k);

/* For the probes: */

/* Bytes at OFFSET of the unpacked file; the number there were, short at the end of the file. */
size_t kernel_read(struct kernel_reader *r, uint64_t offset, void *buf, size_t len);
/* The unpacked size (for a gzip file this unpacks it all, without keeping it). */
uint64_t kernel_size(struct kernel_reader *r);
/* Past KERNEL_PROBLEMS_MAX, nothing is added. */
#define KERNEL_PROBLEMS_MAX 16
void kernel_problem(struct kernel *k, bool error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif

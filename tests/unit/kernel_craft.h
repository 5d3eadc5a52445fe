/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_KERNEL_CRAFT_H
#define TESTS_KERNEL_CRAFT_H

/* Kernels made byte by byte, for the probe's tests: every field is put where its specification
 * says, so that a test can then put another value there. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fs.h"
#include "base/gz.h"
#include "base/mem.h"
#include "kernel/kernel.h"

struct image {
	unsigned char *bytes;
	size_t len;
};

static char craft_dir[] = "/tmp/mkboot-test-kernel-XXXXXX";
static char craft_path[sizeof craft_dir + 16];

static inline int craft_setup(void **state)
{
	(void)state;
	if (mkdtemp(craft_dir) == NULL)
		return -1;
	snprintf(craft_path, sizeof craft_path, "%s/kernel", craft_dir);
	return 0;
}

static inline int craft_teardown(void **state)
{
	(void)state;
	return fs_remove_tree(craft_dir);
}

static inline struct image image_new(size_t len)
{
	return (struct image){mem_alloc(len), len};
}

static inline void image_free(struct image *i)
{
	free(i->bytes);
	*i = (struct image){0};
}

/* WIDTH bytes of V, little-endian. */
static inline void put(struct image *i, size_t at, unsigned width, uint64_t v)
{
	assert_true(at + width <= i->len);
	for (unsigned n = 0; n < width; n++)
		i->bytes[at + n] = (unsigned char)(v >> (8 * n));
}

static inline void put32s(struct image *i, size_t at, size_t n, const uint32_t *words)
{
	for (size_t w = 0; w < n; w++)
		put(i, at + 4 * w, 4, words[w]);
}

struct craft_segment {
	uint64_t offset, vaddr, paddr, filesz, memsz;
};

/* ELF header and program headers of an executable; the rest of I is left alone. */
static inline void craft_elf(struct image *i, bool is64, uint64_t entry,
			     const struct craft_segment *s, unsigned n)
{
	size_t at = is64 ? 64 : 52, size = is64 ? 56 : 32;
	unsigned w = is64 ? 8 : 4;

	memcpy(i->bytes,
	       "\x7f"
	       "ELF",
	       4);
	put(i, 4, 1, is64 ? 2 : 1);
	put(i, 5, 1, 1);
	put(i, 6, 1, 1);
	put(i, 16, 2, 2); /* ET_EXEC */
	put(i, 18, 2, is64 ? 62 : 3);
	put(i, 20, 4, 1);
	put(i, 24, w, entry);
	put(i, 24 + w, w, at);
	put(i, is64 ? 54 : 42, 2, size);
	put(i, is64 ? 56 : 44, 2, n);
	put(i, is64 ? 58 : 46, 2, is64 ? 64 : 40);
	for (unsigned k = 0; k < n; k++, at += size) {
		put(i, at, 4, 1); /* PT_LOAD */
		put(i, at + (is64 ? 8 : 4), w, s[k].offset);
		put(i, at + (is64 ? 16 : 8), w, s[k].vaddr);
		put(i, at + (is64 ? 24 : 12), w, s[k].paddr);
		put(i, at + (is64 ? 32 : 16), w, s[k].filesz);
		put(i, at + (is64 ? 40 : 20), w, s[k].memsz);
	}
}

/* A Multiboot 1 header, with the right checksum. */
static inline void craft_multiboot(struct image *i, size_t at, uint32_t flags)
{
	put(i, at, 4, 0x1BADB002);
	put(i, at + 4, 4, flags);
	put(i, at + 8, 4, 0 - (UINT32_C(0x1BADB002) + flags));
}

/* A Multiboot 2 header of LEN bytes in all, with the right checksum. */
static inline void craft_multiboot2(struct image *i, size_t at, uint32_t arch, uint32_t len)
{
	put(i, at, 4, 0xE85250D6);
	put(i, at + 4, 4, arch);
	put(i, at + 8, 4, len);
	put(i, at + 12, 4, 0 - (UINT32_C(0xE85250D6) + arch + len));
}

/* A tag of N words; returns where the next one goes. */
static inline size_t craft_tag(struct image *i, size_t at, unsigned type, unsigned flags, size_t n,
			       const uint32_t *words)
{
	put(i, at, 2, type);
	put(i, at + 2, 2, flags);
	put(i, at + 4, 4, 8 + 4 * n);
	put32s(i, at + 8, n, words);
	return at + ((8 + 4 * n + 7) & ~(size_t)7);
}

#define CRAFT_HEADER 0x100

/* 4 KiB at 1 MiB, entry at its start, the header at CRAFT_HEADER. */
static inline struct image craft_kernel(bool is64)
{
	static const struct craft_segment s = {0, 0x100000, 0x100000, 4096, 8192};
	struct image i = image_new(4096);

	craft_elf(&i, is64, 0x100000, &s, 1);
	return i;
}

static inline int probe_image(const struct image *i, enum protocol want, struct kernel *k)
{
	assert_int_equal(fs_write(craft_path, i->bytes, i->len), 0);
	return kernel_probe(craft_path, want, k);
}

static inline unsigned count_errors(const struct kernel *k)
{
	unsigned n = 0;

	for (size_t p = 0; p < k->n_problems; p++)
		n += k->problems[p].error;
	return n;
}

/* Is there a problem of this kind with all of TEXT in it? Prints what there is if not. */
static inline bool has_problem(const struct kernel *k, bool error, const char *text)
{
	for (size_t p = 0; p < k->n_problems; p++)
		if (k->problems[p].error == error && strstr(k->problems[p].text, text) != NULL)
			return true;
	print_message("no %s with \"%s\" among:\n", error ? "error" : "warning", text);
	for (size_t p = 0; p < k->n_problems; p++)
		print_message("  %s\n", k->problems[p].text);
	return false;
}

/* Probe, expect PROTOCOL and exactly one error with TEXT, free the image. */
static inline void expect_error(struct image *i, enum protocol want, enum protocol protocol,
				const char *text)
{
	struct kernel k;

	assert_int_equal(probe_image(i, want, &k), 0);
	assert_int_equal(k.protocol, protocol);
	assert_true(has_problem(&k, true, text));
	if (count_errors(&k) != 1)
		has_problem(&k, true, "(exactly one error)");
	assert_int_equal(count_errors(&k), 1);
	kernel_free(&k);
	image_free(i);
}

/* Probe, expect PROTOCOL, no problem at all, and SUMMARY; free the image. */
static inline void expect_good(struct image *i, enum protocol protocol, const char *summary,
			       unsigned set, bool wants_video)
{
	struct kernel k;

	assert_int_equal(probe_image(i, PROTOCOL_AUTO, &k), 0);
	assert_int_equal(k.protocol, protocol);
	if (k.n_problems > 0)
		has_problem(&k, true, "(nothing)");
	assert_int_equal(k.n_problems, 0);
	assert_string_equal(k.summary, summary);
	assert_int_equal(k.platforms, set);
	assert_int_equal(k.why_not != NULL, set != PLATFORM_ALL);
	assert_int_equal(k.wants_video, wants_video);
	assert_int_equal(k.size, i->len);
	kernel_free(&k);
	image_free(i);
}

#endif

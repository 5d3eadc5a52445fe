/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_ISO_FIXTURE_H
#define MKBOOT_TESTS_ISO_FIXTURE_H

/* What the tests of iso_write share: a folder of sources, images made of them, and how to read
 * the bytes of an image without any code of mkboot's. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "media/iso_job.h"
#include "media/iso_write.h"

#define EPOCH 1700000000 /* 2023-11-14 22:13:20 UTC */

static const unsigned char fixture_guid[16] = {1, 2,  3,  4,  5,  6,  7,  8,
					       9, 10, 11, 12, 13, 14, 15, 16};

struct fixture {
	char *dir;
	struct strbuf core;
	unsigned char mbr[512];
};

/* Bytes that tell their file and place, and never repeat within 64 KiB. */
static inline void pattern(unsigned char *p, size_t len, unsigned seed)
{
	uint32_t x = seed * 2654435761U + 12345U;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525U + 1013904223U;
		p[i] = (unsigned char)(x >> 24);
	}
}

static inline char *in_dir(const struct fixture *f, const char *name)
{
	return mem_printf("%s/%s", f->dir, name);
}

/* A file of LEN pattern bytes in the fixture's folder; its path. */
static inline char *make_source(const struct fixture *f, const char *name, size_t len,
				unsigned seed)
{
	char *path = in_dir(f, name);
	unsigned char *bytes = mem_alloc(len);

	pattern(bytes, len, seed);
	assert_int_equal(fs_write(path, bytes, len), 0);
	free(bytes);
	return path;
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	const char *tmp = getenv("TMPDIR");
	unsigned char core[40000];

	f->dir = mem_printf("%s/test_iso.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	pattern(core, sizeof core, 1);
	strbuf_add(&f->core, core, sizeof core);
	/* As GRUB's boot_hybrid.img: code, no partitions, the signature. */
	pattern(f->mbr, 440, 2);
	f->mbr[510] = 0x55;
	f->mbr[511] = 0xaa;
	*state = f;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;
	int err = fs_remove_tree(f->dir);

	strbuf_free(&f->core);
	free(f->dir);
	free(f);
	return err;
}

/* Standard error to a file while CALL runs; what was written there to TEXT. */
#define CAPTURE(f, text, call)                        \
	do {                                          \
		int capture_saved = capture_begin(f); \
		call;                                 \
		capture_end(f, capture_saved, text);  \
	} while (0)

static inline int capture_begin(const struct fixture *f)
{
	char *path = in_dir(f, "stderr");
	int saved = dup(STDERR_FILENO);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(saved >= 0 && fd >= 0);
	fflush(stderr);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
	free(path);
	return saved;
}

static inline void capture_end(const struct fixture *f, int saved, struct strbuf *text)
{
	char *path = in_dir(f, "stderr");

	fflush(stderr);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	strbuf_free(text);
	strbuf_adds(text, "");
	assert_int_equal(fs_read(path, 1 << 20, text), 0);
	free(path);
}

static inline size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

static inline uint64_t le(const unsigned char *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static inline uint64_t be(const unsigned char *p, unsigned n)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* The whole image in memory. */
static inline struct strbuf load(const char *path)
{
	struct strbuf b = {0};

	assert_int_equal(fs_read(path, (size_t)1 << 31, &b), 0);
	return b;
}

static inline void assert_same_files(const char *a, const char *b)
{
	struct strbuf x = load(a), y = load(b);

	assert_int_equal(x.len, y.len);
	for (size_t i = 0; i < x.len; i++)
		if (x.data[i] != y.data[i])
			fail_msg("%s and %s differ at byte %zu", a, b, i);
	strbuf_free(&x);
	strbuf_free(&y);
}

/* One directory record (ECMA-119 §9.1) by its Rock Ridge name (RRIP 1.10 §4.1.4): NULL where DIR
 * has none. Continuation areas are not followed: names here are short. */
struct record {
	uint32_t lba;
	uint32_t size;
	unsigned flags;
};

static inline const unsigned char *find_nm(const unsigned char *r, size_t *len)
{
	size_t at = 33U + r[32] + (r[32] % 2 == 0);

	while (at + 4 < r[0] && r[at + 2] >= 4) {
		if (memcmp(r + at, "NM", 2) == 0) {
			*len = r[at + 2] - 5U;
			return r + at + 5;
		}
		at += r[at + 2];
	}
	return NULL;
}

/* All records called NAME in the folder D of an image, for files of several extents. */
static inline size_t find_records(const unsigned char *image, const struct record *d,
				  const char *name, size_t name_len, struct record *out, size_t max)
{
	const unsigned char *p = image + (size_t)d->lba * ISO_BLOCK, *end = p + d->size;
	size_t n = 0;

	while (p < end) {
		size_t len;
		const unsigned char *nm;

		if (p[0] == 0) { /* records do not cross blocks */
			p = image + ((size_t)(p - image) / ISO_BLOCK + 1) * ISO_BLOCK;
			continue;
		}
		nm = find_nm(p, &len);
		if (nm != NULL && len == name_len && memcmp(nm, name, len) == 0 && n < max) {
			out[n].lba = (uint32_t)le(p + 2, 4);
			out[n].size = (uint32_t)le(p + 10, 4);
			out[n].flags = p[25];
			assert_int_equal(be(p + 6, 4), out[n].lba);
			assert_int_equal(be(p + 14, 4), out[n].size);
			n++;
		}
		p += p[0];
	}
	return n;
}

static inline struct record root_record(const unsigned char *image)
{
	const unsigned char *r = image + 16 * ISO_BLOCK + 156;

	return (struct record){(uint32_t)le(r + 2, 4), (uint32_t)le(r + 10, 4), r[25]};
}

static inline size_t lookup(const unsigned char *image, const char *path, struct record *out,
			    size_t max)
{
	struct record dir = root_record(image);

	for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1)
		if (find_records(image, &dir, path, (size_t)(slash - path), &dir, 1) != 1)
			return 0;
	return find_records(image, &dir, path, strlen(path), out, max);
}

/* The contents at PATH are these. */
static inline void assert_contents(const struct strbuf *image, const char *path, const void *bytes,
				   size_t len)
{
	const unsigned char *p = (const unsigned char *)image->data;
	struct record r;

	if (lookup(p, path, &r, 1) != 1)
		fail_msg("%s is not in the image", path);
	assert_int_equal(r.size, len);
	if (len == 0)
		return;
	assert_true((size_t)r.lba * ISO_BLOCK + len <= image->len);
	assert_memory_equal(p + (size_t)r.lba * ISO_BLOCK, bytes, len);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_FAT_FIXTURE_H
#define MKBOOT_TESTS_FAT_FIXTURE_H

/* What the tests of FAT volumes share: a folder, and mtools and fsck.fat as oracles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "media/fat.h"
#include "media/fat_names.h"

/* The oracles: mtools reads back and refuses what does not fit; fsck.fat finds nothing wrong. */

#define EPOCH ((time_t)1700000000) /* 2023-11-14 22:13:20 UTC */

static char *tmp;

static inline int setup(void **state)
{
	(void)state;
	tmp = mem_dup("/tmp/test_fat.XXXXXX");
	return mkdtemp(tmp) != NULL ? 0 : -1;
}

static inline int teardown(void **state)
{
	(void)state;
	fs_remove_tree(tmp);
	free(tmp);
	return 0;
}

static inline char *in_tmp(const char *name)
{
	return path_join(tmp, name);
}

static inline struct strbuf slurp(const char *path)
{
	struct strbuf b = {0};

	assert_int_equal(fs_read(path, (size_t)1 << 28, &b), 0);
	return b;
}

static inline void fsck(const char *path)
{
	const char *const argv[] = {"fsck.fat", "-n", path, NULL};
	struct strbuf out = {0};

	assert_int_equal(exec_run("dosfstools", argv, NULL, &out), MK_OK);
	/* Two lines: the version, and "PATH: N files, U/T clusters". */
	assert_non_null(strchr(out.data, '\n'));
	assert_non_null(strstr(out.data, " clusters\n"));
	assert_ptr_equal(strchr(strchr(out.data, '\n') + 1, '\n') + 1, out.data + out.len);
	strbuf_free(&out);
}

static inline char *mtools(const char *program, const char *image, const char *option,
			   const char *name)
{
	const char *const argv[] = {program, "-i", image, name, option, NULL};
	const char *const env[] = {"MTOOLS_SKIP_CHECK=1", "TZ=UTC", NULL};
	struct strbuf out = {0};

	assert_int_equal(exec_run("mtools", argv, env, &out), MK_OK);
	return strbuf_take(&out);
}

/* What standard error got from F(ARG). */
static inline char *said(enum mk_status (*f)(const void *), const void *arg,
			 enum mk_status expected)
{
	char *path = in_tmp("stderr");
	int saved = dup(2), fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum mk_status st;
	struct strbuf b;

	fflush(stderr);
	dup2(fd, 2);
	st = f(arg);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	close(fd);
	assert_int_equal(st, expected);
	b = slurp(path);
	free(path);
	return strbuf_take(&b);
}

__attribute__((unused)) static const struct fat_geometry small = {
	.sectors = 200,
	.reserved_sectors = 1,
	.sectors_per_cluster = 1,
	.fats = 2,
	.root_entries = 16,
	.fat_sectors = 1,
	.sectors_per_track = 1,
	.heads = 1,
	.media = 0xF8,
	.serial = 0x12345678,
	.label = "ESP",
};

static inline uint32_t fat12(const unsigned char *fat, uint32_t i)
{
	unsigned v = fat[i * 3 / 2] | (unsigned)fat[i * 3 / 2 + 1] << 8;

	return i % 2 != 0 ? v >> 4 : v & 0xFFF;
}

/* Bytes of the data area that the FAT says are in use. */
static inline uint64_t used(const struct fat_geometry *g, const char *path)
{
	struct strbuf b = slurp(path);
	const unsigned char *fat = (unsigned char *)b.data + g->reserved_sectors * 512;
	uint64_t cluster = g->sectors_per_cluster * 512u, n = fat_capacity(g) / cluster, in_use = 0;

	for (uint32_t i = 2; i < n + 2; i++)
		if (n < 4085 ? fat12(fat, i) != 0 : (fat[2 * i] | fat[2 * i + 1]) != 0)
			in_use++;
	strbuf_free(&b);
	return in_use * cluster;
}

#endif

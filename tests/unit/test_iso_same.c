/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The image is the one libisofs alone would have written, and the same every time. */
#include "iso_fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

/* A folder each for sources and what is made of them. */
#define LONG_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONG_60 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789a/"
static const struct {
	const char *name;
	size_t size;
	bool in_memory;
} rows[] = {
	{"boot/kernel.elf", 300000, false}, /* an odd number of blocks, */
	{"boot/initrd.img", 65536, false},  /* so that this one is aligned, */
	{"boot/small", 2049, false},        /* this one not, */
	{"boot/second", 70000, false},
	{"boot/none", 0, false},
	{"boot/third", 1 << 20, false},
	{"tiny", 1, true},
	{"boot/menu.cfg", 4096, true},
	{"nothing", 0, true},
	{"\xc3\x9c"
	 "ber/\xe6\xbc\xa2\xe5\xad\x97/\xf0\x9f\x92\xbe.txt",
	 77, true},
	{LONG_64 LONG_64 LONG_64 LONG_64 "/"
					 "x",
	 5, false}, /* cut to 255 below */
	{"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/deep", 3000, false},
	{"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/deep2", 3000, true},
	{LONG_60 LONG_60 LONG_60 LONG_60 LONG_60 "far", 3, true}, /* over Joliet's 240 */
	{"UPPER and lower", 10, false},
	{"upper AND LOWER", 11, false}, /* the same name in ECMA-119's characters */
};

#define N (sizeof rows / sizeof *rows)

struct input {
	struct iso_file files[N];
	struct iso_image image;
	char *esp, *names[N];
};

static void input_init(struct input *in, const struct fixture *f, bool bios, bool efi,
		       size_t esp_size)
{
	*in = (struct input){0};
	for (size_t i = 0; i < N; i++) {
		struct iso_file *file = &in->files[i];
		char name[16];

		in->names[i] = mem_dup(rows[i].name);
		if (strlen(in->names[i]) > 256 && in->names[i][256] == '/')
			memmove(in->names[i] + 255, in->names[i] + 256, 3);
		snprintf(name, sizeof name, "s%zu", i);
		file->name = in->names[i];
		file->size = rows[i].size;
		if (rows[i].in_memory) {
			unsigned char *data = mem_alloc(rows[i].size + 1);

			pattern(data, rows[i].size, (unsigned)i + 100);
			file->data = data;
		} else {
			file->source = make_source(f, name, rows[i].size, (unsigned)i + 100);
		}
	}
	in->esp = make_source(f, "esp", esp_size, 99);
	in->image = (struct iso_image){
		.label = "SAME",
		.epoch = EPOCH,
		.files = in->files,
		.n_files = N,
		.bios_core = bios ? &f->core : NULL,
		.bios_mbr = bios ? f->mbr : NULL,
		.esp = efi ? in->esp : NULL,
		.guid = fixture_guid,
	};
}

static void input_free(struct input *in)
{
	for (size_t i = 0; i < N; i++) {
		free((void *)(uintptr_t)in->files[i].data);
		free((void *)(uintptr_t)in->files[i].source);
		free(in->names[i]);
	}
	free(in->esp);
}

/* What is large begins at an even block, so that it can be shared (FICLONERANGE). */
static void assert_aligned(const char *path)
{
	struct strbuf image = load(path);

	for (size_t i = 0; i < N; i++) {
		struct record r;

		if (rows[i].size < 65536)
			continue;
		assert_int_equal(lookup((unsigned char *)image.data, rows[i].name, &r, 1), 1);
		assert_int_equal(r.lba % 2, 0);
	}
	strbuf_free(&image);
}

/* Each layout, with cores of both parities, so that payloads begin at even and odd blocks. */
static void as_libisofs_alone_would(void **state)
{
	const struct fixture *f = *state;
	char *a = in_dir(f, "a.iso"), *b = in_dir(f, "b.iso");

	for (unsigned layout = 0; layout < 16; layout++) {
		struct strbuf core = {0}, text = {0};
		struct input in;

		input_init(&in, f, layout & 1, layout & 2, layout & 4 ? 614400 : 262656);
		strbuf_add(&core, f->core.data, f->core.len - (layout & 8 ? 2048 : 0));
		if (layout & 1)
			in.image.bios_core = &core;
		unlink(a);
		unlink(b);
		CAPTURE(f, &text, {
			assert_int_equal(iso_write(a, &in.image), MK_OK);
			assert_int_equal(iso_write_plain(b, &in.image), MK_OK);
		});
		assert_string_equal(text.data, ""); /* nothing to warn of */
		assert_same_files(a, b);
		assert_aligned(a);
		strbuf_free(&core);
		strbuf_free(&text);
		input_free(&in);
	}
	free(a);
	free(b);
}

/* Another reader: every file is there, whole, under its name, and nothing else. */
static void libarchive_reads_it_back(void **state)
{
	const struct fixture *f = *state;
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	struct input in;
	struct strbuf text = {0};
	char *path = in_dir(f, "read.iso");
	size_t found = 0, others = 0;

	input_init(&in, f, true, true, 262656);
	CAPTURE(f, &text, assert_int_equal(iso_write(path, &in.image), MK_OK));
	assert_int_equal(archive_read_support_format_iso9660(a), ARCHIVE_OK);
	assert_int_equal(archive_read_open_filename(a, path, 65536), ARCHIVE_OK);
	while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(e);
		size_t i = 0;

		assert_int_equal(archive_entry_mtime(e), EPOCH);
		assert_int_equal(archive_entry_uid(e), 0);
		if (archive_entry_filetype(e) == AE_IFDIR) {
			assert_int_equal(archive_entry_perm(e), 0555);
			continue;
		}
		assert_int_equal(archive_entry_perm(e), 0444);
		while (i < N && strcmp(name, in.names[i]) != 0)
			i++;
		if (i == N) {
			others++;
			assert_true(strcmp(name, "boot/core.img") == 0 ||
				    strcmp(name, "boot/boot.cat") == 0);
			continue;
		}
		found++;
		assert_int_equal(archive_entry_size(e), rows[i].size);
		{
			unsigned char *want = mem_alloc(rows[i].size + 1);
			unsigned char *got = mem_alloc(rows[i].size + 1);

			pattern(want, rows[i].size, (unsigned)i + 100);
			assert_int_equal(archive_read_data(a, got, rows[i].size + 1), rows[i].size);
			assert_memory_equal(want, got, rows[i].size + 1);
			free(want);
			free(got);
		}
	}
	assert_int_equal(found, N);
	assert_int_equal(others, 2);
	archive_read_free(a);
	strbuf_free(&text);
	input_free(&in);
	free(path);
}

/* In the Joliet tree too, where names are cut off. */
static void joliet_has_every_file(void **state)
{
	const struct fixture *f = *state;
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	struct input in;
	struct strbuf text = {0};
	char *path = in_dir(f, "joliet.iso");
	size_t found = 0, bytes = 0;
	int r;

	input_init(&in, f, true, true, 262656);
	CAPTURE(f, &text, assert_int_equal(iso_write(path, &in.image), MK_OK));
	assert_int_equal(archive_read_support_format_iso9660(a), ARCHIVE_OK);
	assert_int_equal(archive_read_set_options(a, "iso9660:!rockridge"), ARCHIVE_OK);
	assert_int_equal(archive_read_open_filename(a, path, 65536), ARCHIVE_OK);
	/* A warning: a name that the C locale cannot express. */
	while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		if (archive_entry_filetype(e) != AE_IFREG)
			continue;
		found++;
		bytes += (size_t)archive_entry_size(e);
	}
	assert_int_equal(r, ARCHIVE_EOF);
	for (size_t i = 0; i < N; i++)
		bytes -= rows[i].size;
	assert_int_equal(found, N + 2);
	assert_int_equal(bytes, f->core.len + ISO_BLOCK); /* the catalogue's */
	archive_read_free(a);
	strbuf_free(&text);
	input_free(&in);
	free(path);
}

/* Folders' records come from nodes that the heap has put in another order. */
static void disturb_heap(void)
{
	void *p[400];

	for (size_t i = 0; i < 400; i++)
		p[i] = mem_alloc(16 + i % 24 * 8);
	for (size_t i = 0; i < 400; i++) /* 173 is prime to 400: each once */
		free(p[i * 173 % 400]);
}

/* The bytes depend on the struct alone. */
static void the_same_at_any_time_and_place(void **state)
{
	const struct fixture *f = *state;
	static const char *const zones[] = {"UTC", "Asia/Kathmandu", "XYZ-13:45"};
	struct fixture there = *f;
	char *first = in_dir(f, "first.iso");
	struct strbuf text = {0};
	struct input in;
	mode_t old = umask(022);

	input_init(&in, f, true, true, 262656);
	unlink(first);
	CAPTURE(f, &text, assert_int_equal(iso_write(first, &in.image), MK_OK));
	input_free(&in);
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		char *path;

		there.dir = mem_printf("%s/%zu", f->dir, i);
		assert_int_equal(fs_mkdirs(there.dir), 0);
		/* Other inode numbers, other times of the sources. */
		for (size_t k = 0; k <= i; k++) {
			char name[16];

			snprintf(name, sizeof name, "filler%zu", k);
			free(make_source(&there, name, 10, 0));
		}
		input_init(&in, &there, true, true, 262656);
		assert_int_equal(fs_set_mtime(in.files[0].source, 1000000 * (time_t)i), 0);
		path = in_dir(&there, "out.iso");
		setenv("TZ", zones[i], 1);
		tzset();
		umask(i == 1 ? 077 : 0);
		disturb_heap();
		CAPTURE(f, &text, assert_int_equal(iso_write(path, &in.image), MK_OK));
		umask(022);
		assert_same_files(first, path);
		input_free(&in);
		free(path);
		free(there.dir);
	}
	unsetenv("TZ");
	umask(old);
	strbuf_free(&text);
	free(first);
}

/* Of data, holes and data again. */
static void holes_are_zeros(void **state)
{
	const struct fixture *f = *state;
	const size_t size = 200 * 4096 + 100;
	unsigned char *want = mem_alloc(size);
	char *source = in_dir(f, "holes"), *path = in_dir(f, "holes.iso");
	const struct iso_file file = {.name = "holes", .source = source, .size = size};
	const struct iso_image image = {.label = "HOLES", .files = &file, .n_files = 1};
	int fd = open(source, O_WRONLY | O_CREAT, 0600);
	struct strbuf b;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	for (size_t at = 4096; at + 8000 < size; at += 5 * 4096) {
		pattern(want + at, 7000, (unsigned)at);
		assert_int_equal(fs_pwrite(fd, want + at, 7000, (off_t)at), 0);
	}
	close(fd);
	assert_int_equal(iso_write(path, &image), MK_OK);
	b = load(path);
	assert_contents(&b, "holes", want, size);
	strbuf_free(&b);
	free(want);
	free(source);
	free(path);
}

/* And on all of it. */
static void each_thing_said_matters(void **state)
{
	const struct fixture *f = *state;
	static const unsigned char other_guid[16] = {77};
	char *first = in_dir(f, "m.iso"), *path = in_dir(f, "n.iso");
	struct strbuf text = {0}, core = {0}, a, b;
	unsigned char mbr[512];
	struct input in;

	input_init(&in, f, true, true, 262656);
	strbuf_add(&core, f->core.data, f->core.len);
	core.data[30000] ^= 1;
	memcpy(mbr, f->mbr, sizeof mbr);
	mbr[100] ^= 1;
	CAPTURE(f, &text, assert_int_equal(iso_write(first, &in.image), MK_OK));
	a = load(first);
	for (unsigned what = 0; what < 6; what++) {
		struct iso_image image = in.image;

		image.label = what == 0 ? "SAMF" : image.label;
		image.epoch += what == 1;
		image.guid = what == 2 ? other_guid : image.guid;
		image.bios_core = what == 3 ? &core : image.bios_core;
		image.bios_mbr = what == 4 ? mbr : image.bios_mbr;
		image.n_files -= what == 5;
		unlink(path);
		CAPTURE(f, &text, assert_int_equal(iso_write(path, &image), MK_OK));
		b = load(path);
		assert_true(a.len != b.len || memcmp(a.data, b.data, a.len) != 0);
		strbuf_free(&b);
	}
	strbuf_free(&a);
	strbuf_free(&core);
	strbuf_free(&text);
	input_free(&in);
	free(first);
	free(path);
}

/* The peak in KiB of a process that writes an image with this one file. */
static long peak_of(const char *path, const char *source, uint64_t size)
{
	struct rusage use;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		const struct iso_file file = {.name = "f", .source = source, .size = size};
		const struct iso_image image = {.label = "L", .files = &file, .n_files = 1};

		_exit(iso_write(path, &image) == MK_OK ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(wait4(pid, &status, 0, &use), pid);
	assert_int_equal(status, 0);
	return use.ru_maxrss;
}

static void memory_does_not_follow_the_payload(void **state)
{
	const struct fixture *f = *state;
	/* Static, so that the children do not lose them: valgrind looks at those too. */
	static char *path, *small, *big, *real;
	long few, many, written;

	path = in_dir(f, "mem.iso");
	small = make_source(f, "mem.small", 1 << 21, 5);
	big = make_source(f, "mem.big", 1 << 21, 5);
	real = in_dir(f, "mem.real");
	/* 2 GiB of which most is a hole, and 96 MiB that is none. */
	assert_int_equal(truncate(big, (off_t)1 << 31), 0);
	assert_int_equal(fs_copy(small, real), 0);
	{
		int in = open(small, O_RDONLY), out = open(real, O_WRONLY);

		for (off_t at = 0; at < 96 << 20; at += 1 << 21)
			assert_int_equal(fs_copy_range(in, 0, out, at, 1 << 21), 0);
		close(in);
		close(out);
	}
	few = peak_of(path, small, 1 << 21);
	unlink(path);
	many = peak_of(path, big, (uint64_t)1 << 31);
	unlink(path);
	written = peak_of(path, real, 96 << 20);
	unlink(path);
	assert_true(many - few < 8 * 1024);
	assert_true(written - few < 8 * 1024);
#ifndef __SANITIZE_ADDRESS__
	if (getenv("LD_PRELOAD") == NULL || strstr(getenv("LD_PRELOAD"), "vgpreload") == NULL)
		assert_true(many < 64 * 1024 && written < 64 * 1024);
#endif
	unlink(real);
	free(path);
	free(small);
	free(big);
	free(real);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_libisofs_alone_would),
		cmocka_unit_test(libarchive_reads_it_back),
		cmocka_unit_test(joliet_has_every_file),
		cmocka_unit_test(the_same_at_any_time_and_place),
		cmocka_unit_test(holes_are_zeros),
		cmocka_unit_test(each_thing_said_matters),
		cmocka_unit_test(memory_does_not_follow_the_payload),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

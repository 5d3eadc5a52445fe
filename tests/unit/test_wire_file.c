/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that comes over the network (protocols/wire/file.c), from a source of the test's own that
 * gives what it likes: pieces of odd lengths, an early end, an error, another place than asked. */
#include "testing.h"

#include "../../protocols/wire/file.c"

#define SIZE 2000003u

struct server {
	uint64_t size, at; /* how much there is; where it stands */
	uint64_t fails_at; /* UINT64_MAX: never */
	size_t most;       /* in one piece */
	bool to_the_beginning;
	unsigned sought, closed;
	uint64_t gave;
};

static struct server server;
static struct grub_net net = {.name = (char *)"/boot/big"};
static struct grub_device device = {&net};
static struct grub_fs grubs_fs;
static struct grub_file file;
static unsigned progress_shown;
static uint64_t told;

void wire_progress_begin(struct wire_progress *p, u64 total)
{
	p->total = total;
	progress_shown++;
}
void wire_progress(struct wire_progress *p, u64 done)
{
	(void)p;
	(void)done;
}
void wire_progress_end(struct wire_progress *p)
{
	(void)p;
	progress_shown = 0;
}

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 2654435761u >> 13);
}

static grub_ssize_t give(void *state, void *buf, usize len)
{
	struct server *s = state;
	uint64_t n = len < s->most ? len : s->most;

	assert_true(len > 0);
	assert_int_equal(s->closed, 0);
	assert_int_equal(grub_errno, GRUB_ERR_NONE);
	n = n < s->size - s->at ? n : s->size - s->at;
	if (s->at + n > s->fails_at) {
		grub_error(GRUB_ERR_IO, "the server is tired");
		return -1;
	}
	for (uint64_t i = 0; i < n; i++)
		((uint8_t *)buf)[i] = byte_at(s->at + i);
	s->at += n;
	s->gave += n;
	s->most = s->most % 1499 + 1;
	return (grub_ssize_t)n;
}

static grub_err_t seek(void *state, u64 offset, u64 *at)
{
	struct server *s = state;

	s->sought++;
	/* one that begins again, and one that goes to the block before */
	s->at = s->to_the_beginning ? (offset < s->at ? 0 : s->at) : offset & ~UINT64_C(511);
	*at = s->at;
	return GRUB_ERR_NONE;
}

static void shut(void *state)
{
	((struct server *)state)->closed++;
	/* what it sends on its way may fail */
	grub_error(GRUB_ERR_BUG, "not sent");
	grub_errno = GRUB_ERR_NONE;
}

static const struct wire_source source = {give, seek, shut};

static void count(grub_disk_addr_t sector, unsigned offset, unsigned length, void *data)
{
	assert_int_equal(sector + offset, 0);
	assert_ptr_equal(data, &file);
	told += length;
}

static grub_err_t open_file(uint64_t size)
{
	file = (struct grub_file){.device = &device, .fs = &grubs_fs};
	told = 0;
	grub_errno = GRUB_ERR_NONE;
	grub_file_progress_hook = count;
	return wire_file(&file, &source, &server, size);
}

static void begin(uint64_t there)
{
	server = (struct server){.size = there, .fails_at = UINT64_MAX, .most = 700};
}

static void close_file(void)
{
	assert_int_equal(wire_file_close(&file), GRUB_ERR_NONE);
	assert_int_equal(wire_file_close(&file), GRUB_ERR_NONE);
	assert_int_equal(server.closed, 1);
	assert_int_equal(progress_shown, 0);
}

/* As grub_file_read does it: never beyond the size. */
static grub_ssize_t read_at(uint64_t offset, size_t len)
{
	/* the sanitizers see a byte too many */
	char *buf = malloc(len);
	grub_ssize_t n;

	assert_true(offset + len <= file.size);
	file.offset = offset;
	n = file.fs->fs_read(&file, buf, len);
	for (grub_ssize_t i = 0; i < n; i++)
		assert_int_equal((uint8_t)buf[i], byte_at(offset + (uint64_t)i));
	free(buf);
	return n;
}

static void a_file_is_read_through(void **state)
{
	(void)state;
	begin(SIZE);
	assert_int_equal(open_file(SIZE), GRUB_ERR_NONE);
	assert_int_equal(file.size, SIZE);
	assert_true(file.not_easily_seekable);
	assert_ptr_equal(file.fs->fs_close, grubs_fs.fs_close);
	for (uint64_t at = 0; at < SIZE; at += 32768) {
		size_t n = SIZE - at < 32768 ? (size_t)(SIZE - at) : 32768;

		assert_int_equal(read_at(at, n), n);
	}
	assert_int_equal(progress_shown, 0);
	assert_int_equal(server.gave, SIZE);
	assert_int_equal(told, SIZE);
	assert_int_equal(server.sought, 0);
	close_file();
}

static void seeks_are_the_sources_or_read_over(void **state)
{
	(void)state;
	for (int beginning = 0; beginning < 2; beginning++) {
		begin(SIZE);
		server.to_the_beginning = beginning;
		open_file(SIZE);
		assert_int_equal(read_at(1000, 5), 5); /* near: read over */
		assert_int_equal(server.sought, 0);
		assert_int_equal(read_at(SIZE - 4, 4), 4);
		assert_int_equal(server.sought, 1);
		assert_int_equal(read_at(7, 300), 300);
		assert_int_equal(server.sought, 2);
		assert_int_equal(read_at(307, 300), 300);
		assert_int_equal(server.sought, 2);
		close_file();
	}
}

static void an_early_end_is_an_error_and_stays_one(void **state)
{
	(void)state;
	begin(5000);
	open_file(SIZE);
	assert_int_equal(read_at(0, 4000), 4000);
	assert_int_equal(read_at(4000, 4000), -1);
	assert_int_equal(grub_errno, GRUB_ERR_FILE_READ_ERROR);
	assert_string_equal(grub_errmsg, "/boot/big: it ended after 5000 of 2000003 bytes");
	grub_errno = GRUB_ERR_NONE;
	grub_errmsg[0] = '\0';
	assert_int_equal(read_at(0, 1), -1);
	assert_int_equal(grub_errno, GRUB_ERR_FILE_READ_ERROR);
	assert_string_equal(grub_errmsg, "/boot/big: it ended after 5000 of 2000003 bytes");
	close_file();
	/* while passing over it */
	begin(5000);
	open_file(SIZE);
	assert_int_equal(read_at(6000, 1), -1);
	assert_string_equal(grub_errmsg, "/boot/big: it ended after 5000 of 2000003 bytes");
	close_file();
}

static void an_error_stays_one(void **state)
{
	(void)state;
	begin(SIZE);
	server.fails_at = 100000;
	open_file(SIZE);
	assert_int_equal(read_at(0, 200000), -1);
	grub_errno = GRUB_ERR_NONE;
	server.fails_at = UINT64_MAX;
	assert_int_equal(read_at(0, 10), -1);
	assert_int_equal(grub_errno, GRUB_ERR_IO);
	assert_string_equal(grub_errmsg, "the server is tired");
	close_file();
}

static void one_of_unknown_size_is_in_memory(void **state)
{
	static const uint64_t sizes[] = {0, 1, 65535, 65536, 65537, 3 * 65536, 3 * 65536 + 1, SIZE};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		begin(sizes[i]);
		assert_int_equal(open_file(GRUB_FILE_SIZE_UNKNOWN), GRUB_ERR_NONE);
		assert_int_equal(file.size, sizes[i]);
		assert_false(file.not_easily_seekable);
		assert_int_equal(server.closed, 1);
		assert_int_equal(read_at(0, sizes[i]), sizes[i]);
		for (uint64_t at = sizes[i]; at > 0; at -= at < 4099 ? at : 4099) {
			size_t n = at < 5000 ? (size_t)at : 5000;

			assert_int_equal(read_at(at - n, n), n);
		}
		for (uint64_t at = 0; at + 7 < sizes[i]; at += 40009)
			assert_int_equal(read_at(at, 7), 7);
		close_file();
	}
}

static void one_that_cannot_be_had_is_no_file(void **state)
{
	(void)state;
	begin(SIZE);
	server.fails_at = 100000;
	assert_int_equal(open_file(GRUB_FILE_SIZE_UNKNOWN), GRUB_ERR_IO);
	assert_int_equal(grub_errno, GRUB_ERR_IO);
	assert_string_equal(grub_errmsg, "the server is tired");
	assert_int_equal(server.closed, 1);
	assert_ptr_equal(file.fs, &grubs_fs);
	assert_int_equal(progress_shown, 0);
}

static void a_loaders_error_outlives_its_file(void **state)
{
	(void)state;
	begin(SIZE);
	open_file(SIZE);
	assert_int_equal(read_at(0, 100), 100);
	grub_error(GRUB_ERR_IO, "no kernel");
	close_file();
	assert_int_equal(grub_errno, GRUB_ERR_IO);
	assert_string_equal(grub_errmsg, "no kernel");
}

static void a_path_is_fit_to_be_shown(void **state)
{
	char shown[WIRE_SHOWN], path[501], want[WIRE_SHOWN];

	(void)state;
	wire_shown(shown, "/boot/\xc3\xa4 \x1b[7m\n\x7f");
	assert_string_equal(shown, "/boot/\xc3\xa4 ?[7m??");
	memset(path, 'x', 500);
	for (size_t len = 78; len <= 82; len++) {
		path[len] = '\0';
		wire_shown(shown, path);
		assert_int_equal(strlen(shown), len <= 80 ? len : 83);
		path[len] = 'x';
	}
	path[500] = '\0';
	memset(want, 'x', sizeof want);
	memcpy(want, "...", 3);
	want[83] = '\0';
	wire_shown(shown, path);
	assert_string_equal(shown, want);
	wire_shown(shown, "");
	assert_string_equal(shown, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_through),
		cmocka_unit_test(seeks_are_the_sources_or_read_over),
		cmocka_unit_test(an_early_end_is_an_error_and_stays_one),
		cmocka_unit_test(an_error_stays_one),
		cmocka_unit_test(one_of_unknown_size_is_in_memory),
		cmocka_unit_test(one_that_cannot_be_had_is_no_file),
		cmocka_unit_test(a_loaders_error_outlives_its_file),
		cmocka_unit_test(a_path_is_fit_to_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cannot be written: one clear message, the right status, no image left behind. */
#include "iso_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

static struct iso_image image_of(const struct iso_file *files, size_t n)
{
	return (struct iso_image){
		.label = "ERRORS",
		.epoch = EPOCH,
		.files = files,
		.n_files = n,
		.guid = fixture_guid,
	};
}

/* Writing IMAGE to PATH gives STATUS and one line with each of these in it. */
static void refused_at(const struct fixture *f, const char *path, const struct iso_image *image,
		       enum mk_status status, const char *about, const char *says)
{
	struct strbuf text = {0};
	enum mk_status s;

	CAPTURE(f, &text, s = iso_write(path, image));
	if (s != status || strstr(text.data, about) == NULL || strstr(text.data, says) == NULL ||
	    count_lines(text.data) != 1)
		fail_msg("status %d, not %d; or no \"%s\" and \"%s\" in: %s", (int)s, (int)status,
			 about, says, text.data);
	strbuf_free(&text);
}

static void refused(const struct fixture *f, const struct iso_image *image, enum mk_status status,
		    const char *about, const char *says)
{
	char *path = in_dir(f, "refused.iso");

	refused_at(f, path, image, status, about, says);
	assert_false(fs_exists(path));
	free(path);
}

static void labels(void **state)
{
	static const char *const bad[] = {
		"",    "lower", "A B", "\xc3\x84",
		"A-B", "A\nB",  "A.B", "A123456789012345678901234567890XY"};
	static const char *const good[] = {"A", "_", "A12345678901234567890123456789XY"};
	struct iso_image image = image_of(NULL, 0);
	char *path = in_dir(*state, "label.iso");

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		image.label = bad[i];
		refused(*state, &image, MK_BAD_INPUT, "volume label", "A-Z, 0-9 and _");
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		image.label = good[i];
		assert_int_equal(iso_write(path, &image), MK_OK);
		unlink(path);
	}
	free(path);
}

static void names(void **state)
{
	static const struct {
		const char *name, *about, *says;
	} rows[] = {
		{"", "\"\"", "empty"},
		{"/a", "\"/a\"", "slash"},
		{"a/", "\"a/\"", "slash"},
		{"a//b", "\"a//b\"", "slash"},
		{".", "\".\"", "cannot be used"},
		{"a/../b", "\"a/../b\"", "cannot be used"},
		{"a\nb", "\"a\\x0ab\"", "control"},
		{"a\x7f", "\"a\\x7f\"", "control"},
		{"a\xff", "\"a\\xff\"", "UTF-8"},
		{"\xc3", "\\xc3", "UTF-8"},
		{"\xc0\xaf", "\\xc0\\xaf", "UTF-8"},    /* overlong */
		{"\xe0\x80\xaf", "\\xe0", "UTF-8"},     /* overlong */
		{"\xed\xa0\x80", "\\xed", "UTF-8"},     /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4", "UTF-8"}, /* over U+10FFFF */
		{"\xf0\x9f\x92", "\\xf0", "UTF-8"},     /* cut off */
		{"\xe4\xbc", "\\xe4", "UTF-8"},
		{"\x80", "\\x80", "UTF-8"},
	};
	char long_name[257];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct iso_file file = {.name = rows[i].name, .data = "x", .size = 1};
		const struct iso_image image = image_of(&file, 1);

		refused(*state, &image, MK_BAD_INPUT, rows[i].about, rows[i].says);
	}
	memset(long_name, 'n', 256);
	long_name[256] = '\0';
	{
		const struct iso_file file = {.name = long_name, .data = "x", .size = 1};
		const struct iso_image image = image_of(&file, 1);

		refused(*state, &image, MK_BAD_INPUT, "nnnn", "255");
	}
}

static void names_taken(void **state)
{
	const struct fixture *f = *state;
	static const struct {
		const char *first, *second;
	} rows[] = {
		{"a", "a"},
		{"a/b", "a/b"},
		{"a", "a/b"},
		{"a/b", "a"},
		{"other", "boot/core.img"},
		{"other", "boot/boot.cat"},
		{"other", "boot"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct iso_file files[] = {
			{.name = rows[i].first, .data = "x", .size = 1},
			{.name = rows[i].second, .data = "y", .size = 1},
		};
		struct iso_image image = image_of(files, 2);

		image.bios_core = &f->core;
		image.bios_mbr = f->mbr;
		refused(f, &image, MK_BAD_INPUT, rows[i].second, "rename");
	}
}

static void times_and_sizes(void **state)
{
	const struct iso_file files[] = {
		{.name = "a", .source = "/nonexistent", .size = (uint64_t)3 << 40},
		{.name = "b", .source = "/nonexistent", .size = (uint64_t)2 << 40},
	};
	struct iso_image image = image_of(files, 2);

	refused(*state, &image, MK_BAD_INPUT, "\"b\"", "4 TiB");
	image = image_of(NULL, 0);
	image.epoch = -1;
	refused(*state, &image, MK_BAD_INPUT, "-1", "1970");
	image.epoch = 5869584000;
	refused(*state, &image, MK_BAD_INPUT, "5869584000", "2155");
}

static void paths(void **state)
{
	const struct fixture *f = *state;
	const struct iso_image image = image_of(NULL, 0);
	char *there = make_source(f, "there", 10, 1);
	struct strbuf before = load(there), after;

	refused_at(f, "/nonexistent/x.iso", &image, MK_FAILED, "/nonexistent/x.iso",
		   strerror(ENOENT));
	refused_at(f, f->dir, &image, MK_FAILED, f->dir, strerror(EEXIST));
	refused_at(f, there, &image, MK_FAILED, there, strerror(EEXIST));
	after = load(there);
	assert_int_equal(after.len, before.len);
	assert_memory_equal(after.data, before.data, before.len);
	strbuf_free(&before);
	strbuf_free(&after);
	free(there);
}

static void sources(void **state)
{
	const struct fixture *f = *state;
	char *right = make_source(f, "right", 5000, 1), *fifo = in_dir(f, "fifo");
	const struct {
		const char *source, *says;
		uint64_t size;
	} rows[] = {
		{"/nonexistent", strerror(ENOENT), 1},
		{f->dir, "not a regular file", 1},
		{fifo, "not a regular file", 1},
		{"/dev/zero", "not a regular file", 1},
		{right, "is 5000 bytes, no longer 4999", 4999},
		{right, "is 5000 bytes, no longer 5001", 5001},
		{right, "is 5000 bytes, no longer 0", 0},
	};

	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct iso_file file = {
			.name = "f", .source = rows[i].source, .size = rows[i].size};
		const struct iso_image image = image_of(&file, 1);

		refused(f, &image, MK_FAILED, rows[i].source, rows[i].says);
	}
	free(right);
	free(fifo);
}

static void system_partitions(void **state)
{
	const struct fixture *f = *state;
	char *odd = make_source(f, "odd", 5000, 1), *empty = make_source(f, "empty", 0, 1);
	const struct {
		const char *esp, *says;
	} rows[] = {
		{"/nonexistent", strerror(ENOENT)},
		{f->dir, "not a regular file"},
		{odd, "multiple of 512"},
		{empty, "multiple of 512"},
	};
	struct iso_image image = image_of(NULL, 0);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		image.esp = rows[i].esp;
		refused(f, &image, MK_FAILED, rows[i].esp, rows[i].says);
	}
	free(odd);
	free(empty);
}

/* A source that another process works on. */
struct meddler {
	const char *source, *image;
	off_t size;
	bool cut; /* shorten it as soon as something is copied; else change its time all along */
	atomic_bool started, stop;
};

static void *meddle(void *arg)
{
	struct meddler *m = arg;
	struct stat st;
	time_t t = 1;

	atomic_store(&m->started, true);
	while (!atomic_load(&m->stop)) {
		sched_yield(); /* valgrind runs one thread at a time */
		if (!m->cut)
			fs_set_mtime(m->source, t++);
		else if (stat(m->image, &st) == 0 && st.st_blocks > 2048)
			return truncate(m->source, 4096) == 0 ? m : NULL;
	}
	return m;
}

static void changing_sources(void **state)
{
	const struct fixture *f = *state;
	const size_t size = 32 << 20;
	char *source = make_source(f, "changing", size, 1), *path = in_dir(f, "changing.iso");
	const struct iso_file file = {.name = "f", .source = source, .size = size};
	const struct iso_image image = image_of(&file, 1);

	for (unsigned i = 0; i < 2; i++) {
		enum mk_status s = MK_OK;

		/* The meddler may come too late on a busy machine: then nothing was wrong. */
		for (unsigned tries = 0; tries < 50 && s == MK_OK; tries++) {
			struct meddler m = {.source = source,
					    .image = path,
					    .size = (off_t)size,
					    .cut = i == 1};
			struct strbuf text = {0};
			pthread_t thread;

			unlink(path);
			free(make_source(f, "changing", size, 1));
			assert_int_equal(pthread_create(&thread, NULL, meddle, &m), 0);
			while (!atomic_load(&m.started))
				sched_yield();
			CAPTURE(f, &text, s = iso_write(path, &image));
			atomic_store(&m.stop, true);
			pthread_join(thread, NULL);
			if (s != MK_OK) {
				assert_int_equal(s, MK_FAILED);
				assert_non_null(strstr(text.data, source));
				assert_non_null(strstr(text.data, "changed while"));
				assert_int_equal(count_lines(text.data), 1);
				assert_false(fs_exists(path));
			}
			strbuf_free(&text);
		}
		assert_int_equal(s, MK_FAILED);
	}
	free(source);
	free(path);
}

/* What iso_write does in a process of its own, after PREPARE; -1 where that cannot be had. */
static int in_child(bool (*prepare)(const struct fixture *), const struct fixture *f,
		    const char *path, const struct iso_image *image)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!prepare(f))
			_exit(99);
		_exit((int)iso_write(path, image) | (fs_exists(path) ? 64 : 0));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 99 ? -1 : WEXITSTATUS(status);
}

static bool limit_files(const struct fixture *f)
{
	const struct rlimit limit = {.rlim_cur = 100000, .rlim_max = 100000};

	(void)f;
	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

static void files_limited(void **state)
{
	const struct fixture *f = *state;
	static char *source, *path; /* as in disk_full */
	static struct strbuf text;
	int s;

	source = make_source(f, "limited", 200000, 1);
	path = in_dir(f, "limited.iso");
	{
		const struct iso_file file = {.name = "f", .source = source, .size = 200000};
		const struct iso_image image = image_of(&file, 1);

		CAPTURE(f, &text, s = in_child(limit_files, f, path, &image));
	}
	assert_int_equal(s, MK_FAILED);
	assert_non_null(strstr(text.data, path));
	assert_non_null(strstr(text.data, strerror(EFBIG)));
	assert_int_equal(count_lines(text.data), 1);
	strbuf_free(&text);
	free(source);
	free(path);
}

/* A disk of 256 KiB, in a mount namespace that ends with the process. */
static bool mount_small(const struct fixture *f)
{
	char *dir = in_dir(f, "full");
	bool ok = (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
		  mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
		  mount("none", dir, "tmpfs", 0, "size=256k") == 0;

	free(dir);
	return ok;
}

static void disk_full(void **state)
{
	const struct fixture *f = *state;
	/* Static, so that the children do not lose them: valgrind looks at those too. */
	static char *dir, *source, *path, *data;
	static struct strbuf text;
	bool possible = true;

	dir = in_dir(f, "full");
	source = make_source(f, "large", 1000000, 1);
	path = in_dir(f, "full/out.iso");
	data = mem_alloc(1000000);
	assert_int_equal(mkdir(dir, 0700), 0);
	for (size_t i = 0; possible && i < 2; i++) {
		const struct iso_file file = {
			.name = "f",
			.source = i == 0 ? source : NULL,
			.data = i == 0 ? NULL : data,
			.size = 1000000,
		};
		const struct iso_image image = image_of(&file, 1);
		int s;

		CAPTURE(f, &text, s = in_child(mount_small, f, path, &image));
		possible = s >= 0;
		if (!possible)
			break;
		assert_int_equal(s, MK_FAILED);
		assert_non_null(strstr(text.data, path));
		assert_non_null(strstr(text.data, strerror(ENOSPC)));
		assert_int_equal(count_lines(text.data), 1);
	}
	strbuf_free(&text);
	free(dir);
	free(source);
	free(path);
	free(data);
	if (!possible)
		skip(); /* no mount namespaces here */
}

/* The caller's signal mask is what it was. */
static void leaves_the_signal_mask(void **state)
{
	const struct iso_image image = image_of(NULL, 0);
	char *path = in_dir(*state, "signals.iso");
	sigset_t mask, after;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	assert_int_equal(iso_write(path, &image), MK_OK);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig < 32; sig++)
		assert_int_equal(sigismember(&after, sig), sig == SIGUSR1);
	sigemptyset(&mask);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(names),
		cmocka_unit_test(names_taken),
		cmocka_unit_test(times_and_sizes),
		cmocka_unit_test(paths),
		cmocka_unit_test(sources),
		cmocka_unit_test(system_partitions),
		cmocka_unit_test(changing_sources),
		cmocka_unit_test(files_limited),
		cmocka_unit_test(disk_full),
		cmocka_unit_test(leaves_the_signal_mask),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of a web server that loses its connections, changes them, or says nothing; and files that
 * wait for others. */
#include "http_site.h"

#define KIB 1024u
#define MIB (1024u * KIB)

static void test_all(void **state)
{
	struct http_fetch *f;

	(void)state;
	site_begin(3 * MIB);
	f = site_open();
	assert_non_null(f);
	assert_true(f->size == site.size);
	assert_int_equal(site_read(f, 0, 4 * MIB), 3 * MIB);
	assert_int_equal(site_read(f, 0, 1), 0);
	http_fetch_close(f);
	assert_int_equal(site.requests, 1);
	/* until the end of the connection */
	site_begin(3 * MIB);
	site.no_length = 1;
	f = site_open();
	assert_true(f->size == HTTP_UNKNOWN);
	assert_int_equal(site_read(f, 0, 4 * MIB), 3 * MIB);
	http_fetch_close(f);
	assert_int_equal(site.requests, 1);
}

/* GRUB opens all files of an initrd before it reads the first; a script is read while it runs.
 * That nobody asked for long is not the server's silence. */
static void test_waits_for_others(void **state)
{
	struct http_fetch *a, *b;

	(void)state;
	site_begin(3 * MIB);
	a = site_open();
	b = site_open();
	assert_non_null(b);
	assert_int_equal(site_read(b, 0, 100 * KIB), 100 * KIB);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(site_read(a, i * MIB, MIB), MIB);
		site.now += HTTP_TCP_SILENCE_MS;
	}
	assert_int_equal(site_read(b, 100 * KIB, 3 * MIB), 3 * MIB - 100 * KIB);
	http_fetch_close(a);
	http_fetch_close(b);
	assert_int_equal(site.n_conns, 2);
	assert_int_equal(site.requests, 2);
	/* nor that the server waits no longer */
	for (unsigned reset = 0; reset < 2; reset++) {
		site_begin(MIB);
		site.cut[0] = reset ? 0 : 200 * KIB;
		a = site_open();
		assert_int_equal(site_read(a, 0, 100 * KIB), 100 * KIB);
		site.conns[0].gone = site.conns[0].ack_due = (int)reset;
		b = site_open();
		assert_int_equal(site_read(b, 0, 2 * MIB), MIB);
		site.now += 100000;
		assert_int_equal(site_read(a, 100 * KIB, MIB), MIB - 100 * KIB);
		http_fetch_close(a);
		http_fetch_close(b);
		assert_int_equal(site.range_requests, 1);
	}
}

/* In a menu GRUB itself throws away what comes, and the server, which waits longer each time, does
 * not send it again for a while: another connection is quicker. How often that may be has no end.
 */
static void test_left_alone(void **state)
{
	struct http_fetch *f;
	u64 at = 0, begun;

	(void)state;
	site_begin(MIB);
	f = site_open();
	for (unsigned i = 0; i < 10; i++, at += 90 * KIB) {
		struct conn *c = &site.conns[site.n_conns - 1];

		assert_int_equal(site_read(f, at, 10 * KIB), 10 * KIB);
		c->sent += 3 * SEGMENT;
		c->nxt += 3 * SEGMENT;
		site.now += 30000;
		begun = site.now;
		assert_int_equal(site_read(f, at + 10 * KIB, 80 * KIB), 80 * KIB);
		assert_true(site.now - begun < 3000);
	}
	assert_int_equal(site.requests, 11);
	http_fetch_close(f);
	/* but not while it is read */
	site_begin(MIB);
	f = site_open();
	assert_int_equal(site_read(f, 0, 10 * KIB), 10 * KIB);
	site.conns[0].sent += 3 * SEGMENT;
	site.conns[0].nxt += 3 * SEGMENT;
	assert_int_equal(site_read(f, 10 * KIB, MIB), -1);
	assert_int_equal(grub_errno, GRUB_ERR_TIMEOUT);
	assert_int_equal(site.requests, 1);
	http_fetch_close(f);
}

/* Where it was cut it goes on, as long as there is progress. */
static void test_cut(void **state)
{
	struct http_fetch *f;

	(void)state;
	site_begin(6 * MIB);
	for (unsigned i = 0; i < CONNS; i++)
		site.cut[i] = 300 * KIB;
	f = site_open();
	assert_int_equal(site_read(f, 0, 6 * MIB), 6 * MIB);
	assert_int_equal(site.requests, 21);
	http_fetch_close(f);
	/* none */
	site_begin(6 * MIB);
	for (unsigned i = 0; i < CONNS; i++)
		site.cut[i] = 100 * KIB;
	f = site_open();
	assert_int_equal(site_read(f, 0, 6 * MIB), -1);
	assert_non_null(strstr(grub_errmsg, "/big: the connection was lost again and again"));
	http_fetch_close(f);
}

/* A server that begins at the beginning each time: what came once more is no progress, wherever it
 * is cut. */
static void test_cut_without_ranges(void **state)
{
	struct http_fetch *f;

	(void)state;
	site_begin(6 * MIB);
	site.no_ranges = 1;
	site.cut[0] = 2 * MIB;
	site.cut[1] = 4 * MIB;
	f = site_open();
	assert_int_equal(site_read(f, 0, 6 * MIB), 6 * MIB);
	assert_int_equal(site.requests, 3);
	http_fetch_close(f);
	site_begin(6 * MIB);
	site.no_ranges = 1;
	for (unsigned i = 0; i < CONNS; i++)
		site.cut[i] = i % 2 ? 2 * MIB : 4 * MIB;
	f = site_open();
	assert_int_equal(site_read(f, 0, 6 * MIB), -1);
	assert_non_null(strstr(grub_errmsg, "lost again and again"));
	assert_true(site.requests <= 2 * LOST_MOST);
	http_fetch_close(f);
}

static void cut_and_changed(const char *validator, int no_ranges, u64 size)
{
	struct http_fetch *f;

	site_begin(MIB);
	site.cut[0] = 300 * KIB;
	f = site_open();
	assert_int_equal(site_read(f, 0, 200 * KIB), 200 * KIB);
	site.version = 2;
	site.validator = validator;
	site.no_ranges = no_ranges;
	site.size = size;
	assert_int_equal(site_read(f, 200 * KIB, MIB), -1);
	assert_string_equal(grub_errmsg, "/big: the file on the server has changed meanwhile");
	http_fetch_close(f);
}

/* The beginning of one file and the end of another is neither. */
static void test_changed(void **state)
{
	(void)state;
	cut_and_changed("ETag: \"2\"\r\n", 0, MIB);
	cut_and_changed("ETag: \"2\"\r\n", 1, MIB);
	cut_and_changed(NULL, 1, MIB);
	cut_and_changed(NULL, 0, MIB + 1);
}

/* A server that does not do parts is asked for one once. */
static void test_no_ranges(void **state)
{
	struct http_fetch *f;
	u64 at;

	(void)state;
	site_begin(2 * MIB);
	site.no_ranges = 1;
	f = site_open();
	assert_int_equal(http_fetch_seek(f, MIB, &at), GRUB_ERR_NONE);
	assert_true(at == 0);
	assert_int_equal(site_read(f, 0, MIB), MIB);
	assert_int_equal(http_fetch_seek(f, 10, &at), GRUB_ERR_NONE);
	assert_true(at == 0);
	assert_int_equal(site_read(f, 0, KIB), KIB);
	assert_int_equal(http_fetch_seek(f, MIB, &at), GRUB_ERR_NONE);
	assert_true(at == KIB);
	assert_int_equal(site_read(f, KIB, KIB), KIB);
	http_fetch_close(f);
	assert_int_equal(site.range_requests, 1);
	assert_int_equal(site.requests, 3);
}

/* Here and there in the file, as a file system of it is read, by connections that are cut anywhere:
 * the right bytes, or an error. */
static void test_here_and_there(void **state)
{
	unsigned seed = 1, good = 0;

	(void)state;
	for (unsigned turn = 0; turn < 60; turn++) {
		struct http_fetch *f;
		u64 at = 0;
		int err = 0;

		site_begin(300 * KIB + turn);
		site.no_ranges = turn % 3 == 0;
		for (unsigned i = 0; i < CONNS; i++) {
			seed = seed * 1664525 + 1013904223;
			site.cut[i] = (seed >> 8) % 3 ? 0 : (seed >> 10) % (300 * KIB) + 1;
		}
		f = site_open();
		for (unsigned i = 0; i < 12 && f != NULL && !err; i++) {
			u64 to, n;

			seed = seed * 1664525 + 1013904223;
			to = (seed >> 4) % site.size;
			n = (seed >> 14) % (40 * KIB) + 1;
			n = n < site.size - to ? n : site.size - to;
			err = http_fetch_seek(f, to, &at) != GRUB_ERR_NONE;
			if (err)
				break;
			assert_true(at <= to);
			err = site_read(f, at, (usize)(to - at)) != (grub_ssize_t)(to - at) ||
			      site_read(f, to, (usize)n) != (grub_ssize_t)n;
		}
		assert_true(!err || grub_errno != GRUB_ERR_NONE);
		good += !err;
		http_fetch_close(f);
	}
	assert_true(good > 30);
}

/* Each of these ends, and in time. */
static void test_silence(void **state)
{
	struct http_fetch *f;

	(void)state;
	site_begin(MIB);
	site.alone = 1;
	assert_null(site_open());
	assert_string_equal(grub_errmsg, "/big: no answer from boot, port 80, for 10 seconds");
	assert_true(site.now < 11000);
	site_begin(MIB);
	site.refuses = 1;
	assert_null(site_open());
	assert_string_equal(grub_errmsg, "/big: no web server answers at boot, port 80");
	site_begin(MIB);
	site.mute = 1;
	assert_null(site_open());
	assert_string_equal(grub_errmsg, "/big: the server sends nothing of it for 20 seconds");
	assert_true(site.now < 21000);
	/* in the midst; the interface is taken away */
	site_begin(MIB);
	f = site_open();
	assert_int_equal(site_read(f, 0, 200 * KIB), 200 * KIB);
	site.interface_gone = 1;
	site.now += 100000;
	assert_int_equal(site_read(f, 200 * KIB, MIB), -1);
	assert_non_null(strstr(grub_errmsg, "no answer from boot"));
	assert_true(site.now < 100000 + 11000);
	http_fetch_close(f);
}

/* The connection of a file that has been read is the next one's, for a while. */
static void test_kept(void **state)
{
	struct http_fetch *f;

	(void)state;
	site_begin(100 * KIB);
	for (unsigned i = 0; i < 3; i++) {
		f = site_open();
		assert_int_equal(site_read(f, 0, MIB), 100 * KIB);
		assert_int_equal(site_read(f, 0, 1), 0);
		http_fetch_close(f);
	}
	assert_int_equal(site.n_conns, 1);
	/* too old */
	site.now += KEEP_MS;
	http_fetch_close(site_open());
	assert_int_equal(site.n_conns, 2);
	/* closed in the midst of the file: there is more to come on it */
	http_fetch_close(site_open());
	assert_int_equal(site.n_conns, 3);
	/* the server has forgotten it, and says so when it is used */
	f = site_open();
	assert_int_equal(site_read(f, 0, MIB), 100 * KIB);
	http_fetch_close(f);
	assert_int_equal(site.n_conns, 4);
	site.conns[3].gone = 1;
	f = site_open();
	assert_non_null(f);
	assert_int_equal(site_read(f, 0, MIB), 100 * KIB);
	http_fetch_close(f);
	assert_int_equal(site.n_conns, 5);
	/* nothing is left of any */
	http_link_forget();
	assert_null(taps);
	assert_int_equal(allocated, 0);
}

static int teardown(void **state)
{
	(void)state;
	site_begin(0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_waits_for_others),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_cut_without_ranges),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_no_ranges),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_here_and_there),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's side of the TFTP client (protocols/tftp/tftp.c): several files open at once, read in
 * turns, backwards, or after minutes; closed amid the transfer; servers that give up, and
 * interfaces that go. */
#include "tftp_files_fixture.h"

static struct reader open_one(const char *path)
{
	struct reader r = open_any(path);

	assert_non_null(r.state);
	return r;
}

/* LEN bytes, and they are right: how many came, or -1. */
static long get(struct reader *r, size_t len)
{
	u8 *buf = mem_alloc(len);
	size_t got = 0;

	while (got < len) {
		grub_ssize_t n = source.read(r->state, buf + got, len - got);

		if (n < 0) {
			free(buf);
			return -1;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	for (size_t i = 0; i < got; i++) {
		if (buf[i] != byte_at(r->at + i))
			fail_msg("byte %llu is wrong", (unsigned long long)(r->at + i));
	}
	r->at += got;
	free(buf);
	return (long)got;
}

static void rest(struct reader *r)
{
	long left = (long)(net.size - r->at);

	assert_int_equal(get(r, (size_t)left + 1), left);
	assert_int_equal(grub_errno, GRUB_ERR_NONE);
}

static void back(struct reader *r)
{
	assert_int_equal(source.seek(r->state, 0, &r->at), GRUB_ERR_NONE);
	assert_int_equal(r->at, 0);
}

static struct session *last_session(void)
{
	return &net.session[(net.n_sessions - 1) % 16];
}

/* --- tests ----------------------------------------------------------------------------------- */

static void one_file(void **state)
{
	static const u64 sizes[] = {1, 511, 512, 513, BLOCK, BLOCK * 8, BLOCK * 8 + 1, 300000};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
		struct reader r;

		net.size = sizes[i / 2];
		net.windows = i % 2;
		r = open_one("/k");
		assert_int_equal(opened_size, net.size);
		rest(&r);
		source.close(r.state);
		assert_true(last_session()->done);
	}
	assert_int_equal(net.requests, 16);
}

/* As wire.mod reads one whose size is known: no byte more. */
static void the_server_sees_the_end(void **state)
{
	static const u64 sizes[] = {BLOCK, BLOCK * 8, BLOCK * 16, BLOCK * 13};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct reader r;
		u64 begun;

		net.size = sizes[i];
		r = open_one("/k");
		assert_int_equal(get(&r, net.size), net.size);
		begun = net.now;
		source.close(r.state);
		assert_true(last_session()->done);
		assert_false(last_session()->told);
		assert_int_equal(net.now, begun);
	}
}

static void closed_amid(void **state)
{
	struct reader r = open_one("/k");

	(void)state;
	assert_int_equal(get(&r, 100000), 100000);
	source.close(r.state);
	assert_true(last_session()->told);
	assert_int_equal(n_taps, 0);
}

/* As GRUB's initrd does it: all are opened, then read one after the other. */
static void several_at_once(void **state)
{
	struct reader r[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		r[i] = open_one("/k");
	for (size_t i = 0; i < 4; i++)
		rest(&r[i]);
	for (size_t i = 0; i < 4; i++)
		source.close(r[i].state);
	/* and in turns */
	for (size_t i = 0; i < 4; i++)
		r[i] = open_one("/k");
	for (size_t turn = 0; turn < 25; turn++) {
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(get(&r[i], 10000 + 7777 * i), 10000 + 7777 * i);
	}
	for (size_t i = 0; i < 4; i++) {
		rest(&r[i]);
		source.close(r[i].state);
	}
	assert_int_equal(net.requests, 8);
}

static void backwards(void **state)
{
	struct reader r = open_one("/k");
	u64 at;

	(void)state;
	assert_int_equal(get(&r, 500000), 500000);
	back(&r);
	assert_int_equal(net.requests, 2);
	assert_int_equal(get(&r, 5), 5);
	back(&r);
	rest(&r);
	back(&r);
	rest(&r);
	/* forwards it stays where it is */
	back(&r);
	assert_int_equal(get(&r, 100), 100);
	assert_int_equal(source.seek(r.state, 900000, &at), GRUB_ERR_NONE);
	assert_int_equal(at, 100);
	assert_int_equal(net.requests, 5);
	source.close(r.state);
}

/* It is opened, and read a minute later, or begun and read on: the server has forgotten it. */
static void left_alone(void **state)
{
	(void)state;
	for (int i = 0; i < 32; i++) {
		struct reader r, other;
		u64 begun;

		net.says_so = i & 1;
		net.options = !(i & 2);
		net.size = i & 2 ? 150001 : 1000003;
		r = open_one("/k");
		if (i & 4)
			assert_int_equal(get(&r, 123456), 123456);
		other = open_one("/other");
		net.requests = 0;
		net.now += 60000;
		if (i & 16)
			net.lose = 1000; /* the menu looks for keys, and at packets, that are
					    nobody's */
		while ((i & 16) && net.first != NULL)
			take_one();
		net.lose = 0;
		if (i & 8)
			rest(&other); /* what comes meanwhile is seen */
		begun = net.now;
		rest(&r);
		assert_in_range(net.now - begun, 0, 4500);
		assert_in_range(net.requests, net.options, 2);
		/* that nothing came is no reason to ask for less */
		assert_int_equal(last_session()->blksize, net.options ? BLOCK : 512);
		source.close(other.state);
		source.close(r.state);
	}
}

/* An error reached us while another file was read. */
static void given_up_meanwhile(void **state)
{
	struct reader r, other;

	(void)state;
	r = open_one("/k");
	assert_int_equal(get(&r, 100), 100);
	other = open_one("/other");
	memcpy(new_packet(50000, 2000, 9), "\0\5\0\0gone", 9);
	rest(&other);
	net.now += 60000;
	rest(&r);
	assert_int_equal(net.requests, 3);
	source.close(r.state);
	source.close(other.state);
	/* but who is waited for has failed */
	r = open_one("/k");
	assert_int_equal(get(&r, 100), 100);
	while (net.first != NULL)
		take_one();
	memcpy(new_packet(next_port - 1, (u16)(2000 + (last_session() - net.session)), 9),
	       "\0\5\0\0gone", 9);
	assert_int_equal(get(&r, net.size), -1);
	assert_string_equal(grub_errmsg, "/k: the server says: gone");
	source.close(r.state);
}

/* And where it does not come back, that is said, in bounded time. */
static void gone_for_good(void **state)
{
	struct reader r = open_one("/k");
	u64 begun;

	(void)state;
	assert_int_equal(get(&r, 200000), 200000);
	net.silent = true;
	net.now += 60000;
	begun = net.now;
	assert_int_equal(get(&r, net.size), -1);
	assert_string_equal(grub_errmsg, "/k: the server does not answer (10.0.2.2)");
	assert_in_range(net.now - begun, 1000, 13000);
	source.close(r.state);
}

/* Bytes of two files are no file. */
static void another_file_by_now(void **state)
{
	struct reader r = open_one("/k");

	(void)state;
	assert_int_equal(get(&r, 200000), 200000);
	net.size++;
	assert_int_equal(source.seek(r.state, 0, &r.at), GRUB_ERR_FILE_READ_ERROR);
	assert_string_equal(grub_errmsg,
			    "/k: it is another file on the server now, of another size");
	source.close(r.state);
	grub_errno = GRUB_ERR_NONE;
	r = open_one("/k");
	assert_int_equal(get(&r, 200000), 200000);
	net.size--;
	net.now += 60000;
	assert_int_equal(get(&r, net.size), -1);
	assert_non_null(strstr(grub_errmsg, "another file"));
	source.close(r.state);
}

/* The first answer had none: the others were lost. */
static void a_size_is_told_later(void **state)
{
	struct reader r;

	(void)state;
	net.options = false;
	net.size = 200001;
	r = open_one("/k");
	assert_int_equal(opened_size, GRUB_FILE_SIZE_UNKNOWN);
	assert_int_equal(get(&r, 50000), 50000);
	net.options = true;
	net.now += 60000;
	rest(&r);
	source.close(r.state);
}

/* The interface goes: by another, where there is one, else the error says why; at once. */
static void the_interface_goes(void **state)
{
	struct reader r = open_one("/k");
	u64 begun = net.now;

	(void)state;
	assert_int_equal(get(&r, 200000), 200000);
	memcpy(&inf.address.ipv4, "\x0a\0\2\x10", 4);
	card.mtu = 1000;
	assert_int_equal(get(&r, 200000), 200000);
	assert_int_equal(((struct transfer *)r.state)->engine.blksize, 1000 - 32);
	assert_int_equal(net.requests, 2);
	there = false;
	assert_int_equal(get(&r, net.size), -1);
	assert_string_equal(grub_errmsg, "destination unreachable");
	assert_int_equal(net.now, begun);
	source.close(r.state);
}

static void a_path_that_is_none(void **state)
{
	struct grub_net its = {.server = NULL};
	struct grub_device device = {.net = &its};
	struct grub_file file = {.device = &device};
	char address[] = "10.0.2.2";

	(void)state;
	its.server = address;
	assert_int_equal(protocol.open(&file, ""), GRUB_ERR_BAD_FILENAME);
	net.silent = true;
	assert_int_equal(protocol.open(&file, "/k"), GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg, "/k: the server does not answer (10.0.2.2)");
	assert_int_equal(n_taps, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_file, setup, teardown),
		cmocka_unit_test_setup_teardown(the_server_sees_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_amid, setup, teardown),
		cmocka_unit_test_setup_teardown(several_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(backwards, setup, teardown),
		cmocka_unit_test_setup_teardown(left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(given_up_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(gone_for_good, setup, teardown),
		cmocka_unit_test_setup_teardown(another_file_by_now, setup, teardown),
		cmocka_unit_test_setup_teardown(a_size_is_told_later, setup, teardown),
		cmocka_unit_test_setup_teardown(the_interface_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_path_that_is_none, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

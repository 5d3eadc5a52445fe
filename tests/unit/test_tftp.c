/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The TFTP client of GRUB's (protocols/tftp/): conversations with servers of every kind, line by
 * line. */
#include "tftp_fixture.h"

static void test_request(void **state)
{
	struct strbuf words = {0};
	char path[TFTP_PATH_MAX + 2];
	struct tftp t;

	(void)state;
	assert_int_equal(tftp_init(&t, "//boot///x/", 1468, 24, out_packet), 0);
	did(&t, tftp_begin(&t, 0), &words);
	assert_string_equal(words.data, "new port; 69: rrq /boot/x/ octet tsize 0 blksize 1468 "
					"windowsize 24");
	strbuf_free(&words);
	/* a window of one is not asked for */
	words = (struct strbuf){0};
	assert_int_equal(tftp_init(&t, "x", 8, 1, out_packet), 0);
	did(&t, tftp_begin(&t, 0), &words);
	assert_string_equal(words.data, "new port; 69: rrq x octet tsize 0 blksize 8");
	strbuf_free(&words);
	/* the longest path with the longest options fits */
	memset(path, 'p', sizeof path);
	path[TFTP_PATH_MAX] = '\0';
	assert_int_equal(tftp_init(&t, path, 65464, 65535, out_packet), 0);
	tftp_begin(&t, 0);
	assert_in_range(t.out_len, TFTP_PATH_MAX + 40, TFTP_PACKET_MAX);
	assert_string_equal((char *)t.out + 2, path);
	path[TFTP_PATH_MAX] = 'p';
	path[TFTP_PATH_MAX + 1] = '\0';
	assert_int_equal(tftp_init(&t, path, 512, 1, out_packet), -1);
	memset(path, '/', TFTP_PATH_MAX + 1); /* one '/' */
	assert_int_equal(tftp_init(&t, path, 512, 1, out_packet), 0);
	assert_int_equal(tftp_init(&t, "", 512, 1, out_packet), -1);
}

static void test_window(void **state)
{
	static const struct line lines[] = {
		{1, 2000, "oack tsize=7142 blksize=1428 windowsize=4", "2000: ack 0"},
		{2, 2000, "data 1 1428", "1428 bytes"},
		{2, 2000, "data 2 1428", "1428 bytes"},
		{2, 2000, "data 3 1428", "1428 bytes"},
		{2, 2000, "data 4 1428", "2000: ack 4; 1428 bytes"},
		{3, 2000, "data 5 1428", "1428 bytes"},
		{3, 2000, "data 6 2", "2000: ack 6; 2 bytes; done"},
		{4, 2000, "data 6 2", "2000: ack 6; done"}, /* our last ACK was lost */
		{4, 2001, "data 6 2", "done"},              /* not from there */
		{4, 2000, "data 5 1428", "done"},
		{4, 2000, "raw 0003", "done"}};
	static const struct line whole[] = {
		{1, 2000, "oack BLKSIZE=512 WindowSize=2 Tsize=1024", "2000: ack 0"},
		{2, 2000, "data 1 512", "512 bytes"},
		{2, 2000, "data 2 512", "2000: ack 2; 512 bytes"},
		{3, 2000, "data 3 0", "2000: ack 3; done"},
	};
	struct tftp t;

	(void)state;
	talk(&t, lines);
	assert_int_equal(t.size, 7142);
	talk(&t, whole);
}

/* Servers that know less. */
static void test_fall_back(void **state)
{
	static const struct line no_window[] = {
		{1, 2000, "oack tsize=1430 blksize=1428", "2000: ack 0"},
		{2, 2000, "data 1 1428", "2000: ack 1; 1428 bytes"},
		{3, 2000, "data 2 2", "2000: ack 2; 2 bytes; done"},
	};
	static const struct line tsize_only[] = {
		{1, 69, "oack tsize=513", "69: ack 0"},
		{2, 69, "data 1 512", "69: ack 1; 512 bytes"},
		{3, 69, "data 2 1", "69: ack 2; 1 bytes; done"},
	};
	static const struct line smaller[] = {
		{1, 2000, "oack windowsize=2 blksize=1024 tsize=0", "2000: ack 0"},
		{2, 2000, "data 1 1024", "1024 bytes"},
		{2, 2000, "data 2 1024", "2000: ack 2; 1024 bytes"},
		{3, 2000, "data 3 1023", "2000: ack 3; 1023 bytes; done"},
	};
	static const struct line no_oack[] = {
		{1, 2000, "data 1 512", "2000: ack 1; 512 bytes"},
		{2, 2000, "data 2 0", "2000: ack 2; done"},
	};
	static const struct line empty_oack[] = {
		{1, 2000, "oack", "2000: ack 0"},
		{2, 2000, "data 1 0", "2000: ack 1; done"},
	};
	static const struct line unknown[] = {
		{1, 2000, "oack timeout=3 blksize=600", "2000: ack 0"},
		{2, 2000, "data 1 0", "2000: ack 1; done"},
	};
	static const struct line refused[] = {
		{1, 2000, "error 8 no", "new port; 69: rrq /k octet tsize 0 blksize 1428"},
		{2, 2001, "error 0 what?", "new port; 69: rrq /k octet"},
		{3, 2002, "data 1 3", "2002: ack 1; 3 bytes; done"},
	};
	static const struct line refused_all[] = {
		{1, 2000, "error 4 no", "new port; 69: rrq /k octet tsize 0 blksize 1428"},
		{2, 2001, "error 8 no", "new port; 69: rrq /k octet"},
		{3, 2002, "error 8 never", "failed 1: never"},
	};
	static const struct line refused_window[] = {
		{1, 69, "error 0 window?", "new port; 69: rrq /k octet tsize 0 blksize 1428"},
		{2, 69, "oack blksize=1428", "69: ack 0"},
		{3, 69, "data 1 3", "69: ack 1; 3 bytes; done"},
	};
	struct tftp t;

	(void)state;
	talk(&t, no_window);
	talk(&t, tsize_only);
	talk(&t, smaller);
	talk(&t, no_oack);
	talk(&t, empty_oack);
	talk(&t, unknown);
	talk(&t, refused);
	assert_int_equal(t.size, 0);
	/* what was learned holds when it begins anew */
	tftp_begin(&t, 100);
	assert_string_equal((char *)t.out + 5, "octet");
	assert_int_equal(t.out_len, 11);
	talk(&t, refused_all);
	talk(&t, refused_window);
}

static void test_errors(void **state)
{
	static const struct line lines[][2] = {
		{{1, 2000, "error 1 File not found", "failed 0: File not found"}},
		{{1, 69, "error 2 Access violation", "failed 1: Access violation"}},
		{{1, 2000, "raw 00050001", "failed 0: file not found"}},
		{{1, 2000, "raw 0005000200", "failed 1: access violation"}},
		{{1, 2000, "raw 00050063", "failed 1: an error without a word"}},
		{{1, 2000, "raw 000500011b5b326a41ff0d0a420041", "failed 0: ?[2jA? B"}},
		{{1, 2000, "raw 00050001414243", "failed 0: ABC"}},
		/* in mid-transfer no options are to blame */
		{{1, 2000, "data 1 512", "2000: ack 1; 512 bytes"},
		 {2, 2000, "error 0 disk broken", "failed 1: disk broken"}},
	};
	struct tftp t;
	uint8_t packet[2048];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		talk_of(&t, lines[i], lines[i][1].in == NULL ? 1 : 2);
	/* more words than there is room for */
	talk_of(&t, NULL, 0);
	memset(packet, 'w', sizeof packet);
	put16(packet, TFTP_ERROR);
	put16(packet + 2, 1);
	tftp_packet(&t, 1, 2000, packet, sizeof packet);
	assert_int_equal(strlen(t.words), sizeof t.words - 1);
}

/* What a server must not do. */
static void test_broken(void **state)
{
	static const struct line lines[][3] = {
		{{1, 2000, "oack blksize=1429",
		  "2000: error 8; failed 3: the server wants larger blocks (blksize) than it was "
		  "asked for"}},
		{{1, 2000, "oack windowsize=5",
		  "2000: error 8; failed 3: the server wants a larger windowsize than it was asked "
		  "for"}},
		{{1, 2000, "oack blksize=1428", "2000: ack 0"},
		 {2, 2000, "data 1 1429",
		  "2000: error 4; failed 3: the server sends larger blocks than were agreed on"}},
		{{1, 2000, "data 1 513",
		  "2000: error 4; failed 3: the server sends larger blocks than were agreed on"}},
		{{1, 2000, "oack tsize=600", "2000: ack 0"},
		 {2, 2000, "data 1 100",
		  "2000: error 0; failed 3: the file ended before the size that the server had "
		  "told"}},
		{{1, 2000, "oack tsize=600", "2000: ack 0"},
		 {2, 2000, "data 1 512", "2000: ack 1; 512 bytes"},
		 {3, 2000, "data 2 512",
		  "2000: error 0; failed 3: the file is larger than the size that the server had "
		  "told"}},
	};
	static const char *const bad_oacks[] = {
		"oack blksize=",
		"oack blksize=7",
		"oack blksize=1428x",
		"oack blksize=-1",
		"oack blksize=65465",
		"oack blksize",
		"oack windowsize=0",
		"oack windowsize=99999",
		"oack tsize=99999999999999999999999",
		"oack tsize=0x10",
		"raw 0006626c6b",
		"raw 0006626c6b73697a650035",
		"raw 0006626c6b73697a6500",
	};
	struct tftp t;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		talk_of(&t, lines[i], lines[i][1].in == NULL ? 1 : lines[i][2].in == NULL ? 2 : 3);
	for (size_t i = 0; i < sizeof bad_oacks / sizeof bad_oacks[0]; i++) {
		struct line l = {1, 2000, bad_oacks[i],
				 "2000: error 8; failed 3: the server's answer to the options "
				 "cannot be understood"};

		talk_of(&t, &l, 1);
	}
}

/* Nothing to it: packets that cannot be, other ports, what came before. */
static void test_undisturbed(void **state)
{
	static const struct line lines[] = {
		{1, 2000, "raw 00", ""},
		{1, 2000, "raw ", ""},
		{1, 2000, "raw 0003", ""},
		{1, 2000, "raw 000300", ""},
		{1, 2000, "raw 0005", ""},
		{1, 2000, "raw 000400010000", ""},
		{1, 2000, "raw 0001780000", ""},
		{1, 2000, "raw 000200780000", ""},
		{1, 2000, "raw 0007000000", ""},
		{1, 2000, "raw ffff000000", ""},
		{1, 2000, "data 2 512", ""},
		{1, 2000, "data 0 512", ""},
		{2, 2000, "oack blksize=512 windowsize=4", "2000: ack 0"},
		{2, 2000, "oack blksize=512 windowsize=4", ""},
		{3, 2001, "oack blksize=512 windowsize=4", "2001: error 5"},
		{3, 2001, "data 1 512", "2001: error 5"},
		{3, 69, "oack blksize", "69: error 5"},
		{3, 2001, "error 0 me", ""},
		{3, 2001, "raw 0004", ""},
		{3, 2000, "data 1 512", "512 bytes"},
		{3, 2000, "oack blksize=512 windowsize=4", ""},
		{3, 2000, "raw 0006ff", ""},
		{3, 2000, "data 1 512", ""},
		{3, 2000, "data 0 512", ""},
		{3, 2000, "data 6 512", ""},
		{3, 2000, "data 40000 512", ""},
		{3, 2000, "data 2 512", "512 bytes"},
		{3, 2000, "data 3 512", "512 bytes"},
		{3, 2000, "data 4 511", "2000: ack 4; 511 bytes; done"},
	};
	struct tftp t;

	(void)state;
	talk(&t, lines);
}

/* RFC 7440 §4. */
static void test_gap(void **state)
{
	static const struct line lines[] = {
		{0, 2000, "oack blksize=512 windowsize=4", "2000: ack 0"},
		{1, 2000, "data 1 512", "512 bytes"},
		{1, 2000, "data 3 512", "2000: ack 1"}, /* 2 was lost */
		{1, 2000, "data 4 512", ""},
		{1, 2000, "data 2 512", "512 bytes"}, /* the new window: 2 to 5 */
		{1, 2000, "data 3 512", "512 bytes"},
		{1, 2000, "data 5 512", "2000: ack 3"}, /* 4, too */
		{1, 2000, "data 4 512", "512 bytes"},
		{1, 2000, "data 5 512", "512 bytes"},
		{1, 2000, "data 6 512", "512 bytes"},
		{1, 2000, "data 7 512", "2000: ack 7; 512 bytes"},
		/* the first of the new window is lost again */
		{2, 2000, "data 9 512", "2000: ack 7"},
		{2, 2000, "data 10 512", ""},
		{2, 2000, "data 11 512", ""},
		{2, 2000, "data 9 512", "2000: ack 7"},
		{2, 2000, "data 9 512", ""}, /* twice on the way, that is not a gap */
		{2, 2000, "data 10 512", ""},
		/* three of four were seen to be sent before: where those count, it stops behind 8
		 */
		{2, 2000, "data 8 512", "2000: ack 8; 512 bytes"},
		{2, 2000, "data 9 1", "2000: ack 9; 1 bytes; done"},
	};
	/* atftpd reads the ACK of a gap at once: blocks 1 to 3 are three of its window's four, and
	 * it stops behind one more */
	static const struct line at_once[] = {
		{0, 2000, "oack blksize=512 windowsize=4", "2000: ack 0"},
		{1, 2000, "data 1 512", "512 bytes"},
		{1, 2000, "data 3 512", "2000: ack 1"},
		{1, 2000, "data 2 512", "2000: ack 2; 512 bytes"},
		{1, 2000, "data 3 512", "512 bytes"},
		{1, 2000, "data 4 512", "512 bytes"},
		{1, 2000, "data 5 512", "512 bytes"},
		{1, 2000, "data 6 512", "2000: ack 6; 512 bytes"},
	};
	struct tftp t;

	(void)state;
	talk(&t, lines);
	talk(&t, at_once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),   cmocka_unit_test(test_window),
		cmocka_unit_test(test_fall_back), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_broken),    cmocka_unit_test(test_undisturbed),
		cmocka_unit_test(test_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question for a DHCP server, byte by byte, and answers to it; HTTP's byte ranges. */
#include "testing.h"

#include "base/http_range.h"
#include "serve/net.h"
#include "serve/requests.h"
#include "serve/web.h"

#define IP_UDP 28 /* RFC 791 §3.1 without options, RFC 768 */
#define XID    0x12345678u

static const unsigned char mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static void test_discover(void **state)
{
	unsigned char p[PROBE_MAX];
	size_t len = probe_discover(p, mac, XID, 3);
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(len, IP_UDP + 240 + 64);
	assert_int_equal(p[0], 0x45);
	assert_int_equal(p[2] << 8 | p[3], len);
	assert_int_equal(p[9], 17);
	assert_memory_equal(p + 12, "\0\0\0\0\xff\xff\xff\xff", 8);
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	assert_memory_equal(p + 20, "\0\x44\0\x43", 4); /* 68 to 67 */
	assert_int_equal(p[24] << 8 | p[25], len - 20);
	/* RFC 2131 §2: op, htype, hlen, hops, xid, secs, flags with the broadcast bit */
	assert_memory_equal(p + IP_UDP, "\1\1\6\0\x12\x34\x56\x78\0\3\x80\0", 12);
	assert_memory_equal(p + IP_UDP + 28, mac, 6);
	assert_memory_equal(p + IP_UDP + 236, "\x63\x82\x53\x63\x35\1\1", 7);
}

/* An answer to it, with these options. */
static size_t answer(unsigned char p[PROBE_MAX], const char *options, size_t n)
{
	probe_discover(p, mac, XID, 0);
	p[IP_UDP] = 2;
	p[22] = 0;
	p[23] = 68;
	memcpy(p + IP_UDP + 240, options, n);
	return IP_UDP + 240 + n;
}

#define ANSWER(p, options) answer(p, options, sizeof(options) - 1)

static void test_offer(void **state)
{
	static const char offer[] = "\x35\1\2\0\x36\4\xc0\xa8\x4d\2\xff";
	unsigned char p[PROBE_MAX];
	size_t len = ANSWER(p, offer);

	(void)state;
	assert_int_equal(probe_offer(p, len, XID), 0xc0a84d02);
	assert_int_equal(probe_offer(p, len, XID + 1), 0);
	p[IP_UDP] = 1; /* another client's question */
	assert_int_equal(probe_offer(p, len, XID), 0);
	len = ANSWER(p, offer);
	p[23] = 67;
	assert_int_equal(probe_offer(p, len, XID), 0);
	len = ANSWER(p, offer);
	p[IP_UDP + 236]++;
	assert_int_equal(probe_offer(p, len, XID), 0);
	/* an ACK; no server identifier; options that end outside */
	assert_int_equal(probe_offer(p, ANSWER(p, "\x35\1\5\x36\4\xc0\xa8\x4d\2\xff"), XID), 0);
	assert_int_equal(probe_offer(p, ANSWER(p, "\x35\1\2\xff"), XID), 0);
	assert_int_equal(probe_offer(p, ANSWER(p, "\x35\1\2\x36\4\xc0"), XID), 0);
	assert_int_equal(probe_offer(p, ANSWER(p, "\x35"), XID), 0);
	/* cut anywhere, on memory of exactly that length */
	len = ANSWER(p, offer);
	for (size_t n = 0; n + 1 < len; n++) {
		unsigned char *cut = malloc(n + 1);

		memcpy(cut, p, n);
		assert_int_equal(probe_offer(cut, n, XID), 0);
		free(cut);
	}
	/* an IPv4 header that says it is longer than what there is */
	p[0] = 0x4f;
	assert_int_equal(probe_offer(p, len, XID), 0);
	p[0] = 0x41;
	assert_int_equal(probe_offer(p, len, XID), 0);
}

static void test_read_request(void **state)
{
	static const unsigned char rrq[] =
		"\x45\0\0\x2d\0\0\0\0\x40\x11\0\0\xc0\xa8\x4d\5\xc0\xa8\x4d\1"
		"\x08\0\0\x45\0\x19\0\0"
		"\0\1wire/b.0\0octet";
	unsigned char other[sizeof rrq];
	char *file = NULL;
	uint32_t ip;

	(void)state;
	assert_true(requests_parse(rrq, sizeof rrq, &ip, &file));
	assert_int_equal(ip, 0xc0a84d05);
	assert_string_equal(file, "wire/b.0");
	free(file);
	memcpy(other, rrq, sizeof rrq);
	other[29] = 2; /* to write */
	assert_false(requests_parse(other, sizeof other, &ip, &file));
	memcpy(other, rrq, sizeof rrq);
	other[9] = 6;
	assert_false(requests_parse(other, sizeof other, &ip, &file));
	other[9] = 17;
	other[0] = 0x4f;
	assert_false(requests_parse(other, sizeof other, &ip, &file));
	/* cut before the name's end */
	for (size_t n = 0; n <= 38; n++) {
		unsigned char *cut = malloc(n + 1);

		memcpy(cut, rrq, n);
		assert_false(requests_parse(cut, n, &ip, &file));
		free(cut);
	}
}

static void test_range(void **state)
{
	static const struct {
		const char *value;
		uint64_t size;
		int is;
		uint64_t first, len;
	} cases[] = {
		{"bytes=0-", 10, 1, 0, 10},
		{"bytes=0-0", 10, 1, 0, 1},
		{"bytes=3-5", 10, 1, 3, 3},
		{"bytes=9-99", 10, 1, 9, 1},
		{"bytes=10-", 10, -1, 0, 0},
		{"bytes=0-", 0, -1, 0, 0},
		{"bytes=-3", 10, 1, 7, 3},
		{"bytes=-30", 10, 1, 0, 10},
		{"bytes=-0", 10, -1, 0, 0},
		{"bytes=5-3", 10, 0, 0, 0},
		{"bytes=1-2,4-5", 10, 0, 0, 0},
		{"bytes=a-", 10, 0, 0, 0},
		{"bytes=-", 10, 0, 0, 0},
		{"bytes=+1-2", 10, 0, 0, 0},
		{"bytes=1 -2", 10, 0, 0, 0},
		{"lines=1-2", 10, 0, 0, 0},
		{"bytes=99999999999999999999-", 10, 0, 0, 0},
		{"bytes=0-18446744073709551615", 10, 1, 0, 10},
		{NULL, 10, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t first = 77, len = 77;
		int is = http_range(cases[i].value, cases[i].size, &first, &len);

		if (is != cases[i].is)
			print_message("%s\n", cases[i].value);
		assert_int_equal(is, cases[i].is);
		if (is == 1) {
			assert_int_equal(first, cases[i].first);
			assert_int_equal(len, cases[i].len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discover),
		cmocka_unit_test(test_offer),
		cmocka_unit_test(test_read_request),
		cmocka_unit_test(test_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a frame (protocols/wire/frame.c). Frames stand at the end of a block of exactly their
 * length, so that the sanitizers see a read beyond it. */
#include "testing.h"

#include "base/mem.h"
#include "wire/frame.h"

#define IP4 0x0800
#define IP6 0x86dd

struct built {
	uint8_t b[2048];
	size_t len;
};

static void put(struct built *f, const void *bytes, size_t n)
{
	memcpy(f->b + f->len, bytes, n);
	f->len += n;
}

static void put_be16(struct built *f, unsigned v)
{
	const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	put(f, b, 2);
}

static void ethernet(struct built *f, unsigned type)
{
	*f = (struct built){0};
	put(f, "\x52\x54\x00\x12\x34\x56\x52\x55\x0a\x00\x02\x02", 12);
	put_be16(f, type);
}

/* By the letter of RFC 1071, two bytes at a time. */
static unsigned plain_sum(unsigned sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 == 0 ? (unsigned)p[i] << 8 : p[i];
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void sum_ip4(struct built *f, size_t at)
{
	size_t header = (size_t)(f->b[at] & 15) * 4;

	put16(f->b + at + 10, 0);
	put16(f->b + at + 10, (uint16_t)~plain_sum(0, f->b + at, header));
}

/* An IPv4 header without options for LEN bytes of PROTOCOL. */
static void ip4(struct built *f, unsigned protocol, size_t len)
{
	size_t at = f->len;

	put(f, "\x45\x00", 2);
	put_be16(f, (unsigned)(20 + len));
	put(f, "\x12\x34\x00\x00\x40", 5);
	put(f, &(uint8_t){(uint8_t)protocol}, 1);
	put(f, "\0\0\x0a\x00\x02\x02\x0a\x00\x02\x0f", 10);
	sum_ip4(f, at);
}

static void ip6(struct built *f, unsigned next, size_t len)
{
	put(f, "\x60\0\0\0", 4);
	put_be16(f, (unsigned)len);
	put(f, &(uint8_t){(uint8_t)next}, 1);
	put(f, "\x40\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 17);
	put(f, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f", 16);
}

static void udp(struct built *f, const char *text)
{
	put(f, "\x00\x45\xc0\x01", 4);
	put_be16(f, (unsigned)(8 + strlen(text)));
	put(f, "\0\0", 2);
	put(f, text, strlen(text));
}

static enum wire_frame_kind parse(const struct built *f, struct wire_frame *out, uint8_t **block)
{
	/* one more, so that an empty frame has an address */
	*block = mem_alloc(f->len + 1);
	memcpy(*block + 1, f->b, f->len);
	return wire_frame_parse(*block + 1, f->len, out);
}

static void is(const struct built *f, enum wire_frame_kind want)
{
	struct wire_frame out;
	uint8_t *block;

	assert_int_equal(parse(f, &out, &block), want);
	free(block);
}

/* It is UDP with TEXT, on that VLAN. */
static void carries(const struct built *f, const char *text, unsigned vlan, int v6)
{
	struct wire_frame out;
	uint8_t *block;

	assert_int_equal(parse(f, &out, &block), WIRE_FRAME_TRANSPORT);
	assert_int_equal(out.vlan, vlan);
	assert_int_equal(out.v6, v6);
	assert_int_equal(out.protocol, WIRE_UDP);
	assert_int_equal(out.len, 8 + strlen(text));
	assert_memory_equal(out.data + 8, text, strlen(text));
	assert_ptr_equal(out.mac, block + 1);
	assert_int_equal(out.from[v6 ? 15 : 3], 2);
	assert_int_equal(out.to[v6 ? 15 : 3], 15);
	free(block);
}

static void a_udp_packet_is_found(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_UDP, 13);
	udp(&f, "hello");
	carries(&f, "hello", 0, 0);
	/* Ethernet's padding to 60 bytes */
	put(&f, "\xff\xff\xff\xff\xff\xff", 6);
	carries(&f, "hello", 0, 0);
}

static void udps_own_length_counts(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_UDP, 15);
	udp(&f, "hello");
	put(&f, "xx", 2);
	carries(&f, "hello", 0, 0);
	put16(f.b + 38, 16); /* one more than there are */
	is(&f, WIRE_FRAME_NOBODYS);
	put16(f.b + 38, 7); /* less than its own header */
	is(&f, WIRE_FRAME_NOBODYS);
	put16(f.b + 38, 8);
	carries(&f, "", 0, 0);
}

static void options_of_ip_are_passed_over(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_UDP, 13 + 4);
	f.b[14] = 0x46;
	sum_ip4(&f, 14);
	is(&f, WIRE_FRAME_NOBODYS); /* not there */
	put(&f, "\x01\x01\x01\x00", 4);
	sum_ip4(&f, 14);
	udp(&f, "hello");
	carries(&f, "hello", 0, 0);
	f.b[14] = 0x44;
	sum_ip4(&f, 14);
	is(&f, WIRE_FRAME_NOBODYS);
}

static void tags_are_passed_over(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, 0x8100);
	put_be16(&f, 0xe005); /* a priority, and VLAN 5 */
	put_be16(&f, IP4);
	ip4(&f, WIRE_UDP, 13);
	udp(&f, "hello");
	carries(&f, "hello", 5, 0);
	put16(f.b + 14, 0xe000);
	carries(&f, "hello", 0, 0);
	put16(f.b + 16, 0x8100);
	is(&f, WIRE_FRAME_NOBODYS);
}

static void what_is_broken_is_nobodys(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_UDP, 13);
	udp(&f, "hello");
	for (size_t i = 14; i < 34; i++) {
		f.b[i] ^= 0x10;
		is(&f, WIRE_FRAME_NOBODYS);
		f.b[i] ^= 0x10;
	}
	carries(&f, "hello", 0, 0);
	/* cut off anywhere */
	while (f.len-- > 0)
		is(&f, WIRE_FRAME_NOBODYS);
}

static void whole_packets_only(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_UDP, 13);
	udp(&f, "hello");
	put16(f.b + 20, 0x2000); /* more fragments */
	sum_ip4(&f, 14);
	is(&f, WIRE_FRAME_GRUBS);
	put16(f.b + 20, 0x0001); /* an offset */
	sum_ip4(&f, 14);
	is(&f, WIRE_FRAME_GRUBS);
	put16(f.b + 20, 0x4000); /* not to be fragmented */
	sum_ip4(&f, 14);
	carries(&f, "hello", 0, 0);
}

static void tcp_has_a_whole_header(void **state)
{
	static const uint8_t header[20];
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, WIRE_TCP, 20);
	put(&f, header, 20);
	is(&f, WIRE_FRAME_TRANSPORT);
	put16(f.b + 16, 39);
	sum_ip4(&f, 14);
	is(&f, WIRE_FRAME_NOBODYS);
}

static void the_rest_is_grubs(void **state)
{
	static const uint8_t zeroes[28];
	struct built f;

	(void)state;
	ethernet(&f, IP4);
	ip4(&f, 1, 8); /* ICMP */
	put(&f, zeroes, 8);
	is(&f, WIRE_FRAME_GRUBS);
	ethernet(&f, 0x0806);
	put(&f, zeroes, 28);
	is(&f, WIRE_FRAME_GRUBS);
	f.len--;
	is(&f, WIRE_FRAME_NOBODYS);
	ethernet(&f, 0x88cc); /* LLDP */
	put(&f, zeroes, 28);
	is(&f, WIRE_FRAME_NOBODYS);
}

static void headers_of_ipv6_are_passed_over(void **state)
{
	struct built f;

	(void)state;
	ethernet(&f, IP6);
	ip6(&f, WIRE_UDP, 13);
	udp(&f, "hello");
	carries(&f, "hello", 0, 1);
	ethernet(&f, IP6);
	ip6(&f, 0, 13 + 8 + 16);
	put(&f, "\x3c\x00\x01\x04\0\0\0\0", 8);
	put(&f, "\x11\x01\x01\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	udp(&f, "hello");
	carries(&f, "hello", 0, 1);
	f.b[14 + 40 + 1] = 4; /* one that goes beyond the end */
	is(&f, WIRE_FRAME_NOBODYS);
	f.b[14 + 40 + 1] = 0;
	f.b[14 + 40] = 44; /* a fragment */
	is(&f, WIRE_FRAME_GRUBS);
	f.b[14 + 40] = 60;
	while (f.len-- > 0)
		is(&f, WIRE_FRAME_NOBODYS);
}

/* Every length and every value of the odd bytes: as the letter of the RFC has it. */
static void sums_are_right(void **state)
{
	static const uint8_t from[16] = {0xfe, 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
	static const uint8_t to[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe};
	uint8_t data[200];
	uint32_t seed = 1;

	(void)state;
	for (size_t len = 0; len < sizeof data; len++) {
		for (int v6 = 0; v6 < 2; v6++) {
			size_t n = v6 ? 16 : 4;
			uint8_t tail[4] = {0, WIRE_TCP, (uint8_t)(len >> 8), (uint8_t)len};
			uint8_t *exact = mem_alloc(len + 1);
			unsigned want;
			uint16_t sum;

			for (size_t i = 0; i < len; i++) {
				seed = seed * 1664525 + 1013904223;
				exact[i + 1] = len % 3 == 0 ? 0xff : (uint8_t)(seed >> 24);
			}
			want = plain_sum(plain_sum(0, from, n), to, n);
			want = plain_sum(plain_sum(want, tail, 4), exact + 1, len);
			sum = wire_frame_sum(v6, from, to, WIRE_TCP, exact + 1, len);
			assert_int_equal(get16((const uint8_t *)&sum), want);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_udp_packet_is_found),
		cmocka_unit_test(udps_own_length_counts),
		cmocka_unit_test(options_of_ip_are_passed_over),
		cmocka_unit_test(tags_are_passed_over),
		cmocka_unit_test(what_is_broken_is_nobodys),
		cmocka_unit_test(whole_packets_only),
		cmocka_unit_test(tcp_has_a_whole_header),
		cmocka_unit_test(the_rest_is_grubs),
		cmocka_unit_test(headers_of_ipv6_are_passed_over),
		cmocka_unit_test(sums_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

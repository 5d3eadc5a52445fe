/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's DHCP client: replies read, whatever is in them; what is sent, byte by byte. */
#include "dhcpc_fixture.h"

static struct dhcp_message parsed;

static int parse(struct talk *t, const struct reply *r)
{
	return dhcp_parse(&parsed, r->data, r->len, t->c.xid, identity.mac);
}

static void header_is_checked(void **state)
{
	static const struct {
		unsigned at;
		u8 value;
	} wrong[] = {{DHCP_OP, 1},
		     {DHCP_HTYPE, 6},
		     {DHCP_HLEN, 16},
		     {DHCP_XID + 3, 0},
		     {DHCP_CHADDR + 5, 0x57}};
	struct talk t;
	struct reply good, r;

	(void)state;
	talk_begin(&t);
	good = reply_make(&t, DHCP_OFFER, SERVER, IP);
	assert_int_equal(parse(&t, &good), 1);
	assert_int_equal(parsed.type, DHCP_OFFER);
	assert_int_equal(parsed.server_id, SERVER);
	assert_int_equal(parsed.yiaddr, IP);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		r = good;
		r.data[wrong[i].at] =
			(u8)(r.data[wrong[i].at] == wrong[i].value ? 0xee : wrong[i].value);
		assert_int_equal(parse(&t, &r), 0);
	}
	for (usize len = 0; len < DHCP_FIXED; len++)
		assert_int_equal(dhcp_parse(&parsed, good.data, len, t.c.xid, identity.mac), 0);
	r = good;
	assert_int_equal(dhcp_parse(&parsed, r.data, DHCP_MESSAGE + 1, t.c.xid, identity.mac), 0);
}

/* Cut anywhere, it is whole to that point or it is damaged; it is never read behind its end. */
static void cut_anywhere(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	r = reply_make(&t, DHCP_OFFER, SERVER, IP);
	reply_text(&r, 67, "demo/bios.0");
	for (usize len = DHCP_FIXED + 4; len <= r.len; len++) {
		u8 *copy = malloc(len);
		usize at = len - DHCP_FIXED - 4;

		memcpy(copy, r.data, len);
		assert_int_equal(dhcp_parse(&parsed, copy, len, t.c.xid, identity.mac),
				 at == 0 || at == 3 || at == 9 || at == 22);
		free(copy);
	}
}

static void odd_options(void **state)
{
	struct talk t;
	struct reply r;
	u8 v[8];

	(void)state;
	talk_begin(&t);
	/* pads between, nothing after the end counts */
	r = reply_bootp(&t, IP);
	r.len += 2;
	reply_option(&r, 53, "\2", 1);
	r.data[r.len++] = 255;
	reply_option(&r, 1, "\377\377\377\0", 4);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(parsed.type, DHCP_OFFER);
	assert_int_equal(dhcp_option(&parsed, 1, v, sizeof v), 0);
	/* a type of two bytes; one that no server sends; a client's */
	r = reply_bootp(&t, IP);
	reply_option(&r, 53, "\2\2", 2);
	assert_int_equal(parse(&t, &r), 0);
	for (unsigned type = 0; type < 256; type++) {
		r = reply_make(&t, (enum dhcp_type)type, SERVER, IP);
		assert_int_equal(parse(&t, &r), type == 2 || type == 5 || type == 6);
	}
	/* said twice: once is enough */
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_ip(&r, 54, SERVER);
	reply_option(&r, 53, "\5", 1);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(parsed.type, DHCP_ACK);
	assert_int_equal(parsed.server_id, SERVER);
	/* a server identifier that is none */
	r = reply_make(&t, DHCP_ACK, 0, IP);
	reply_option(&r, 54, "\1\2\3", 3);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(parsed.server_id, 0);
	/* empty ones */
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&r, 67, "", 0);
	reply_option(&r, 60, "PXEClien", 8);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(dhcp_option(&parsed, 67, v, sizeof v), 0);
	assert_int_equal(dhcp_is_pxe(&parsed), 0);
}

/* RFC 3396: the parts of an option are one. */
static void long_options(void **state)
{
	struct talk t;
	struct reply r;
	char path[301], file[DHCP_FILE_ROOM], small[128];

	(void)state;
	talk_begin(&t);
	memset(path, 'p', 300);
	path[300] = '\0';
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&r, 67, path, 255);
	reply_text(&r, 12, "between");
	reply_option(&r, 67, path + 255, 45);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(dhcp_boot_file(&parsed, file, sizeof file), 300);
	assert_string_equal(file, path);
	/* where there is no room, there is no file: not half a path */
	assert_int_equal(dhcp_boot_file(&parsed, small, sizeof small), 0);
	assert_string_equal(small, "");
	/* NULs at the end, which some servers send */
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&r, 67, "a/b\0\0", 5);
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(dhcp_boot_file(&parsed, file, sizeof file), 3);
}

/* RFC 2132 §9.3 */
static void overload(void **state)
{
	struct talk t;
	struct reply r, bad;
	char file[DHCP_FILE_ROOM], name[DHCP_NAME_ROOM];

	(void)state;
	talk_begin(&t);
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_field(&r, DHCP_FILE, DHCP_FILE_LEN, "field/file");
	reply_field(&r, DHCP_SNAME, DHCP_SNAME_LEN, "field.name");
	assert_int_equal(parse(&t, &r), 1);
	dhcp_boot_file(&parsed, file, sizeof file);
	dhcp_server_name(&parsed, name, sizeof name);
	assert_string_equal(file, "field/file");
	assert_string_equal(name, "field.name");
	/* text that is read as options is damaged, or means nothing */
	reply_option(&r, 52, "\3", 1);
	assert_int_equal(parse(&t, &r), 0);
	/* both: 67 begins in `options`, goes on in `file` and ends in `sname` (RFC 3396 §5) */
	reply_option(&r, 67, "one/", 4);
	memset(r.data + DHCP_SNAME, 0, DHCP_SNAME_LEN + DHCP_FILE_LEN);
	memcpy(r.data + DHCP_FILE, "\103\4two/\14\2hn\377", 11);
	memcpy(r.data + DHCP_SNAME, "\103\5three\102\1s", 10);
	assert_int_equal(parse(&t, &r), 1);
	dhcp_boot_file(&parsed, file, sizeof file);
	dhcp_server_name(&parsed, name, sizeof name);
	assert_string_equal(file, "one/two/three");
	assert_string_equal(name, "s");
	/* the fields are used up: what is in them is no name */
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&r, 52, "\1", 1);
	memcpy(r.data + DHCP_FILE, "\14\2hn", 4);
	reply_field(&r, DHCP_SNAME, DHCP_SNAME_LEN, "field.name");
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(dhcp_boot_file(&parsed, file, sizeof file), 0);
	assert_int_equal(dhcp_server_name(&parsed, name, sizeof name), 10);
	/* an option over the field's end; values and lengths that are none */
	bad = r;
	bad.data[DHCP_FILE + 4] = 67;
	bad.data[DHCP_FILE + 5] = 123;
	assert_int_equal(parse(&t, &bad), 0);
	bad.data[DHCP_FILE + 5] = 122;
	assert_int_equal(parse(&t, &bad), 1);
	bad = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&bad, 52, "\4", 1);
	assert_int_equal(parse(&t, &bad), 0);
	bad = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&bad, 52, "\1\1", 2);
	assert_int_equal(parse(&t, &bad), 0);
}

/* RFC 951's reply, with a vendor area of 64 bytes that is nobody's. */
static void plain_bootp(void **state)
{
	struct talk t;
	struct reply r;
	u8 v[4];

	(void)state;
	talk_begin(&t);
	r = reply_bootp(&t, IP);
	memset(r.data + DHCP_FIXED, 0x43, 64);
	r.len = 300;
	assert_int_equal(parse(&t, &r), 1);
	assert_int_equal(parsed.type, DHCP_BOOTP);
	assert_int_equal(dhcp_option(&parsed, 67, v, sizeof v), 0);
	r.len = DHCP_FIXED;
	assert_int_equal(parse(&t, &r), 1);
}

static void discover_bytes(void **state)
{
	static const u8 wanted[] = {1, 3, 6, 12, 15, 17, 18, 43, 54, 60, 66, 67};
	struct dhcp_identity bios = identity;
	struct talk t;
	u8 v[255];

	(void)state;
	talk_begin(&t);
	assert_true(talk_wait(&t, 0));
	assert_int_equal(t.len, 333);
	assert_memory_equal(t.out, "\1\1\6\0", 4);
	assert_int_equal(get32(t.out + 4), t.c.xid);
	for (int i = 8; i < 28; i++)
		assert_int_equal(t.out[i], 0);
	assert_memory_equal(t.out + DHCP_CHADDR, identity.mac, 6);
	assert_memory_equal(t.out + 236, "\x63\x82\x53\x63", 4);
	assert_int_equal(sent_type(&t), DHCP_DISCOVER);
	assert_int_equal(sent_option(&t, 55, v), sizeof wanted);
	assert_memory_equal(v, wanted, sizeof wanted);
	assert_int_equal(sent_option(&t, 57, v), 2);
	assert_int_equal(get16(v), 1472);
	assert_int_equal(sent_option(&t, 60, v), 32);
	assert_memory_equal(v, "PXEClient:Arch:00007:UNDI:003016", 32);
	assert_int_equal(sent_option(&t, 93, v), 2);
	assert_int_equal(get16(v), 7);
	assert_int_equal(sent_option(&t, 94, v), 3);
	assert_memory_equal(v, "\1\3\20", 3);
	assert_int_equal(sent_option(&t, 97, v), 17);
	assert_int_equal(v[0], 0);
	assert_memory_equal(v + 1, identity.uuid, 16);
	assert_int_equal(sent_option(&t, 61, v), 7);
	assert_memory_equal(v, "\1\x52\x54\0\x12\x34\x56", 7);
	/* a BIOS that has no UUID */
	bios.arch = 0;
	bios.has_uuid = 0;
	dhcp_begin(&t.c, &bios, 0, t.now);
	assert_true(talk_wait(&t, 0));
	sent_option(&t, 60, v);
	assert_memory_equal(v, "PXEClient:Arch:00000:UNDI:003016", 32);
	assert_int_equal(sent_option(&t, 97, v), 0);
}

/* More than there is room for is left out, and the end is there. */
static void writer_is_bounded(void **state)
{
	u8 data[600], value[700] = {0};
	struct dhcp_writer w;
	struct dhcp_message m;

	(void)state;
	dhcp_write(&w, data, sizeof data, 2, 1, identity.mac);
	dhcp_put(&w, 67, value, 300);
	assert_false(w.full);
	dhcp_put(&w, 43, value, sizeof value);
	assert_true(w.full);
	assert_true(dhcp_end(&w) <= sizeof data);
	assert_int_equal(dhcp_parse(&m, data, w.len, 1, identity.mac), 1);
	assert_int_equal(dhcp_option(&m, 67, value, sizeof value), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_checked), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(odd_options),       cmocka_unit_test(long_options),
		cmocka_unit_test(overload),          cmocka_unit_test(plain_bootp),
		cmocka_unit_test(discover_bytes),    cmocka_unit_test(writer_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TESTS_DHCPC_FIXTURE_H
#define MKBOOT_TESTS_DHCPC_FIXTURE_H

/* Conversations with GRUB's DHCP client (protocols/dhcp): a clock of the test's own, and replies
 * written byte by byte. */
#include "testing.h"

#include "protocols/dhcp/client.h"

#define SERVER 0xc0a84d01u /* 192.168.77.1 */
#define OTHER  0xc0a84d02u
#define PROXY  0xc0a84d07u
#define BOOT   0xc0a84d09u
#define IP     0xc0a84d64u

static const struct dhcp_identity identity = {
	.mac = {0x52, 0x54, 0, 0x12, 0x34, 0x56},
	.arch = 7,
	.has_uuid = 1,
	.uuid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

struct talk {
	struct dhcp_client c;
	u64 now;
	u8 out[DHCP_MESSAGE]; /* what it sent last */
	usize len;
	unsigned sent; /* so far */
};

static inline void talk_begin(struct talk *t)
{
	memset(t, 0, sizeof *t);
	t->now = 1000000;
	dhcp_begin(&t->c, &identity, 12345, t->now);
}

/* Until it sends, its state changes or MS are over; did it send? */
static inline bool talk_wait(struct talk *t, unsigned ms)
{
	enum dhcp_state state = t->c.state;

	for (u64 end = t->now + ms;; t->now += 10) {
		t->len = dhcp_poll(&t->c, t->now, t->out);
		if (t->len > 0) {
			assert_true(t->len <= sizeof t->out);
			t->sent++;
			return true;
		}
		if (t->c.state != state || t->now >= end)
			return false;
	}
}

/* A reply that is being written; options follow by reply_*. */
struct reply {
	u8 data[DHCP_MESSAGE];
	usize len;
};

static inline struct reply reply_bootp(const struct talk *t, u32 yiaddr)
{
	struct reply r = {.len = DHCP_FIXED + 4};

	r.data[DHCP_OP] = 2;
	r.data[DHCP_HTYPE] = 1;
	r.data[DHCP_HLEN] = 6;
	put32(r.data + DHCP_XID, t->c.xid);
	put32(r.data + DHCP_YIADDR, yiaddr);
	memcpy(r.data + DHCP_CHADDR, identity.mac, 6);
	memcpy(r.data + DHCP_FIXED, "\x63\x82\x53\x63", 4);
	return r;
}

static inline void reply_option(struct reply *r, unsigned code, const void *value, usize len)
{
	assert_true(len < 256 && r->len + len + 2 <= sizeof r->data);
	r->data[r->len++] = (u8)code;
	r->data[r->len++] = (u8)len;
	memcpy(r->data + r->len, value, len);
	r->len += len;
}

static inline void reply_ip(struct reply *r, unsigned code, u32 ip)
{
	u8 bytes[4];

	put32(bytes, ip);
	reply_option(r, code, bytes, 4);
}

static inline void reply_text(struct reply *r, unsigned code, const char *text)
{
	reply_option(r, code, text, strlen(text));
}

/* One of the header's fields of text: DHCP_FILE or DHCP_SNAME, SIZE bytes; "" is none. */
static inline void reply_field(struct reply *r, usize at, usize size, const char *text)
{
	const usize n = strlen(text);

	assert_true(n <= size);
	memcpy(r->data + at, text, n);
}

static inline struct reply reply_make(const struct talk *t, enum dhcp_type type, u32 server,
				      u32 yiaddr)
{
	struct reply r = reply_bootp(t, yiaddr);
	const u8 byte = (u8)type;

	reply_option(&r, 53, &byte, 1);
	if (server != 0)
		reply_ip(&r, 54, server);
	return r;
}

/* With the end; was it taken for one of ours? */
static inline int reply_send(struct talk *t, struct reply *r, u32 from)
{
	assert_true(r->len < sizeof r->data);
	r->data[r->len++] = 255;
	return dhcp_receive(&t->c, t->now, from, r->data, r->len);
}

/* An option of what was sent last, alone in the message; its length. */
static inline usize sent_option(const struct talk *t, unsigned code, u8 *to)
{
	usize found = 0, n = 0, i = DHCP_FIXED + 4;

	while (t->out[i] != 255) {
		if (t->out[i] == code) {
			found++;
			n = t->out[i + 1];
			memcpy(to, t->out + i + 2, n);
		}
		i += 2u + t->out[i + 1];
		assert_true(i < t->len);
	}
	assert_true(found <= 1);
	return n;
}

static inline unsigned sent_type(const struct talk *t)
{
	u8 v[255];

	assert_int_equal(sent_option(t, 53, v), 1);
	return v[0];
}

static inline u32 sent_ip(const struct talk *t, unsigned code)
{
	u8 v[255];

	return sent_option(t, code, v) == 4 ? get32(v) : 0;
}

/* What it was configured by, read as a reply. */
static inline struct dhcp_message result(const struct talk *t, u8 out[DHCP_RESULT])
{
	usize len = dhcp_result(&t->c, out);
	struct dhcp_message m;

	assert_int_equal(t->c.state, DHCP_BOUND);
	assert_true(len >= DHCP_SHORTEST && len <= DHCP_RESULT);
	assert_int_equal(dhcp_parse(&m, out, len < DHCP_MESSAGE ? len : DHCP_MESSAGE, t->c.xid,
				    identity.mac),
			 1);
	assert_int_equal(m.overload, 0);
	return m;
}

static inline void assert_boots(const struct talk *t, u32 siaddr, const char *file)
{
	u8 out[DHCP_RESULT];
	char text[DHCP_FILE_ROOM];
	struct dhcp_message m = result(t, out);

	assert_int_equal(m.siaddr, siaddr);
	dhcp_boot_file(&m, text, sizeof text);
	assert_string_equal(text, file);
	dhcp_result_file(&t->c, text);
	assert_string_equal(text, file);
}

#endif

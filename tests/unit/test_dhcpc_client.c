/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's DHCP client: whole conversations with one server or two, and with none. */
#include "dhcpc_fixture.h"

static void offer(struct talk *t, u32 server, u32 ip, const char *file)
{
	struct reply r = reply_make(t, DHCP_OFFER, server, ip);

	if (file != NULL)
		reply_text(&r, 67, file);
	assert_int_equal(reply_send(t, &r, server), 1);
}

/* It has been asked for, and is given. */
static void ack(struct talk *t, u32 server, u32 ip, const char *file)
{
	struct reply r = reply_make(t, DHCP_ACK, server, ip);

	put32(r.data + DHCP_SIADDR, BOOT);
	if (file != NULL)
		reply_field(&r, DHCP_FILE, DHCP_FILE_LEN, file);
	assert_int_equal(reply_send(t, &r, server), 1);
}

static void at_once(void **state)
{
	struct talk t;
	u8 out[DHCP_RESULT];
	struct dhcp_message m;

	(void)state;
	talk_begin(&t);
	assert_true(talk_wait(&t, 0)); /* the DISCOVER */
	offer(&t, SERVER, IP, "demo/bios.0");
	assert_true(talk_wait(&t, 0)); /* and the REQUEST */
	assert_int_equal(sent_type(&t), DHCP_REQUEST);
	assert_int_equal(sent_ip(&t, 54), SERVER);
	assert_int_equal(sent_ip(&t, 50), IP);
	assert_int_equal(get32(t.out + DHCP_CIADDR), 0);
	ack(&t, SERVER, IP, "demo/bios.0");
	assert_boots(&t, BOOT, "demo/bios.0");
	m = result(&t, out);
	assert_int_equal(m.yiaddr, IP);
	assert_int_equal(m.type, DHCP_ACK);
	assert_int_equal(m.server_id, SERVER);
	assert_false(talk_wait(&t, 20000));
	assert_int_equal(t.sent, 2);
}

/* 0, 0.5, 1.5, 3.5, 7.5 s, an eighth more or less each; 11.5 s in all. */
static void nobody(void **state)
{
	static const unsigned at[] = {0, 500, 1500, 3500, 7500};
	struct talk t;
	u64 begun;
	u32 xid;

	(void)state;
	talk_begin(&t);
	begun = t.now;
	xid = t.c.xid;
	for (unsigned i = 0; i < 5; i++) {
		assert_true(talk_wait(&t, 6000));
		assert_int_equal(sent_type(&t), DHCP_DISCOVER);
		assert_int_equal(get32(t.out + DHCP_XID), xid);
		assert_in_range(t.now - begun, at[i] - at[i] / 8, at[i] + at[i] / 8 + 10);
		assert_int_equal(get16(t.out + DHCP_SECS), (t.now - begun) / 1000);
		assert_int_equal(get16(t.out + DHCP_FLAGS), i & 1 ? 0x8000 : 0);
	}
	assert_false(talk_wait(&t, 6000));
	assert_int_equal(t.c.state, DHCP_FAILED);
	assert_in_range(t.now - begun, 11500, 11510);
	assert_string_equal(dhcp_reason(&t.c), "no DHCP server answered");
	assert_false(talk_wait(&t, 60000));
}

static void jitter_differs(void **state)
{
	struct talk t, u;

	(void)state;
	talk_begin(&t);
	talk_begin(&u);
	dhcp_begin(&u.c, &identity, 54321, u.now);
	assert_int_not_equal(t.c.xid, u.c.xid);
	talk_wait(&t, 0);
	talk_wait(&u, 0);
	assert_int_not_equal(t.c.due, u.c.due);
}

/* A server that takes its time (dhcpd's ping: 1 s) answers a repetition. */
static void late_offer(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t);
	for (int i = 0; i < 3; i++)
		assert_true(talk_wait(&t, 3000));
	offer(&t, SERVER, IP, "f");
	assert_true(talk_wait(&t, 0));
	assert_int_equal(sent_type(&t), DHCP_REQUEST);
	assert_int_equal(get16(t.out + DHCP_SECS), 1);
}

/* RFC 2131 §3.1, 3: the REQUEST's are the DISCOVER's, however late it is by then. */
static void secs_are_the_discovers(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	talk_wait(&t, 700);
	t.now = 1000000 + 900;
	offer(&t, SERVER, IP, NULL);
	for (int i = 0; i < 3; i++) {
		assert_true(talk_wait(&t, 3000));
		assert_int_equal(sent_type(&t), DHCP_REQUEST);
		assert_in_range(t.now, 1001000, 1010000);
		assert_int_equal(get16(t.out + DHCP_SECS), 0);
	}
	/* and of the next DISCOVER the time that has passed in all */
	assert_true(talk_wait(&t, 3000));
	assert_int_equal(sent_type(&t), DHCP_DISCOVER);
	assert_int_equal(get16(t.out + DHCP_SECS), (t.now - 1000000) / 1000);
}

/* An address alone: 0.3 s for somebody who knows what to boot. */
static void plain_offer_waits(void **state)
{
	struct talk t;
	u64 offered;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	offered = t.now;
	offer(&t, SERVER, IP, NULL);
	assert_true(talk_wait(&t, 1000));
	assert_int_equal(t.now - offered, 300);
	assert_int_equal(sent_ip(&t, 54), SERVER);
	ack(&t, SERVER, IP, NULL);
	assert_boots(&t, BOOT, "");
}

static void better_of_two(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, NULL);
	t.now += 100;
	/* no better: the first stays */
	offer(&t, OTHER, IP + 1, NULL);
	assert_int_equal(t.c.offer.server, SERVER);
	offer(&t, OTHER, IP + 1, "b");
	assert_true(talk_wait(&t, 0));
	assert_int_equal(sent_ip(&t, 54), OTHER);
	assert_int_equal(sent_ip(&t, 50), IP + 1);
	/* the other's words are not for this */
	ack(&t, SERVER, IP, "a");
	assert_int_equal(t.c.state, DHCP_REQUESTING);
	r = reply_make(&t, DHCP_NAK, SERVER, 0);
	reply_send(&t, &r, SERVER);
	assert_int_equal(t.c.state, DHCP_REQUESTING);
	assert_int_equal(t.c.refused, 0);
	/* a next-server counts for more than nothing, but does not end the wait */
	talk_begin(&t);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, NULL);
	r = reply_make(&t, DHCP_OFFER, OTHER, IP + 1);
	put32(r.data + DHCP_SIADDR, BOOT);
	t.now += 200;
	reply_send(&t, &r, OTHER);
	assert_true(talk_wait(&t, 100));
	assert_int_equal(sent_ip(&t, 54), OTHER);
}

static void no_offers(void **state)
{
	static const u32 bad[] = {0, 0x7f000001, 0xe0000001, 0xffffffff, 0x00000001};
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		offer(&t, SERVER, bad[i], "f");
	offer(&t, 0, IP, "f");    /* who offers it? */
	ack(&t, SERVER, IP, "f"); /* what was not asked for */
	r = reply_make(&t, DHCP_NAK, SERVER, 0);
	reply_send(&t, &r, SERVER);
	assert_int_equal(t.c.state, DHCP_SELECTING);
	assert_false(t.c.offer.here);
	assert_int_equal(dhcp_receive(&t.c, t.now, SERVER, (const u8 *)"x", 1), 0);
	while (t.c.state == DHCP_SELECTING)
		talk_wait(&t, 6000);
	assert_string_equal(
		dhcp_reason(&t.c),
		"the DHCP server answered without an address: perhaps it has none left");
}

static void nak_begins_again(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	for (unsigned i = 0; i < 4; i++) {
		u32 xid = t.c.xid;

		assert_true(talk_wait(&t, 0));
		assert_int_equal(sent_type(&t), DHCP_DISCOVER);
		offer(&t, SERVER, IP, "f");
		assert_true(talk_wait(&t, 0));
		r = reply_make(&t, DHCP_NAK, SERVER, 0);
		reply_send(&t, &r, SERVER);
		if (i < 3)
			assert_int_not_equal(t.c.xid, xid);
	}
	assert_int_equal(t.c.state, DHCP_FAILED);
	assert_non_null(strstr(dhcp_reason(&t.c), "refuses"));
	/* one NAK, and then it works */
	talk_begin(&t);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, "f");
	talk_wait(&t, 0);
	r = reply_make(&t, DHCP_NAK, SERVER, 0);
	reply_send(&t, &r, SERVER);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP + 1, "f");
	talk_wait(&t, 0);
	assert_int_equal(sent_ip(&t, 50), IP + 1);
	ack(&t, SERVER, IP + 1, "f");
	assert_boots(&t, BOOT, "f");
}

/* It offers and is not heard again: 3.5 s, then anybody else; an end in any case. */
static void lost_ack(void **state)
{
	struct talk t;
	u64 begun;

	(void)state;
	talk_begin(&t);
	begun = t.now;
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, "f");
	for (int i = 0; i < 3; i++) {
		assert_true(talk_wait(&t, 2500));
		assert_int_equal(sent_type(&t), DHCP_REQUEST);
	}
	assert_true(talk_wait(&t, 2500));
	assert_int_equal(sent_type(&t), DHCP_DISCOVER);
	offer(&t, OTHER, IP + 1, "g");
	assert_true(talk_wait(&t, 0));
	assert_int_equal(sent_ip(&t, 54), OTHER);
	while (t.c.state != DHCP_FAILED) {
		if (t.c.state == DHCP_SELECTING && t.sent > 0)
			offer(&t, SERVER, IP, "f");
		talk_wait(&t, 6000);
		assert_true(t.now - begun < 17000);
	}
	assert_string_equal(dhcp_reason(&t.c),
			    "a DHCP server offered an address and was not heard again");
}

static void ack_without_address(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, "f");
	talk_wait(&t, 0);
	ack(&t, SERVER, 0, "f");
	ack(&t, SERVER, 0xffffffff, "f");
	assert_int_equal(t.c.state, DHCP_REQUESTING);
	offer(&t, SERVER, IP, "f"); /* the answer to a repetition, late */
	assert_int_equal(t.c.state, DHCP_REQUESTING);
	ack(&t, SERVER, IP, "f");
	assert_boots(&t, BOOT, "f");
}

static void bootp(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	r = reply_bootp(&t, IP);
	put32(r.data + DHCP_SIADDR, BOOT);
	reply_field(&r, DHCP_FILE, DHCP_FILE_LEN, "demo/bios.0");
	reply_ip(&r, 1, 0xffffff00);
	reply_send(&t, &r, SERVER);
	assert_false(talk_wait(&t, 0));
	assert_boots(&t, BOOT, "demo/bios.0");
	/* without a file it waits; a server with more to say comes first */
	talk_begin(&t);
	talk_wait(&t, 0);
	r = reply_bootp(&t, IP);
	reply_send(&t, &r, SERVER);
	assert_int_equal(t.c.state, DHCP_SELECTING);
	assert_false(talk_wait(&t, 280));
	assert_int_equal(t.c.state, DHCP_SELECTING);
	offer(&t, OTHER, IP + 1, "g");
	assert_true(talk_wait(&t, 0));
	ack(&t, OTHER, IP + 1, "g");
	assert_boots(&t, BOOT, "g");
	/* and where none does */
	talk_begin(&t);
	talk_wait(&t, 0);
	r = reply_bootp(&t, IP);
	reply_send(&t, &r, SERVER);
	assert_false(talk_wait(&t, 310));
	assert_boots(&t, 0, "");
}

/* What GRUB is shown: no overload, one option of each kind, all of its bytes. */
static void result_is_plain(void **state)
{
	struct talk t;
	struct reply r;
	struct dhcp_message m;
	u8 out[DHCP_RESULT], v[400];
	char path[400];

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	offer(&t, SERVER, IP, "f");
	talk_wait(&t, 0);
	memset(path, 'p', sizeof path);
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_option(&r, 52, "\3", 1);
	reply_option(&r, 67, path, 255);
	reply_option(&r, 67, path, 45);
	reply_text(&r, 17, "/root");
	memcpy(r.data + DHCP_FILE, "\1\4\377\377\377\0\102\4boot\377", 13);
	memcpy(r.data + DHCP_SNAME, "\14\2hn\377", 5);
	reply_send(&t, &r, SERVER);
	m = result(&t, out);
	assert_int_equal(dhcp_option_ip(&m, 1), 0xffffff00);
	assert_int_equal(dhcp_option(&m, 12, v, sizeof v), 2);
	assert_memory_equal(v, "hn", 2);
	assert_int_equal(dhcp_option(&m, 17, v, sizeof v), 5);
	assert_int_equal(dhcp_option(&m, 67, v, sizeof v), 300);
	assert_int_equal(dhcp_option(&m, 54, v, sizeof v), 4);
	assert_string_equal((char *)out + DHCP_SNAME, "boot");
	assert_string_equal((char *)out + DHCP_FILE, "");
	path[300] = '\0';
	assert_boots(&t, 0, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_once),
		cmocka_unit_test(nobody),
		cmocka_unit_test(jitter_differs),
		cmocka_unit_test(late_offer),
		cmocka_unit_test(secs_are_the_discovers),
		cmocka_unit_test(plain_offer_waits),
		cmocka_unit_test(better_of_two),
		cmocka_unit_test(no_offers),
		cmocka_unit_test(nak_begins_again),
		cmocka_unit_test(lost_ack),
		cmocka_unit_test(ack_without_address),
		cmocka_unit_test(bootp),
		cmocka_unit_test(result_is_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

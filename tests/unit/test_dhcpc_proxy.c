/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's DHCP client beside proxy-DHCP: PXE 2.1 §2.2, before, after and without the other. */
#include "dhcpc_fixture.h"

static void plain(struct talk *t, enum dhcp_type type, u32 siaddr)
{
	struct reply r = reply_make(t, type, SERVER, IP);

	put32(r.data + DHCP_SIADDR, siaddr);
	reply_ip(&r, 1, 0xffffff00);
	assert_int_equal(reply_send(t, &r, SERVER), 1);
}

static void proxy(struct talk *t, enum dhcp_type type, u32 siaddr, const char *file)
{
	struct reply r = reply_make(t, type, PROXY, 0);

	put32(r.data + DHCP_SIADDR, siaddr);
	reply_text(&r, 60, "PXEClient");
	if (file != NULL)
		reply_field(&r, DHCP_FILE, DHCP_FILE_LEN, file);
	assert_int_equal(reply_send(t, &r, PROXY), 1);
}

/* Both in any order: as soon as there are two, it goes on; the boot server is the proxy's. */
static void both(void **state)
{
	struct talk t;
	u8 out[DHCP_RESULT];

	(void)state;
	for (int first = 0; first < 2; first++) {
		u64 begun;

		talk_begin(&t);
		begun = t.now;
		talk_wait(&t, 0);
		if (first == 0)
			proxy(&t, DHCP_OFFER, BOOT, "demo/bios.0");
		plain(&t, DHCP_OFFER, SERVER); /* a router that names itself */
		if (first == 1) {
			assert_false(talk_wait(&t, 100));
			proxy(&t, DHCP_OFFER, BOOT, "demo/bios.0");
		}
		assert_true(talk_wait(&t, 0));
		assert_int_equal(sent_type(&t), DHCP_REQUEST);
		assert_int_equal(sent_ip(&t, 54), SERVER);
		plain(&t, DHCP_ACK, SERVER);
		assert_boots(&t, BOOT, "demo/bios.0");
		assert_int_equal(result(&t, out).yiaddr, IP);
		assert_int_equal(result(&t, out).server_id, SERVER);
		assert_string_equal((char *)out + DHCP_FILE, "demo/bios.0");
		assert_true(t.now - begun <= 100);
	}
}

/* It comes while the address is being asked for. */
static void during_request(void **state)
{
	struct talk t;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	plain(&t, DHCP_OFFER, 0);
	assert_true(talk_wait(&t, 400));
	proxy(&t, DHCP_OFFER, 0, "f");
	plain(&t, DHCP_ACK, 0);
	assert_boots(&t, PROXY, "f"); /* no siaddr: it means itself */
}

/* A proxy without a file is asked on port 4011, from the address that there is now. */
static void asked(void **state)
{
	struct talk t;
	u8 out[DHCP_RESULT], v[255];

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	proxy(&t, DHCP_OFFER, 0, NULL);
	plain(&t, DHCP_OFFER, SERVER);
	assert_true(talk_wait(&t, 0));
	plain(&t, DHCP_ACK, SERVER);
	assert_int_equal(t.c.state, DHCP_ASKING);
	/* for the address that it is asked from */
	assert_true(dhcp_result(&t.c, out) > 0);
	assert_int_equal(get32(out + DHCP_YIADDR), IP);
	assert_true(talk_wait(&t, 0));
	assert_int_equal(t.c.proxy.server, PROXY);
	assert_int_equal(sent_type(&t), DHCP_REQUEST);
	assert_int_equal(get32(t.out + DHCP_CIADDR), IP);
	assert_int_equal(get16(t.out + DHCP_FLAGS), 0);
	assert_int_equal(sent_option(&t, 60, v), 32);
	assert_int_equal(sent_option(&t, 93, v), 2);
	/* others are not asked */
	plain(&t, DHCP_ACK, SERVER);
	proxy(&t, DHCP_OFFER, BOOT, "late");
	assert_int_equal(t.c.state, DHCP_ASKING);
	proxy(&t, DHCP_ACK, BOOT, "demo/uefi64.efi");
	assert_boots(&t, BOOT, "demo/uefi64.efi");
}

/* A proxy that has to be asked, and an address: SELECTING is over. */
static void begin_asking(struct talk *t)
{
	talk_begin(t);
	talk_wait(t, 0);
	proxy(t, DHCP_OFFER, BOOT, NULL);
	plain(t, DHCP_OFFER, SERVER);
	talk_wait(t, 0);
	plain(t, DHCP_ACK, SERVER);
}

static void asked_in_vain(void **state)
{
	struct talk t;
	u64 begun;

	(void)state;
	begin_asking(&t);
	begun = t.now;
	assert_true(talk_wait(&t, 0));
	assert_true(talk_wait(&t, 600));
	assert_false(talk_wait(&t, 600));
	assert_int_equal(t.now - begun, 1000);
	assert_boots(&t, SERVER, ""); /* the address is good all the same */
	/* no way to it */
	begin_asking(&t);
	dhcp_no_proxy(&t.c);
	assert_boots(&t, SERVER, "");
}

/* DHCP server and proxy are one (PXE 2.1 §2.2.3), and its port 4011 has the file. */
static void one_machine(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	for (int i = 0; i < 2; i++) {
		r = reply_make(&t, i == 0 ? DHCP_OFFER : DHCP_ACK, SERVER, IP);
		reply_text(&r, 60, "PXEClient");
		reply_send(&t, &r, SERVER);
		assert_true(talk_wait(&t, 300));
	}
	assert_int_equal(t.c.state, DHCP_ASKING);
	/* the ACK to a REQUEST that was sent twice is not port 4011's */
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_text(&r, 60, "PXEClient");
	reply_send(&t, &r, SERVER);
	assert_int_equal(t.c.state, DHCP_ASKING);
	r = reply_make(&t, DHCP_ACK, SERVER, 0);
	put32(r.data + DHCP_SIADDR, BOOT);
	reply_text(&r, 67, "f");
	reply_send(&t, &r, SERVER);
	assert_boots(&t, BOOT, "f");
}

/* Of two proxies, that which names a file; then the first. What the DHCP server names comes before
 * both. */
static void several(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	proxy(&t, DHCP_OFFER, OTHER, NULL);
	proxy(&t, DHCP_OFFER, BOOT, "a");
	proxy(&t, DHCP_OFFER, OTHER, "b");
	proxy(&t, DHCP_OFFER, OTHER, NULL);
	plain(&t, DHCP_OFFER, 0);
	talk_wait(&t, 0);
	plain(&t, DHCP_ACK, 0);
	assert_boots(&t, BOOT, "a");
	talk_begin(&t);
	talk_wait(&t, 0);
	proxy(&t, DHCP_OFFER, BOOT, "a");
	plain(&t, DHCP_OFFER, 0);
	talk_wait(&t, 0);
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	put32(r.data + DHCP_SIADDR, SERVER);
	reply_text(&r, 67, "own");
	reply_send(&t, &r, SERVER);
	assert_boots(&t, SERVER, "own");
}

/* The proxy's name and file are there, whole, and none of the other's beside them. */
static void names(void **state)
{
	struct talk t;
	struct reply r;
	struct dhcp_message m;
	u8 out[DHCP_RESULT];
	char path[DHCP_FILE_ROOM], name[DHCP_NAME_ROOM];

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	memset(path, 'x', sizeof path);
	r = reply_make(&t, DHCP_OFFER, PROXY, 0);
	reply_text(&r, 60, "PXEClient");
	reply_option(&r, 67, path, 255);
	reply_option(&r, 67, path, 245);
	reply_text(&r, 66, "boot.example");
	reply_send(&t, &r, PROXY);
	plain(&t, DHCP_OFFER, 0);
	talk_wait(&t, 0);
	r = reply_make(&t, DHCP_ACK, SERVER, IP);
	reply_text(&r, 66, "router");
	reply_send(&t, &r, SERVER);
	path[500] = '\0';
	assert_boots(&t, PROXY, path);
	m = result(&t, out);
	dhcp_server_name(&m, name, sizeof name);
	assert_string_equal(name, "boot.example");
}

static void only_a_proxy(void **state)
{
	struct talk t;
	struct reply r;

	(void)state;
	talk_begin(&t);
	talk_wait(&t, 0);
	proxy(&t, DHCP_OFFER, BOOT, "f");
	while (t.c.state == DHCP_SELECTING)
		talk_wait(&t, 6000);
	assert_int_equal(t.c.state, DHCP_FAILED);
	assert_non_null(strstr(dhcp_reason(&t.c), "proxy"));
	/* without option 60 it is none */
	talk_begin(&t);
	talk_wait(&t, 0);
	r = reply_make(&t, DHCP_OFFER, PROXY, 0);
	reply_text(&r, 67, "f");
	reply_send(&t, &r, PROXY);
	assert_false(t.c.proxy.here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both),        cmocka_unit_test(during_request),
		cmocka_unit_test(asked),       cmocka_unit_test(asked_in_vain),
		cmocka_unit_test(one_machine), cmocka_unit_test(several),
		cmocka_unit_test(names),       cmocka_unit_test(only_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

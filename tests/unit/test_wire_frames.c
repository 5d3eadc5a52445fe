/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets a frame (protocols/wire/frames.c): a tap, GRUB's own stack, or nobody; and each buffer
 * is freed once. Cards, interfaces and GRUB's stack are the test's own. */
#include "testing.h"

#include "../../protocols/wire/frames.c"

#define MAC "\x52\x54\x00\x12\x34\x56"

static struct grub_net_card card, other, idle;
static struct grub_net_network_level_interface inf4, inf6;

/* what comes: so many frames, all alike */
static uint8_t frame[128];
static size_t frame_len;
static unsigned waiting, made, freed, grubs, opened_cards;
static bool opens, grub_fails;
static uint64_t now;

u64 wire_now(void)
{
	return now++;
}

void grub_netbuff_free(struct grub_net_buff *nb)
{
	freed++;
	free(nb->head);
	free(nb);
}

grub_err_t grub_net_recv_ethernet_packet(struct grub_net_buff *nb, struct grub_net_card *c)
{
	assert_ptr_equal(c, &card);
	assert_int_equal(nb->tail - nb->data, frame_len);
	assert_memory_equal(nb->data, frame, frame_len);
	grub_netbuff_free(nb);
	grubs++;
	return grub_fails ? grub_error(GRUB_ERR_BUG, "GRUB's own") : GRUB_ERR_NONE;
}

static struct grub_net_buff *receive(struct grub_net_card *c)
{
	struct grub_net_buff *nb;

	assert_int_equal(c->opened, 1);
	if (c != &card || waiting == 0)
		return NULL;
	waiting--;
	made++;
	nb = mem_alloc(sizeof *nb);
	nb->head = nb->data = mem_alloc(frame_len);
	nb->tail = nb->end = nb->head + frame_len;
	memcpy(nb->head, frame, frame_len);
	return nb;
}

static grub_err_t open_card(struct grub_net_card *c)
{
	(void)c;
	opened_cards++;
	return opens ? GRUB_ERR_NONE : grub_error(GRUB_ERR_IO, "no card");
}

static struct grub_net_card_driver driver = {open_card, receive};

/* A UDP packet over IPv4 to 10.0.2.15, or to that port, and its parts. */
static void udp4(const char *mac, const char *to, unsigned port)
{
	unsigned sum = 0;

	memset(frame, 0, sizeof frame);
	memcpy(frame, mac, 6);
	put16(frame + 12, 0x0800);
	memcpy(frame + 14, "\x45\0\0\x21\0\0\0\0\x40\x11\0\0\x0a\0\2\2", 16);
	memcpy(frame + 30, to, 4);
	for (size_t i = 14; i < 34; i += 2)
		sum += get16(frame + i);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(frame + 24, (uint16_t)~sum);
	put16(frame + 34, 69);
	put16(frame + 36, (uint16_t)port);
	put16(frame + 38, 13);
	memcpy(frame + 42, "hello", 5);
	frame_len = 60;
}

static void udp6(const char *last)
{
	memset(frame, 0, sizeof frame);
	memcpy(frame, MAC, 6);
	put16(frame + 12, 0x86dd);
	memcpy(frame + 14, "\x60\0\0\0\0\x0d\x11\x40\xfe\x80", 10);
	frame[37] = 2;
	memcpy(frame + 38, "\xfe\x80", 2);
	memcpy(frame + 53, last, 1);
	put16(frame + 54, 69);
	put16(frame + 56, 50000);
	put16(frame + 58, 13);
	frame_len = 67;
}

static int setup(void **state)
{
	(void)state;
	card = (struct grub_net_card){.next = &other, .driver = &driver, .num_ifaces = 2};
	other = (struct grub_net_card){.next = &idle, .driver = &driver, .num_ifaces = 1};
	idle = (struct grub_net_card){.driver = &driver};
	inf6 = (struct grub_net_network_level_interface){
		.card = &card, .address = {.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6}};
	memcpy(inf6.address.ipv6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f", 16);
	memcpy(inf6.hwaddress.mac, MAC, 6);
	inf4 = inf6;
	inf4.next = &inf6;
	inf4.address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	memcpy(&inf4.address.ipv4, "\x0a\0\2\x0f", 4);
	grub_net_cards = &card;
	grub_net_network_level_interfaces = &inf4;
	waiting = made = freed = grubs = opened_cards = 0;
	opens = true;
	grub_fails = false;
	taps = NULL;
	grub_errno = GRUB_ERR_NONE;
	return 0;
}

struct listener {
	struct wire_tap tap;
	int takes;
	unsigned asked;
	struct wire_tap *removes;
	int stop, stops_at;
};

static int listen_to(void *data, const struct wire_packet *p)
{
	struct listener *l = data;

	l->asked++;
	assert_int_equal(p->protocol, WIRE_UDP);
	assert_ptr_equal(p->card, &card);
	assert_int_equal(p->len, 13);
	assert_int_equal(p->from[p->v6 ? 15 : 3], 2);
	assert_int_equal(get16(p->data), 69);
	if (l->removes != NULL)
		wire_tap_remove(l->removes);
	l->stop = l->asked == (unsigned)l->stops_at;
	return l->takes;
}

static void add(struct listener *l, int takes)
{
	*l = (struct listener){.tap = {.hook = listen_to}, .takes = takes};
	l->tap.data = l;
	wire_tap_add(&l->tap);
}

/* One frame: is it a tap's, GRUB's, or nobody's? */
static void goes(struct listener *l, unsigned want_asked, unsigned want_grubs)
{
	unsigned asked = l->asked, before = grubs;

	waiting = 1;
	wire_poll(0, NULL);
	assert_int_equal(l->asked - asked, want_asked);
	assert_int_equal(grubs - before, want_grubs);
	assert_int_equal(made, freed);
	assert_int_equal(waiting, 0);
}

static void what_is_for_us_is_a_taps(void **state)
{
	struct listener l;

	(void)state;
	add(&l, 1);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	goes(&l, 1, 0);
	udp6("\x0f");
	goes(&l, 1, 0);
	assert_int_equal(opened_cards, 2); /* not the one without an interface */
	l.takes = 0;
	goes(&l, 1, 1);
}

static void what_is_for_others_is_grubs(void **state)
{
	struct listener l;

	(void)state;
	add(&l, 1);
	udp4(MAC, "\x0a\0\2\x10", 50000);
	goes(&l, 0, 1);
	udp4("\xff\xff\xff\xff\xff\xff", "\x0a\0\2\x0f", 50000);
	goes(&l, 0, 1);
	udp6("\x10");
	goes(&l, 0, 1);
	inf4.card = &other;
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	goes(&l, 0, 1);
	/* but a DHCP client has no address */
	udp4("\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff", 68);
	goes(&l, 1, 0);
	/* nobody's: LLDP, and one that was cut off */
	put16(frame + 12, 0x88cc);
	goes(&l, 0, 0);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	frame_len = 40;
	goes(&l, 0, 0);
}

static void tags_are_the_interfaces(void **state)
{
	struct listener l;

	(void)state;
	add(&l, 1);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	memmove(frame + 16, frame + 12, 60);
	put16(frame + 12, 0x8100);
	put16(frame + 14, 5);
	frame_len += 4;
	goes(&l, 0, 1);
	inf4.vlantag = grub_be_to_cpu16(5);
	goes(&l, 1, 0);
	put16(frame + 14, 6);
	goes(&l, 0, 1);
	put16(frame + 14, 0); /* of priority only */
	goes(&l, 1, 0);
}

static void a_tap_may_go_within_its_hook(void **state)
{
	struct listener a, b, c;

	(void)state;
	add(&c, 0);
	add(&b, 0);
	add(&a, 0);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	a.removes = &a.tap;
	goes(&b, 1, 1);
	assert_int_equal(a.asked, 1);
	goes(&b, 1, 1);
	assert_int_equal(a.asked, 1);
	/* the next one, too */
	b.removes = &c.tap;
	goes(&c, 0, 1);
	assert_int_equal(b.asked, 3);
	wire_tap_remove(&c.tap);
	wire_tap_remove(&b.tap);
	goes(&b, 0, 1);
}

static void it_ends_when_it_should(void **state)
{
	struct listener l;

	(void)state;
	add(&l, 1);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	l.stops_at = 3;
	waiting = 10;
	wire_poll(1000, &l.stop);
	assert_int_equal(waiting, 7);
	assert_int_equal(made, freed);
	/* a flood: the clock ends it */
	l.stops_at = l.stop = 0;
	waiting = 1000000;
	now = 5000;
	wire_poll(20, &l.stop);
	assert_in_range(now, 5020, 5023);
	assert_in_range(1000000 - waiting, 1, 25 * AT_ONCE);
	waiting = 0;
	now = 0;
	wire_poll(20, NULL);
	assert_in_range(now, 20, 23);
	assert_int_equal(made, freed);
}

static void errors_are_as_before(void **state)
{
	struct listener l;

	(void)state;
	add(&l, 0);
	udp4(MAC, "\x0a\0\2\x0f", 50000);
	grub_fails = true;
	goes(&l, 1, 1);
	assert_int_equal(grub_errno, GRUB_ERR_NONE);
	grub_error(GRUB_ERR_TIMEOUT, "mine");
	goes(&l, 1, 1);
	assert_int_equal(grub_errno, GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg, "mine");
	/* a card that does not open is none */
	card.opened = 0;
	opens = false;
	waiting = 1;
	wire_poll(0, NULL);
	assert_int_equal(waiting, 1);
	assert_int_equal(grub_errno, GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg, "mine");
}

static void checksums_are_told(void **state)
{
	uint8_t data[20] = {0, 69, 0xc3, 0x50, 0, 20, 0, 0, 'h', 'e', 'l', 'l', 'o'};
	struct wire_packet p = {.protocol = WIRE_UDP, .data = data, .len = sizeof data};
	uint16_t sum;

	(void)state;
	assert_true(wire_checksum_ok(&p)); /* none */
	p.v6 = 1;
	assert_false(wire_checksum_ok(&p));
	for (p.v6 = 0; p.v6 < 2; p.v6++) {
		memset(data + 6, 0, 2);
		sum = (uint16_t)~wire_frame_sum(p.v6, p.from, p.to, WIRE_UDP, data, p.len);
		memcpy(data + 6, &sum, 2);
		assert_true(wire_checksum_ok(&p));
		data[12] ^= 1;
		assert_false(wire_checksum_ok(&p));
		data[12] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_for_us_is_a_taps, setup),
		cmocka_unit_test_setup(what_is_for_others_is_grubs, setup),
		cmocka_unit_test_setup(tags_are_the_interfaces, setup),
		cmocka_unit_test_setup(a_tap_may_go_within_its_hook, setup),
		cmocka_unit_test_setup(it_ends_when_it_should, setup),
		cmocka_unit_test_setup(errors_are_as_before, setup),
		cmocka_unit_test(checksums_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other end (protocols/wire/peer.c): asked for when it should be, given up in time; and what is
 * sent to it is whole. GRUB's stack and the clock are the test's own. */
#include "testing.h"

#include "../../protocols/wire/peer.c"
#include "grub/buffers.h"

static struct grub_net_card card = {.name = "e1000_0", .mtu = 1500};
static struct grub_net_network_level_interface inf4, inf6;
static grub_net_network_level_address_t server, gateway;
static bool no_route;
static struct grub_net_network_level_interface *route_to; /* instead of these */

static uint64_t now, answers_at, sends_take;
static unsigned n_asked, fails; /* so many cannot be sent */
static uint64_t asked_at[16];

static uint8_t sent[256]; /* the last packet: from the transport's header on, or an ARP packet */
static size_t sent_len;
static const char *frames;

u64 wire_now(void)
{
	return now;
}

/* A poll takes its time. */
void wire_poll(unsigned ms, const volatile int *stop)
{
	(void)stop;
	now += ms + 1;
}

grub_err_t grub_netbuff_reserve(struct grub_net_buff *nb, grub_size_t len)
{
	nb->data += len;
	nb->tail += len;
	return GRUB_ERR_NONE;
}
grub_err_t grub_netbuff_put(struct grub_net_buff *nb, grub_size_t len)
{
	nb->tail += len;
	assert_true(nb->tail <= nb->end);
	return GRUB_ERR_NONE;
}

/* As GRUB does it, headers are put before the data. */
static grub_err_t send_it(struct grub_net_buff *nb, size_t headers)
{
	sent_len = (size_t)(nb->tail - nb->data);
	memcpy(sent, nb->data, sent_len);
	nb->data -= headers;
	assert_true(nb->data >= nb->head);
	memset(nb->data, 0xee, headers);
	asked_at[n_asked++ % 16] = now;
	now += sends_take;
	sends_take = 0;
	if (fails > 0) {
		fails--;
		return grub_error(GRUB_ERR_IO, "not sent");
	}
	return GRUB_ERR_NONE;
}
grub_err_t send_ethernet_packet(struct grub_net_network_level_interface *inf,
				struct grub_net_buff *nb, grub_net_link_level_address_t to,
				grub_net_ethertype_t type)
{
	assert_ptr_equal(inf, &inf4);
	assert_int_equal(type, GRUB_NET_ETHERTYPE_ARP);
	assert_memory_equal(to.mac, "\xff\xff\xff\xff\xff\xff", 6);
	return send_it(nb, 18);
}
grub_err_t grub_net_send_ip_packet(struct grub_net_network_level_interface *inf,
				   const grub_net_network_level_address_t *to,
				   const grub_net_link_level_address_t *mac,
				   struct grub_net_buff *nb, grub_net_ip_protocol_t protocol)
{
	(void)mac;
	if (protocol == GRUB_NET_IP_ICMPV6)
		assert_memory_equal(to->ipv6, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff\x34\x56\x78", 16);
	return send_it(nb, inf == &inf6 ? 58 : 38);
}

grub_err_t grub_net_resolve_address(const char *name, grub_net_network_level_address_t *address)
{
	if (strcmp(name, "nowhere") == 0)
		return grub_error(GRUB_ERR_TIMEOUT, "no DNS reply");
	*address = server;
	return GRUB_ERR_NONE;
}
grub_err_t grub_net_route_address(grub_net_network_level_address_t address,
				  grub_net_network_level_address_t *next,
				  struct grub_net_network_level_interface **inf)
{
	(void)address;
	if (no_route)
		return grub_error(GRUB_ERR_NET_NO_ROUTE, "destination unreachable");
	*next = gateway;
	*inf = route_to != NULL                                      ? route_to
	       : server.type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6 ? &inf6
								     : &inf4;
	return GRUB_ERR_NONE;
}
int grub_net_link_layer_resolve_check(struct grub_net_network_level_interface *inf,
				      const grub_net_network_level_address_t *address)
{
	(void)inf;
	assert_int_equal(grub_net_addr_cmp(address, &gateway), 0);
	return now >= answers_at;
}
grub_err_t grub_net_link_layer_resolve(struct grub_net_network_level_interface *inf,
				       const grub_net_network_level_address_t *address,
				       grub_net_link_level_address_t *mac)
{
	(void)inf;
	memset(mac->mac, *(const uint8_t *)address->ipv6 == 0xff ? 0x33 : 7, 6);
	return GRUB_ERR_NONE;
}
int grub_net_addr_cmp(const grub_net_network_level_address_t *a,
		      const grub_net_network_level_address_t *b)
{
	return memcmp(a->ipv6, b->ipv6, a->type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6 ? 16 : 4);
}
void grub_net_addr_to_str(const grub_net_network_level_address_t *address, char *text)
{
	snprintf(text, GRUB_NET_MAX_STR_ADDR_LEN, "address %d",
		 ((const uint8_t *)address->ipv6)[3]);
}

const char *grub_env_get(const char *name)
{
	assert_string_equal(name, "net_e1000_0_x_frames");
	return frames;
}
char *grub_xasprintf(const char *format, ...)
{
	va_list args;
	char *text = mem_alloc(100);

	va_start(args, format);
	vsnprintf(text, 100, format, args);
	va_end(args);
	return text;
}

static int setup(void **state)
{
	(void)state;
	inf4 = (struct grub_net_network_level_interface){
		.card = &card, .address = {.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4}};
	memcpy(&inf4.address.ipv4, "\x0a\0\2\x0f", 4);
	memcpy(inf4.hwaddress.mac, "\x52\x54\0\x12\x34\x56", 6);
	inf6 = inf4;
	inf6.address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	memcpy(inf6.address.ipv6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x0f", 16);
	server = inf4.address;
	memcpy(&server.ipv4, "\x0a\0\2\x02", 4);
	gateway = server;
	inf4.next = &inf6;
	grub_net_network_level_interfaces = &inf4;
	no_route = false;
	now = 1000;
	answers_at = UINT64_MAX;
	n_asked = fails = 0;
	sends_take = 0;
	grub_errno = GRUB_ERR_NONE;
	return 0;
}

static void asked_when_it_should_be(uint64_t begun, unsigned n)
{
	static const unsigned at[] = {0, 200, 500, 1000, 2000};

	assert_int_equal(n_asked, n);
	for (unsigned i = 1; i < n; i++)
		assert_int_equal(asked_at[i], begun + at[i]);
	assert_int_equal(allocated, 0);
}

static void it_is_asked_for_and_given_up(void **state)
{
	struct wire_peer peer;

	(void)state;
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg,
			    "no answer from address 2: it is off, or on another network");
	asked_when_it_should_be(1000, 5);
	assert_int_equal(now, 4000);
	assert_int_equal(sent_len, 28);
	assert_memory_equal(sent,
			    "\0\1\x08\0\6\4\0\1\x52\x54\0\x12\x34\x56\x0a\0\2\x0f"
			    "\0\0\0\0\0\0\x0a\0\2\2",
			    28);
	/* by a router */
	memcpy(&gateway.ipv4, "\x0a\0\2\x01", 4);
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg,
			    "no answer from the router address 1, which is the way to address 2");
	assert_memory_equal(sent + 24, "\x0a\0\2\1", 4);
	no_route = true;
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_NET_NO_ROUTE);
	assert_int_equal(wire_reach("nowhere", &peer), GRUB_ERR_TIMEOUT);
	assert_string_equal(grub_errmsg, "no DNS reply");
}

static void an_answer_is_taken_at_once(void **state)
{
	struct wire_peer peer;

	(void)state;
	answers_at = 1300;
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_NONE);
	asked_when_it_should_be(1000, 2);
	assert_int_equal(now, 1300);
	assert_memory_equal(peer.mac.mac, "\7\7\7\7\7\7", 6);
	assert_ptr_equal(peer.inf, &inf4);
	assert_int_equal(grub_net_addr_cmp(&peer.address, &server), 0);
	/* it is known by now */
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_NONE);
	assert_int_equal(n_asked, 2);
}

/* The time a card takes to open is not the server's. */
static void a_slow_card_is_waited_for(void **state)
{
	struct wire_peer peer;

	(void)state;
	sends_take = 2500;
	fails = 2;
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_TIMEOUT);
	asked_when_it_should_be(3500, 5);
	assert_int_equal(now, 6500);
}

static void a_neighbour_is_solicited(void **state)
{
	struct wire_peer peer;

	(void)state;
	server.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	memcpy(server.ipv6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x34\x56\x78", 16);
	gateway = server;
	assert_int_equal(wire_reach("2001:db8::34:5678", &peer), GRUB_ERR_TIMEOUT);
	asked_when_it_should_be(1000, 5);
	assert_int_equal(sent_len, 32);
	assert_memory_equal(sent, "\x87\0", 2);
	assert_memory_equal(sent + 4, "\0\0\0\0", 4);
	assert_memory_equal(sent + 8, server.ipv6, 16);
	assert_memory_equal(sent + 24, "\1\1\x52\x54\0\x12\x34\x56", 8);
	assert_int_equal(
		wire_frame_sum(1, (const uint8_t *)inf6.address.ipv6,
			       (const uint8_t *)"\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff\x34\x56\x78",
			       WIRE_ICMPV6, sent, 32),
		0xffff);
	answers_at = 0;
	assert_int_equal(wire_reach("2001:db8::34:5678", &peer), GRUB_ERR_NONE);
	/* an interface of the other kind */
	inf6.address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	assert_int_equal(wire_reach("2001:db8::34:5678", &peer), GRUB_ERR_NET_NO_ROUTE);
}

static void send_udp(const struct wire_peer *peer, unsigned word)
{
	struct grub_net_buff *nb = grub_netbuff_alloc(WIRE_HEADROOM + 10);
	uint8_t *data = nb->head + WIRE_HEADROOM;
	uint16_t sum;

	nb->data = data;
	nb->tail = nb->end;
	memcpy(data, "\xc0\0\0\x45\0\x0a\xbe\xef", 8);
	put16(data + 8, (uint16_t)word);
	assert_int_equal(wire_send(peer, WIRE_UDP, nb), GRUB_ERR_NONE);
	assert_ptr_equal(nb->data, data);
	assert_ptr_equal(nb->tail, nb->end);
	sum = wire_frame_sum(0, (const uint8_t *)&inf4.address.ipv4, (const uint8_t *)&server.ipv4,
			     WIRE_UDP, sent, 10);
	assert_int_equal(sum, 0xffff);
	assert_int_not_equal(get16(sent + 6), 0);
	grub_netbuff_free(nb);
}

static void what_is_sent_has_a_checksum(void **state)
{
	struct wire_peer peer = {.inf = &inf4, .address = server};
	bool full = false;

	(void)state;
	/* one of them has a sum of zero, which would mean none */
	for (unsigned word = 0; word <= 0xffff; word++) {
		n_asked = 0;
		send_udp(&peer, word);
		full = full || get16(sent + 6) == 0xffff;
	}
	assert_true(full);
	assert_int_equal(allocated, 0);
}

static void an_interface_may_go(void **state)
{
	struct wire_peer peer = {.inf = &inf6, .own = inf6.address};

	(void)state;
	assert_true(wire_lives(&peer));
	inf4.next = NULL;
	assert_false(wire_lives(&peer));
	grub_net_network_level_interfaces = NULL;
	assert_false(wire_lives(&peer));
	/* another one, in the same place */
	grub_net_network_level_interfaces = &inf4;
	answers_at = 0;
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_NONE);
	assert_true(wire_lives(&peer));
	memcpy(&inf4.address.ipv4, "\x0a\0\2\x10", 4);
	assert_false(wire_lives(&peer));
}

/* net_del_addr leaves routes behind that point to it. */
static void a_route_may_be_left_of_an_interface(void **state)
{
	struct wire_peer peer;

	(void)state;
	route_to = (void *)64; /* nothing is there */
	assert_int_equal(wire_reach("10.0.2.2", &peer), GRUB_ERR_NET_NO_ROUTE);
	assert_non_null(strstr(grub_errmsg, "the network interface of its route is gone"));
	assert_int_equal(n_asked, 0);
	route_to = NULL;
}

static void packets_are_the_peers_or_not(void **state)
{
	struct wire_peer peer = {.inf = &inf4, .address = server};
	struct wire_packet p = {.from = {10, 0, 2, 2}};

	(void)state;
	assert_true(wire_is_from(&peer, &p));
	p.v6 = 1;
	assert_false(wire_is_from(&peer, &p));
	p.v6 = 0;
	p.from[3] = 3;
	assert_false(wire_is_from(&peer, &p));
	peer.address = inf6.address;
	assert_false(wire_is_from(&peer, &p));
	p.v6 = 1;
	memcpy(p.from, inf6.address.ipv6, 16);
	assert_true(wire_is_from(&peer, &p));
	p.from[15]++;
	assert_false(wire_is_from(&peer, &p));
}

static void the_cards_limits(void **state)
{
	struct grub_net_card odd = {.name = "e1000_0:x", .mtu = 1500};
	struct grub_net_network_level_interface inf = {.card = &odd};
	struct wire_peer peer = {.inf = &inf};
	static const struct {
		const char *value;
		unsigned want;
	} values[] = {
		{NULL, WIRE_FRAMES_UNKNOWN}, {"64", 64},
		{"0", WIRE_FRAMES_UNKNOWN},  {"x", WIRE_FRAMES_UNKNOWN},
		{"", WIRE_FRAMES_UNKNOWN},   {"99999999", 65535},
	};

	(void)state;
	assert_int_equal(wire_mtu(&peer), 1500);
	odd.mtu = 9000;
	assert_int_equal(wire_mtu(&peer), 1500);
	odd.mtu = 0;
	assert_int_equal(wire_mtu(&peer), 576);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		frames = values[i].value;
		assert_int_equal(wire_frames(&peer), values[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_asked_for_and_given_up, setup),
		cmocka_unit_test_setup(an_answer_is_taken_at_once, setup),
		cmocka_unit_test_setup(a_slow_card_is_waited_for, setup),
		cmocka_unit_test_setup(a_neighbour_is_solicited, setup),
		cmocka_unit_test_setup(what_is_sent_has_a_checksum, setup),
		cmocka_unit_test_setup(an_interface_may_go, setup),
		cmocka_unit_test_setup(a_route_may_be_left_of_an_interface, setup),
		cmocka_unit_test_setup(packets_are_the_peers_or_not, setup),
		cmocka_unit_test_setup(the_cards_limits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

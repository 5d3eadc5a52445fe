/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dhcp.mod: net_bootp and net_dhcp, in the place of net.mod's commands of those names. Outwardly
 * they are the same: an interface CARD:dhcp, its variables, its routes, all set up by GRUB's own
 * grub_net_configure_by_dhcp_ack.
 */
#include "client.h"
#include "machine.h"

#include "../wire/wire.h"

#include <grub/command.h>
#include <grub/dl.h>
#include <grub/env.h>
#include <grub/i18n.h>
#include <grub/net.h>

GRUB_MOD_LICENSE("GPLv3+");
__attribute__((section(".modname"), used)) static const char dhcp_modname[] = "dhcp";
__attribute__((section(".moddeps"), used)) static const char dhcp_moddeps[] = "wire\0net";

#define UDP          17
#define UDP_LEN      8
#define POLL_MS      10
#define BOOT_FILE    "boot_file"
#define VENDOR_CLASS "vendor_class_identifier" /* Debian's */

/* net.mod's commands have 0; of one name, the higher is run (kern/command.c). */
#define PRIORITY 1

/* What grub_net_configure_by_dhcp_ack and the interface itself set, behind net_INTERFACE_. */
static const char *const properties[] = {
	"ip",     "mac",      BOOT_FILE,  "next_server",    "dhcp_server_name", "hostname",
	"domain", "rootpath", "clientid", "extensionspath", "clientuuid",       VENDOR_CLASS,
};

/* One card. */
struct session {
	struct grub_net_card *card;
	char *name; /* of the interface that is to be */
	/* who sends while there is no address: GRUB's list does not have it */
	struct grub_net_network_level_interface nobody;
	struct grub_net_network_level_interface *inf; /* once there is one */
	struct wire_peer proxy;
	int reached; /* the proxy */
	int counted, begun, done;
	grub_err_t error; /* of its own */
	struct dhcp_client client;
};

struct run {
	struct session *sessions;
	unsigned n;
	int received; /* stops the polling */
};

static int received(void *data, const struct wire_packet *p)
{
	struct run *run = data;
	u64 now;

	if (p->v6 || p->protocol != UDP || get16(p->data + 2) != DHCP_CLIENT_PORT)
		return 0;
	if (!wire_checksum_ok(p))
		return 1;
	now = wire_now();
	for (unsigned i = 0; i < run->n; i++) {
		struct session *s = &run->sessions[i];

		if (s->begun && !s->done && s->card == p->card &&
		    dhcp_receive(&s->client, now, get32(p->from), p->data + UDP_LEN,
				 p->len - UDP_LEN))
			run->received = 1;
	}
	return 1;
}

/* --- sending --------------------------------------------------------------------------------- */

static grub_err_t send_to(const struct wire_peer *peer, u16 port, const u8 *message, usize len)
{
	struct grub_net_buff *nb = grub_netbuff_alloc(WIRE_HEADROOM + UDP_LEN + len);
	grub_err_t err;

	if (nb == NULL)
		return grub_errno;
	grub_netbuff_reserve(nb, WIRE_HEADROOM);
	grub_netbuff_put(nb, UDP_LEN + len);
	put16(nb->data, DHCP_CLIENT_PORT);
	put16(nb->data + 2, port);
	put16(nb->data + 4, (u16)(UDP_LEN + len));
	grub_memcpy(nb->data + UDP_LEN, message, len);
	err = wire_send(peer, UDP, nb);
	grub_netbuff_free(nb);
	return err;
}

static grub_err_t send_to_all(struct session *s, const u8 *message, usize len)
{
	struct wire_peer all;

	grub_memset(&all, 0, sizeof all);
	all.address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	all.address.ipv4 = 0xffffffff;
	all.inf = &s->nobody;
	all.mac.type = GRUB_NET_LINK_LEVEL_PROTOCOL_ETHERNET;
	grub_memset(all.mac.mac, 0xff, sizeof all.mac.mac);
	return send_to(&all, DHCP_SERVER_PORT, message, len);
}

static grub_err_t send_to_proxy(struct session *s, const u8 *message, usize len)
{
	grub_net_network_level_address_t address;
	char name[GRUB_NET_MAX_STR_ADDR_LEN];

	if (!s->reached) {
		address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
		put32((u8 *)&address.ipv4, s->client.proxy.server);
		grub_net_addr_to_str(&address, name);
		if (wire_reach(name, &s->proxy) != GRUB_ERR_NONE)
			return grub_errno;
		s->reached = 1;
	}
	return send_to(&s->proxy, DHCP_PROXY_PORT, message, len);
}

/* --- what comes of it ------------------------------------------------------------------------ */

/* A variable of the interface's, forgotten: GRUB lets nobody set those again, itself neither. */
static void forget(const char *interface, const char *property)
{
	char *name = grub_xasprintf("net_%s_%s", interface, property);

	if (name == NULL)
		return;
	for (char *c = name; *c != '\0'; c++)
		*c = *c == ':' ? '_' : *c;
	if (grub_env_get(name) != NULL) {
		grub_register_variable_hook(name, NULL, NULL);
		grub_env_unset(name);
	}
	grub_free(name);
}

/* The boot file, where it is longer than a part of an option. */
static void set_long_file(struct session *s)
{
	char *file = grub_malloc(DHCP_FILE_ROOM);
	usize len;

	if (file == NULL)
		return;
	len = dhcp_result_file(&s->client, file);
	if (len > 255) {
		forget(s->name, BOOT_FILE);
		grub_env_set_net_property(s->name, BOOT_FILE, file, len);
	}
	grub_free(file);
}

/* GRUB's list of DNS servers takes one any number of times. */
static void take_back_dns(const struct session *s)
{
	const struct dhcp_client *c = &s->client;
	struct grub_net_network_level_address server;
	struct dhcp_message m;
	u8 list[64];
	usize len;

	if (!dhcp_parse(&m, c->ack, c->ack_len, c->xid, c->id.mac))
		return;
	len = dhcp_option(&m, DHCP_OPTION_DNS, list, sizeof list);
	grub_memset(&server, 0, sizeof server);
	server.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	for (usize i = 0; i + 4 <= len && i + 4 <= sizeof list; i += 4) {
		grub_memcpy(&server.ipv4, list + i, 4);
		grub_net_remove_dns_server(&server);
	}
}

/* The interface goes, and its routes, which would point to it. */
static void take_back(struct session *s)
{
	static const char *const routes[] = {"local", "default"};

	for (unsigned i = 0; i < 2; i++) {
		char *name = grub_xasprintf("%s:%s", s->name, routes[i]);
		struct grub_net_route *r, *next;

		for (r = grub_net_routes; name != NULL && r != NULL; r = next) {
			next = r->next;
			if (grub_strcmp(r->name, name) != 0)
				continue;
			grub_list_remove(GRUB_AS_LIST(r));
			grub_free(r->name);
			grub_free(r);
		}
		grub_free(name);
	}
	take_back_dns(s);
	grub_net_network_level_interface_unregister(s->inf);
	grub_free(s->inf->dhcp_ack);
	grub_free(s->inf->name);
	grub_free(s->inf);
	s->inf = NULL;
}

static void configure(struct session *s)
{
	u8 *packet = grub_malloc(DHCP_RESULT);
	usize len;

	if (packet == NULL) {
		s->error = grub_errno;
		return;
	}
	if (s->inf != NULL)
		take_back(s);
	for (unsigned i = 0; i < ARRAY_SIZE(properties); i++)
		forget(s->name, properties[i]);
	len = dhcp_result(&s->client, packet);
	s->inf = grub_net_configure_by_dhcp_ack(s->name, s->card, 0,
						(struct grub_net_bootp_packet *)(void *)packet, len,
						0, NULL, NULL);
	grub_free(packet);
	if (s->inf != NULL)
		set_long_file(s);
	else
		s->error = grub_errno;
}

/* --- the exchange ---------------------------------------------------------------------------- */

static grub_err_t begin(struct session *s, const struct dhcp_identity *machine)
{
	struct dhcp_identity id = *machine;
	struct grub_net_card *card = s->card;

	card->num_ifaces++; /* cards without an interface are not polled */
	s->counted = 1;
	s->name = grub_xasprintf("%s:dhcp", card->name);
	if (s->name == NULL)
		return grub_errno;
	/* Before the clock runs: the card may have to wait for its link. */
	if (!card->opened) {
		if (card->driver->open != NULL && card->driver->open(card) != GRUB_ERR_NONE)
			return grub_errno;
		card->opened = 1;
	}
	s->nobody.card = card;
	s->nobody.name = s->name;
	s->nobody.hwaddress = card->default_address;
	s->nobody.address.type = GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4;
	grub_memcpy(id.mac, card->default_address.mac, sizeof id.mac);
	dhcp_begin(&s->client, &id, wire_random(), wire_now());
	s->begun = 1;
	return GRUB_ERR_NONE;
}

static void step(struct session *s, u8 *message)
{
	usize len = dhcp_poll(&s->client, wire_now(), message);
	const enum dhcp_state state = s->client.state;
	grub_err_t err;

	if (state == DHCP_ASKING && s->inf == NULL)
		configure(s);
	if (s->error != GRUB_ERR_NONE) {
		s->done = 1;
		return;
	}
	if (len > 0) {
		err = state == DHCP_ASKING ? send_to_proxy(s, message, len)
					   : send_to_all(s, message, len);
		/* one that was not sent is as good as lost: there are more */
		if (err != GRUB_ERR_NONE && state == DHCP_ASKING)
			dhcp_no_proxy(&s->client);
		grub_errno = GRUB_ERR_NONE;
	}
	if (s->client.state == DHCP_BOUND) {
		if (s->inf == NULL || s->client.proxy.file[0] != '\0')
			configure(s);
		s->done = 1;
	} else if (s->client.state == DHCP_FAILED) {
		s->done = 1;
	}
}

static void exchange(struct run *run, const struct dhcp_identity *machine, u8 *message)
{
	struct wire_tap tap = {.hook = received, .data = run};
	int waiting = 1;

	wire_tap_add(&tap);
	for (unsigned i = 0; i < run->n; i++) {
		struct session *s = &run->sessions[i];

		s->error = begin(s, machine);
		s->done = s->error != GRUB_ERR_NONE;
		if (s->done)
			grub_print_error();
		else
			step(s, message);
	}
	while (waiting) {
		run->received = 0;
		wire_poll(POLL_MS, &run->received);
		waiting = 0;
		for (unsigned i = 0; i < run->n; i++) {
			if (!run->sessions[i].done)
				step(&run->sessions[i], message);
			waiting |= !run->sessions[i].done;
		}
	}
	wire_tap_remove(&tap);
}

/* Of several cards' errors the last is the command's, as with GRUB's own. */
static grub_err_t outcome(const struct run *run)
{
	for (unsigned i = 0; i < run->n; i++) {
		struct session *s = &run->sessions[i];

		if (s->inf != NULL)
			continue;
		grub_print_error();
		if (s->error == GRUB_ERR_NONE)
			grub_error(GRUB_ERR_FILE_NOT_FOUND, N_("couldn't autoconfigure %s: %s"),
				   s->card->name, dhcp_reason(&s->client));
		else
			grub_error(s->error, N_("couldn't autoconfigure %s"), s->card->name);
	}
	return grub_errno;
}

static int wanted(const struct grub_net_card *card, int argc, char **args)
{
	for (int i = 0; i < argc; i++) {
		if (grub_strcmp(card->name, args[i]) == 0)
			return 1;
	}
	return argc == 0;
}

static grub_err_t cmd_bootp(struct grub_command *cmd __attribute__((unused)), int argc, char **args)
{
	struct dhcp_identity machine;
	struct grub_net_card *card;
	struct run run = {.n = 0};
	u8 *message;
	grub_err_t err;

	FOR_NET_CARDS(card)
	{
		run.n += (unsigned)wanted(card, argc, args);
	}
	if (run.n == 0)
		return grub_error(GRUB_ERR_NET_NO_CARD, N_("no network card found"));
	run.sessions = grub_calloc(run.n, sizeof *run.sessions);
	message = grub_malloc(DHCP_MESSAGE);
	if (run.sessions == NULL || message == NULL) {
		grub_free(run.sessions);
		grub_free(message);
		return grub_errno;
	}
	run.n = 0;
	FOR_NET_CARDS(card)
	{
		if (wanted(card, argc, args))
			run.sessions[run.n++].card = card;
	}
	grub_memset(&machine, 0, sizeof machine);
	dhcp_machine(&machine);
	exchange(&run, &machine, message);
	err = outcome(&run);
	for (unsigned i = 0; i < run.n; i++) {
		if (run.sessions[i].counted)
			run.sessions[i].card->num_ifaces--;
		grub_free(run.sessions[i].name);
	}
	grub_free(run.sessions);
	grub_free(message);
	return err;
}

static grub_command_t bootp, dhcp;

GRUB_MOD_INIT(dhcp)
{
	bootp = grub_register_command_prio("net_bootp", cmd_bootp, N_("[CARD...]"),
					   N_("Get a card's address by DHCP or BOOTP."), PRIORITY);
	dhcp = grub_register_command_prio("net_dhcp", cmd_bootp, N_("[CARD...]"),
					  N_("Get a card's address by DHCP or BOOTP."), PRIORITY);
}

GRUB_MOD_FINI(dhcp)
{
	grub_unregister_command(bootp);
	grub_unregister_command(dhcp);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A DHCP client that only looks: it sends what a boot ROM of a given architecture sends, and
 * prints what the server answers, one value a line.
 *
 *   dhcp_probe --iface IF --mac MAC [--arch N [--undi VVVVVV] [--http] | --no93] [--bootp]
 *              [--proxy-ok [--address IP]] [--timeout S]
 *
 * DISCOVER, OFFER, REQUEST, ACK (RFC 2131 §3.1); what the ACK says is printed, and it is an error
 * where the OFFER said something else about booting. --no93 is stock GRUB's DHCP: no options 55, 60
 * and 93. --bootp is RFC 951: no option 53 either, and one reply. --http is UEFI HTTP boot:
 * option 60 begins with HTTPClient.
 *
 * --proxy-ok: offers without an address, from a proxy-DHCP server (PXE 2.1 §2.2.3), are waited for
 * and printed as proxy.NAME; "proxy=none" where there is none. Where such an offer has no file,
 * its server is asked on port 4011, as a boot ROM does, with --address as the client's own (the
 * card must have it); that answer is proxy4011.NAME.
 *
 * Exit status 0; 1 for no or a wrong answer; 2 for usage.
 */
#include "dhcp_packet.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT_SERVER = 67, PORT_CLIENT = 68, PORT_PROXY = 4011 };

struct reply {
	struct packet packet;
	size_t len;
};

static int usage(void)
{
	fputs("usage: dhcp_probe --iface IF --mac MAC [--arch N [--undi VVVVVV] [--http] | "
	      "--no93] [--bootp] [--proxy-ok [--address IP]] [--timeout S]\n",
	      stderr);
	return 2;
}

static int fail(const char *what)
{
	fprintf(stderr, "dhcp_probe: %s\n", what);
	return 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Is this the answer that is waited for? */
typedef bool (*accept_fn)(void *arg, const struct reply *r);

/* Send to TO, and wait for the answer; send again each second. False at the deadline. */
static bool ask(const struct client *c, const struct sockaddr_in *to, const struct packet *out,
		size_t out_len, accept_fn accept, void *arg, struct reply *in)
{
	double end = now() + c->timeout, resend = 0;
	struct pollfd pfd = {.fd = c->fd, .events = POLLIN};

	while (now() < end) {
		ssize_t n;

		if (now() >= resend) {
			if (sendto(c->fd, out, out_len, 0, (const struct sockaddr *)to,
				   sizeof *to) < 0) {
				perror("dhcp_probe: send");
				return false;
			}
			resend = now() + 1;
		}
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		memset(in, 0, sizeof *in);
		n = recv(c->fd, &in->packet, sizeof in->packet, 0);
		in->len = n > 0 ? (size_t)n : 0;
		if (packet_is_for(c, &in->packet, in->len) && accept(arg, in))
			return true;
	}
	return false;
}

static const struct sockaddr_in everybody = {.sin_family = AF_INET, .sin_addr = {0xffffffff}};

static bool ask_all(const struct client *c, const struct packet *out, size_t len, accept_fn accept,
		    void *arg, struct reply *in)
{
	struct sockaddr_in to = everybody;

	to.sin_port = htons(PORT_SERVER);
	return ask(c, &to, out, len, accept, arg, in);
}

static bool any(void *arg, const struct reply *r)
{
	(void)arg;
	(void)r;
	return true;
}

/* What follows an OFFER that was sent twice is not what is waited for, nor is a proxy's ACK. */
static bool no_offer(void *arg, const struct reply *r)
{
	(void)arg;
	return packet_type(&r->packet, r->len) != OFFER && r->packet.yiaddr != 0;
}

static bool is_ack(void *arg, const struct reply *r)
{
	(void)arg;
	return packet_type(&r->packet, r->len) == ACK;
}

/* The first offer with an address, and the first without. */
struct offers {
	bool dhcp_seen, proxy_seen;
	struct reply dhcp, proxy;
};

static bool both(void *arg, const struct reply *r)
{
	struct offers *o = arg;

	if (packet_type(&r->packet, r->len) != OFFER)
		return false;
	if (r->packet.yiaddr != 0 && !o->dhcp_seen) {
		o->dhcp = *r;
		o->dhcp_seen = true;
	} else if (r->packet.yiaddr == 0 && !o->proxy_seen) {
		o->proxy = *r;
		o->proxy_seen = true;
	}
	return o->dhcp_seen && o->proxy_seen;
}

/* PXE 2.1 §2.2.5: a REQUEST to the proxy itself. */
static void ask_4011(const struct client *c, const struct reply *proxy)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT_PROXY)};
	struct packet out;
	struct reply in;
	size_t n = 0, len;
	const uint8_t *id = packet_option(&proxy->packet, proxy->len, OPT_SERVER_ID, &n);

	if (id == NULL || n != 4 || c->address == 0)
		return;
	memcpy(&to.sin_addr, id, 4);
	len = packet_make(c, REQUEST, NULL, NULL, &out);
	out.ciaddr = c->address;
	out.flags = 0;
	if (ask(c, &to, &out, len, is_ack, NULL, &in))
		packet_print("proxy4011.", &in.packet, in.len);
	else
		puts("proxy4011=none");
}

static bool discover(const struct client *c, struct reply *offer)
{
	struct packet out;
	size_t len = packet_make(c, DISCOVER, NULL, NULL, &out);
	struct offers offers = {0};

	if (!c->proxy)
		return ask_all(c, &out, len, any, NULL, offer);
	ask_all(c, &out, len, both, &offers, offer);
	*offer = offers.dhcp;
	if (!offers.proxy_seen) {
		puts("proxy=none");
		return offers.dhcp_seen;
	}
	packet_print("proxy.", &offers.proxy.packet, offers.proxy.len);
	if (offers.proxy.packet.file[0] == '\0')
		ask_4011(c, &offers.proxy);
	return offers.dhcp_seen;
}

static int probe(const struct client *c)
{
	struct packet out;
	struct reply offer, ack;
	size_t len, n = 0;
	const uint8_t *server_id;

	if (!discover(c, &offer))
		return fail("no answer");
	if (c->bootp) {
		if (packet_type(&offer.packet, offer.len) != 0)
			return fail("a DHCP message in answer to BOOTP");
		packet_print("", &offer.packet, offer.len);
		return 0;
	}
	server_id = packet_option(&offer.packet, offer.len, OPT_SERVER_ID, &n);
	if (packet_type(&offer.packet, offer.len) != OFFER || server_id == NULL || n != 4)
		return fail("the answer to DISCOVER is no OFFER");
	len = packet_make(c, REQUEST, &offer.packet, server_id, &out);
	if (!ask_all(c, &out, len, no_offer, NULL, &ack))
		return fail("no answer to REQUEST");
	if (packet_type(&ack.packet, ack.len) != ACK)
		return fail("the answer to REQUEST is no ACK");
	packet_print("", &ack.packet, ack.len);
	if (ack.packet.yiaddr != offer.packet.yiaddr || ack.packet.siaddr != offer.packet.siaddr ||
	    memcmp(ack.packet.file, offer.packet.file, sizeof ack.packet.file) != 0)
		return fail("the OFFER differs from the ACK");
	return 0;
}

static int open_socket(const char *iface)
{
	const struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(PORT_CLIENT)};
	int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, iface, (socklen_t)strlen(iface)) == 0 &&
	    bind(fd, (const struct sockaddr *)&local, sizeof local) == 0)
		return fd;
	perror("dhcp_probe: socket");
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool parse_mac(const char *s, uint8_t mac[6])
{
	unsigned m[6];
	char rest;

	if (sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%c", m, m + 1, m + 2, m + 3, m + 4, m + 5, &rest) !=
	    6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)m[i];
	return true;
}

/* False for usage. */
static bool parse(int argc, char **argv, struct client *c)
{
	bool have_mac = false;

	for (int i = 1; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
		bool *flag = strcmp(o, "--bootp") == 0      ? &c->bootp
			     : strcmp(o, "--http") == 0     ? &c->http
			     : strcmp(o, "--proxy-ok") == 0 ? &c->proxy
							    : NULL;

		if (flag != NULL) {
			*flag = true;
			continue;
		}
		if (strcmp(o, "--no93") == 0) {
			c->arch = -1;
			continue;
		}
		if (v == NULL)
			return false;
		if (strcmp(o, "--iface") == 0)
			c->iface = v;
		else if (strcmp(o, "--mac") == 0)
			have_mac = parse_mac(v, c->mac);
		else if (strcmp(o, "--arch") == 0)
			c->arch = atoi(v);
		else if (strcmp(o, "--undi") == 0)
			c->undi = v;
		else if (strcmp(o, "--timeout") == 0)
			c->timeout = atoi(v);
		else if (strcmp(o, "--address") != 0 || inet_pton(AF_INET, v, &c->address) != 1)
			return false;
		i++;
	}
	return c->iface != NULL && have_mac;
}

int main(int argc, char **argv)
{
	struct client c = {.arch = -1, .timeout = 10};
	int status;

	if (!parse(argc, argv, &c))
		return usage();
	if (c.undi == NULL)
		c.undi = c.arch == 0 ? "002001" : c.http ? "003000" : "003010";
	c.xid = (uint32_t)getpid() * 2654435761u;
	c.fd = open_socket(c.iface);
	if (c.fd < 0)
		return 1;
	status = probe(&c);
	close(c.fd);
	return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A DHCP client that only looks: it sends what a boot ROM of a given architecture sends, and
 * prints what the server answers, one value a line.
 *
 *   dhcp_probe --iface IF --mac MAC [--arch N [--undi VVVVVV] | --no93] [--bootp] [--timeout S]
 *
 * DISCOVER, OFFER, REQUEST, ACK (RFC 2131 §3.1); what the ACK says is printed, and it is an error
 * where the OFFER said something else about booting. --no93 is GRUB's own DHCP: no options 55, 60
 * and 93. --bootp is RFC 951: no option 53 either, and one reply. Exit status 0; 1 for no or a
 * wrong answer; 2 for usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	PORT_SERVER = 67,
	PORT_CLIENT = 68,
	BOOTREQUEST = 1,
	BOOTREPLY = 2,
	DISCOVER = 1,
	OFFER = 2,
	REQUEST = 3,
	ACK = 5,
	NAK = 6,
	OPT_ROUTER = 3,
	OPT_DNS = 6,
	OPT_HOSTNAME = 12,
	OPT_REQUESTED_IP = 50,
	OPT_LEASE = 51,
	OPT_TYPE = 53,
	OPT_SERVER_ID = 54,
	OPT_PARAMETERS = 55,
	OPT_VENDOR_CLASS = 60,
	OPT_TFTP_SERVER = 66,
	OPT_BOOT_FILE = 67,
	OPT_CLIENT_ARCH = 93,
	OPT_NDI = 94,
	OPT_END = 255,
};

/* RFC 2131 §2, figure 1 */
struct packet {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16];
	char sname[64];
	char file[128];
	uint8_t cookie[4];
	uint8_t options[1024];
};
#define FIXED_LEN offsetof(struct packet, options)

struct client {
	const char *iface;
	uint8_t mac[6];
	int arch; /* -1: none */
	const char *undi;
	bool bootp;
	int timeout; /* seconds */
	int fd;
	uint32_t xid;
};

static const uint8_t cookie[4] = {99, 130, 83, 99};

static int usage(void)
{
	fputs("usage: dhcp_probe --iface IF --mac MAC [--arch N [--undi VVVVVV] | --no93] "
	      "[--bootp] [--timeout S]\n",
	      stderr);
	return 2;
}

static size_t put(uint8_t *options, size_t at, int code, const void *data, size_t len)
{
	options[at] = (uint8_t)code;
	options[at + 1] = (uint8_t)len;
	memcpy(options + at + 2, data, len);
	return at + 2 + len;
}

/* What PXE 2.1 §2.2.1 (table 2-1) has a boot ROM say about itself. */
static size_t put_pxe(const struct client *c, uint8_t *options, size_t at)
{
	static const uint8_t wanted[] = {1, 3, 6, 12, 15, 43, 54, 60, 66, 67};
	const uint8_t arch[2] = {(uint8_t)(c->arch >> 8), (uint8_t)c->arch};
	char vendor[64];
	int version = atoi(c->undi);
	const uint8_t ndi[3] = {1, (uint8_t)(version / 1000), (uint8_t)(version % 1000)};
	int n = snprintf(vendor, sizeof vendor, "PXEClient:Arch:%05d:UNDI:%s", c->arch, c->undi);

	at = put(options, at, OPT_PARAMETERS, wanted, sizeof wanted);
	at = put(options, at, OPT_VENDOR_CLASS, vendor, (size_t)n);
	at = put(options, at, OPT_CLIENT_ARCH, arch, sizeof arch);
	return put(options, at, OPT_NDI, ndi, sizeof ndi);
}

static size_t make(const struct client *c, uint8_t type, const struct packet *offer,
		   const uint8_t *server_id, struct packet *p)
{
	size_t at = 0;

	*p = (struct packet){.op = BOOTREQUEST, .htype = 1, .hlen = 6, .xid = c->xid};
	p->flags = htons(0x8000); /* answer by broadcast: this client has no address */
	memcpy(p->chaddr, c->mac, sizeof c->mac);
	memcpy(p->cookie, cookie, sizeof cookie);
	if (!c->bootp)
		at = put(p->options, at, OPT_TYPE, &type, 1);
	if (offer != NULL) {
		at = put(p->options, at, OPT_REQUESTED_IP, &offer->yiaddr, 4);
		at = put(p->options, at, OPT_SERVER_ID, server_id, 4);
	}
	if (c->arch >= 0)
		at = put_pxe(c, p->options, at);
	p->options[at++] = OPT_END;
	/* RFC 1542 §2.1: at least 300 bytes */
	return FIXED_LEN + (at < 64 ? 64 : at);
}

/* The option's bytes inside P; NULL where it is not there. */
static const uint8_t *option(const struct packet *p, size_t len, int code, size_t *n)
{
	const uint8_t *o = p->options, *end = (const uint8_t *)p + len;

	while (o < end && *o != OPT_END) {
		if (*o == 0) {
			o++;
			continue;
		}
		if (end - o < 2 || end - o - 2 < o[1])
			break;
		if (*o == code) {
			*n = o[1];
			return o + 2;
		}
		o += 2 + o[1];
	}
	return NULL;
}

static uint8_t message_type(const struct packet *p, size_t len)
{
	size_t n;
	const uint8_t *o = option(p, len, OPT_TYPE, &n);

	return o != NULL && n == 1 ? *o : 0;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Send, and wait for this client's own answer; send again each second. False at the deadline. */
static bool ask(const struct client *c, const struct packet *out, size_t out_len, struct packet *in,
		size_t *in_len)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(PORT_SERVER),
				       .sin_addr = {htonl(INADDR_BROADCAST)}};
	double end = now() + c->timeout, resend = 0;
	struct pollfd pfd = {.fd = c->fd, .events = POLLIN};

	while (now() < end) {
		ssize_t n;

		if (now() >= resend) {
			if (sendto(c->fd, out, out_len, 0, (const struct sockaddr *)&to,
				   sizeof to) < 0) {
				perror("dhcp_probe: send");
				return false;
			}
			resend = now() + 1;
		}
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		memset(in, 0, sizeof *in);
		n = recv(c->fd, in, sizeof *in, 0);
		if (n < (ssize_t)FIXED_LEN || in->op != BOOTREPLY || in->xid != c->xid ||
		    memcmp(in->chaddr, c->mac, sizeof c->mac) != 0 ||
		    memcmp(in->cookie, cookie, sizeof cookie) != 0)
			continue;
		*in_len = (size_t)n;
		return true;
	}
	fputs("dhcp_probe: no answer\n", stderr);
	return false;
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t len)
{
	printf("%s=", name);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] > ' ' && bytes[i] < 0x7f && bytes[i] != '\\')
			putchar(bytes[i]);
		else
			printf("\\x%02x", bytes[i]);
	}
	putchar('\n');
}

/* A header field: all of it but for the NULs at its end. */
static void print_field(const char *name, const char *field, size_t size)
{
	while (size > 0 && field[size - 1] == '\0')
		size--;
	print_bytes(name, (const uint8_t *)field, size);
}

static void print_ip(const char *name, const void *bytes)
{
	char text[INET_ADDRSTRLEN];

	printf("%s=%s\n", name, inet_ntop(AF_INET, bytes, text, sizeof text));
}

static void print_option(const struct packet *p, size_t len, const char *name, int code, bool ip)
{
	size_t n;
	const uint8_t *o = option(p, len, code, &n);

	if (o == NULL)
		printf("%s=-\n", name);
	else if (ip && n == 4)
		print_ip(name, o);
	else
		print_bytes(name, o, n);
}

static void print_reply(const struct packet *p, size_t len)
{
	print_ip("yiaddr", &p->yiaddr);
	print_ip("siaddr", &p->siaddr);
	print_field("sname", p->sname, sizeof p->sname);
	print_field("file", p->file, sizeof p->file);
	print_option(p, len, "option3", OPT_ROUTER, true);
	print_option(p, len, "option6", OPT_DNS, true);
	print_option(p, len, "option12", OPT_HOSTNAME, false);
	print_option(p, len, "option66", OPT_TFTP_SERVER, false);
	print_option(p, len, "option67", OPT_BOOT_FILE, false);
}

static int fail(const char *what)
{
	fprintf(stderr, "dhcp_probe: %s\n", what);
	return 1;
}

static int probe(const struct client *c)
{
	struct packet out, offer, ack;
	size_t len, offer_len, ack_len, n = 0;
	const uint8_t *server_id;

	len = make(c, DISCOVER, NULL, NULL, &out);
	if (!ask(c, &out, len, &offer, &offer_len))
		return 1;
	if (c->bootp) {
		if (message_type(&offer, offer_len) != 0)
			return fail("a DHCP message in answer to BOOTP");
		print_reply(&offer, offer_len);
		return 0;
	}
	server_id = option(&offer, offer_len, OPT_SERVER_ID, &n);
	if (message_type(&offer, offer_len) != OFFER || server_id == NULL || n != 4)
		return fail("the answer to DISCOVER is no OFFER");
	len = make(c, REQUEST, &offer, server_id, &out);
	do {
		if (!ask(c, &out, len, &ack, &ack_len))
			return 1;
	} while (message_type(&ack, ack_len) == OFFER); /* of a DISCOVER sent twice */
	if (message_type(&ack, ack_len) != ACK)
		return fail("the answer to REQUEST is no ACK");
	print_reply(&ack, ack_len);
	if (ack.yiaddr != offer.yiaddr || ack.siaddr != offer.siaddr ||
	    memcmp(ack.file, offer.file, sizeof ack.file) != 0)
		return fail("the OFFER differs from the ACK");
	return 0;
}

static int open_socket(const char *iface)
{
	const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT_CLIENT)};
	int on = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, iface, (socklen_t)strlen(iface)) == 0 &&
	    bind(fd, (const struct sockaddr *)&any, sizeof any) == 0)
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

int main(int argc, char **argv)
{
	struct client c = {.arch = -1, .timeout = 10};
	bool have_mac = false;
	int status;

	for (int i = 1; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(o, "--no93") == 0) {
			c.arch = -1;
			continue;
		}
		if (strcmp(o, "--bootp") == 0) {
			c.bootp = true;
			continue;
		}
		if (v == NULL)
			return usage();
		if (strcmp(o, "--iface") == 0)
			c.iface = v;
		else if (strcmp(o, "--mac") == 0)
			have_mac = parse_mac(v, c.mac);
		else if (strcmp(o, "--arch") == 0)
			c.arch = atoi(v);
		else if (strcmp(o, "--undi") == 0)
			c.undi = v;
		else if (strcmp(o, "--timeout") == 0)
			c.timeout = atoi(v);
		else
			return usage();
		i++;
	}
	if (c.iface == NULL || !have_mac)
		return usage();
	if (c.undi == NULL)
		c.undi = c.arch == 0 ? "002001" : "003010";
	c.xid = (uint32_t)getpid() * 2654435761u;
	c.fd = open_socket(c.iface);
	if (c.fd < 0)
		return 1;
	status = probe(&c);
	close(c.fd);
	return status;
}

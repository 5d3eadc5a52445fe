/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "serve/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Whole datagrams on a packet socket (packet(7)): port 68 may be this machine's own DHCP client's,
 * and an address that is offered is nobody's to receive at.
 */
enum { PORT_SERVER = 67, PORT_CLIENT = 68 };
enum { BOOTREQUEST = 1, BOOTREPLY = 2, DISCOVER = 1, OFFER = 2 };
enum { OPT_PAD = 0, OPT_TYPE = 53, OPT_SERVER_ID = 54, OPT_PARAMETERS = 55, OPT_END = 255 };

/* RFC 2131 §2, figure 1 */
struct dhcp_header {
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	uint32_t ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16];
	char sname[64];
	char file[128];
	uint8_t cookie[4];
} __attribute__((packed));

static const uint8_t cookie[4] = {99, 130, 83, 99};
#define BROADCAST 0x8000
#define RESEND_MS 1500

/* RFC 1071 */
static uint16_t checksum(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

size_t probe_discover(unsigned char packet[PROBE_MAX], const unsigned char mac[6], uint32_t xid,
		      unsigned seconds)
{
	static const uint8_t options[] = {OPT_TYPE, 1, DISCOVER, OPT_PARAMETERS, 2, 1, 3, OPT_END};
	struct dhcp_header d = {
		.op = BOOTREQUEST,
		.htype = 1,
		.hlen = 6,
		.xid = htonl(xid),
		.secs = htons((uint16_t)seconds),
		.flags = htons(BROADCAST),
	};
	/* RFC 951 §3: at least 300 bytes, which some servers insist on */
	size_t body = sizeof d + 64, len = sizeof(struct iphdr) + sizeof(struct udphdr) + body;
	struct udphdr udp = {
		.source = htons(PORT_CLIENT),
		.dest = htons(PORT_SERVER),
		.len = htons((uint16_t)(sizeof udp + body)), /* no checksum: RFC 768 */
	};
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons((uint16_t)len),
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.daddr = htonl(INADDR_BROADCAST),
	};

	memcpy(d.chaddr, mac, 6);
	memcpy(d.cookie, cookie, sizeof cookie);
	ip.check = checksum(&ip, sizeof ip);
	memset(packet, 0, PROBE_MAX);
	memcpy(packet, &ip, sizeof ip);
	memcpy(packet + sizeof ip, &udp, sizeof udp);
	memcpy(packet + sizeof ip + sizeof udp, &d, sizeof d);
	memcpy(packet + sizeof ip + sizeof udp + sizeof d, options, sizeof options);
	return len;
}

/* An OFFER's server identifier (RFC 2132 §9.7); 0 where this is no OFFER or has none. */
static uint32_t offering(const unsigned char *options, size_t len)
{
	uint32_t server = 0;
	bool offer = false;

	for (size_t i = 0; i < len && options[i] != OPT_END;) {
		size_t n;

		if (options[i] == OPT_PAD) {
			i++;
			continue;
		}
		if (i + 2 > len || i + 2 + options[i + 1] > len)
			return 0;
		n = options[i + 1];
		if (options[i] == OPT_TYPE && n == 1)
			offer = options[i + 2] == OFFER;
		else if (options[i] == OPT_SERVER_ID && n == sizeof server)
			memcpy(&server, options + i + 2, sizeof server);
		i += 2 + n;
	}
	return offer ? ntohl(server) : 0;
}

uint32_t probe_offer(const unsigned char *packet, size_t len, uint32_t xid)
{
	struct dhcp_header d;
	struct udphdr udp;
	struct iphdr ip;
	size_t at;

	if (len < sizeof ip)
		return 0;
	memcpy(&ip, packet, sizeof ip);
	at = (size_t)ip.ihl * 4;
	if (ip.version != 4 || ip.protocol != IPPROTO_UDP || at < sizeof ip ||
	    len < at + sizeof udp + sizeof d)
		return 0;
	memcpy(&udp, packet + at, sizeof udp);
	memcpy(&d, packet + at + sizeof udp, sizeof d);
	if (ntohs(udp.dest) != PORT_CLIENT || d.op != BOOTREPLY || ntohl(d.xid) != xid ||
	    memcmp(d.cookie, cookie, sizeof cookie) != 0)
		return 0;
	at += sizeof udp + sizeof d;
	return offering(packet + at, len - at);
}

static int ask(int fd, const struct serve_interface *i, uint32_t xid, unsigned seconds)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETHERTYPE_IP),
				 .sll_ifindex = (int)i->index,
				 .sll_halen = 6};
	unsigned char packet[PROBE_MAX];
	size_t len = probe_discover(packet, i->mac, xid, seconds);

	memset(to.sll_addr, 0xff, 6);
	return sendto(fd, packet, len, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)len
		       ? 0
		       : -errno;
}

/* Until somebody answers, or DEADLINE. */
static uint32_t listen_until(int fd, uint32_t xid, int64_t deadline)
{
	unsigned char packet[2048];
	uint32_t server = 0;
	int64_t left;

	while (server == 0 && (left = deadline - clock_ms()) > 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n = poll(&p, 1, (int)left) > 0 ? recv(fd, packet, sizeof packet, 0) : 0;

		if (n > 0)
			server = probe_offer(packet, (size_t)n, xid);
	}
	return server;
}

enum mk_status serve_probe(const struct serve_interface *i, int ms, uint32_t *server)
{
	struct sockaddr_ll here = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETHERTYPE_IP),
				   .sll_ifindex = (int)i->index};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETHERTYPE_IP)), err = 0;
	int64_t start = clock_ms(), end = start + ms;
	uint32_t xid = 0;

	*server = 0;
	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) != 0 ||
	    getrandom(&xid, sizeof xid, 0) != sizeof xid)
		err = -errno;
	for (int64_t now = start; err == 0 && *server == 0 && now < end; now = clock_ms()) {
		err = ask(fd, i, xid, (unsigned)((now - start) / 1000));
		if (err == 0)
			*server = listen_until(fd, xid,
					       now + RESEND_MS < end ? now + RESEND_MS : end);
	}
	if (fd >= 0)
		close(fd);
	return err == 0 ? MK_OK
			: msg_errno(i->name, err, "cannot ask whether a DHCP server answers there");
}

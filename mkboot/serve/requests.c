/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/requests.h"
#include "base/clock.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_TFTP = 69, RRQ = 1 };

/* At the IPv4 header: UDP, the first fragment, to port 69. */
static struct sock_filter to_tftp[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 4, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PORT_TFTP, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

enum mk_status requests_open(const struct serve_interface *i, int *fd)
{
	struct sock_fprog filter = {sizeof to_tftp / sizeof *to_tftp, to_tftp};
	struct sockaddr_ll here = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETHERTYPE_IP),
				   .sll_ifindex = (int)i->index};
	int yes = 1;

	/* protocol 0: it gets nothing before the filter is there (packet(7)) */
	*fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_LOCK_FILTER, &yes, sizeof yes) != 0 ||
	    bind(*fd, (struct sockaddr *)&here, sizeof here) != 0)
		return msg_errno(i->name, errno, "cannot look at what is asked for there");
	return MK_OK;
}

bool requests_parse(const unsigned char *packet, size_t len, uint32_t *ip, char **file)
{
	struct iphdr h;
	const unsigned char *name, *end;
	size_t at;

	if (len < sizeof h)
		return false;
	memcpy(&h, packet, sizeof h);
	at = (size_t)h.ihl * 4 + sizeof(struct udphdr);
	if (h.version != 4 || h.protocol != IPPROTO_UDP || h.ihl < 5 || len < at + 2 ||
	    packet[at] != 0 || packet[at + 1] != RRQ)
		return false;
	name = packet + at + 2;
	end = memchr(name, '\0', len - at - 2);
	if (end == NULL)
		return false;
	*ip = ntohl(h.saddr);
	*file = mem_ndup((const char *)name, (size_t)(end - name));
	return true;
}

void requests_read(int fd, struct serve_log *log)
{
	unsigned char packet[2048];
	struct sockaddr_ll from;
	socklen_t size = sizeof from;
	ssize_t n;

	while ((n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &size)) > 0) {
		const unsigned char *m = from.sll_addr;
		char mac[18] = "", *file;
		uint32_t ip;

		size = sizeof from;
		if (from.sll_pkttype == PACKET_OUTGOING ||
		    !requests_parse(packet, (size_t)n, &ip, &file))
			continue;
		if (from.sll_halen == 6)
			snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
				 m[3], m[4], m[5]);
		serve_log_request(log, ip, mac, file, clock_ms());
		free(file);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/net.h"

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/*
 * Which bridge an interface is a port of (rtnetlink(7)). Not by /sys/class/net: that is of the
 * network namespace in which it was mounted.
 */

/* An attribute of that TYPE among the LEN bytes at A; NULL: none. */
static const struct rtattr *attribute(const void *a, size_t len, unsigned type)
{
	const char *at = a;

	while (len >= sizeof(struct rtattr)) {
		const struct rtattr *r = (const void *)at;
		size_t step = RTA_ALIGN(r->rta_len);

		if (r->rta_len < sizeof *r || r->rta_len > len)
			return NULL;
		if ((r->rta_type & NLA_TYPE_MASK) == type)
			return r;
		at += step < len ? step : len;
		len -= step < len ? step : len;
	}
	return NULL;
}

static const void *payload(const struct rtattr *a, size_t *len)
{
	*len = a->rta_len - RTA_LENGTH(0);
	return (const char *)a + RTA_LENGTH(0);
}

/* The kernel's answer about the interface, N bytes of it; 0: none. */
static size_t ask(unsigned index, void *answer, size_t max)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} q = {.head = {.nlmsg_len = sizeof q,
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST},
	       .link = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index}};
	struct timeval second = {.tv_sec = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n = -1;

	if (fd < 0)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) == 0 &&
	    send(fd, &q, sizeof q, 0) == sizeof q)
		n = recv(fd, answer, max, 0);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

unsigned serve_bridge_of(unsigned index)
{
	_Alignas(struct nlmsghdr) char answer[32768]; /* netlink(7) */
	size_t n = ask(index, answer, sizeof answer), head = NLMSG_LENGTH(sizeof(struct ifinfomsg));
	const struct nlmsghdr *h = (const void *)answer;
	const struct rtattr *master, *info, *kind;
	const void *at;
	unsigned bridge;

	head = NLMSG_ALIGN(head);
	if (n < head || h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < head || h->nlmsg_len > n)
		return 0;
	n = h->nlmsg_len - head;
	master = attribute(answer + head, n, IFLA_MASTER);
	info = attribute(answer + head, n, IFLA_LINKINFO);
	if (master == NULL || info == NULL)
		return 0;
	/* others have masters, too: what is in a VRF keeps its addresses */
	at = payload(info, &n);
	kind = attribute(at, n, IFLA_INFO_SLAVE_KIND);
	if (kind == NULL)
		return 0;
	at = payload(kind, &n);
	if (n < strlen("bridge") || memcmp(at, "bridge", strlen("bridge")) != 0)
		return 0;
	at = payload(master, &n);
	if (n != sizeof bridge)
		return 0;
	memcpy(&bridge, at, sizeof bridge);
	return bridge;
}

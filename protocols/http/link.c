/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link.h"

#include <grub/net/netbuff.h>

#define TCP  6
#define RING (256u << 10)

/* Of a card that does not tell how many frames it holds: firmware's. */
#define FRAMES_PERHAPS 16

/* Servers end what is idle after 5 seconds (Apache, lighttpd) or more, and GRUB, which nobody polls
 * then, would not see it. */
#define KEEP_MS 4000

static struct http_link *kept;

static int take(void *data, const struct wire_packet *p)
{
	struct http_link *l = data;

	if (p->protocol != TCP || !http_tcp_mine(&l->tcp, p->data, p->len) ||
	    !wire_is_from(&l->peer, p))
		return 0;
	if (wire_checksum_ok(p)) {
		http_tcp_input(&l->tcp, p->data, p->len, l->now);
		l->stop = http_tcp_due(&l->tcp);
	}
	return 1;
}

static void send(struct http_link *l, usize len)
{
	/* the address may have been taken from the card meanwhile */
	if (!wire_lives(&l->peer))
		return;
	l->nb->data = l->room;
	l->nb->tail = l->room + len;
	/* one that cannot be sent is as good as lost: it is sent again */
	wire_send(&l->peer, TCP, l->nb);
	grub_errno = GRUB_ERR_NONE;
}

static void send_all(struct http_link *l)
{
	usize len;

	while ((len = http_tcp_output(&l->tcp, l->room, l->now)) > 0)
		send(l, len);
}

void http_link_poll(struct http_link *l)
{
	l->now = (u32)wire_now();
	send_all(l);
	l->stop = 0;
	wire_poll(0, &l->stop);
	if (l->stop)
		send_all(l);
}

static void free_link(struct http_link *l)
{
	if (l->nb != NULL)
		grub_netbuff_free(l->nb);
	grub_free(l->ring);
	grub_free(l);
}

void http_link_close(struct http_link *l)
{
	usize len;

	if (l == NULL)
		return;
	len = http_tcp_close(&l->tcp, l->room);
	if (len > 0)
		send(l, len);
	wire_tap_remove(&l->tap);
	free_link(l);
}

void http_link_forget(void)
{
	http_link_close(kept);
	kept = NULL;
}

void http_link_keep(struct http_link *l)
{
	const u8 *data;

	if (l->tcp.state != HTTP_TCP_OPEN || l->tcp.fin_seen || http_tcp_peek(&l->tcp, &data) > 0) {
		http_link_close(l);
		return;
	}
	http_link_forget();
	l->idle_since = wire_now();
	l->reused = 1;
	kept = l;
}

/* The kept one, where it is still good for PEER. */
static struct http_link *reuse(const struct wire_peer *peer, u16 port)
{
	struct http_link *l = kept;
	const u8 *data;

	kept = NULL;
	if (l == NULL)
		return NULL;
	if (l->port == port && l->peer.inf == peer->inf &&
	    grub_net_addr_cmp(&l->peer.address, &peer->address) == 0 &&
	    wire_now() - l->idle_since < KEEP_MS) {
		http_tcp_expect(&l->tcp, (u32)wire_now());
		http_link_poll(l); /* has the server ended it? */
		if (l->tcp.state == HTTP_TCP_OPEN && !l->tcp.fin_seen &&
		    http_tcp_peek(&l->tcp, &data) == 0)
			return l;
	}
	http_link_close(l);
	return NULL;
}

struct http_link *http_link_open(const struct wire_peer *peer, u16 port, int fresh)
{
	const int v6 = peer->address.type == GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6;
	unsigned frames = wire_frames(peer);
	struct http_tcp_setup setup = {.size = RING, .peer_port = port};
	struct http_link *l = fresh ? NULL : reuse(peer, port);

	if (l != NULL)
		return l;
	l = grub_zalloc(sizeof *l);
	if (l == NULL)
		return NULL;
	l->peer = *peer;
	l->port = port;
	l->ring = setup.ring = grub_malloc(RING);
	l->nb = grub_netbuff_alloc(WIRE_HEADROOM + HTTP_TCP_SEGMENT_MAX);
	if (l->ring == NULL || l->nb == NULL) {
		free_link(l);
		return NULL;
	}
	l->room = l->nb->head + WIRE_HEADROOM;
	setup.port = wire_port();
	setup.iss = wire_random();
	/* IP's header and TCP's: RFC 9293 §3.7.1 */
	setup.mss = (u16)(wire_mtu(peer) - (v6 ? 60 : 40));
	if (frames == WIRE_FRAMES_UNKNOWN)
		frames = FRAMES_PERHAPS;
	/* one frame is for somebody else's */
	setup.limit = (frames > 3 ? frames - 1 : 2) * setup.mss;
	l->now = (u32)wire_now();
	http_tcp_start(&l->tcp, &setup, l->now);
	l->tap.hook = take;
	l->tap.data = l;
	wire_tap_add(&l->tap);
	return l;
}

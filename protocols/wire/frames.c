/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames off the cards, before GRUB's stack sees them. This is where all bytes of a file come by:
 * nothing is done here for each frame that could be done elsewhere. */
#include "error.h"
#include "frame.h"
#include "wire.h"

#include <grub/net/ethernet.h>

#define DHCP_CLIENT 68 /* RFC 2131 §4.1 */

/* So many frames of one card, then it is another's turn, and the clock's. */
#define AT_ONCE 64

static struct wire_tap *taps;
static struct wire_tap *turn; /* the next one that is asked, if the hook running now says no */

void wire_tap_add(struct wire_tap *tap)
{
	tap->next = taps;
	taps = tap;
}

void wire_tap_remove(struct wire_tap *tap)
{
	struct wire_tap **at = &taps;

	if (turn == tap)
		turn = tap->next;
	while (*at != NULL && *at != tap)
		at = &(*at)->next;
	if (*at != NULL)
		*at = tap->next;
	tap->next = NULL;
}

int wire_checksum_ok(const struct wire_packet *p)
{
	/* IPv6 has no UDP without a checksum: RFC 8200 §8.1 */
	if (p->protocol == WIRE_UDP && !p->v6 && get16(p->data + wire_frame_sum_at(WIRE_UDP)) == 0)
		return 1;
	return wire_frame_sum(p->v6, p->from, p->to, p->protocol, p->data, p->len) == 0xffff;
}

/* Is it for one of the card's interfaces? GRUB's own stack asks the same: a card may show what is
 * for others. An untagged frame is right for any: cards may take the tag off. */
static int is_ours(const struct grub_net_card *card, const struct wire_frame *f)
{
	struct grub_net_network_level_interface *inf;

	FOR_NET_NETWORK_LEVEL_INTERFACES(inf)
	{
		if (inf->card != card ||
		    inf->address.type != (f->v6 ? GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV6
						: GRUB_NET_NETWORK_LEVEL_PROTOCOL_IPV4))
			continue;
		if (f->v6 ? grub_memcmp(inf->address.ipv6, f->to, 16) != 0
			  : inf->address.ipv4 != grub_get_unaligned32(f->to))
			continue;
		if (grub_memcmp(inf->hwaddress.mac, f->mac, 6) != 0 ||
		    (f->vlan != 0 && f->vlan != (grub_be_to_cpu16(inf->vlantag) & 0xfff)))
			continue;
		return 1;
	}
	/* a DHCP client has no address yet */
	return f->protocol == WIRE_UDP && !f->v6 && get16(f->data + 2) == DHCP_CLIENT;
}

static int offer(struct grub_net_card *card, const struct wire_frame *f)
{
	struct wire_packet p;
	const unsigned address = f->v6 ? 16 : 4;
	int taken = 0;

	p.card = card;
	p.v6 = f->v6;
	grub_memcpy(p.from, f->from, address);
	grub_memcpy(p.to, f->to, address);
	p.protocol = f->protocol;
	p.data = f->data;
	p.len = f->len;
	for (struct wire_tap *t = taps; t != NULL && !taken; t = turn) {
		turn = t->next;
		taken = t->hook(t->data, &p);
	}
	turn = NULL;
	return taken;
}

static void take_frame(struct grub_net_card *card, struct grub_net_buff *nb)
{
	struct wire_frame f;

	switch (wire_frame_parse(nb->data, (grub_size_t)(nb->tail - nb->data), &f)) {
	case WIRE_FRAME_TRANSPORT:
		if (taps == NULL || !is_ours(card, &f) || !offer(card, &f))
			break;
		grub_netbuff_free(nb);
		return;
	case WIRE_FRAME_GRUBS:
		break;
	default:
		grub_netbuff_free(nb);
		return;
	}
	/* it frees NB, whatever comes of it */
	grub_net_recv_ethernet_packet(nb, card);
	grub_errno = GRUB_ERR_NONE;
}

static int opened(struct grub_net_card *card)
{
	if (!card->opened) {
		if (card->driver->open != NULL && card->driver->open(card) != GRUB_ERR_NONE) {
			grub_errno = GRUB_ERR_NONE;
			return 0;
		}
		card->opened = 1;
	}
	return 1;
}

static void poll_cards(const volatile int *stop)
{
	struct grub_net_card *card;

	FOR_NET_CARDS(card)
	{
		if (card->num_ifaces == 0 || !opened(card))
			continue;
		for (unsigned i = 0; i < AT_ONCE && (stop == NULL || !*stop); i++) {
			struct grub_net_buff *nb = card->driver->recv(card);

			if (nb == NULL)
				break;
			take_frame(card, nb);
		}
	}
}

void wire_poll(unsigned ms, const volatile int *stop)
{
	struct wire_error error;
	u64 begun = 0;

	wire_error_keep(&error);
	if (ms > 0)
		begun = wire_now();
	do {
		poll_cards(stop);
		if (stop != NULL && *stop)
			break;
	} while (ms > 0 && wire_now() - begun < ms);
	wire_error_back(&error);
}

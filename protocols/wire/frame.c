/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet, IEEE 802.1Q §9.6, IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), TCP (RFC 9293). */
#include "frame.h"

#define ETHERNET 14
#define TYPE_IP  0x0800
#define TYPE_ARP 0x0806
#define TYPE_TAG 0x8100
#define TYPE_IP6 0x86dd

#define ARP_LEN 28 /* RFC 826, for Ethernet and IPv4 */

#define IP4_HEADER    20
#define IP4_FRAGMENTS 0x3fff /* more of them, or an offset */
#define IP6_HEADER    40

/* IPv6's extension headers that may come before a transport's (RFC 8200 §4.3, §4.6). */
#define HOP_BY_HOP          0
#define DESTINATION_OPTIONS 60

#define UDP_HEADER 8
#define TCP_HEADER 20

/* Sums are of whole registers: a frame's bytes are the most that is read here. */
struct word {
	usize v;
} __attribute__((packed, may_alias));

static usize add(usize sum, usize v)
{
	sum += v;
	return sum + (sum < v); /* the carry comes around */
}

static usize sum_more(usize sum, const u8 *p, usize len)
{
	const usize word = sizeof(struct word);
	usize rest = 0;

	for (; len >= 4 * word; len -= 4 * word, p += 4 * word) {
		const struct word *w = (const struct word *)(const void *)p;

		sum = add(sum, w[0].v);
		sum = add(sum, w[1].v);
		sum = add(sum, w[2].v);
		sum = add(sum, w[3].v);
	}
	for (; len >= word; len -= word, p += word)
		sum = add(sum, ((const struct word *)(const void *)p)->v);
	/* as it would lie in memory, with zeroes behind it */
	for (usize i = 0; i < len; i++)
		((u8 *)&rest)[i] = p[i];
	return add(sum, rest);
}

static u16 fold(usize sum)
{
	for (unsigned half = sizeof sum * 4; half >= 16; half /= 2) {
		usize mask = ((usize)1 << half) - 1;

		sum = (sum & mask) + (sum >> half);
		sum = (sum & mask) + (sum >> half);
	}
	return (u16)sum;
}

u16 wire_frame_sum(int v6, const u8 *from, const u8 *to, u8 protocol, const u8 *data, usize len)
{
	const usize address = v6 ? 16 : 4;
	u8 rest[8] = {0, 0, 0, 0, 0, 0, 0, protocol};

	put32(rest, (u32)len);
	return fold(sum_more(
		sum_more(sum_more(sum_more(0, from, address), to, address), rest, sizeof rest),
		data, len));
}

usize wire_frame_sum_at(u8 protocol)
{
	return protocol == WIRE_TCP ? 16 : protocol == WIRE_UDP ? 6 : 2;
}

static enum wire_frame_kind parse_transport(struct wire_frame *f)
{
	usize own;

	if (f->protocol == WIRE_TCP)
		return f->len >= TCP_HEADER ? WIRE_FRAME_TRANSPORT : WIRE_FRAME_NOBODYS;
	if (f->protocol != WIRE_UDP)
		return WIRE_FRAME_GRUBS;
	if (f->len < UDP_HEADER)
		return WIRE_FRAME_NOBODYS;
	own = get16(f->data + 4);
	if (own < UDP_HEADER || own > f->len)
		return WIRE_FRAME_NOBODYS;
	f->len = own;
	return WIRE_FRAME_TRANSPORT;
}

static enum wire_frame_kind parse_ip4(u8 *p, usize len, struct wire_frame *f)
{
	usize header, whole;

	if (len < IP4_HEADER || p[0] >> 4 != 4)
		return WIRE_FRAME_NOBODYS;
	header = (usize)(p[0] & 15) * 4;
	whole = get16(p + 2);
	if (header < IP4_HEADER || whole < header || whole > len ||
	    fold(sum_more(0, p, header)) != 0xffff)
		return WIRE_FRAME_NOBODYS;
	if ((get16(p + 6) & IP4_FRAGMENTS) != 0)
		return WIRE_FRAME_GRUBS;
	f->v6 = 0;
	f->from = p + 12;
	f->to = p + 16;
	f->protocol = p[9];
	f->data = p + header;
	f->len = whole - header;
	return parse_transport(f);
}

static enum wire_frame_kind parse_ip6(u8 *p, usize len, struct wire_frame *f)
{
	usize left, more;

	if (len < IP6_HEADER || p[0] >> 4 != 6)
		return WIRE_FRAME_NOBODYS;
	left = get16(p + 4);
	if (left > len - IP6_HEADER)
		return WIRE_FRAME_NOBODYS;
	f->v6 = 1;
	f->from = p + 8;
	f->to = p + 24;
	f->protocol = p[6];
	for (p += IP6_HEADER; f->protocol == HOP_BY_HOP || f->protocol == DESTINATION_OPTIONS;
	     p += more, left -= more) {
		if (left < 8)
			return WIRE_FRAME_NOBODYS;
		more = ((usize)p[1] + 1) * 8;
		if (more > left)
			return WIRE_FRAME_NOBODYS;
		f->protocol = p[0];
	}
	f->data = p;
	f->len = left;
	return parse_transport(f);
}

enum wire_frame_kind wire_frame_parse(u8 *frame, usize len, struct wire_frame *f)
{
	usize header = ETHERNET;
	u16 type;

	if (len < ETHERNET)
		return WIRE_FRAME_NOBODYS;
	f->mac = frame;
	f->vlan = 0;
	type = get16(frame + 12);
	if (type == TYPE_TAG) {
		header += 4;
		if (len < header)
			return WIRE_FRAME_NOBODYS;
		f->vlan = get16(frame + 14) & 0xfff;
		type = get16(frame + 16);
	}
	frame += header;
	len -= header;
	switch (type) {
	case TYPE_IP:
		return parse_ip4(frame, len, f);
	case TYPE_IP6:
		return parse_ip6(frame, len, f);
	case TYPE_ARP:
		return len >= ARP_LEN ? WIRE_FRAME_GRUBS : WIRE_FRAME_NOBODYS;
	default:
		return WIRE_FRAME_NOBODYS;
	}
}

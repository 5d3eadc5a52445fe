/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "message.h"

static const u8 cookie[4] = {99, 130, 83, 99};

static const char pxe_client[] = "PXEClient";

/* The next option at *AT of LEN bytes at P, pads left out: 1; 0 behind the last; -1: damaged. */
static int next_option(const u8 *p, usize len, usize *at, u8 *code, usize *size)
{
	while (*at < len && p[*at] == DHCP_OPTION_PAD)
		(*at)++;
	/* Some servers leave the end out. */
	if (*at == len || p[*at] == DHCP_OPTION_END)
		return 0;
	if (len - *at < 2 || len - *at - 2 < p[*at + 1])
		return -1;
	*code = p[*at];
	*size = p[*at + 1];
	*at += 2 + *size;
	return 1;
}

static int part_ok(const u8 *p, usize len)
{
	usize at = 0, size;
	u8 code;
	int more;

	do {
		more = next_option(p, len, &at, &code, &size);
	} while (more > 0);
	return more == 0;
}

static int add_part(struct dhcp_message *m, const u8 *p, usize len)
{
	m->part[m->parts].at = p;
	m->part[m->parts].len = len;
	m->parts++;
	return part_ok(p, len);
}

/* The first option CODE of exactly SIZE bytes; NULL: none. What has a fixed length is not put
 * together out of parts: twice the same is a server's slip, not a long option. */
static const u8 *fixed_option(const struct dhcp_message *m, unsigned code, usize want)
{
	for (unsigned i = 0; i < m->parts; i++) {
		usize at = 0, size;
		u8 c;

		while (next_option(m->part[i].at, m->part[i].len, &at, &c, &size) > 0) {
			if (c == code && size == want)
				return m->part[i].at + at - size;
		}
	}
	return NULL;
}

static int has_option(const struct dhcp_message *m, unsigned code)
{
	for (unsigned i = 0; i < m->parts; i++) {
		usize at = 0, size;
		u8 c;

		while (next_option(m->part[i].at, m->part[i].len, &at, &c, &size) > 0) {
			if (c == code)
				return 1;
		}
	}
	return 0;
}

static int parse_options(struct dhcp_message *m, usize len)
{
	const u8 *p;

	if (!add_part(m, m->data + DHCP_FIXED + 4, len - DHCP_FIXED - 4))
		return 0;
	/* RFC 2132 §9.3; the option itself must be in the options' own field. */
	p = fixed_option(m, DHCP_OPTION_OVERLOAD, 1);
	if (p != NULL)
		m->overload = *p;
	else if (has_option(m, DHCP_OPTION_OVERLOAD))
		return 0;
	if (m->overload > 3)
		return 0;
	if ((m->overload & 1) && !add_part(m, m->data + DHCP_FILE, DHCP_FILE_LEN))
		return 0;
	if ((m->overload & 2) && !add_part(m, m->data + DHCP_SNAME, DHCP_SNAME_LEN))
		return 0;
	p = fixed_option(m, DHCP_OPTION_TYPE, 1);
	if (p == NULL)
		return !has_option(m, DHCP_OPTION_TYPE);
	m->type = (enum dhcp_type)p[0];
	m->server_id = dhcp_option_ip(m, DHCP_OPTION_SERVER_ID);
	return m->type == DHCP_OFFER || m->type == DHCP_ACK || m->type == DHCP_NAK;
}

int dhcp_parse(struct dhcp_message *m, const u8 *data, usize len, u32 xid, const u8 mac[6])
{
	memset(m, 0, sizeof *m);
	if (len < DHCP_FIXED || len > DHCP_MESSAGE)
		return 0;
	if (data[DHCP_OP] != 2 || data[DHCP_HTYPE] != 1 || data[DHCP_HLEN] != 6 ||
	    get32(data + DHCP_XID) != xid || memcmp(data + DHCP_CHADDR, mac, 6) != 0)
		return 0;
	m->data = data;
	m->yiaddr = get32(data + DHCP_YIADDR);
	m->siaddr = get32(data + DHCP_SIADDR);
	/* Without the cookie it is RFC 951's, and what follows some vendor's own. */
	if (len < DHCP_FIXED + 4 || memcmp(data + DHCP_FIXED, cookie, sizeof cookie) != 0)
		return 1;
	return parse_options(m, len);
}

usize dhcp_option(const struct dhcp_message *m, unsigned code, u8 *to, usize room)
{
	usize total = 0;

	for (unsigned i = 0; i < m->parts; i++) {
		const u8 *p = m->part[i].at;
		usize at = 0, size;
		u8 c;

		while (next_option(p, m->part[i].len, &at, &c, &size) > 0) {
			usize n = size;

			if (c != code)
				continue;
			if (n > room)
				n = room;
			if (n > 0)
				memcpy(to, p + at - size, n);
			to += n;
			room -= n;
			total += size;
		}
	}
	return total;
}

u32 dhcp_option_ip(const struct dhcp_message *m, unsigned code)
{
	const u8 *p = fixed_option(m, code, 4);

	return p != NULL ? get32(p) : 0;
}

int dhcp_is_pxe(const struct dhcp_message *m)
{
	const usize n = sizeof pxe_client - 1;
	u8 class[sizeof pxe_client - 1];

	return dhcp_option(m, DHCP_OPTION_CLASS, class, n) >= n &&
	       memcmp(class, pxe_client, n) == 0;
}

/* LEN bytes of a string that may end earlier, or with several NULs. */
static usize text_end(char *to, usize len, usize room)
{
	usize n = 0;

	if (len >= room)
		len = 0;
	while (n < len && to[n] != '\0')
		n++;
	to[n] = '\0';
	return n;
}

static usize text(const struct dhcp_message *m, unsigned code, unsigned field, usize field_len,
		  int overloaded, char *to, usize room)
{
	usize n = text_end(to, dhcp_option(m, code, (u8 *)to, room), room);

	if (n > 0 || overloaded || field_len >= room)
		return n;
	memcpy(to, m->data + field, field_len);
	return text_end(to, field_len, room);
}

usize dhcp_boot_file(const struct dhcp_message *m, char *to, usize room)
{
	return text(m, DHCP_OPTION_BOOT_FILE, DHCP_FILE, DHCP_FILE_LEN, m->overload & 1, to, room);
}

usize dhcp_server_name(const struct dhcp_message *m, char *to, usize room)
{
	return text(m, DHCP_OPTION_SERVER_NAME, DHCP_SNAME, DHCP_SNAME_LEN, m->overload & 2, to,
		    room);
}

/* --- writing --------------------------------------------------------------------------------- */

void dhcp_write(struct dhcp_writer *w, u8 *data, usize room, u8 op, u32 xid, const u8 mac[6])
{
	w->data = data;
	w->room = room;
	w->len = DHCP_FIXED + sizeof cookie;
	w->full = 0;
	memset(data, 0, w->len);
	data[DHCP_OP] = op;
	data[DHCP_HTYPE] = 1;
	data[DHCP_HLEN] = 6;
	put32(data + DHCP_XID, xid);
	memcpy(data + DHCP_CHADDR, mac, 6);
	memcpy(data + DHCP_FIXED, cookie, sizeof cookie);
}

void dhcp_put(struct dhcp_writer *w, unsigned code, const void *value, usize len)
{
	const u8 *p = value;

	do {
		usize n = len < 255 ? len : 255;

		/* with room for the end */
		if (w->room - w->len < n + 3) {
			w->full = 1;
			return;
		}
		w->data[w->len++] = (u8)code;
		w->data[w->len++] = (u8)n;
		if (n > 0)
			memcpy(w->data + w->len, p, n);
		w->len += n;
		p += n;
		len -= n;
	} while (len > 0);
}

void dhcp_put_ip(struct dhcp_writer *w, unsigned code, u32 ip)
{
	u8 bytes[4];

	put32(bytes, ip);
	dhcp_put(w, code, bytes, sizeof bytes);
}

usize dhcp_end(struct dhcp_writer *w)
{
	w->data[w->len++] = DHCP_OPTION_END;
	while (w->len < DHCP_SHORTEST && w->len < w->room)
		w->data[w->len++] = DHCP_OPTION_PAD;
	return w->len;
}

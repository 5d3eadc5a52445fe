/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

/*
 * How long: a server on the same wire answers within some ms, but dhcpd and others look for a
 * second whether an address is free, and a switch's port may take as long to wake up. RFC 2131 §4.1
 * begins with 4 s, for networks of another time; the factor of two and the jitter are its own.
 */
static const u16 discover_gaps[] = {500, 1000, 2000, 4000};
static const u16 request_gaps[] = {500, 1000, 2000};
#define OFFERS_MS     11500u
#define PROXY_WAIT_MS 300u /* an offer that names no file: for a proxy's to come, too */
#define ASK_MS        500u
#define ASK_TIMES     2u
#define MAX_REFUSED   3u
#define COUNT(a)      ((unsigned)(sizeof(a) / sizeof(a)[0]))

#define BROADCAST_FLAG 0x8000u /* RFC 2131 figure 2 */

static u32 next_random(struct dhcp_client *c)
{
	/* xorshift; never 0 */
	c->random ^= c->random << 13;
	c->random ^= c->random >> 17;
	c->random ^= c->random << 5;
	return c->random;
}

/* An eighth more or less, so that a room of machines does not ask as one. */
static u64 jitter(struct dhcp_client *c, u32 ms)
{
	return ms - ms / 8 + (next_random(c) & 0xffff) * (ms / 4) / 0x10000;
}

static void enter(struct dhcp_client *c, enum dhcp_state state, u64 now)
{
	c->state = state;
	c->sent = 0;
	c->due = now;
}

static void discover(struct dhcp_client *c, u64 now)
{
	c->xid = next_random(c);
	c->offer.here = 0;
	c->offer.rank = 0;
	enter(c, DHCP_SELECTING, now);
}

void dhcp_begin(struct dhcp_client *c, const struct dhcp_identity *id, u32 random, u64 now)
{
	memset(c, 0, sizeof *c);
	c->id = *id;
	c->random = random != 0 ? random : 1;
	c->begun = now;
	discover(c, now);
}

/* --- what is sent ---------------------------------------------------------------------------- */

/* RFC 4578 §2, PXE 2.1 table 2-1. The version behind UNDI is nothing to servers.
 * The client identifier is iPXE's, type and address: dhcpd gives a machine that says one and then
 * none a second lease. The other way round (EDK2 says none) they all go by the address. */
static void put_identity(struct dhcp_writer *w, const struct dhcp_client *c)
{
	static const u8 wanted[] = {1, 3, 6, 12, 15, 17, 18, 43, 54, 60, 66, 67};
	static const u8 ndi[3] = {1, 3, 16};
	u8 class[] = "PXEClient:Arch:00000:UNDI:003016", arch[2], size[2], id[7], uuid[17];
	u32 n = c->id.arch;

	for (int i = 19; i >= 15; i--, n /= 10)
		class[i] = (u8)('0' + n % 10);
	put16(arch, c->id.arch);
	put16(size, DHCP_MESSAGE);
	dhcp_put(w, DHCP_OPTION_PARAMETERS, wanted, sizeof wanted);
	dhcp_put(w, DHCP_OPTION_MESSAGE_SIZE, size, sizeof size);
	dhcp_put(w, DHCP_OPTION_CLASS, class, sizeof class - 1);
	dhcp_put(w, DHCP_OPTION_ARCH, arch, sizeof arch);
	dhcp_put(w, DHCP_OPTION_NDI, ndi, sizeof ndi);
	id[0] = 1; /* Ethernet */
	memcpy(id + 1, c->id.mac, 6);
	dhcp_put(w, DHCP_OPTION_CLIENT_ID, id, sizeof id);
	if (c->id.has_uuid) {
		uuid[0] = 0; /* RFC 4578 §2.3: a GUID follows */
		memcpy(uuid + 1, c->id.uuid, 16);
		dhcp_put(w, DHCP_OPTION_UUID, uuid, sizeof uuid);
	}
}

static usize write_message(const struct dhcp_client *c, u8 *out)
{
	const u8 type = c->state == DHCP_SELECTING ? DHCP_DISCOVER : DHCP_REQUEST;
	struct dhcp_writer w;

	dhcp_write(&w, out, DHCP_MESSAGE, 1, c->xid, c->id.mac);
	put16(out + DHCP_SECS, c->secs);
	/* A network that loses a unicast to who has no address yet may let a broadcast through, and
	 * the other way round (RFC 2131 §4.1): every second time. */
	if (c->state != DHCP_ASKING && (c->sent & 1))
		put16(out + DHCP_FLAGS, BROADCAST_FLAG);
	dhcp_put(&w, DHCP_OPTION_TYPE, &type, 1);
	switch (c->state) {
	case DHCP_REQUESTING:
		dhcp_put_ip(&w, DHCP_OPTION_SERVER_ID, c->offer.server);
		dhcp_put_ip(&w, DHCP_OPTION_REQUESTED_IP, c->offer.ip);
		break;
	case DHCP_ASKING:
		memcpy(out + DHCP_CIADDR, c->ack + DHCP_YIADDR, 4);
		dhcp_put_ip(&w, DHCP_OPTION_SERVER_ID, c->proxy.server);
		break;
	default:
		break;
	}
	put_identity(&w, c);
	return dhcp_end(&w);
}

static usize send(struct dhcp_client *c, u64 now, u64 gap, u8 *out)
{
	usize len;

	/* a REQUEST has its DISCOVER's, which relays may go by (RFC 2131 §3.1, 3) */
	if (c->state == DHCP_SELECTING)
		c->secs = (u16)((u32)(now - c->begun) / 1000);
	len = write_message(c, out);
	c->sent++;
	c->due = now + gap;
	return len;
}

static void finish(struct dhcp_client *c, u64 now);

static usize poll_selecting(struct dhcp_client *c, u64 now, u8 *out)
{
	unsigned n = c->sent < COUNT(discover_gaps) ? c->sent : COUNT(discover_gaps) - 1;

	if (c->offer.here) {
		if (now < c->offer.take)
			return 0;
		if (c->offer.bootp) {
			finish(c, now);
			return 0;
		}
		enter(c, DHCP_REQUESTING, now);
		return dhcp_poll(c, now, out);
	}
	if (now - c->begun >= OFFERS_MS) {
		c->state = DHCP_FAILED;
		return 0;
	}
	/* what could not be answered in time is not asked */
	if (now < c->due || now - c->begun + discover_gaps[0] > OFFERS_MS)
		return 0;
	return send(c, now, jitter(c, discover_gaps[n]), out);
}

static usize poll_requesting(struct dhcp_client *c, u64 now, u8 *out)
{
	if (now < c->due)
		return 0;
	if (c->sent < COUNT(request_gaps))
		return send(c, now, jitter(c, request_gaps[c->sent]), out);
	/* That server has gone: another may be there (RFC 2131 §3.1, 5). */
	c->unheard++;
	discover(c, now);
	return poll_selecting(c, now, out);
}

usize dhcp_poll(struct dhcp_client *c, u64 now, u8 *out)
{
	switch (c->state) {
	case DHCP_SELECTING:
		return poll_selecting(c, now, out);
	case DHCP_REQUESTING:
		return poll_requesting(c, now, out);
	case DHCP_ASKING:
		if (now < c->due)
			return 0;
		if (c->sent < ASK_TIMES)
			return send(c, now, ASK_MS, out);
		c->state = DHCP_BOUND;
		return 0;
	default:
		return 0;
	}
}

/* --- what is received ------------------------------------------------------------------------ */

/* Could this machine have it? (RFC 1122 §3.2.1.3) */
static int address_ok(u32 ip)
{
	return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 0xe;
}

static void keep(struct dhcp_client *c, const struct dhcp_message *m, usize len)
{
	memcpy(c->ack, m->data, len);
	c->ack_len = len;
}

static void got_proxy(struct dhcp_client *c, u64 now, u32 from, const struct dhcp_message *m)
{
	struct dhcp_proxy *p = &c->proxy;

	if (p->here && p->file[0] != '\0')
		return;
	if (dhcp_boot_file(m, p->file, sizeof p->file) == 0 && p->here)
		return;
	dhcp_server_name(m, p->name, sizeof p->name);
	p->here = 1;
	p->siaddr = m->siaddr;
	p->server = m->server_id != 0 ? m->server_id : from;
	/* Nothing is left to wait for. */
	if (c->offer.here && c->offer.take > now)
		c->offer.take = now;
}

/* An address: a server's offer, or BOOTP's reply, which needs no request. */
static void got_offer(struct dhcp_client *c, u64 now, const struct dhcp_message *m, usize len)
{
	char file[DHCP_FILE_ROOM], name[DHCP_NAME_ROOM];
	unsigned rank = 1;

	if (m->siaddr != 0 || dhcp_server_name(m, name, sizeof name) > 0)
		rank = 2;
	if (dhcp_boot_file(m, file, sizeof file) > 0)
		rank = 3;
	if (rank <= c->offer.rank)
		return;
	if (!c->offer.here)
		c->offer.take = now + PROXY_WAIT_MS;
	/* Routers put themselves into siaddr with nothing to boot from: it is the file that tells.
	 */
	if (rank == 3 || c->proxy.here)
		c->offer.take = now;
	c->offer.here = 1;
	c->offer.rank = rank;
	c->offer.bootp = m->type == DHCP_BOOTP;
	c->offer.server = m->server_id;
	c->offer.ip = m->yiaddr;
	if (c->offer.bootp)
		keep(c, m, len);
}

/* The ACK is here. */
static void finish(struct dhcp_client *c, u64 now)
{
	struct dhcp_message m;
	char file[DHCP_FILE_ROOM];

	c->state = DHCP_BOUND;
	if (!dhcp_parse(&m, c->ack, c->ack_len, c->xid, c->id.mac) ||
	    dhcp_boot_file(&m, file, sizeof file) > 0)
		return;
	/* PXE 2.1 §2.2.3: DHCP server and proxy may be one machine, which then says so. */
	if (!c->proxy.here && m.server_id != 0 && dhcp_is_pxe(&m)) {
		c->proxy.here = 1;
		c->proxy.server = m.server_id;
	}
	if (c->proxy.here && c->proxy.file[0] == '\0' && address_ok(c->proxy.server))
		enter(c, DHCP_ASKING, now);
}

static void in_selecting(struct dhcp_client *c, u64 now, const struct dhcp_message *m, usize len)
{
	if ((m->type == DHCP_OFFER && m->server_id != 0) || m->type == DHCP_BOOTP)
		got_offer(c, now, m, len);
}

static void in_requesting(struct dhcp_client *c, u64 now, const struct dhcp_message *m, usize len)
{
	if (m->server_id != c->offer.server)
		return;
	if (m->type == DHCP_NAK) {
		if (++c->refused > MAX_REFUSED)
			c->state = DHCP_FAILED;
		else
			discover(c, now);
	} else if (m->type == DHCP_ACK && address_ok(m->yiaddr)) {
		keep(c, m, len);
		finish(c, now);
	}
}

static void in_asking(struct dhcp_client *c, const struct dhcp_message *m)
{
	struct dhcp_proxy *p = &c->proxy;

	/* The DHCP server's ACK may come once more, and it may be the proxy, too. */
	if (m->type == DHCP_OFFER || m->type == DHCP_NAK ||
	    (m->server_id != 0 && m->server_id != p->server) ||
	    dhcp_boot_file(m, p->file, sizeof p->file) == 0)
		return;
	dhcp_server_name(m, p->name, sizeof p->name);
	if (m->siaddr != 0)
		p->siaddr = m->siaddr;
	c->state = DHCP_BOUND;
}

int dhcp_receive(struct dhcp_client *c, u64 now, u32 from, const u8 *data, usize len)
{
	struct dhcp_message m;

	if (!dhcp_parse(&m, data, len, c->xid, c->id.mac))
		return 0;
	if (c->state == DHCP_ASKING) {
		in_asking(c, &m);
		return 1;
	}
	if (c->state != DHCP_SELECTING && c->state != DHCP_REQUESTING)
		return 1;
	if (m.type == DHCP_OFFER && m.yiaddr == 0 && dhcp_is_pxe(&m))
		got_proxy(c, now, from, &m);
	else if (c->state == DHCP_REQUESTING)
		in_requesting(c, now, &m, len);
	else if (address_ok(m.yiaddr))
		in_selecting(c, now, &m, len);
	else if (m.type != DHCP_NAK)
		c->odd++;
	return 1;
}

void dhcp_no_proxy(struct dhcp_client *c)
{
	if (c->state == DHCP_ASKING)
		c->state = DHCP_BOUND;
}

/* --- what comes of it ------------------------------------------------------------------------ */

/* A string into a field of the header, where it fits with its NUL. */
static void put_field(u8 *field, usize room, const char *string, usize len)
{
	if (len < room)
		memcpy(field, string, len);
}

usize dhcp_result(const struct dhcp_client *c, u8 *out)
{
	char file[DHCP_FILE_ROOM], name[DHCP_NAME_ROOM];
	u8 value[DHCP_MESSAGE + DHCP_SNAME_LEN + DHCP_FILE_LEN];
	usize file_len, name_len, len;
	struct dhcp_message m;
	struct dhcp_writer w;
	int proxy = 0;

	dhcp_write(&w, out, DHCP_RESULT, 2, c->xid, c->id.mac);
	if (!dhcp_parse(&m, c->ack, c->ack_len, c->xid, c->id.mac))
		return 0;
	memcpy(out, c->ack, DHCP_SNAME);
	file_len = dhcp_boot_file(&m, file, sizeof file);
	name_len = dhcp_server_name(&m, name, sizeof name);
	if (file_len == 0 && c->proxy.file[0] != '\0') {
		proxy = 1;
		file_len = strlen(c->proxy.file);
		memcpy(file, c->proxy.file, file_len);
		name_len = strlen(c->proxy.name);
		memcpy(name, c->proxy.name, name_len);
		put32(out + DHCP_SIADDR, c->proxy.siaddr != 0 ? c->proxy.siaddr : c->proxy.server);
	}
	put_field(out + DHCP_SNAME, DHCP_SNAME_LEN, name, name_len);
	put_field(out + DHCP_FILE, DHCP_FILE_LEN, file, file_len);
	for (unsigned code = 1; code < DHCP_OPTION_END; code++) {
		if (code == DHCP_OPTION_OVERLOAD)
			continue;
		len = dhcp_option(&m, code, value, sizeof value);
		if (proxy && code == DHCP_OPTION_SERVER_NAME)
			dhcp_put(&w, code, name, name_len);
		else if (proxy && code == DHCP_OPTION_BOOT_FILE)
			dhcp_put(&w, code, file, file_len);
		else if (len > 0)
			dhcp_put(&w, code, value, len);
	}
	return dhcp_end(&w);
}

usize dhcp_result_file(const struct dhcp_client *c, char file[DHCP_FILE_ROOM])
{
	struct dhcp_message m;
	usize len;

	file[0] = '\0';
	if (!dhcp_parse(&m, c->ack, c->ack_len, c->xid, c->id.mac))
		return 0;
	len = dhcp_boot_file(&m, file, DHCP_FILE_ROOM);
	if (len == 0 && c->proxy.file[0] != '\0') {
		len = strlen(c->proxy.file);
		memcpy(file, c->proxy.file, len + 1);
	}
	return len;
}

const char *dhcp_reason(const struct dhcp_client *c)
{
	if (c->refused > MAX_REFUSED)
		return "the DHCP server offers an address and then refuses it";
	if (c->unheard > 0)
		return "a DHCP server offered an address and was not heard again";
	if (c->proxy.here)
		return "only a proxy-DHCP server answered, and nobody who has addresses";
	if (c->odd > 0)
		return "the DHCP server answered without an address: perhaps it has none left";
	return "no DHCP server answered";
}

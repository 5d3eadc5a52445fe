/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp_packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t cookie[4] = {99, 130, 83, 99};

static size_t put(uint8_t *options, size_t at, int code, const void *data, size_t len)
{
	options[at] = (uint8_t)code;
	options[at + 1] = (uint8_t)len;
	memcpy(options + at + 2, data, len);
	return at + 2 + len;
}

/* What PXE 2.1 §2.2.1 (table 2-1) and UEFI 2.10 §24.7.3 have a client say about itself. */
static size_t put_pxe(const struct client *c, uint8_t *options, size_t at)
{
	static const uint8_t wanted[] = {1, 3, 6, 12, 15, 43, 54, 60, 66, 67};
	const uint8_t arch[2] = {(uint8_t)(c->arch >> 8), (uint8_t)c->arch};
	char vendor[64];
	int version = atoi(c->undi);
	const uint8_t ndi[3] = {1, (uint8_t)(version / 1000), (uint8_t)(version % 1000)};
	int n = snprintf(vendor, sizeof vendor, "%s:Arch:%05d:UNDI:%s",
			 c->http ? "HTTPClient" : "PXEClient", c->arch, c->undi);

	at = put(options, at, OPT_PARAMETERS, wanted, sizeof wanted);
	at = put(options, at, OPT_VENDOR_CLASS, vendor, (size_t)n);
	at = put(options, at, OPT_CLIENT_ARCH, arch, sizeof arch);
	return put(options, at, OPT_NDI, ndi, sizeof ndi);
}

size_t packet_make(const struct client *c, uint8_t type, const struct packet *offer,
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

bool packet_is_for(const struct client *c, const struct packet *p, size_t len)
{
	return len >= FIXED_LEN && p->op == BOOTREPLY && p->xid == c->xid &&
	       memcmp(p->chaddr, c->mac, sizeof c->mac) == 0 &&
	       memcmp(p->cookie, cookie, sizeof cookie) == 0;
}

const uint8_t *packet_option(const struct packet *p, size_t len, int code, size_t *n)
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

uint8_t packet_type(const struct packet *p, size_t len)
{
	size_t n;
	const uint8_t *o = packet_option(p, len, OPT_TYPE, &n);

	return o != NULL && n == 1 ? *o : 0;
}

static void print_bytes(const char *prefix, const char *name, const uint8_t *bytes, size_t len)
{
	printf("%s%s=", prefix, name);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] > ' ' && bytes[i] < 0x7f && bytes[i] != '\\')
			putchar(bytes[i]);
		else
			printf("\\x%02x", bytes[i]);
	}
	putchar('\n');
}

/* A header field: all of it but for the NULs at its end. */
static void print_field(const char *prefix, const char *name, const char *field, size_t size)
{
	while (size > 0 && field[size - 1] == '\0')
		size--;
	print_bytes(prefix, name, (const uint8_t *)field, size);
}

static void print_ip(const char *prefix, const char *name, const void *bytes)
{
	char text[INET_ADDRSTRLEN];

	printf("%s%s=%s\n", prefix, name, inet_ntop(AF_INET, bytes, text, sizeof text));
}

void packet_print(const char *prefix, const struct packet *p, size_t len)
{
	static const struct {
		int code;
		bool ip;
	} options[] = {
		{OPT_ROUTER, true},       {OPT_DNS, true},        {OPT_HOSTNAME, false},
		{OPT_VENDOR, false},      {OPT_SERVER_ID, true},  {OPT_VENDOR_CLASS, false},
		{OPT_TFTP_SERVER, false}, {OPT_BOOT_FILE, false},
	};

	print_ip(prefix, "yiaddr", &p->yiaddr);
	print_ip(prefix, "siaddr", &p->siaddr);
	print_field(prefix, "sname", p->sname, sizeof p->sname);
	print_field(prefix, "file", p->file, sizeof p->file);
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		size_t n = 0;
		const uint8_t *o = packet_option(p, len, options[i].code, &n);
		char name[16];

		snprintf(name, sizeof name, "option%d", options[i].code);
		if (o == NULL)
			printf("%s%s=-\n", prefix, name);
		else if (options[i].ip && n == 4)
			print_ip(prefix, name, o);
		else
			print_bytes(prefix, name, o, n);
	}
}

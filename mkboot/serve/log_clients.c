/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/log_clients.h"
#include "base/mem.h"
#include "dhcp/clients.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A flood of addresses does not fill the memory: the client unseen for the longest goes. */
#define CLIENTS_MAX 1024
#define NOBODY      "-"

/* --- clients ---------------------------------------------------------------------------------- */

static struct serve_client *new_client(struct serve_log *l)
{
	struct serve_client *oldest;

	if (l->n_clients < CLIENTS_MAX)
		return MEM_PUSH(l->clients, l->n_clients);
	oldest = &l->clients[0];
	for (size_t i = 1; i < l->n_clients; i++) {
		if (l->clients[i].since < oldest->since)
			oldest = &l->clients[i];
	}
	*oldest = (struct serve_client){0};
	return oldest;
}

struct serve_client *log_client_by_mac(struct serve_log *l, const char *mac)
{
	struct serve_client *c;

	for (size_t i = 0; i < l->n_clients; i++) {
		if (strcmp(l->clients[i].mac, mac) == 0)
			return &l->clients[i];
	}
	c = new_client(l);
	snprintf(c->mac, sizeof c->mac, "%s", mac);
	c->title = NOBODY;
	return c;
}

/* One that came by DHCP, or that the kernel knows the MAC address of, or a client that has none. */
struct serve_client *log_client_by_ip(struct serve_log *l, uint32_t ip, int64_t now)
{
	struct serve_client *c = NULL;
	char mac[18] = "";

	for (size_t i = 0; i < l->n_clients; i++) {
		if (l->clients[i].ip == ip && (c == NULL || l->clients[i].since >= c->since))
			c = &l->clients[i];
	}
	if (c != NULL)
		return c;
	if (l->mac_of != NULL && l->mac_of(l->ctx, ip, mac)) {
		c = log_client_by_mac(l, mac);
	} else {
		c = new_client(l);
		c->title = NOBODY;
	}
	if (c->since == 0)
		c->since = now;
	c->ip = ip;
	return c;
}

const char *log_title_of_arch(unsigned arch)
{
	for (size_t i = 0; i < dhcp_n_clients; i++) {
		for (size_t k = 0; k < dhcp_clients[i].n_archs; k++) {
			if (dhcp_clients[i].archs[k] == arch)
				return dhcp_clients[i].title;
		}
	}
	return "another kind";
}

/* --- lines for people ------------------------------------------------------------------------- */

/* What a client sent may be anything: a terminal gets printable ASCII. */
void log_add_plain(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++)
		strbuf_addc(out, *text >= ' ' && *text <= '~' ? *text : '?');
}

void log_begin(struct strbuf *out, const struct serve_client *c)
{
	strbuf_addf(out, "%-17s  %-17s  %-15s  ", c->mac[0] != '\0' ? c->mac : NOBODY, c->title,
		    c->ip != 0 ? ipv4_text(c->ip).text : NOBODY);
}

/* "245,760" */
static void add_number(struct strbuf *out, uint64_t n)
{
	if (n >= 1000) {
		add_number(out, n / 1000);
		strbuf_addf(out, ",%03u", (unsigned)(n % 1000));
	} else {
		strbuf_addf(out, "%u", (unsigned)n);
	}
}

void log_add_transfer(struct strbuf *out, uint64_t bytes, int64_t ms)
{
	strbuf_adds(out, "  ");
	add_number(out, bytes);
	strbuf_addf(out, " bytes in %" PRId64 ".%02" PRId64 " s\n", ms / 1000, ms % 1000 / 10);
}

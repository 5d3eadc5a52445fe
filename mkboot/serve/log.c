/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "serve/log_clients.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLD_MS 10000 /* told the same once more meanwhile */

/* The text behind PREFIX, or NULL. */
static const char *behind(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

const char *serve_log_text(const char *line)
{
	const char *s = behind(line, "dnsmasq"), *end = s != NULL ? strstr(s, ": ") : NULL;

	return end != NULL ? end + 2 : NULL;
}

/* The last word, which is an address: "... to 192.168.77.50"; and the text before WORD. */
static bool split_at_ip(const char *text, const char *word, char **before, uint32_t *ip)
{
	const char *at = NULL;

	for (const char *s = strstr(text, word); s != NULL; s = strstr(s + 1, word))
		at = s;
	if (at == NULL || !ipv4_parse(at + strlen(word), ip))
		return false;
	*before = mem_ndup(text, (size_t)(at - text));
	return true;
}

static const char *below_root(const struct serve_log *l, const char *path)
{
	const char *s = l->root != NULL ? behind(path, l->root) : NULL;

	return s != NULL ? s + strspn(s, "/") : path;
}

/* What a client calls a file, as dnsmasq looks for it (tftp.c): below the root in any case. */
static char *plain_name(const char *file)
{
	char *name = mem_dup(file + strspn(file, "/\\"));

	for (char *s = name; *s != '\0'; s++)
		*s = *s == '\\' ? '/' : *s;
	return name;
}

static struct serve_request *request_of(struct serve_log *l, uint32_t ip, const char *name)
{
	for (size_t i = 0; i < SERVE_REQUESTS; i++) {
		struct serve_request *r = &l->requests[i];

		if (r->file != NULL && r->ip == ip && strcmp(r->file, name) == 0)
			return r;
	}
	return NULL;
}

void serve_log_request(struct serve_log *l, uint32_t ip, const char *mac, const char *file,
		       int64_t now)
{
	char *name = plain_name(file);
	struct serve_request *r = request_of(l, ip, name);
	struct serve_client *c =
		mac[0] != '\0' ? log_client_by_mac(l, mac) : log_client_by_ip(l, ip, now);

	/* the size was asked for before, or it is asked again */
	if (r == NULL) {
		r = &l->requests[l->next_request];
		l->next_request = (l->next_request + 1) % SERVE_REQUESTS;
		free(r->file);
		*r = (struct serve_request){.ip = ip, .file = name};
	} else {
		free(name);
	}
	r->at = now;
	c->ip = ip;
	c->since = now;
}

/* When it was asked for; a request that was not seen: the client's last sign. */
static int64_t asked_at(struct serve_log *l, const struct serve_client *c, const char *name)
{
	struct serve_request *r = request_of(l, c->ip, name);
	int64_t at = r != NULL ? r->at : c->since;

	if (r != NULL) {
		free(r->file);
		*r = (struct serve_request){0};
	}
	return at;
}

static void tftp_sent(struct serve_log *l, const char *path, uint32_t ip, int64_t now,
		      struct strbuf *out)
{
	struct serve_client *c = log_client_by_ip(l, ip, now);
	const char *name = below_root(l, path);
	int64_t size = l->size_of != NULL ? l->size_of(l->ctx, name) : -1;
	int64_t asked = asked_at(l, c, name);

	log_begin(out, c);
	log_add_plain(out, name);
	if (size >= 0)
		log_add_transfer(out, (uint64_t)size, now - asked);
	else
		strbuf_adds(out, "  sent\n");
	c->since = now;
}

static void tftp_failed(struct serve_log *l, const char *what, const char *path, uint32_t ip,
			int64_t now, struct strbuf *out)
{
	struct serve_client *c = log_client_by_ip(l, ip, now);

	log_begin(out, c);
	strbuf_adds(out, what);
	log_add_plain(out, below_root(l, path));
	strbuf_addc(out, '\n');
	c->since = now;
}

/* "error 8 User aborted the transfer": RFC 2347's refusal of the options. Firmware asks a file's
 * size that way (RFC 2349) and then begins again; iPXE sends 0 for the same. */
static void tftp_error(struct serve_log *l, const char *error, uint32_t ip, int64_t now,
		       struct strbuf *out)
{
	struct serve_client *c = log_client_by_ip(l, ip, now);
	unsigned code = 0;

	c->since = now;
	if (sscanf(error, "%u", &code) == 1 && (code == 8 || code == 0))
		return;
	log_begin(out, c);
	strbuf_adds(out, "it broke a transfer off: error ");
	log_add_plain(out, error);
	strbuf_addc(out, '\n');
}

/* tftp.c; false where it is no line of a transfer. */
static bool tftp_line(struct serve_log *l, const char *text, int64_t now, struct strbuf *out)
{
	const char *s;
	char *before = NULL;
	uint32_t ip = 0;

	if ((s = behind(text, "sent ")) != NULL && split_at_ip(s, " to ", &before, &ip))
		tftp_sent(l, before, ip, now, out);
	else if ((s = behind(text, "file ")) != NULL &&
		 split_at_ip(s, " not found for ", &before, &ip))
		tftp_failed(l, "asked for a file that is not there: ", before, ip, now, out);
	else if ((s = behind(text, "failed sending ")) != NULL &&
		 split_at_ip(s, " to ", &before, &ip))
		tftp_failed(l, "only looked at, or did not get whole: ", before, ip, now, out);
	else if ((s = behind(text, "error ")) != NULL &&
		 split_at_ip(s, " received from ", &before, &ip))
		tftp_error(l, before, ip, now, out);
	else if ((s = behind(text, "cannot access ")) != NULL) {
		strbuf_adds(out, "refused: ");
		log_add_plain(out, below_root(l, s));
		strbuf_addc(out, '\n');
	} else
		return false;
	free(before);
	return true;
}

/* "DHCPACK(br0) 192.168.77.50 52:54:00:12:34:56 testbox": the address and the client. */
static struct serve_client *dhcp_client_of(struct serve_log *l, const char *text, uint32_t *ip)
{
	char address[16] = "", mac[18] = "";
	const char *s = strstr(text, ") ");

	*ip = 0;
	if (s == NULL)
		return NULL;
	if (sscanf(s + 2, "%15s %17s", address, mac) == 2 && ipv4_parse(address, ip))
		return strlen(mac) == 17 ? log_client_by_mac(l, mac) : NULL;
	return sscanf(s + 2, "%17s", mac) == 1 && strlen(mac) == 17 ? log_client_by_mac(l, mac)
								    : NULL;
}

static void dhcp_answer(struct serve_log *l, const char *text, bool proxy, int64_t now)
{
	uint32_t ip;
	struct serve_client *c = dhcp_client_of(l, text, &ip);

	if (c == NULL)
		return;
	/* beside another server it is told in the offer, and again at port 4011 */
	l->again = proxy && c->told != 0 && now - c->told < TOLD_MS && (ip == 0 || ip == c->ip);
	l->proxy = proxy;
	if (l->title != NULL)
		c->title = l->title;
	if (ip != 0)
		c->ip = ip;
	c->since = now;
	l->answered = (size_t)(c - l->clients) + 1;
}

static void dhcp_told(struct serve_log *l, const char *file, int64_t now, struct strbuf *out)
{
	struct serve_client *c = &l->clients[l->answered - 1];

	l->answered = 0;
	if (l->again || (file == NULL && l->proxy))
		return;
	c->told = now;
	log_begin(out, c);
	if (file != NULL) {
		strbuf_adds(out, "is to load ");
		log_add_plain(out, file);
	} else {
		strbuf_adds(out, "has an address, and nothing here that it could load");
	}
	strbuf_addc(out, '\n');
}

/* rfc2131.c: "3725824802 DHCPACK(br0) ...", the lines of one packet after each other. */
static void dhcp_line(struct serve_log *l, uint32_t xid, const char *text, int64_t now,
		      struct strbuf *out)
{
	const char *s;
	unsigned arch;

	if (xid != l->xid) {
		l->xid = xid;
		l->title = NULL;
		l->answered = 0;
	}
	if ((s = behind(text, "vendor class: ")) != NULL) {
		s = strstr(s, "Client:Arch:");
		l->title = s != NULL && sscanf(s, "Client:Arch:%5u", &arch) == 1
				   ? log_title_of_arch(arch)
				   : NULL;
	} else if (behind(text, "DHCPACK(") != NULL || behind(text, "BOOTP(") != NULL) {
		dhcp_answer(l, text, false, now);
	} else if (behind(text, "PXE(") != NULL) {
		dhcp_answer(l, text, true, now);
	} else if (l->answered != 0 && (s = behind(text, "bootfile name: ")) != NULL) {
		dhcp_told(l, s, now, out);
	} else if (l->answered != 0 && behind(text, "sent size:") != NULL) {
		dhcp_told(l, NULL, now, out);
	}
}

/* Other lines that concern a person. */
static void other_line(const char *text, struct strbuf *out)
{
	static const char *const signs[] = {"no address available",
					    "DHCPDECLINE",
					    "DHCPNAK",
					    "not using configured address",
					    "failed",
					    "cannot ",
					    "duplicate",
					    "no address range available"};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (strstr(text, signs[i]) == NULL)
			continue;
		strbuf_adds(out, "dnsmasq: ");
		log_add_plain(out, text);
		strbuf_addc(out, '\n');
		return;
	}
}

void serve_log_line(struct serve_log *l, const char *line, int64_t now, struct strbuf *out)
{
	const char *text = serve_log_text(line);
	uint32_t xid;
	int used = 0;

	if (text == NULL || tftp_line(l, text, now, out))
		return;
	if (sscanf(text, "%" SCNu32 " %n", &xid, &used) == 1 && used > 0) {
		dhcp_line(l, xid, text + used, now, out);
		text += used;
	}
	other_line(text, out);
}

void serve_log_http(struct serve_log *l, uint32_t ip, const char *path, uint64_t bytes, int64_t ms,
		    const char *why, int64_t now, struct strbuf *out)
{
	struct serve_client *c = log_client_by_ip(l, ip, now);

	log_begin(out, c);
	strbuf_adds(out, "http:");
	log_add_plain(out, path);
	if (why != NULL)
		strbuf_addf(out, "  %s\n", why);
	else
		log_add_transfer(out, bytes, ms);
	c->since = now;
}

void serve_log_free(struct serve_log *l)
{
	for (size_t i = 0; i < SERVE_REQUESTS; i++)
		free(l->requests[i].file);
	free(l->clients);
	l->clients = NULL;
	l->n_clients = 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/render.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a template of templates/dhcp/ can name. Addresses are dotted quads. What the recipe's
 * network does not say is not there to be named; those who hand out addresses (dhcp.h) have server
 * and subnet in any case.
 *
 *   recipe config_file server_title    its name; this file's; the server's
 *   folder                             the recipe's folder in both trees: network.path, or its name
 *   has_server server                  the TFTP server: what siaddr is set to; the web server, too
 *   subnet prefix netmask broadcast    192.168.1.0, 24, 255.255.255.0, 192.168.1.255
 *   range_first range_last lease       addresses handed out, for so many seconds
 *   pool_offset pool_size              the same range: numbers, the first counted from the subnet
 *   server_inside card                 flag: the server is in the subnet; the address there for the
 *                                      card that answers: the server's, else one that is free
 *   has_router router has_dns dns      flags, and values where they are set
 *   has_tftp has_http                  flags: is there such a tree?
 *   has_default                        flag: there is a TFTP tree, and so a default:
 *     default_file default_title       the boot file and platform of clients that do not say
 *   http_url                           with has_http: what a server with one URL for all hands out,
 *                                      UEFI x64's where there is that
 *   default_range_first, _last         their part of the range, for servers with SLICES
 *   has_limits limits { limit }        what of the recipe the server cannot do, and what it never
 *                                      can: sentences
 *   clients     the kinds of client, in a fixed order:
 *     client title number              "uefi64" (letters and digits), "UEFI x64", 1, 2, ...
 *     first fallback http              flags: the first of the list; the default's; HTTPClient
 *     first_of_kind                    flag: the first of TFTP's or of HTTP's that has a file
 *     is_bios is_uefi64 ...            flags, by the name
 *     vendor                           "PXEClient" or "HTTPClient": how option 60 begins
 *     has_file file                    the boot file, where there is one: TFTP's path, HTTP's URL
 *     first_file                       flag: the first of the list that has one (the default's, or
 *                                      without a TFTP tree HTTP's)
 *     sliced slice_first slice_last    its part of the range, for SLICES
 *     archs     its client architectures (option 93):
 *       first arch arch_5              flag; "7", "00007"
 *       arch_bytes arch_hex            "00:07", "0x0007"
 *       vendor_classes  { vendor_class }   "PXEClient:Arch:00007:UNDI:003000", for servers that
 *                                      compare option 60 as a whole
 *   has_hosts has_host_files
 *   hosts
 *     number first id tag              1, 2, ...; flag; "mac-52-54-00-12-34-56"; "host525400123456"
 *     mac mac_upper mac_dashes         52:54:0a:..., 52:54:0A:..., 52-54-0a-...
 *     has_name name has_ip ip has_file file
 *     host_file                        the same file, for use inside of clients
 *     first_file file_has_dot          flags: the first of those with a file; a dot in its path
 *     name_is_word                     the name, alone, reads like a duration or a keyword
 */

#define LEASE_SECONDS 3600

void render_ip(struct template_data *d, const char *name, uint32_t addr)
{
	template_set(d, name, ipv4_text(addr).text);
}

void render_optional_ip(struct template_data *d, const char *flag, const char *name,
			const struct ipv4 *ip)
{
	template_flag(d, flag, ip->set);
	if (ip->set)
		render_ip(d, name, ip->addr);
}

static bool is_taken(const struct recipe_network *net, uint32_t addr)
{
	bool taken = (net->router.set && addr == net->router.addr) ||
		     (net->dns.set && addr == net->dns.addr) ||
		     (net->address.ip.set && addr == net->address.ip.addr);

	for (size_t i = 0; i < net->n_hosts && !taken; i++)
		taken = net->hosts[i].ip.set && net->hosts[i].ip.addr == addr;
	return taken;
}

/* The first of FIRST to LAST that is nobody's; 0 for none. */
static uint32_t first_free(const struct recipe_network *net, uint32_t first, uint32_t last)
{
	for (; first <= last; first++) {
		if (!is_taken(net, first))
			return first;
	}
	return 0;
}

/* An address of the subnet that the recipe gives to nobody: below the range, behind it, or, which
 * costs it one, in it. */
static uint32_t free_address(const struct recipe_network *net, uint32_t mask)
{
	uint32_t first = net->range_first.addr, last = net->range_last.addr;
	uint32_t addr = first_free(net, net->subnet.addr + 1, first - 1);

	if (addr == 0)
		addr = first_free(net, last + 1, (net->subnet.addr | ~mask) - 1);
	if (addr == 0)
		addr = first_free(net, first, last);
	return addr != 0 ? addr : last;
}

static void set_network(const struct recipe_network *net, uint32_t server_ip,
			struct template_data *d)
{
	uint32_t mask = ~(UINT32_MAX >> net->prefix);

	template_flag(d, "has_server", server_ip != 0);
	if (server_ip != 0)
		render_ip(d, "server", server_ip);
	if (net->subnet.set) {
		bool inside = server_ip != 0 && (server_ip & mask) == (net->subnet.addr & mask);

		template_flag(d, "server_inside", inside);
		render_ip(d, "card", inside ? server_ip : free_address(net, mask));
		render_ip(d, "subnet", net->subnet.addr & mask);
		template_setf(d, "prefix", "%u", net->prefix);
		render_ip(d, "netmask", mask);
		render_ip(d, "broadcast", net->subnet.addr | ~mask);
		render_ip(d, "range_first", net->range_first.addr);
		render_ip(d, "range_last", net->range_last.addr);
		template_setf(d, "pool_offset", "%u",
			      net->range_first.addr - (net->subnet.addr & mask));
		template_setf(d, "pool_size", "%u",
			      net->range_last.addr - net->range_first.addr + 1);
	}
	template_setf(d, "lease", "%u", LEASE_SECONDS);
	render_optional_ip(d, "has_router", "router", &net->router);
	render_optional_ip(d, "has_dns", "dns", &net->dns);
}

static void set_files(const struct dhcp_boot_files *files, uint32_t server_ip,
		      struct template_data *d)
{
	bool tftp = files->fallback != PLATFORM_COUNT;
	const char *http = NULL;

	template_flag(d, "has_tftp", tftp);
	template_flag(d, "has_default", tftp);
	if (tftp) {
		template_set(d, "default_file", files->file[files->fallback]);
		template_own(d, "default_title", platforms[files->fallback].title);
	}
	for (size_t p = 0; p < PLATFORM_COUNT && http == NULL; p++)
		http = files->http[p];
	if (http != NULL)
		template_setf(d, "http_url", "http://%s/%s", ipv4_text(server_ip).text, http);
}

/* Those that the recipe misses, and those that are the server's whatever the recipe. */
static void set_limits(const struct recipe *r, const struct dhcp_server *s,
		       const struct dhcp_boot_files *files, struct template_data *d)
{
	unsigned said = dhcp_lost(r, s, files) |
			(s->limits & (DHCP_LIMIT(DHCP_NO_BOOTP) | DHCP_LIMIT(DHCP_BOOTP_BY_IP) |
				      DHCP_LIMIT(DHCP_OPTIONS_ONLY) | DHCP_LIMIT(DHCP_NO_PLAIN)));
	char *text;

	template_flag(d, "has_limits", said != 0);
	template_list(d, "limits");
	while ((text = dhcp_limit_next(&said, s, files)) != NULL) {
		template_own(template_add(d, "limits"), "limit", text);
		free(text);
	}
}

static enum mk_status check_network(const struct recipe *r, const struct dhcp_server *s,
				    uint32_t server_ip)
{
	const struct recipe_network *net = &r->network;

	if (s->kind == DHCP_WEB && server_ip == 0)
		return recipe_error(r, net->at,
				    "%s needs the web server's address; add "
				    "network: {server: 192.168.1.2}, or say --server 192.168.1.2",
				    s->title);
	if (s->kind != DHCP_SERVER && s->kind != DHCP_ROUTER)
		return MK_OK;
	if (!net->given)
		return recipe_error(r, net->at,
				    "DHCP configuration needs the network; add "
				    "network: {server: 192.168.1.2, subnet: 192.168.1.0/24}");
	if (!net->subnet.set)
		return recipe_error(r, net->at,
				    "DHCP configuration needs the network's subnet; add "
				    "subnet: %s/24",
				    ipv4_text(recipe_likely_subnet(net)).text);
	if (server_ip == 0)
		return recipe_error(r, net->at, "the network has no TFTP server; add server: %s",
				    ipv4_text(recipe_likely_server(net)).text);
	return MK_OK;
}

static enum mk_status check_length(const struct recipe *r, const char *file, size_t more)
{
	size_t len = file != NULL ? strlen(file) + more : 0;

	if (len <= DHCP_FILE_MAX)
		return MK_OK;
	return recipe_error(
		r, r->network.at,
		"the boot file's path has %zu bytes, but DHCP carries at most %d; use a "
		"shorter name: %s",
		len, DHCP_FILE_MAX, file);
}

static enum mk_status check_files(const struct recipe *r, const struct dhcp_server *s,
				  const struct dhcp_boot_files *files, uint32_t server_ip)
{
	size_t url = strlen("http:///") + strlen(ipv4_text(server_ip).text);
	enum mk_status st = MK_OK;

	if (!dhcp_fits(s, files))
		return recipe_error(r, r->outputs[OUTPUT_DHCP].at,
				    "%s has nothing to %s here: add %s to the outputs", s->title,
				    s->kind == DHCP_WEB || s->kind == DHCP_TFTP ? "serve"
										: "hand out",
				    s->kind == DHCP_WEB ? "http" : "tftp");
	for (enum platform p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		st = check_length(r, files->file[p], 0);
		if (st == MK_OK)
			st = check_length(r, files->http[p], url);
	}
	return st;
}

/* The first host whose boot file S would write and cannot; NULL for none. */
static const struct recipe_host *unwritable(const struct recipe *r, const struct dhcp_server *s)
{
	const struct recipe_network *net = &r->network;

	if ((s->kind != DHCP_SERVER && s->kind != DHCP_ROUTER) ||
	    (s->limits & DHCP_LIMIT(DHCP_NO_HOST_FILE)) != 0)
		return NULL;
	for (size_t i = 0; i < net->n_hosts; i++) {
		struct strbuf text = {0};
		bool ok = net->hosts[i].file.text == NULL ||
			  s->escape(&text, net->hosts[i].file.text);

		strbuf_free(&text);
		if (!ok)
			return &net->hosts[i];
	}
	return NULL;
}

bool dhcp_holds(const struct recipe *r, const struct dhcp_server *s)
{
	return unwritable(r, s) == NULL;
}

static enum mk_status check_hosts(const struct recipe *r, const struct dhcp_server *s)
{
	const struct recipe_host *host = unwritable(r, s);

	if (host == NULL)
		return MK_OK;
	return recipe_error(r, host->file.at,
			    "%s cannot hold this value of \"file\": %s; use letters, digits and "
			    ". _ / - only",
			    s->file, host->file.text);
}

static void add_lines(struct strbuf *out, const char *text, const char *newline)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			strbuf_adds(out, newline);
		else
			strbuf_addc(out, *text);
	}
}

enum mk_status dhcp_render(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, uint32_t server_ip,
			   struct strbuf *out)
{
	const struct text *path = &r->network.path;
	uint32_t server = server_ip != 0          ? server_ip
			  : r->network.server.set ? r->network.server.addr
						  : 0;
	struct template_data *d;
	struct strbuf text = {0};
	char *file = NULL;
	enum mk_status st = check_network(r, s, server);

	if (st == MK_OK)
		st = check_files(r, s, files, server);
	if (st == MK_OK)
		st = check_hosts(r, s);
	if (st != MK_OK)
		return st;
	d = template_data_new();
	template_set(d, "recipe", r->name);
	template_set(d, "folder", path->text != NULL ? path->text : r->name);
	template_own(d, "config_file", s->file);
	template_own(d, "server_title", s->title);
	set_network(&r->network, server, d);
	set_files(files, server, d);
	set_limits(r, s, files, d);
	render_hosts(&r->network, d);
	st = render_clients(r, s, files, server, d);
	if (st != MK_OK)
		goto done;
	file = mem_printf("templates/dhcp/%s", s->file);
	st = template_fill_file(file, d, s->escape, &text);
	if (st == MK_OK)
		add_lines(out, text.data != NULL ? text.data : "", s->newline);
done:
	free(file);
	strbuf_free(&text);
	template_data_free(d);
	return st;
}

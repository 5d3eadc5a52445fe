/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "recipe/read.h"

#include <stdlib.h>
#include <string.h>

#define PATH_MAX_LEN  100
#define HOST_FILE_MAX 127

static struct recipe_network *net(void *target)
{
	return target;
}

static void net_server(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &net(target)->server);
}

static void net_router(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &net(target)->router);
}

static void net_dns(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &net(target)->dns);
}

static void net_subnet(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_network *w = net(target);
	char *s = n->kind == NODE_SCALAR ? mem_dup(n->text) : mem_dup("");
	char *slash = strchr(s, '/');
	char *end = NULL;
	unsigned long prefix = 0;

	w->subnet.at = n->at;
	if (slash != NULL) {
		*slash = '\0';
		prefix = strtoul(slash + 1, &end, 10);
	}
	if (slash == NULL || slash[1] < '0' || slash[1] > '9' || *end != '\0' || prefix < 1 ||
	    prefix > 30 || !ipv4_parse(s, &w->subnet.addr)) {
		rd_error(rd, n->at,
			 "this must be a subnet with a prefix from /1 to /30, like "
			 "192.168.1.0/24");
	} else {
		uint32_t mask = UINT32_MAX << (32 - prefix);

		w->subnet.set = (w->subnet.addr & ~mask) == 0;
		w->prefix = (unsigned)prefix;
		if ((w->subnet.addr & ~mask) != 0)
			rd_error(rd, n->at,
				 "%s is an address in the subnet %s/%lu; write the subnet", s,
				 ipv4_text(w->subnet.addr & mask).text, prefix);
	}
	free(s);
}

static void net_range(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_network *w = net(target);
	char *s = n->kind == NODE_SCALAR ? mem_dup(n->text) : mem_dup("");
	char *dash = strchr(s, '-');

	if (dash != NULL)
		*dash = '\0';
	if (dash == NULL || !ipv4_parse(s, &w->range_first.addr) ||
	    !ipv4_parse(dash + 1, &w->range_last.addr)) {
		rd_error(rd, n->at,
			 "this must be a range of addresses, like 192.168.1.100-192.168.1.199");
	} else {
		w->range_first.set = w->range_last.set = true;
		w->range_first.at = w->range_last.at = n->at;
		if (w->range_first.addr > w->range_last.addr)
			rd_error(rd, n->at, "the range ends before it begins");
	}
	free(s);
}

static void host_name(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_host *h = target;
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

	if (!read_text(rd, n, false, &h->name))
		return;
	/* RFC 1123 §2.1: letters, digits and hyphens, no hyphen at either end. */
	if (n->len < 1 || n->len > 63 || strspn(n->text, letters) != n->len || n->text[0] == '-' ||
	    n->text[n->len - 1] == '-')
		rd_error(rd, n->at,
			 "a host name is made of letters, digits and inner hyphens, at most 63");
}

static void host_mac(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_host *h = target;

	h->mac_at = n->at;
	read_mac(rd, n, h->mac);
}

static void host_ip(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &((struct recipe_host *)target)->ip);
}

/* The header's field has 128 bytes, the last of them a NUL (RFC 2131 §2). */
static void host_file(struct rd *rd, const struct node *n, void *target)
{
	struct text *file = &((struct recipe_host *)target)->file;

	if (!read_text(rd, n, false, file))
		return;
	if (n->len >= 1 && n->len <= HOST_FILE_MAX)
		return;
	rd_error(rd, n->at,
		 "a boot file is a path on the TFTP server, of 1 to %d bytes, which is what DHCP "
		 "carries; this has %zu",
		 HOST_FILE_MAX, n->len);
	free(file->text);
	file->text = NULL;
}

static const struct field host_table[] = {
	{"name", host_name, true},
	{"mac", host_mac, true},
	{"ip", host_ip, false},
	{"file", host_file, false},
};
const struct field_table host_fields = {"host", host_table, 4};

static void one_host(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_network *w = target;

	read_map(rd, n, "a host", host_table, host_fields.n, MEM_PUSH(w->hosts, w->n_hosts));
}

static void net_hosts(struct rd *rd, const struct node *n, void *target)
{
	read_list(rd, n, target, one_host);
}

static void net_protocol(struct rd *rd, const struct node *n, void *target)
{
	static const char *const names[] = {"tftp", "http"};
	size_t i;

	net(target)->protocol_at = n->at;
	if (read_choice(rd, n, "network protocol", names, 2, &i))
		net(target)->http = i == 1;
}

static void address_ip(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &((struct recipe_address *)target)->ip);
}

static void address_gateway(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &((struct recipe_address *)target)->gateway);
}

static void address_dns(struct rd *rd, const struct node *n, void *target)
{
	read_ipv4(rd, n, &((struct recipe_address *)target)->dns);
}

static const struct field address_table[] = {
	{"ip", address_ip, true},
	{"gateway", address_gateway, false},
	{"dns", address_dns, false},
};
const struct field_table address_fields = {"address", address_table, 3};

static void net_address(struct rd *rd, const struct node *n, void *target)
{
	read_map(rd, n, "address", address_table, address_fields.n, &net(target)->address);
}

/* It goes into menus, URLs and TFTP requests as it is: nothing that any of them would read as
 * something else. */
static bool is_server_folder(const char *s)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	for (;;) {
		size_t n = strspn(s, good);

		if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		if (s[n] == '\0')
			return true;
		if (s[n] != '/')
			return false;
		s += n + 1;
	}
}

static void net_path(struct rd *rd, const struct node *n, void *target)
{
	struct text *path = &net(target)->path;

	if (!read_text(rd, n, false, path))
		return;
	if (n->len <= PATH_MAX_LEN && is_server_folder(path->text))
		return;
	rd_error(
		rd, n->at,
		"this must be a folder on the server, like boot/ace: letters, digits, '.', '_' and "
		"'-', with '/' only between names, no '..', and at most %d characters",
		PATH_MAX_LEN);
	free(path->text);
	path->text = NULL;
}

static const struct field network_table[] = {
	{"server", net_server, false},   {"subnet", net_subnet, false},
	{"router", net_router, false},   {"dns", net_dns, false},
	{"range", net_range, false},     {"hosts", net_hosts, false},
	{"nic", read_nic, false},        {"protocol", net_protocol, false},
	{"address", net_address, false}, {"path", net_path, false},
};
const struct field_table network_fields = {"network", network_table, 10};

void read_network(struct rd *rd, const struct node *n, void *target)
{
	struct recipe_network *w = &((struct recipe *)target)->network;

	w->given = true;
	w->at = n->at;
	read_map(rd, n, "network", network_table, network_fields.n, w);
}

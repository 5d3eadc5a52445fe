/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "dhcp/escape.h"

#include <string.h>

const struct dhcp_server dhcp_servers[] = {
	{"dnsmasq", "dnsmasq", "dnsmasq.conf", "\n", false, escape_dnsmasq},
	{"isc", "ISC dhcpd", "dhcpd.conf", "\n", false, escape_dhcpd},
	{"dual-server", "Dual Server", "DualServer.ini", "\r\n", true, escape_dual_server},
};
const size_t dhcp_n_servers = sizeof dhcp_servers / sizeof dhcp_servers[0];

const struct dhcp_server *dhcp_server_find(const char *name)
{
	for (size_t i = 0; i < dhcp_n_servers; i++) {
		if (strcmp(dhcp_servers[i].name, name) == 0)
			return &dhcp_servers[i];
	}
	return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/dhcp.h"
#include "dhcp/escape.h"

#include <string.h>

const char *const dhcp_kind_titles[DHCP_KIND_COUNT] = {
	[DHCP_SERVER] = "DHCP servers",
	[DHCP_ROUTER] = "routers",
	[DHCP_TFTP] = "TFTP servers",
	[DHCP_WEB] = "web servers, for UEFI HTTP boot",
	[DHCP_EMULATOR] = "emulators' own networks",
};

#define L(l)      DHCP_LIMIT(DHCP_##l)
#define ONE_FIELD (L(ONE_FILE) | L(NO_HTTP) | L(NO_HOST_FILE) | L(NO_HOST_ADDRESS))
/* both of Achal Dhir's */
#define DHIR (L(HOST_ONE_FILE) | L(HOST_FILE_BY_IP) | L(HOST_NO_HTTP) | L(BOOTP_BY_IP))
#define LF   "\n"
#define CRLF "\r\n"

/* In the order of their kinds. */
const struct dhcp_server dhcp_servers[] = {
	{"dnsmasq", "dnsmasq", "dnsmasq.conf", DHCP_SERVER, LF, 0, false, escape_dnsmasq},
	{"dnsmasq-proxy", "dnsmasq beside a DHCP server", "dnsmasq-proxy.conf", DHCP_SERVER, LF,
	 L(NO_HTTP) | L(NO_HOST_ADDRESS) | L(HOST_FILE_DOT) | L(NO_BOOTP) | L(NO_PLAIN), false,
	 escape_dnsmasq},
	{"isc", "ISC dhcpd", "dhcpd.conf", DHCP_SERVER, LF, 0, false, escape_dhcpd},
	{"kea", "Kea", "kea-dhcp4.json", DHCP_SERVER, LF, 0, false, escape_json},
	{"dual-server", "Dual Server", "DualServer.ini", DHCP_SERVER, CRLF, DHIR, true,
	 escape_dual_server},
	{"open-dhcp", "Open DHCP Server", "OpenDHCPServer.ini", DHCP_SERVER, CRLF, DHIR, true,
	 escape_dual_server},
	{"networkd", "systemd-networkd", "systemd-networkd.network", DHCP_SERVER, LF,
	 L(ONE_FILE) | L(HTTP_OR_TFTP) | L(NO_HOST_FILE) | L(NO_BOOTP) | L(OPTIONS_ONLY), false,
	 escape_networkd},
	{"windows", "Windows Server DHCP", "windows-dhcp.ps1", DHCP_SERVER, CRLF, L(HOST_NO_HTTP),
	 false, escape_powershell},

	{"dd-wrt", "DD-WRT", "dd-wrt.txt", DHCP_ROUTER, LF, 0, false, escape_dnsmasq},
	{"openwrt", "OpenWrt (uci)", "openwrt.sh", DHCP_ROUTER, LF, L(BOOTP_BY_IP), false,
	 escape_uci},
	{"openwrt-config", "OpenWrt (/etc/config/dhcp)", "openwrt-dhcp.config", DHCP_ROUTER, LF,
	 L(BOOTP_BY_IP), false, escape_uci},
	{"asuswrt", "Asuswrt-Merlin", "asuswrt-dnsmasq.conf.add", DHCP_ROUTER, LF, 0, false,
	 escape_dnsmasq},
	{"tomato", "Tomato", "tomato.txt", DHCP_ROUTER, LF, 0, false, escape_dnsmasq},
	{"pihole", "Pi-hole", "pihole-dnsmasq.conf", DHCP_ROUTER, LF, 0, false, escape_dnsmasq},
	{"mikrotik", "MikroTik RouterOS", "mikrotik.rsc", DHCP_ROUTER, LF,
	 /* bootp-support is static where nobody set it (help.mikrotik.com, "DHCP") */
	 L(HOST_NO_HTTP) | L(BOOTP_BY_IP) | L(OPTIONS_ONLY), false, escape_routeros},
	/* dhcpd's range without dynamic-bootp (pfSense, services.inc); dnsmasq without
	 * bootp-dynamic, which OPNsense's and UniFi's pages do not have */
	{"pfsense", "pfSense", "pfsense.txt", DHCP_ROUTER, LF,
	 L(HOST_NO_HTTP) | L(BOOTP_BY_IP) | L(ONE_URL), false, escape_field},
	{"opnsense", "OPNsense", "opnsense.txt", DHCP_ROUTER, LF, L(HOST_NO_HTTP) | L(BOOTP_BY_IP),
	 false, escape_field},
	{"unifi", "UniFi", "unifi.txt", DHCP_ROUTER, LF,
	 L(ONE_FILE) | L(NO_HTTP) | L(NO_HOST_FILE) | L(BOOTP_BY_IP), false, escape_field},

	{"dnsmasq-tftp", "dnsmasq, TFTP alone", "dnsmasq-tftp.conf", DHCP_TFTP, LF, 0, false,
	 escape_dnsmasq},
	{"tftpd-hpa", "tftpd-hpa", "tftpd-hpa", DHCP_TFTP, LF, 0, false, escape_field},
	{"tftp-server-mt", "TFTP Server MT", "OpenTFTPServerMT.ini", DHCP_TFTP, CRLF, 0, false,
	 escape_field},
	{"tftp-server-sp", "TFTP Server SP", "OpenTFTPServerSP.ini", DHCP_TFTP, CRLF, 0, false,
	 escape_field},

	{"nginx", "nginx", "nginx.conf", DHCP_WEB, LF, 0, false, escape_field},
	{"lighttpd", "lighttpd", "lighttpd.conf", DHCP_WEB, LF, 0, false, escape_field},

	{"qemu", "QEMU", "qemu-user-network.sh", DHCP_EMULATOR, LF, ONE_FIELD, false, escape_shell},
	{"virtualbox", "VirtualBox NAT", "virtualbox-nat.sh", DHCP_EMULATOR, LF, ONE_FIELD, false,
	 escape_shell},
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

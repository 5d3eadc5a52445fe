/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/clients.h"

const struct dhcp_client dhcp_clients[] = {
	{"bios", "BIOS", {0}, 1, false, PLATFORM_BIOS},
	/* 9 is UEFI x64 in the RFC, 7 in its errata and in all firmware seen */
	{"uefi64", "UEFI x64", {7, 9}, 2, false, PLATFORM_UEFI64},
	{"uefi32", "UEFI ia32", {6}, 1, false, PLATFORM_UEFI32},
	{"uefiarm64", "UEFI arm64", {11}, 1, false, PLATFORM_COUNT},
	{"http64", "UEFI x64 by HTTP", {16}, 1, true, PLATFORM_UEFI64},
	{"http32", "UEFI ia32 by HTTP", {15}, 1, true, PLATFORM_UEFI32},
	{"httparm64", "UEFI arm64 by HTTP", {19}, 1, true, PLATFORM_COUNT},
};
const size_t dhcp_n_clients = sizeof dhcp_clients / sizeof dhcp_clients[0];

const char *dhcp_client_file(const struct dhcp_client *c, const struct dhcp_boot_files *files)
{
	if (c->platform == PLATFORM_COUNT)
		return NULL;
	return c->http ? files->http[c->platform] : files->file[c->platform];
}

bool dhcp_client_is_fallback(const struct dhcp_client *c, const struct dhcp_boot_files *files)
{
	return !c->http && c->platform != PLATFORM_COUNT && c->platform == files->fallback;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_CLIENTS_H
#define MKBOOT_DHCP_CLIENTS_H

#include "dhcp/dhcp.h"

/* Within the stage: the kinds of client, by what they say of themselves. */
struct dhcp_client {
	const char *name;  /* for tags and classes: [a-z0-9] only, which all servers take */
	const char *title; /* for people: "UEFI x64" */
	unsigned archs[2]; /* option 93 (IANA, Processor Architecture Types; RFC 4578 errata) */
	size_t n_archs;
	bool http;              /* UEFI HTTP boot: option 60 is HTTPClient, not PXEClient */
	enum platform platform; /* PLATFORM_COUNT: mkboot builds nothing that boots there */
};
extern const struct dhcp_client dhcp_clients[];
extern const size_t dhcp_n_clients;

/* Its boot file (TFTP: a path below the root; HTTP: a path below the web server's); NULL for none.
 */
const char *dhcp_client_file(const struct dhcp_client *c, const struct dhcp_boot_files *files);
/* Is it the one whose file everybody gets who does not say what he is? */
bool dhcp_client_is_fallback(const struct dhcp_client *c, const struct dhcp_boot_files *files);

#endif

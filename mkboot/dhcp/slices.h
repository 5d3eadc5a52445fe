/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_SLICES_H
#define MKBOOT_DHCP_SLICES_H

#include "dhcp/dhcp.h"

/*
 * Within the stage: the range of addresses in parts, one for each kind of client, for servers that
 * tell clients apart only so. The fallback's is the first, and has what is left over, too; the
 * others' are equal, in the order of dhcp_clients. HTTP's are the last; without an HTTP tree there
 * are none.
 */
struct slices {
	uint32_t first; /* behind the fallback's */
	uint32_t size;  /* of each */
};

/* MK_BAD_INPUT where the range is too small, or has a host's address in it that would be answered
 * as an HTTP client: said at its place in the recipe. */
enum mk_status slices_make(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, struct slices *slices);
/* That of dhcp_clients[I]; false where it has none. */
bool slices_of(const struct slices *slices, const struct dhcp_boot_files *files, size_t i,
	       uint32_t *first, uint32_t *last);
/* Is there an HTTP tree? */
bool slices_http(const struct dhcp_boot_files *files);

#endif

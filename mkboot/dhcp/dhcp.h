/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_DHCP_H
#define MKBOOT_DHCP_DHCP_H

#include "base/strbuf.h"
#include "plan/plan.h"
#include "recipe/recipe.h"

/*
 * DHCP server configuration (RFC 2131, 2132; client architecture: RFC 4578) from templates/dhcp/.
 * A server is a template there and a line in servers.c; what templates can name is in render.c.
 */

struct dhcp_server {
	const char *name;    /* after --for and in recipes: "dual-server" */
	const char *title;   /* for people: "Dual Server" */
	const char *file;    /* in out/NAME/dhcp/ and in templates/dhcp/: "DualServer.ini" */
	const char *newline; /* "\n" or "\r\n" */
	bool slices; /* it tells platforms apart by address range only: each needs its own */
	/* TEXT as it must stand in this server's file, appended to OUT. False where the format
	 * cannot hold it. */
	bool (*escape)(struct strbuf *out, const char *text);
};
extern const struct dhcp_server dhcp_servers[];
extern const size_t dhcp_n_servers;

/* NULL where there is none of that name. */
const struct dhcp_server *dhcp_server_find(const char *name);

/* What the configuration hands out: the NBPs' paths below the TFTP root, by platform; NULL for a
 * platform that the TFTP tree lacks: its clients get an address and no boot file, and never
 * another platform's. The default branch (clients that send no option 93) gets FALLBACK's, which
 * must not be NULL. */
struct dhcp_boot_files {
	char *file[PLATFORM_COUNT];
	enum platform fallback;
};
/* Those of the plan's TFTP tree; for dhcp_files_free. */
void dhcp_files_of(const struct plan *plan, struct dhcp_boot_files *files);
void dhcp_files_free(struct dhcp_boot_files *files);

/* The header's field `file` (RFC 2131 §2): 128 bytes, the last of them a NUL. */
#define DHCP_FILE_MAX 127

/* The configuration, appended to OUT. R's network and its subnet must be given (else MK_BAD_INPUT,
 * at its place). SERVER_IP: in the place of the recipe's own, or 0. */
enum mk_status dhcp_render(const struct recipe *r, const struct dhcp_server *s,
			   const struct dhcp_boot_files *files, uint32_t server_ip,
			   struct strbuf *out);

#endif

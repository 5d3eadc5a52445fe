/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_RENDER_H
#define MKBOOT_DHCP_RENDER_H

#include "base/template.h"
#include "dhcp/dhcp.h"

/* Within the stage: the parts of what templates can name (render.c has the list). */

/* The list `clients`, and with slices default_range_first and _last. MK_BAD_INPUT where the range
 * is too small for them. */
enum mk_status render_clients(const struct recipe *r, const struct dhcp_server *s,
			      const struct dhcp_boot_files *files, uint32_t server_ip,
			      struct template_data *d);
/* The list `hosts`, and has_hosts. */
void render_hosts(const struct recipe_network *net, struct template_data *d);

void render_ip(struct template_data *d, const char *name, uint32_t addr);
/* An address that may be unset: the flag FLAG, and NAME. */
void render_optional_ip(struct template_data *d, const char *flag, const char *name,
			const struct ipv4 *ip);

#endif

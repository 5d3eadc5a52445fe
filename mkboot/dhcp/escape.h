/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_DHCP_ESCAPE_H
#define MKBOOT_DHCP_ESCAPE_H

#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Values as they must stand in a server's configuration (dhcp.h, struct dhcp_server). Whatever
 * the value, it stays a value: it cannot end its line, its string or its field. False where the
 * format cannot hold it.
 */

/* A whole field, in quotes where it needs them. */
bool escape_dnsmasq(struct strbuf *out, const char *text);
/* What stands between the quotes of a string; addresses and numbers are the same without. */
bool escape_dhcpd(struct strbuf *out, const char *text);
/* Likewise. The format has no escapes, so much is refused. */
bool escape_dual_server(struct strbuf *out, const char *text);

#endif

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
/* What stands between the quotes of a JSON string (RFC 8259 §7). */
bool escape_json(struct strbuf *out, const char *text);
/* A value behind "Key=" (systemd.syntax(7)). */
bool escape_networkd(struct strbuf *out, const char *text);
/* What stands between the single quotes of a word of uci's, in /etc/config and in uci batch: a
 * field of dnsmasq, for which the word ends up as one. */
bool escape_uci(struct strbuf *out, const char *text);
/* What stands between the quotes of a string of RouterOS' script. */
bool escape_routeros(struct strbuf *out, const char *text);
/* What stands between single quotes. */
bool escape_powershell(struct strbuf *out, const char *text);
bool escape_shell(struct strbuf *out, const char *text);
/* What a person copies into a field, or a word where nothing needs an escape: letters, digits and
 * ._/:- only; the rest is refused. */
bool escape_field(struct strbuf *out, const char *text);

#endif

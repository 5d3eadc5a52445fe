/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/escape.h"

/*
 * A value goes through two readers. libuci (file.c, parse_single_quote and parse_str) takes
 * everything between single quotes as it is, and a quote by ending the string: '\''. OpenWrt's
 * dnsmasq.init (dhcp_boot_add) then writes it, as it is, into a field of a line of dnsmasq's: so it
 * is that field, in dnsmasq's own quotes where it needs them. The shell in between reads the same
 * quotes (POSIX.1-2017, Shell & Utilities 2.2.2); a here-document with a quoted delimiter changes
 * nothing, and ends at a line of its own, which no value can make: control characters are refused.
 */
bool escape_uci(struct strbuf *out, const char *text)
{
	struct strbuf field = {0};
	bool ok = escape_dnsmasq(&field, text);

	for (const char *p = field.data; ok && p != NULL && *p != '\0'; p++) {
		if (*p == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addc(out, *p);
	}
	strbuf_free(&field);
	return ok;
}

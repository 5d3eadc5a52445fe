/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/escape.h"

#include <string.h>

/*
 * RouterOS' script (help.mikrotik.com, "Scripting", Constant Escape Sequences): between double
 * quotes \", \\ and \$ stand for themselves and \HH, in upper-case digits, for any byte; $ begins
 * a variable and ? was the key for help.
 *
 * The same values stand in DHCP options, as "s'TEXT'" (help.mikrotik.com, "DHCP", DHCP Options),
 * and how that inner text would have a quote, a backslash or a $( is not documented: refused.
 */
bool escape_routeros(struct strbuf *out, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || c == '\'' || c == '\\' || (c == '$' && text[1] == '('))
			return false;
		if (c == '"' || c == '$')
			strbuf_addc(out, '\\');
		if (c == '?' || c >= 0x80) {
			strbuf_addc(out, '\\');
			strbuf_addc(out, digits[c >> 4]);
			strbuf_addc(out, digits[c & 0xf]);
		} else {
			strbuf_addc(out, (char)c);
		}
	}
	return true;
}

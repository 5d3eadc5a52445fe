/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"
#include "dhcp/escape.h"

#include <string.h>

/* RFC 8259 §7 and §8.1: " and the backslash need another before them, the text is UTF-8. Control
 * characters could be written (\u000a), but no boot file and no name has any. */
bool escape_json(struct strbuf *out, const char *text)
{
	size_t left = strlen(text), n;

	for (; left > 0; text += n, left -= n) {
		unsigned char c = (unsigned char)*text;

		n = utf8_char(text, left, NULL);
		if (n == 0 || c < 0x20 || c == 0x7f)
			return false;
		if (c == '"' || c == '\\')
			strbuf_addc(out, '\\');
		strbuf_add(out, text, n);
	}
	return true;
}

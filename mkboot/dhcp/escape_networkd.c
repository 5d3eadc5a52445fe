/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/escape.h"

#include <string.h>

/*
 * systemd's shared/conf-parser.c: a value is the rest of its line without the blanks at both ends;
 * a backslash at its end takes the next line in; a line that is not UTF-8 loses the whole file. For
 * BootFilename networkd takes neither quotes nor escapes nor specifiers (% is a character like any
 * other), and ignores a value that is not ASCII or has quotes, backslashes or control characters:
 * there would be no boot file.
 */
bool escape_networkd(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || text[0] == ' ' || text[len - 1] == ' ')
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\'' || c == '\\')
			return false;
	}
	strbuf_adds(out, text);
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/escape.h"

#include <string.h>

/* Formats whose values are plain words or stand between single quotes. */

bool escape_field(struct strbuf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._/:-";

	strbuf_adds(out, text);
	return text[strspn(text, plain)] == '\0';
}

/* A single quote, as REPLACEMENT. */
static bool between_quotes(struct strbuf *out, const char *text, const char *replacement)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			strbuf_adds(out, replacement);
		else
			strbuf_addc(out, *text);
	}
	return true;
}

/* POSIX.1-2017, Shell & Utilities §2.2.2. */
bool escape_shell(struct strbuf *out, const char *text)
{
	return between_quotes(out, text, "'\\''");
}

/* about_Quoting_Rules: two for one. The curly single quotes end such a string just as well
 * (PowerShell's tokenizer, IsSingleQuote): doubled they would stand for themselves, but a file
 * without a BOM is read in the machine's code page, so nothing beyond ASCII is certain to be what
 * was written. Control characters would end the line of a comment. */
bool escape_powershell(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			return false;
	}
	return between_quotes(out, text, "''");
}

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

/* OpenWrt, libuci's file.c: a word is read as a shell reads it. */
bool escape_uci(struct strbuf *out, const char *text)
{
	return between_quotes(out, text, "'\\''");
}

/* about_Quoting_Rules: two for one. Curly quotes end such a string, too. */
bool escape_powershell(struct strbuf *out, const char *text)
{
	static const char *const curly[] = {"\u2018", "\u2019", "\u201a", "\u201b"};

	for (size_t i = 0; i < sizeof curly / sizeof curly[0]; i++) {
		if (strstr(text, curly[i]) != NULL)
			return false;
	}
	return between_quotes(out, text, "''");
}

bool escape_routeros(struct strbuf *out, const char *text)
{
	return escape_field(out, text);
}

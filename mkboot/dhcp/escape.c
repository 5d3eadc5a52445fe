/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp/escape.h"

#include <string.h>

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if (is_control((unsigned char)*text))
			return true;
	}
	return false;
}

/* Without quotes, dnsmasq takes a comma for a field's end, a # behind a blank for a comment, and
 * these words at a field's start for something else than a name (dnsmasq(8), --dhcp-boot and
 * --dhcp-host). */
static bool dnsmasq_needs_quotes(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._/-:";
	static const char *const words[] = {"tag:", "set:", "net:", "id:"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strstr(text, words[i]) != NULL)
			return true;
	}
	return text[strspn(text, plain)] != '\0';
}

/* In quotes everything stands for itself but " and the backslash. Control characters are refused:
 * dnsmasq keeps quoted commas and colons as control characters while it takes a line apart. */
bool escape_dnsmasq(struct strbuf *out, const char *text)
{
	if (has_control(text))
		return false;
	if (!dnsmasq_needs_quotes(text)) {
		strbuf_adds(out, text);
		return true;
	}
	strbuf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
	return true;
}

/* dhcpd.conf(5): strings take \" and \\, and \ooo for any byte, which keeps the file ASCII. */
bool escape_dhcpd(struct strbuf *out, const char *text)
{
	if (has_control(text))
		return false;
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x80) {
			strbuf_addf(out, "\\%03o", c);
			continue;
		}
		if (c == '"' || c == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	return true;
}

/* Between quotes everything up to the line's last character is the value, but there is no way to
 * write a quote; the server strips blanks, and what its `char` takes for less than one, from both
 * ends. */
bool escape_dual_server(struct strbuf *out, const char *text)
{
	size_t len = strlen(text);

	if (has_control(text) || strchr(text, '"') != NULL)
		return false;
	if (len > 0 && (text[0] == ' ' || text[len - 1] == ' '))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return false;
	}
	strbuf_adds(out, text);
	return true;
}

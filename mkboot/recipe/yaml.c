/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe/yaml.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Without quotes, a text that begins with a letter, a slash or a dot before one, and has nothing
 * but these, is a string: no indicator is among them (YAML 1.2.2 §7.3.3). All that the core schema
 * takes for something else is in WORDS (§10.3.2), with what older readers do. */
static bool is_plain(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "/._+=-";
	static const char *const words[] = {"null", "true", "false", "yes",  "no",  "on",
					    "off",  "y",    "n",     ".inf", ".nan"};
	size_t len = strlen(s);
	const char *first = s + (strncmp(s, "../", 3) == 0 ? 2 : 0);

	if (len == 0 || (*first != '/' && strchr(letters, *first) == NULL) ||
	    strspn(s, good) != len)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(s, words[i]) == 0)
			return false;
	}
	return true;
}

/* Between double quotes (§5.7, §7.3.1): a backslash before what means something there, and numbers
 * for what cannot be seen. */
void yaml_add_text(struct strbuf *b, const char *text)
{
	size_t len = strlen(text);

	if (is_plain(text)) {
		strbuf_adds(b, text);
		return;
	}
	strbuf_addc(b, '"');
	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = utf8_char(text + i, len - i, &code);

		if (n == 0) {
			code = (unsigned char)text[i];
			n = 1;
		}
		if (code == '"' || code == '\\')
			strbuf_addf(b, "\\%c", (char)code);
		else if (code == '\t')
			strbuf_adds(b, "\\t");
		else if (utf8_is_printable(code))
			strbuf_add(b, text + i, n);
		else
			strbuf_addf(b, code > 0xffff ? "\\U%08" PRIX32 : "\\u%04" PRIX32, code);
		i += n;
	}
	strbuf_addc(b, '"');
}

void yaml_add_comment(struct strbuf *b, const char *text)
{
	size_t len = strlen(text);

	strbuf_adds(b, " # ");
	for (size_t i = 0; i < len;) {
		uint32_t code = 0;
		size_t n = utf8_char(text + i, len - i, &code);

		if (n > 0 && utf8_is_printable(code))
			strbuf_add(b, text + i, n);
		else
			strbuf_addc(b, '?');
		i += n > 0 ? n : 1;
	}
}

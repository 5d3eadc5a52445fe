/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/markup.h"
#include "vm/console.h"

#include <string.h>

/* What the markup itself is made of: XML 1.0 §2.4, HTML §13.1.4. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>': /* ]]> may not stand in text */
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

bool markup_text(struct strbuf *out, const char *text)
{
	static const char special[] = "&<>\"'\n\t";

	while (*text != '\0') {
		size_t plain = strcspn(text, special);

		console_show(out, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		if (entity(*text) != NULL)
			strbuf_adds(out, entity(*text));
		else
			strbuf_addc(out, *text);
		text++;
	}
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "grub/grub.h"

#include <string.h>

/*
 * Quoting for GRUB 2 script (GRUB manual, "Shell-like scripting": Quoting). Between single quotes
 * every byte stands for itself, and no variable, wildcard or comment is seen; a single quote
 * itself is written between them as '\''. The text has no newline.
 */
static void add_quoted(struct strbuf *b, const char *text, size_t len)
{
	strbuf_addc(b, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			strbuf_adds(b, "'\\''");
		else
			strbuf_addc(b, text[i]);
	}
	strbuf_addc(b, '\'');
}

char *grub_quote(const char *text)
{
	struct strbuf b = {0};

	add_quoted(&b, text, strlen(text));
	return strbuf_take(&b);
}

/* These need no quotes anywhere in a word that is not the command's name. */
static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
			    "%+,-./:=@_";

char *grub_quote_args(const char *text)
{
	struct strbuf b = {0};

	if (text == NULL || *text == '\0')
		return strbuf_take(&b);
	/* The loaders put one space between words, so n spaces are n - 1 empty words. */
	for (;;) {
		size_t len = strcspn(text, " ");

		if (len > 0 && strspn(text, plain) >= len)
			strbuf_add(&b, text, len);
		else
			add_quoted(&b, text, len);
		if (text[len] == '\0')
			return strbuf_take(&b);
		strbuf_addc(&b, ' ');
		text += len + 1;
	}
}

bool grub_needs_rawargs(const char *text)
{
	return text != NULL && strpbrk(text, "'\"\\") != NULL;
}

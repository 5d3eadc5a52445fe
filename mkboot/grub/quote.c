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

/* What GRUB 2.06 was seen to read: 8,191 bytes (not 8,192) and 9,900 words (not 12,000). */
#define WORD_MAX  8191
#define WORDS_MAX 9900

/* Does the word that TEXT is, up to a byte of END, fit when it is quoted? */
static bool word_fits(const char *text, const char *end)
{
	size_t left = WORD_MAX - 2;

	for (; *text != '\0' && strchr(end, *text) == NULL; text++) {
		size_t takes = *text == '\'' ? 4 : 1;

		if (takes > left)
			return false;
		left -= takes;
	}
	return true;
}

bool grub_can_quote(const char *text)
{
	return word_fits(text, "");
}

bool grub_can_quote_args(const char *text)
{
	for (size_t words = 1; text != NULL; words++) {
		if (words > WORDS_MAX || !word_fits(text, " "))
			return false;
		text = strchr(text, ' ');
		if (text != NULL)
			text++;
	}
	return true;
}

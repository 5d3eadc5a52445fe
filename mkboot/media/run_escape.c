/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"
#include "media/run.h"

#include <string.h>

/* How the formats of launch files write a value. */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Control characters but those that launch files give a meaning. */
static bool has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if (is_control(*text) && *text != RUN_WORD && *text != RUN_VAR)
			return true;
	}
	return false;
}

static bool contains_only(const char *word, size_t len, const char *set)
{
	for (size_t i = 0; i < len; i++) {
		if (strchr(set, word[i]) == NULL)
			return false;
	}
	return len > 0;
}

/* In double quotes $ ` " and the backslash are special (POSIX.1-2017, Shell & Utilities §2.2.3);
 * variables stand there so that blanks in their values are kept. */
static void sh_word(struct strbuf *out, const char *word, size_t len)
{
	bool variable = false;

	if (contains_only(word, len, LETTERS DIGITS "_%+=:,./-")) {
		strbuf_add(out, word, len);
		return;
	}
	strbuf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (word[i] == RUN_VAR) {
			variable = !variable;
			strbuf_adds(out, variable ? "${" : "}");
			continue;
		}
		if (strchr("$`\"\\", word[i]) != NULL)
			strbuf_addc(out, '\\');
		strbuf_addc(out, word[i]);
	}
	strbuf_addc(out, '"');
}

/* A percent sign is doubled, also in quotes; in quotes the rest stands for itself. Programs take
 * quoted words apart by the rules of the C runtime, where a backslash before a quote is special. */
static void cmd_word(struct strbuf *out, const char *word, size_t len)
{
	bool quote = !contains_only(word, len, LETTERS DIGITS "_:./-%");

	if (quote)
		strbuf_addc(out, '"');
	for (size_t i = 0; i < len; i++) {
		if (word[i] == RUN_VAR) {
			strbuf_addc(out, '%');
			continue;
		}
		if (word[i] == '%')
			strbuf_addc(out, '%');
		strbuf_addc(out, word[i]);
	}
	if (quote)
		strbuf_addc(out, '"');
}

static void words(struct strbuf *out, const char *text,
		  void (*write)(struct strbuf *, const char *, size_t))
{
	for (;;) {
		const char *end = strchr(text, RUN_WORD);
		size_t len = end != NULL ? (size_t)(end - text) : strlen(text);

		write(out, text, len);
		if (end == NULL)
			return;
		strbuf_addc(out, ' ');
		text = end + 1;
	}
}

bool run_escape_sh(struct strbuf *out, const char *text)
{
	if (has_control(text))
		return false;
	words(out, text, sh_word);
	return true;
}

bool run_escape_cmd(struct strbuf *out, const char *text)
{
	if (has_control(text) || strchr(text, '"') != NULL)
		return false;
	for (const char *p = text; *p != '\0'; p++) {
		/* \" would not end the word; beyond ASCII it is the console's code page that counts
		 */
		if ((unsigned char)*p >= 0x80 || (*p == '\\' && (p[1] == '\0' || p[1] == RUN_WORD)))
			return false;
	}
	words(out, text, cmd_word);
	return true;
}

bool run_escape_bochs(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (is_control(*p) || *p == '"' || *p == '$')
			return false;
	}
	strbuf_adds(out, text);
	return true;
}

bool run_escape_vmx(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (is_control(*text) || *text == '"' || *text == '|')
			strbuf_addf(out, "|%02X", (unsigned char)*text);
		else
			strbuf_addc(out, *text);
	}
	return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stddef.h>

/* If S begins with WORD, what follows it; else NULL. */
static const char *behind(const char *s, const char *word)
{
	while (*word != '\0')
		if (*s++ != *word++)
			return NULL;
	return s;
}

static bool ends(const char *s)
{
	return s != NULL && (*s == ' ' || *s == '\0');
}

static uint32_t digit(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	c |= 'a' ^ 'A';
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	return UINT32_MAX;
}

/* A whole word that is a number; false, and VALUE untouched, where it is none. */
static bool number(const char *s, uint32_t *value)
{
	const char *hex = behind(s, "0x");
	uint32_t base = hex != NULL ? 16 : 10, n = 0;

	if (hex != NULL)
		s = hex;
	if (ends(s))
		return false;
	for (; digit(*s) < base; s++)
		n = n * base + digit(*s);
	if (!ends(s))
		return false;
	*value = n;
	return true;
}

void options_read(const char *s, struct options *o)
{
	const struct {
		const char *word;
		bool *set;
	} words[] = {
		{"panic", &o->panic},
		{"pvpanic", &o->pvpanic},
		{"hang", &o->hang},
		{"reset", &o->reset},
		{"reset-once", &o->reset_once},
		{"triple", &o->triple},
		{"poweroff", &o->poweroff},
		{"oops", &o->oops},
		{"silent", &o->silent},
		{"debugcon", &o->debugcon},
		{"wait", &o->wait},
	};

	while (s != NULL && *s != '\0') {
		const char *value = behind(s, "exit=");
		const char *seconds = behind(s, "memory=");

		if (value != NULL)
			number(value, &o->exit);
		if (seconds != NULL)
			number(seconds, &o->memory);
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
			*words[i].set |= ends(behind(s, words[i].word));
		while (!ends(s))
			s++;
		while (*s == ' ')
			s++;
	}
}

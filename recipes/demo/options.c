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
	while (s != NULL && *s != '\0') {
		const char *value = behind(s, "exit=");

		const char *seconds = behind(s, "memory=");

		if (value != NULL)
			number(value, &o->exit);
		if (seconds != NULL)
			number(seconds, &o->memory);
		o->panic |= ends(behind(s, "panic"));
		o->hang |= ends(behind(s, "hang"));
		o->wait |= ends(behind(s, "wait"));
		while (!ends(s))
			s++;
		while (*s == ' ')
			s++;
	}
}

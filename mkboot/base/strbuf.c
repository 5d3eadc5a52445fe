/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strbuf.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct strbuf *b, size_t more)
{
	size_t want = b->len + more + 1;

	if (want <= b->size)
		return;
	if (want < b->size * 2)
		want = b->size * 2;
	b->data = mem_grow(b->data, want, 1);
	b->size = want;
}

void strbuf_add(struct strbuf *b, const void *bytes, size_t len)
{
	reserve(b, len);
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void strbuf_adds(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_addc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = mem_vprintf(fmt, ap);
	va_end(ap);
	strbuf_adds(b, s);
	free(s);
}

void strbuf_zeros(struct strbuf *b, size_t len)
{
	reserve(b, len);
	memset(b->data + b->len, 0, len + 1);
	b->len += len;
}

char *strbuf_take(struct strbuf *b)
{
	char *s;

	reserve(b, 0);
	b->data[b->len] = '\0';
	s = b->data;
	*b = (struct strbuf){0};
	return s;
}

void strbuf_free(struct strbuf *b)
{
	free(b->data);
	*b = (struct strbuf){0};
}

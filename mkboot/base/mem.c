/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/status.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	exit((int)msg_fail(MK_FAILED, "out of memory"));
}

void *mem_alloc(size_t size)
{
	return mem_array(1, size > 0 ? size : 1);
}

void *mem_array(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *mem_grow(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count > 0 ? count : 1, size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *mem_push(void *items, size_t count, size_t size)
{
	/* The capacity is the next power of two: grow only where the count reaches it. */
	if ((count & (count - 1)) == 0)
		items = mem_grow(items, count > 0 ? count * 2 : 1, size);
	memset((char *)items + count * size, 0, size);
	return items;
}

char *mem_dup(const char *s)
{
	return s != NULL ? mem_ndup(s, strlen(s)) : NULL;
}

char *mem_ndup(const char *s, size_t len)
{
	char *p = mem_alloc(len + 1);

	memcpy(p, s, len);
	return p;
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	char *p = NULL;

	if (vasprintf(&p, fmt, ap) < 0)
		out_of_memory();
	return p;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = mem_vprintf(fmt, ap);
	va_end(ap);
	return p;
}

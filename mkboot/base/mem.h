/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_MEM_H
#define MKBOOT_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Checked allocation. mkboot is a short-lived program whose memory does not grow with its
 * payload: when memory runs out, these print a message and exit with MK_FAILED. Nothing is
 * lost by that, because nothing is published until it is whole (base/publish.h).
 * What they return is the caller's, to be given to free().
 */
void *mem_alloc(size_t size);               /* zeroed; size 0 gives a unique pointer */
void *mem_array(size_t count, size_t size); /* zeroed; overflow checked */
void *mem_grow(void *old, size_t count, size_t size);
char *mem_dup(const char *s); /* NULL gives NULL */
char *mem_ndup(const char *s, size_t len);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Make room for one more at the end of a counted array and return it, zeroed.
 * ITEMS is the array (reassigned), COUNT its length (incremented). */
#define MEM_PUSH(items, count) \
	((items) = mem_push((items), (count), sizeof *(items)), (count)++, &(items)[(count)-1])
void *mem_push(void *items, size_t count, size_t size);

#endif

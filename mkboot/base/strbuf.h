/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_STRBUF_H
#define MKBOOT_BASE_STRBUF_H

#include <stddef.h>

/* A growing run of bytes, always followed by a NUL that LEN does not count.
 * Start with `struct strbuf b = {0};`; end with strbuf_free, or take DATA with strbuf_take. */
struct strbuf {
	char *data; /* NULL until the first add */
	size_t len;
	size_t size;
};

void strbuf_add(struct strbuf *b, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *b, const char *s);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_zeros(struct strbuf *b, size_t len);
/* The text, the caller's from now on; never NULL. B is empty afterwards. */
char *strbuf_take(struct strbuf *b);
void strbuf_free(struct strbuf *b);

#endif

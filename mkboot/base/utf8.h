/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_UTF8_H
#define MKBOOT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of bytes of the character at S, of which LEN may be read; 0 where they are not UTF-8
 * (RFC 3629 §4: no overlong forms, no surrogates, nothing past U+10FFFF). *CODE, where not NULL, is
 * its code point. */
size_t utf8_char(const char *s, size_t len, uint32_t *code);

/* Can it stand in any text that people read? No controls (C0, C1, DEL), nothing that turns the
 * direction of what follows (Unicode Bidirectional Algorithm §2), no noncharacters, which XML
 * could not hold, either (XML 1.0 §2.2). */
bool utf8_is_printable(uint32_t code);

#endif

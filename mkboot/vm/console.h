/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_CONSOLE_H
#define MKBOOT_VM_CONSOLE_H

#include <stddef.h>

#include "base/strbuf.h"

/* Console bytes as text: control sequences (ECMA-48 §5.4) taken out, so that what a person reads
 * as one word is one word here, and bytes that a terminal must not see made visible. */

/* Start with zeros. */
struct console_strip {
	enum { CONSOLE_TEXT, CONSOLE_ESC, CONSOLE_CSI } state;
};

#define CONSOLE_NOTHING (-1) /* the byte belongs to a control sequence */
#define CONSOLE_ERASED  256  /* the byte ended one that erases the display (ED) */

/* What BYTE is, coming after all bytes before: a byte of text, or one of the above. */
int console_strip(struct console_strip *s, unsigned char byte);

/* LEN bytes appended to OUT, each one that is not printable ASCII as \xHH. */
void console_escape(struct strbuf *out, const char *bytes, size_t len);

/* The last N lines of DATA, stripped and escaped, each after INDENT and ended by a newline. Empty
 * lines are left out; of a line longer than WIDTH bytes, only its end is shown. */
void console_tail(struct strbuf *out, const struct strbuf *data, size_t n, size_t width,
		  const char *indent);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_CONSOLE_H
#define MKBOOT_VM_CONSOLE_H

#include <stdbool.h>
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

/* LEN bytes appended to OUT as UTF-8 that can be shown anywhere: characters stay as they are, all
 * other bytes, and characters that are not printable (base/utf8.h), become \xHH. */
void console_show(struct strbuf *out, const char *bytes, size_t len);

/* DATA as lines of text, each ended by a newline, for console_show: control sequences out. While
 * something draws on the whole screen (GRUB's menu), its frames are left out, and a line that is
 * drawn again with nothing but other figures (a countdown) stands there once. EMPTY: keep empty
 * lines, one where there are several. */
void console_lines(struct strbuf *out, const struct strbuf *data, bool empty);

/* The last N lines of DATA, shown, each after INDENT and ended by a newline. Empty lines are left
 * out; of a line longer than WIDTH bytes, only its end is shown. */
void console_tail(struct strbuf *out, const struct strbuf *data, size_t n, size_t width,
		  const char *indent);

#endif

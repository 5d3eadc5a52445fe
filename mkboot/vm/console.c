/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/console.h"

#include <stdbool.h>
#include <string.h>

int console_strip(struct console_strip *s, unsigned char byte)
{
	switch (s->state) {
	case CONSOLE_ESC:
		/* ECMA-35 §13.2.1: intermediate bytes are 02/00 to 02/15, the final byte is 03/00
		 * to 07/14; the final byte "[" introduces a control sequence. */
		if (byte == '\x1b' || (byte >= 0x20 && byte <= 0x2f))
			return CONSOLE_NOTHING;
		s->state = byte == '[' ? CONSOLE_CSI : CONSOLE_TEXT;
		return byte >= 0x30 && byte <= 0x7e ? CONSOLE_NOTHING : byte;
	case CONSOLE_CSI:
		/* ECMA-48 §5.4: parameter and intermediate bytes are 02/00 to 03/15, the final
		 * byte is 04/00 to 07/14. Anything else breaks the sequence off. */
		if (byte >= 0x20 && byte <= 0x3f)
			return CONSOLE_NOTHING;
		s->state = byte == '\x1b' ? CONSOLE_ESC : CONSOLE_TEXT;
		if (byte >= 0x40 && byte <= 0x7e)
			return byte == 'J' ? CONSOLE_ERASED : CONSOLE_NOTHING;
		return byte == '\x1b' ? CONSOLE_NOTHING : byte;
	default:
		if (byte != '\x1b')
			return byte;
		s->state = CONSOLE_ESC;
		return CONSOLE_NOTHING;
	}
}

void console_escape(struct strbuf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c < 0x7f)
			strbuf_addc(out, (char)c);
		else
			strbuf_addf(out, "\\x%02x", c);
	}
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

size_t utf8_char(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char c = len > 0 ? (unsigned char)s[0] : 0xff;
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	uint32_t value = n < 2 ? c : c & 0x7fu >> n;

	if (n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (n > 1 && (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)))
		return 0;
	if (code != NULL)
		*code = value;
	return n;
}

bool utf8_is_printable(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} not_printable[] = {
		{0x00, 0x1f},     {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
		{0x2028, 0x202e}, {0x2066, 0x2069}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},
	};

	for (size_t i = 0; i < sizeof not_printable / sizeof *not_printable; i++) {
		if (code >= not_printable[i].first && code <= not_printable[i].last)
			return false;
	}
	return (code & 0xfffe) != 0xfffe;
}

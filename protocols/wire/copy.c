/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "copy.h"

struct word {
	usize v;
} __attribute__((packed, may_alias));

void wire_copy(void *to, const void *from, usize len)
{
	struct word *d = to;
	const struct word *s = from;
	u8 *last;
	const u8 *rest;

	for (; len >= 4 * sizeof *d; len -= 4 * sizeof *d, d += 4, s += 4) {
		d[0].v = s[0].v;
		d[1].v = s[1].v;
		d[2].v = s[2].v;
		d[3].v = s[3].v;
	}
	last = (u8 *)d;
	rest = (const u8 *)s;
	while (len-- > 0)
		*last++ = *rest++;
}

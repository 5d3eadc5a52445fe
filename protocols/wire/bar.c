/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No division is wider than 32 bits: GRUB has no libgcc. */
#include "bar.h"

#define BAR 20u /* characters */

static char *add(char *to, const char *text)
{
	while (*text != '\0')
		*to++ = *text++;
	return to;
}

static char *add_number(char *to, u32 n)
{
	char digits[10];
	unsigned i = 0;

	do {
		digits[i++] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	while (i > 0)
		*to++ = digits[--i];
	return to;
}

/* 2^20 bytes, six digits of them at the most. */
static u32 mib(u64 bytes)
{
	u64 n = bytes >> 20;

	return n > 999999 ? 999999 : (u32)n;
}

/* PART of WHOLE, in OF steps: OF at the most. */
static u32 scale(u64 part, u64 whole, u32 of)
{
	if (part >= whole)
		return of;
	for (; whole >= 1u << 24; whole >>= 1)
		part >>= 1;
	return (u32)part * of / (u32)whole;
}

/* Tenths of MiB per second. */
static u32 speed(u64 bytes, u32 ms)
{
	u64 kib = bytes >> 10;
	u32 tenths;

	/* times 10,000, by 1,024 */
	for (; kib >= 1u << 18; kib >>= 1)
		ms >>= 1;
	if (ms == 0)
		ms = 1;
	tenths = (u32)kib * 10000 / ms >> 10;
	return tenths > 99999 ? 99999 : tenths;
}

static char *add_bar(char *to, u64 done, u64 total)
{
	u32 filled = scale(done, total, BAR);

	to = add(to, "[");
	for (u32 i = 0; i < BAR; i++)
		*to++ = i < filled ? '=' : i == filled ? '>' : ' ';
	return add(to, "] ");
}

unsigned wire_bar(char line[WIRE_BAR_ROOM], u64 done, u64 total, u64 got, u32 ms)
{
	u32 tenths = speed(got, ms);
	char *to = add(line, "[network] loading ");

	if (total != 0) {
		to = add_number(add_bar(to, done, total), mib(done));
		to = add_number(add(to, " of "), mib(total));
	} else {
		to = add_number(to, mib(done));
	}
	to = add_number(add(to, " MiB, "), tenths / 10);
	to = add_number(add(to, "."), tenths % 10);
	to = add(to, " MiB/s");
	*to = '\0';
	return (unsigned)(to - line);
}

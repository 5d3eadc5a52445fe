/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crc32.h"

#include <stdbool.h>

#define POLYNOMIAL 0xEDB88320 /* reflected */
#define SLICES     8

/* table[s][b]: the CRC of byte B with S zero bytes behind it. Eight bytes then take eight look-ups
 * that do not wait for each other: an emulated machine checks a module of many MiB in a moment. */
static uint32_t table[SLICES][256];

static void make_table(void)
{
	for (uint32_t b = 0; b < 256; b++) {
		uint32_t crc = b;

		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
		table[0][b] = crc;
	}
	for (int s = 1; s < SLICES; s++)
		for (uint32_t b = 0; b < 256; b++) {
			uint32_t crc = table[s - 1][b];

			table[s][b] = (crc >> 8) ^ table[0][crc & 255];
		}
}

/* A little-endian word anywhere: x86 reads them unaligned. */
typedef uint32_t __attribute__((may_alias, aligned(1))) word;

uint32_t crc32(uint32_t start, uint32_t length)
{
	const unsigned char *p = (const unsigned char *)start;
	static bool ready;
	uint32_t crc = 0xFFFFFFFF;

	if (!ready)
		make_table();
	ready = true;
	for (; length >= SLICES; length -= SLICES, p += SLICES) {
		uint32_t a = crc ^ *(const word *)p, b = *(const word *)(p + 4);

		crc = table[7][a & 255] ^ table[6][(a >> 8) & 255] ^ table[5][(a >> 16) & 255] ^
		      table[4][a >> 24] ^ table[3][b & 255] ^ table[2][(b >> 8) & 255] ^
		      table[1][(b >> 16) & 255] ^ table[0][b >> 24];
	}
	for (; length > 0; length--, p++)
		crc = (crc >> 8) ^ table[0][(crc ^ *p) & 255];
	return ~crc;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smbios.h"

#define SYSTEM_INFORMATION 1
#define END_OF_TABLE       127
#define UUID_AT            8

static u32 le32(const u8 *p)
{
	return (u32)p[3] << 24 | (u32)p[2] << 16 | (u32)p[1] << 8 | p[0];
}

static int sum_ok(const u8 *p, usize len)
{
	u8 sum = 0;

	for (usize i = 0; i < len; i++)
		sum = (u8)(sum + p[i]);
	return sum == 0;
}

int dhcp_smbios_entry(const u8 *entry, usize room, u64 *table, u32 *len)
{
	/* §5.2.2, table 7 */
	if (room >= 24 && memcmp(entry, "_SM3_", 5) == 0) {
		if (entry[6] < 24 || entry[6] > room || !sum_ok(entry, entry[6]))
			return 0;
		*len = le32(entry + 12);
		*table = (u64)le32(entry + 20) << 32 | le32(entry + 16);
		return 1;
	}
	/* §5.2.1, table 6: 31 bytes, of which some old BIOSes say 30 */
	if (room >= 31 && memcmp(entry, "_SM_", 4) == 0) {
		if (entry[5] < 30 || entry[5] > room || !sum_ok(entry, entry[5]))
			return 0;
		*len = (u32)entry[23] << 8 | entry[22];
		*table = le32(entry + 24);
		return 1;
	}
	return 0;
}

int dhcp_smbios_uuid(const u8 *table, usize len, u8 uuid[16])
{
	u8 any = 0, all = 0xff;
	usize at = 0;

	while (len - at >= 4) {
		const u8 *s = table + at;
		usize size = s[1];

		if (s[0] == END_OF_TABLE || size < 4 || size > len - at)
			return 0;
		if (s[0] == SYSTEM_INFORMATION && size >= UUID_AT + 16) {
			memcpy(uuid, s + UUID_AT, 16);
			/* §7.2.1: not there, or not set */
			for (unsigned i = 0; i < 16; i++) {
				any |= uuid[i];
				all &= uuid[i];
			}
			return any != 0 && all != 0xff;
		}
		/* §6.1.3: strings follow, to two NULs */
		at += size;
		while (len - at >= 2 && (table[at] != 0 || table[at + 1] != 0))
			at++;
		if (len - at < 2)
			return 0;
		at += 2;
	}
	return 0;
}

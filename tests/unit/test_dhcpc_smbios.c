/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GRUB's DHCP client: the machine's UUID, out of SMBIOS. */
#include "testing.h"

#include "protocols/dhcp/smbios.h"

static void sum(u8 *entry, usize len, usize at)
{
	u8 s = 0;

	entry[at] = 0;
	for (usize i = 0; i < len; i++)
		s = (u8)(s + entry[i]);
	entry[at] = (u8)-s;
}

static void entries(void **state)
{
	u8 e[64] = "_SM_", e3[64] = "_SM3_";
	u64 table;
	u32 len;

	(void)state;
	e[5] = 31;
	memcpy(e + 16, "_DMI_", 5);
	memcpy(e + 22, "\x34\x12\x78\x56\x0f\0", 6);
	sum(e, 31, 4);
	assert_int_equal(dhcp_smbios_entry(e, sizeof e, &table, &len), 1);
	assert_int_equal(table, 0xf5678);
	assert_int_equal(len, 0x1234);
	assert_int_equal(dhcp_smbios_entry(e, 30, &table, &len), 0);
	e[6]++;
	assert_int_equal(dhcp_smbios_entry(e, sizeof e, &table, &len), 0);
	e[5] = 65;
	assert_int_equal(dhcp_smbios_entry(e, sizeof e, &table, &len), 0);
	e3[6] = 24;
	memcpy(e3 + 12, "\x01\x02\0\0\x78\x56\x34\x12\x01\0\0\0", 12);
	sum(e3, 24, 5);
	assert_int_equal(dhcp_smbios_entry(e3, 24, &table, &len), 1);
	assert_true(table == 0x112345678);
	assert_int_equal(len, 0x201);
	e3[23] = 1;
	assert_int_equal(dhcp_smbios_entry(e3, 24, &table, &len), 0);
}

static void tables(void **state)
{
	/* type 0 with two strings; type 1, its UUID from byte 18 on; the end */
	static const u8 good[] = "\0\4\0\0a\0bc\0\0\1\x1b\1\0\0\0\0\0"
				 "0123456789abcdef\0\0\0s\0\0\177\4\2\0\0\0";
	u8 uuid[16], *copy;

	(void)state;
	assert_int_equal(dhcp_smbios_uuid(good, sizeof good - 1, uuid), 1);
	assert_memory_equal(uuid, "0123456789abcdef", 16);
	/* cut anywhere */
	for (usize len = 0; len < sizeof good; len++) {
		copy = malloc(len + 1);
		memcpy(copy, good, len);
		assert_int_equal(dhcp_smbios_uuid(copy, len, uuid), len >= 37);
		free(copy);
	}
	copy = malloc(sizeof good);
	memcpy(copy, good, sizeof good);
	/* none, or not set yet */
	memset(copy + 18, 0, 16);
	assert_int_equal(dhcp_smbios_uuid(copy, sizeof good, uuid), 0);
	memset(copy + 18, 0xff, 16);
	assert_int_equal(dhcp_smbios_uuid(copy, sizeof good, uuid), 0);
	/* SMBIOS 2.0's, which has no UUID; a length that leads nowhere */
	memcpy(copy, good, sizeof good);
	copy[11] = 8;
	assert_int_equal(dhcp_smbios_uuid(copy, 18, uuid), 0);
	copy[11] = 0;
	assert_int_equal(dhcp_smbios_uuid(copy, sizeof good, uuid), 0);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_DHCP_SMBIOS_H
#define MKBOOT_PROTOCOLS_DHCP_SMBIOS_H

#include "../portable.h"

/* The machine's UUID, as far as DHCP wants it: SMBIOS (DSP0134) 3.6 §5.2 and §7.2. */

/* The entry point at ENTRY, of at most ROOM bytes, "_SM3_" or "_SM_": where the table is and how
 * long it is at most. 0: there is none here, or its checksum is wrong. */
int dhcp_smbios_entry(const u8 *entry, usize room, u64 *table, u32 *len);

/* The UUID of the TABLE's structure of type 1, as its bytes stand there; 0: it has none. */
int dhcp_smbios_uuid(const u8 *table, usize len, u8 uuid[16]);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_WIRE_BAR_H
#define MKBOOT_PROTOCOLS_WIRE_BAR_H

#include "../portable.h"

/* Narrower than a terminal of 80 columns, whatever the numbers are. */
#define WIRE_BAR_ROOM 80

/*
 * The line of progress: "[network] loading [======>     ] 37 of 64 MiB, 45.2 MiB/s", without a bar
 * where TOTAL is 0, not known. DONE: bytes of the file; GOT: of them, those that came in MS
 * milliseconds. The beginning is what a boot test knows the line by (mkboot/vm/loader.c). Its
 * length is returned.
 */
unsigned wire_bar(char line[WIRE_BAR_ROOM], u64 done, u64 total, u64 got, u32 ms);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_VARIABLE_STORE_H
#define MKBOOT_VM_VARIABLE_STORE_H

#include <stddef.h>

/*
 * Within the stage: UEFI's variables as EDK2 keeps them in flash memory, authenticated ones
 * (MdeModulePkg/Include/Guid/VariableFormat.h), one behind the other.
 */

/* VARIABLE_STORE_HEADER ... */
#define STORE_HEADER 28
/* ... and AUTHENTICATED_VARIABLE_HEADER, one behind the other, each aligned to 4 bytes from the
 * store's start; the name and the data follow it without a gap (ALIGNMENT is 1 on x86). */
#define VARIABLE_STATE      2
#define VARIABLE_ATTRIBUTES 4
#define VARIABLE_NAME       36 /* sizes in bytes */
#define VARIABLE_DATA       40
#define VARIABLE_VENDOR     44
#define VARIABLE_HEADER     60
#define VARIABLE_START      0x55aa
#define VARIABLE_ADDED      0x3f
#define IN_TRANSITION       0xfe /* a bit that is clear: its successor is being written */
#define VARIABLE_DELETED    0xfd /* likewise: it counts no more */

#define GUID_SIZE 16
#define GUID(a, b, c, d, e, f, g, h, i, j, k)                                                 \
	{                                                                                     \
		(a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24, (b)&0xff, (b) >> 8, \
			(c)&0xff, (c) >> 8, d, e, f, g, h, i, j, k                            \
	}
typedef const unsigned char guid_bytes[GUID_SIZE];

extern guid_bytes variable_global; /* gEfiGlobalVariableGuid: UEFI's own variables */

/* The first store of the firmware volume FV, of LEN bytes, whatever they are; of *SIZE bytes,
 * within what there is. NULL where there is none with authenticated variables. */
const unsigned char *variable_store_find(const unsigned char *fv, size_t len, size_t *size);

/* What one variable has: the bytes of its header and all behind it; 0 for the end of them, or where
 * it is not whole. AT is where it begins in the store. */
size_t variable_length(const unsigned char *store, size_t size, size_t at);
/* Where the next one begins. */
size_t variable_next(size_t at, size_t length);

/*
 * In the volume FV give the variable NAME (UCS-2, of NAME_SIZE bytes, its NUL with them; of
 * variable_global) the value DATA, non-volatile, in the place of what it had. 0; -ENOENT where
 * there is no such store, -ENOSPC where it has no room.
 */
int variable_store_set(unsigned char *fv, size_t len, const void *name, size_t name_size,
		       const void *data, size_t data_size);

#endif

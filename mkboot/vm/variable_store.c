/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vm/variable_store.h"
#include "kernel/bytes.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* A firmware volume: PI 1.7, volume 3, §3.2.1, EFI_FIRMWARE_VOLUME_HEADER. */
#define FV_SIGNATURE     40 /* "_FVH" */
#define FV_HEADER_LENGTH 48
#define FV_MIN           56

/* VARIABLE_STORE_HEADER */
#define STORE_SIZE      16 /* with this header */
#define STORE_FORMAT    20
#define STORE_STATE     21
#define STORE_FORMATTED 0x5a
#define STORE_HEALTHY   0xfe

/* UEFI 2.10 §8.2.1: non-volatile, for boot services and at run time. */
#define ATTRIBUTES 7

/* gEfiAuthenticatedVariableGuid */
static guid_bytes authenticated =
	GUID(0xaaf32c78, 0x947b, 0x439a, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92);

guid_bytes variable_global =
	GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c);

const unsigned char *variable_store_find(const unsigned char *fv, size_t len, size_t *size)
{
	size_t header;

	if (len < FV_MIN || memcmp(fv + FV_SIGNATURE, "_FVH", 4) != 0)
		return NULL;
	header = le16(fv + FV_HEADER_LENGTH);
	if (header < FV_MIN || header > len || len - header < STORE_HEADER)
		return NULL;
	fv += header;
	len -= header;
	*size = le32(fv + STORE_SIZE);
	if (memcmp(fv, authenticated, GUID_SIZE) != 0 || fv[STORE_FORMAT] != STORE_FORMATTED ||
	    fv[STORE_STATE] != STORE_HEALTHY || *size < STORE_HEADER)
		return NULL;
	*size = *size < len ? *size : len;
	return fv;
}

size_t variable_length(const unsigned char *store, size_t size, size_t at)
{
	const unsigned char *v = store + at;
	uint64_t whole;

	if (at >= size || size - at < VARIABLE_HEADER || le16(v) != VARIABLE_START)
		return 0;
	whole = VARIABLE_HEADER + (uint64_t)le32(v + VARIABLE_NAME) + le32(v + VARIABLE_DATA);
	return whole <= size - at ? (size_t)whole : 0;
}

size_t variable_next(size_t at, size_t length)
{
	return (at + length + 3) & ~(size_t)3;
}

static bool is_named(const unsigned char *v, const void *name, size_t name_size)
{
	return le32(v + VARIABLE_NAME) == name_size &&
	       memcmp(v + VARIABLE_VENDOR, variable_global, GUID_SIZE) == 0 &&
	       memcmp(v + VARIABLE_HEADER, name, name_size) == 0;
}

static void put_le32(unsigned char *p, size_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> (8 * i));
}

/* Behind the last one the store is empty, all ones. The time stamp, the count and the index of the
 * key are for variables that are signed. */
int variable_store_set(unsigned char *fv, size_t len, const void *name, size_t name_size,
		       const void *data, size_t data_size)
{
	size_t size = 0, at = STORE_HEADER, whole;
	const unsigned char *found = variable_store_find(fv, len, &size);
	unsigned char *store, *v;

	if (found == NULL)
		return -ENOENT;
	store = fv + (found - fv);
	for (; (whole = variable_length(store, size, at)) != 0; at = variable_next(at, whole)) {
		if (is_named(store + at, name, name_size))
			store[at + VARIABLE_STATE] &= VARIABLE_DELETED;
	}
	if (at >= size || size - at < VARIABLE_HEADER ||
	    size - at - VARIABLE_HEADER < name_size + data_size || le16(store + at) != 0xffff)
		return -ENOSPC;
	v = store + at;
	memset(v, 0, VARIABLE_HEADER);
	v[0] = VARIABLE_START & 0xff;
	v[1] = VARIABLE_START >> 8;
	v[VARIABLE_STATE] = VARIABLE_ADDED;
	put_le32(v + VARIABLE_ATTRIBUTES, ATTRIBUTES);
	put_le32(v + VARIABLE_NAME, name_size);
	put_le32(v + VARIABLE_DATA, data_size);
	memcpy(v + VARIABLE_VENDOR, variable_global, GUID_SIZE);
	memcpy(v + VARIABLE_HEADER, name, name_size);
	memcpy(v + VARIABLE_HEADER + name_size, data, data_size);
	return 0;
}

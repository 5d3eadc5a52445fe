/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_BYTES_H
#define MKBOOT_KERNEL_BYTES_H

#include <stdint.h>

/* Little-endian numbers in a buffer, whatever its alignment and the machine's byte order. */

static inline uint16_t le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t le32(const unsigned char *p)
{
	return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16;
}

static inline uint64_t le64(const unsigned char *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

#endif

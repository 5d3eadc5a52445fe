/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PROTOCOLS_PORTABLE_H
#define MKBOOT_PROTOCOLS_PORTABLE_H

/*
 * What a protocol's engine (packets read and written, decisions, timers; no input or output, no
 * clock, no allocation of its own) is written against, so that the same source is compiled into
 * GRUB's module and, with MKBOOT_HOST defined, into unit tests and fuzz targets on the host.
 * An engine includes this and its own headers, nothing of GRUB's and nothing of the C library's.
 */

#ifdef MKBOOT_HOST
#include <stddef.h>
#include <stdint.h>
#include <string.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef size_t usize;
#else
#include <grub/misc.h>
#include <grub/mm.h>
#include <grub/types.h>
typedef grub_uint8_t u8;
typedef grub_uint16_t u16;
typedef grub_uint32_t u32;
typedef grub_uint64_t u64;
typedef grub_size_t usize;
#define memcpy  grub_memcpy
#define memmove grub_memmove
#define memset  grub_memset
#define memcmp  grub_memcmp
#define strlen  grub_strlen
#endif

/* Network byte order, at any address. */
static inline u16 get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}
static inline u32 get32(const u8 *p)
{
	return (u32)get16(p) << 16 | get16(p + 2);
}
static inline void put16(u8 *p, u16 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}
static inline void put32(u8 *p, u32 v)
{
	put16(p, (u16)(v >> 16));
	put16(p + 2, (u16)v);
}

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_CRC32_H
#define DEMO_CRC32_H

#include <stdint.h>

/* IEEE 802.3 CRC-32, as zlib and gzip (RFC 1952 §8) compute it. */
uint32_t crc32(uint32_t start, uint32_t length);

#endif

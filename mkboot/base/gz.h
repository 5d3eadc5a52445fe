/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_GZ_H
#define MKBOOT_BASE_GZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

/* gzip (RFC 1952) through zlib. The bytes written depend on the bytes read alone: no name, no
 * time, OS 255, level 9. Negative errnos; nothing is printed. */

/* Does the file begin as gzip does? (1F 8B 08) */
bool gz_is(const char *path);
/* Compress a file. Streams: memory does not depend on its size. */
int gz_compress_file(const char *from, const char *to);
/* Compress bytes, appended to OUT. */
int gz_compress(const void *data, size_t len, struct strbuf *out);

#endif

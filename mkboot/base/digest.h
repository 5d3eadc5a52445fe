/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_DIGEST_H
#define MKBOOT_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4) through libcrypto. */
struct digest {
	unsigned char bytes[32];
};

struct digest_stream; /* opaque */

struct digest_stream *digest_begin(void);
void digest_add(struct digest_stream *s, const void *data, size_t len);
/* Length-prefixed, so that neighbouring strings cannot run into each other. NULL is distinct. */
void digest_adds(struct digest_stream *s, const char *text);
/* Ends and frees the stream. */
struct digest digest_end(struct digest_stream *s);

struct digest digest_of(const void *data, size_t len);
/* 0 or a negative errno. SIZE may be NULL; else the number of bytes read. */
int digest_file(const char *path, struct digest *d, uint64_t *size);

/* 64 lower-case hexadecimal digits and a NUL. */
struct digest_hex {
	char text[65];
};
struct digest_hex digest_hex(const struct digest *d);

#endif

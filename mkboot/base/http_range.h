/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_HTTP_RANGE_H
#define MKBOOT_BASE_HTTP_RANGE_H

#include <stdint.h>

/* A Range field's value, "bytes=5-", or NULL, for a file of SIZE bytes. 1: *FIRST and *LEN; 0: to
 * be ignored, as other forms and several ranges may be (RFC 9110 §14.2); -1: none of it is
 * in the file (§14.1.2). */
int http_range(const char *value, uint64_t size, uint64_t *first, uint64_t *len);

#endif

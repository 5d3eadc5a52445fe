/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_CACHE_H
#define MKBOOT_BASE_CACHE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/strbuf.h"

/*
 * A cache by content: the key is the SHA-256 of everything that determines the value. In
 * $MKBOOT_CACHE, else $XDG_CACHE_HOME/mkboot, else ~/.cache/mkboot. It may be shared, thrown away,
 * missing or read-only: nothing depends on it but time. An entry that does not match the digest
 * at its head is ignored and replaced.
 */
/* Append the entry to OUT; false where there is none. */
bool cache_get(const struct digest *key, struct strbuf *out);
void cache_put(const struct digest *key, const void *data, size_t len);

/* That folder, which need not exist, for free(); NULL where the environment names none. */
char *cache_dir(void);

#endif

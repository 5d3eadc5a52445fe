/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_OVMF_H
#define MKBOOT_VM_OVMF_H

#include <stdbool.h>

#include "base/platform.h"

/*
 * Find a pair of OVMF images for P, without enrolled Secure Boot keys: first in FOLDER (NULL: not
 * asked for) under any of the names that distributions use, those with keys last, then in the
 * places of the table, then by QEMU's firmware descriptors (QEMU, docs/interop/firmware.json). ROOT
 * is put before every path but FOLDER's: "", or a test's tree. On true, *CODE and *VARS are the
 * caller's.
 */
bool ovmf_find(const char *root, const char *folder, enum platform p, char **code, char **vars);

/* Entry I of the table of places, for launch files, which look at run time; false behind the last.
 */
bool ovmf_place(size_t i, enum platform *p, const char **code, const char **vars);

#endif

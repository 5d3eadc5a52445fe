/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_ELF_UNDEFINE_H
#define MKBOOT_GRUB_ELF_UNDEFINE_H

#include <stddef.h>

#include "base/strbuf.h"

/*
 * In a relocatable little-endian ELF file (System V gABI, ch. 4), ELF32 or ELF64, turn global
 * symbols from defined into undefined, so that whoever links it looks for them elsewhere. The
 * code behind them stays. Symbols that are undefined already are left so.
 *
 * All of them or none: 0; -ENOEXEC where ELF is no such file; -EBADMSG where its headers point
 * outside of it; -ENOENT where a symbol is not in its symbol table.
 */
int elf_undefine(struct strbuf *elf, const char *const symbols[], size_t n);

#endif

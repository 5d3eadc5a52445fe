/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_MEMORY_H
#define DEMO_MEMORY_H

#include "bootinfo.h"

/*
 * Does anybody else write to memory? A network card that the loader left running does. Fill all
 * memory that the map calls available, but the kernel itself and the first page, wait SECONDS, and
 * look. What the loader left there (modules, strings, the map) is overwritten: all of it has to be
 * done with. Returns the number of 32-bit words that changed, and says it.
 */
uint32_t memory_watch(const struct boot_protocol *p, uint32_t info, uint32_t seconds);

#endif

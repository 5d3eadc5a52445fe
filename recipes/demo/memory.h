/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_MEMORY_H
#define DEMO_MEMORY_H

#include "bootinfo.h"

/*
 * Does anybody else write to memory? A network card that the loader left running does. Watch all
 * memory that the map calls available, but the kernel itself and the first page, twice for SECONDS:
 * first as the loader left it, by a sum of each page, while a card's rings are still whole; then
 * filled, word by word. What the loader left there (modules, strings, the map) is overwritten: all
 * of it has to be done with. Returns how many pages and words changed, and says it.
 */
uint32_t memory_watch(const struct boot_protocol *p, uint32_t info, uint32_t seconds);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_CONSOLE_H
#define DEMO_CONSOLE_H

#include <stdint.h>

#include "bootinfo.h"

/*
 * What the kernel says, on two devices: COM1 (115200 8N1, polled) and the VGA text screen. Either
 * may be missing. "\n" becomes "\r\n" on COM1. Before console_init, neither is written to.
 */

/* SCREEN: as the boot information has it; nothing is written there where it is no text screen. */
void console_init(const struct boot_screen *screen);

/* From now on, also on port 0xE9, which Bochs and QEMU (isa-debugcon) show as it is. */
void console_debugcon(void);

/* %s string; %u unsigned decimal; %x eight and %X (uint64_t) sixteen lower-case hexadecimal
 * digits. Nothing else. */
void console_printf(const char *fmt, ...);
/* Wait until COM1 has sent everything. */
void console_drain(void);
/* A string from outside, byte for byte: control characters are not acted upon. NULL: nothing. */
void console_raw(const char *s);

/* On the screen alone: the large banner, and a remark for whoever reads it. */
void console_screen_banner(void);
void console_screen_only(const char *s);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DEMO_VGA_H
#define DEMO_VGA_H

#include "bootinfo.h"

/* The text screen, white on black; it scrolls. Without one, all of these do nothing. */
void vga_init(const struct boot_screen *screen);
void vga_put(char c);       /* "\n" starts a line */
void vga_put_glyph(char c); /* every byte is a character of code page 437 */
void vga_banner(void);

#endif

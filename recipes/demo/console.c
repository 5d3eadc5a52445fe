/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "io.h"
#include "serial.h"
#include "vga.h"

#define DEBUGCON 0xE9

static bool debugcon;

static void send(char c)
{
	serial_put(c);
	if (debugcon)
		outb((uint8_t)c, DEBUGCON);
}

static void put(char c)
{
	if (c == '\n')
		serial_put('\r');
	send(c);
	vga_put(c);
}

static void puts_cooked(const char *s)
{
	while (*s != '\0')
		put(*s++);
}

static void put_unsigned(uint32_t value)
{
	char digits[11];
	char *p = digits + sizeof digits;

	*--p = '\0';
	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	puts_cooked(p);
}

static void put_hex(uint32_t value)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[(value >> shift) & 15]);
}

void console_init(const struct boot_screen *screen)
{
	serial_init();
	vga_init(screen);
}

void console_debugcon(void)
{
	debugcon = true;
}

void console_printf(const char *fmt, ...)
{
	uint64_t wide;
	va_list ap;

	va_start(ap, fmt);
	for (; *fmt != '\0'; fmt++) {
		if (*fmt != '%') {
			put(*fmt);
			continue;
		}
		switch (*++fmt) {
		case 's':
			puts_cooked(va_arg(ap, const char *));
			break;
		case 'u':
			put_unsigned(va_arg(ap, uint32_t));
			break;
		case 'x':
			put_hex(va_arg(ap, uint32_t));
			break;
		case 'X':
			wide = va_arg(ap, uint64_t);
			put_hex((uint32_t)(wide >> 32));
			put_hex((uint32_t)wide);
			break;
		default:
			put(*fmt);
		}
	}
	va_end(ap);
}

void console_raw(const char *s)
{
	for (; s != NULL && *s != '\0'; s++) {
		send(*s);
		vga_put_glyph(*s);
	}
}

void console_drain(void)
{
	serial_drain();
}

void console_screen_banner(void)
{
	vga_banner();
}

void console_screen_only(const char *s)
{
	while (*s != '\0')
		vga_put(*s++);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serial.h"

#include <stdbool.h>

#include "io.h"

/* 16550 UART; the registers' names are those of its data sheet (National PC16550D, table II). */
#define COM1        0x3F8
#define THR         (COM1 + 0) /* with DLAB: divisor, low byte */
#define IER         (COM1 + 1) /* with DLAB: divisor, high byte */
#define FCR         (COM1 + 2)
#define LCR         (COM1 + 3)
#define MCR         (COM1 + 4)
#define LSR         (COM1 + 5)
#define LCR_8N1     0x03
#define LCR_DLAB    0x80
#define FCR_FIFO    0x07 /* on, both cleared */
#define MCR_DTR_RTS 0x03
#define LSR_THRE    0x20 /* the transmitter takes another byte */
#define LSR_TEMT    0x40 /* nothing is left in it */
#define LSR_NO_PORT 0xFF /* what an empty bus reads as */
#define DIVISOR     1    /* 115200 Hz / 115200 bit/s */

/* Reading a port takes about a microsecond, so this is some 0.1 s; sending the 16 bytes of a full
 * FIFO takes 1.4 ms. */
#define MAX_POLLS 100000

static bool present;

void serial_init(void)
{
	present = inb(LSR) != LSR_NO_PORT;
	if (!present)
		return;
	outb(0, IER);
	outb(LCR_DLAB, LCR);
	outb(DIVISOR, THR);
	outb(0, IER);
	outb(LCR_8N1, LCR);
	outb(FCR_FIFO, FCR);
	outb(MCR_DTR_RTS, MCR);
}

static bool wait_for(uint8_t bit)
{
	for (int polls = 0; polls < MAX_POLLS; polls++)
		if ((inb(LSR) & bit) != 0)
			return true;
	return false;
}

void serial_put(char c)
{
	if (!present)
		return;
	present = wait_for(LSR_THRE);
	if (present)
		outb((uint8_t)c, THR);
}

void serial_drain(void)
{
	if (present)
		wait_for(LSR_TEMT);
}

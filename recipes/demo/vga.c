/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vga.h"

#include <stddef.h>

#include "io.h"

/* A cell of EGA text is a character (code page 437) and an attribute. */
#define ATTR_TEXT   0x0F00 /* white on black */
#define ATTR_BANNER 0x0B00 /* light cyan on black */
#define BLANK       (ATTR_TEXT | ' ')

#define FULL_BLOCK 0xDB
#define LOWER_HALF 0xDC
#define UPPER_HALF 0xDF

/* The 6845's cursor start (10) and location (14, 15) registers. */
#define CRTC_INDEX      0x3D4
#define CRTC_DATA       0x3D5
#define CURSOR_START    0x0A
#define CURSOR_DISABLED 0x20

static volatile uint16_t *cells; /* NULL: no text screen */
static uint32_t columns, rows, stride;
static uint32_t column, row;

static void clear_row(uint32_t y)
{
	for (uint32_t x = 0; x < columns; x++)
		cells[y * stride + x] = BLANK;
}

static void new_line(void)
{
	column = 0;
	if (row + 1 < rows) {
		row++;
		return;
	}
	for (uint32_t y = 1; y < rows; y++)
		for (uint32_t x = 0; x < columns; x++)
			cells[(y - 1) * stride + x] = cells[y * stride + x];
	clear_row(rows - 1);
}

static void put_cell(uint16_t cell)
{
	if (cells == NULL)
		return;
	if (column == columns)
		new_line();
	cells[row * stride + column++] = cell;
}

void vga_init(const struct boot_screen *screen)
{
	if (!screen->text || screen->columns == 0 || screen->rows == 0)
		return;
	cells = (volatile uint16_t *)screen->address;
	columns = screen->columns;
	rows = screen->rows;
	stride = screen->pitch / sizeof *cells;
	for (uint32_t y = 0; y < rows; y++)
		clear_row(y);
	outb(CURSOR_START, CRTC_INDEX);
	outb(CURSOR_DISABLED, CRTC_DATA);
}

void vga_put(char c)
{
	if (c != '\n')
		put_cell(ATTR_TEXT | (uint8_t)c);
	else if (cells != NULL)
		new_line();
}

void vga_put_glyph(char c)
{
	put_cell(ATTR_TEXT | (uint8_t)c);
}

/* "mkboot", two pixels to a character cell. */
static const char banner[][48] = {
	"          ##      ##                       ##  ",
	"          ##      ##                       ##  ",
	"#######   ##  ##  #####    ####    ####   #####",
	"## ## ##  ## ##   ##  ##  ##  ##  ##  ##   ##  ",
	"## ## ##  ####    ##  ##  ##  ##  ##  ##   ##  ",
	"## ## ##  ## ##   ##  ##  ##  ##  ##  ##   ##  ",
	"## ## ##  ##  ##  #####    ####    ####     ###",
	"                                               ",
};

void vga_banner(void)
{
	static const uint8_t block[2][2] = {{' ', LOWER_HALF}, {UPPER_HALF, FULL_BLOCK}};

	for (size_t y = 0; y < sizeof banner / sizeof banner[0]; y += 2) {
		vga_put('\n');
		vga_put(' ');
		for (size_t x = 0; x + 1 < sizeof banner[0]; x++)
			put_cell(ATTR_BANNER | block[banner[y][x] == '#'][banner[y + 1][x] == '#']);
	}
	vga_put('\n');
	vga_put('\n');
}

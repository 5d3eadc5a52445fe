/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a file has come, on the screen; the line itself is bar.c's. */
#include "bar.h"
#include "wire.h"

#include <grub/env.h>
#include <grub/term.h>

#define SMALL       (4u << 20) /* bytes: no line for so little */
#define PATIENCE_MS 1000
#define EVERY_MS    1000 /* a BIOS console is some 200 calls of the BIOS a line */

/* A slow serial port, or firmware that draws slowly, has a twentieth of the time. */
#define SHARE 20

/* The clock is not looked at for each packet. */
#define LOOK_BYTES 32768
#define LOOK_CALLS 8

/* GRUB's own module for it, where a menu loads that, or has its variable, has its way. */
void wire_progress_begin(struct wire_progress *p, u64 total)
{
	const char *wanted = grub_env_get("enable_progress_indicator");

	grub_memset(p, 0, sizeof *p);
	p->total = total;
	p->off = grub_file_progress_hook != NULL || (wanted != NULL && wanted[0] == '0');
	p->started = wire_now();
}

static void put_char(struct grub_term_output *term, char c)
{
	const struct grub_unicode_glyph glyph = {.base = (u8)c, .estimated_width = 1};

	term->putchar(term, &glyph);
}

/* TEXT from the line's beginning on, on one terminal after the other: several may be the same wire
 * (UEFI's console and a serial port). grub_printf would break the line by where the cursor was. */
static void put(const char *text)
{
	struct grub_term_output *term;

	FOR_ACTIVE_TERM_OUTPUTS(term)
	{
		unsigned room = grub_term_width(term);

		put_char(term, '\r');
		for (unsigned i = 0; text[i] != '\0' && i + 1 < room; i++)
			put_char(term, text[i]);
		if (term->refresh != NULL)
			term->refresh(term);
	}
}

static void draw(struct wire_progress *p, u64 done, u64 now)
{
	char line[WIRE_BAR_ROOM];
	unsigned len = wire_bar(line, done, p->total, done - p->skipped, (u32)(now - p->started));

	/* one that was longer is covered by spaces */
	for (; len < (unsigned)p->shown; len++)
		line[len] = ' ';
	line[len] = '\0';
	put(line);
	p->shown = (int)len;
	p->drawn = wire_now();
	p->pause = (u32)(p->drawn - now) * SHARE;
	if (p->pause < EVERY_MS)
		p->pause = EVERY_MS;
}

void wire_progress(struct wire_progress *p, u64 done)
{
	u64 now;

	if (p->off || (p->total != 0 ? p->total : done) <= SMALL)
		return;
	if (done - p->looked < LOOK_BYTES && ++p->calls < LOOK_CALLS)
		return;
	p->looked = done;
	p->calls = 0;
	now = wire_now();
	if (now - p->started >= PATIENCE_MS && now - p->drawn >= p->pause)
		draw(p, done, now);
}

void wire_progress_end(struct wire_progress *p)
{
	char blank[WIRE_BAR_ROOM];

	if (p->shown == 0)
		return;
	grub_memset(blank, ' ', (grub_size_t)p->shown);
	blank[p->shown] = '\0';
	put(blank);
	put("");
	p->shown = 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a file has come, on the screen; the line itself is bar.c's. */
#include "bar.h"
#include "wire.h"

#include <grub/term.h>
#include <grub/time.h>

#define SMALL       (4u << 20) /* bytes: no line for so little */
#define PATIENCE_MS 500
#define EVERY_MS    200

/* The clock is not looked at for each packet. */
#define LOOK_BYTES 32768
#define LOOK_CALLS 8

void wire_progress_begin(struct wire_progress *p, u64 total)
{
	grub_memset(p, 0, sizeof *p);
	p->total = total;
	p->started = grub_get_time_ms();
}

static void draw(struct wire_progress *p, u64 done, u64 now)
{
	char line[WIRE_BAR_ROOM];
	unsigned len = wire_bar(line, done, p->total, done - p->skipped, (u32)(now - p->started));

	/* one that was longer is covered by spaces */
	for (; len < (unsigned)p->shown; len++)
		line[len] = ' ';
	line[len] = '\0';
	grub_printf("\r%s", line);
	grub_refresh();
	p->shown = (int)len;
	p->drawn = now;
}

void wire_progress(struct wire_progress *p, u64 done)
{
	u64 now;

	if ((p->total != 0 ? p->total : done) <= SMALL)
		return;
	if (done - p->looked < LOOK_BYTES && ++p->calls < LOOK_CALLS)
		return;
	p->looked = done;
	p->calls = 0;
	now = grub_get_time_ms();
	if (now - p->started >= PATIENCE_MS && now - p->drawn >= EVERY_MS)
		draw(p, done, now);
}

void wire_progress_end(struct wire_progress *p)
{
	char blank[WIRE_BAR_ROOM];

	if (p->shown == 0)
		return;
	grub_memset(blank, ' ', (grub_size_t)p->shown);
	blank[p->shown] = '\0';
	grub_printf("\r%s\r", blank);
	grub_refresh();
	p->shown = 0;
}

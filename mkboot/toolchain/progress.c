/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/progress.h"
#include "base/mem.h"
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH      24
#define REDRAW_SECONDS 0.1
#define WORTH_SAYING   3.0 /* seconds */

static double since(const struct timespec *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

void progress_begin(struct progress *p, const char *title, unsigned steps)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	*p = (struct progress){.title = title, .steps = steps};
	p->terminal = isatty(STDERR_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
	p->colour = p->terminal && (no_color == NULL || no_color[0] == '\0');
	clock_gettime(CLOCK_MONOTONIC, &p->start);
	p->last = p->start;
}

void progress_hide(struct progress *p)
{
	if (p != NULL && p->drawn) {
		fputs("\r\033[K", stderr);
		p->drawn = false;
	}
}

static void draw(struct progress *p, double done)
{
	double all = ((double)p->step - 1 + done) / (double)p->steps;
	int full = (int)(all * BAR_WIDTH);
	unsigned seconds = (unsigned)since(&p->start);
	char bar[BAR_WIDTH + 1];

	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r\033[K%s[%s]%s %u/%u %s: %s, %u:%02u", p->colour ? "\033[32m" : "", bar,
		p->colour ? "\033[0m" : "", p->step, p->steps, p->title, p->what, seconds / 60,
		seconds % 60);
	fflush(stderr);
	p->drawn = true;
	clock_gettime(CLOCK_MONOTONIC, &p->last);
}

void progress_step(struct progress *p, const char *fmt, ...)
{
	va_list ap;

	if (p == NULL)
		return;
	free(p->what);
	va_start(ap, fmt);
	p->what = mem_vprintf(fmt, ap);
	va_end(ap);
	if (p->step < p->steps)
		p->step++;
	if (p->terminal)
		draw(p, 0);
	else
		msg_note("%s: step %u/%u (%.0f s): %s", p->title, p->step, p->steps,
			 since(&p->start), p->what);
}

void progress_skip(struct progress *p, unsigned n)
{
	if (p != NULL)
		p->step = p->step + n < p->steps ? p->step + n : p->steps;
}

void progress_draw(struct progress *p, double done)
{
	if (p == NULL || !p->terminal || p->what == NULL || since(&p->last) < REDRAW_SECONDS)
		return;
	draw(p, done < 0 ? 0 : done > 1 ? 1 : done);
}

void progress_end(struct progress *p, bool ok)
{
	double seconds;

	if (p == NULL || p->title == NULL)
		return;
	progress_hide(p);
	seconds = since(&p->start);
	if (ok && p->step > 0 && seconds >= WORTH_SAYING)
		msg_note("%s: ready, after %.0f s", p->title, seconds);
	free(p->what);
	*p = (struct progress){0};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/mem.h"
#include "vm/boot.h"

#include <stdlib.h>
#include <string.h>

#define PROGRESS_MS 200
#define TICK_MS     1000 /* the longest wait */

/* The machines that are running. */
struct fleet {
	const struct vm_job *jobs;
	const struct vm_watcher *watcher;
	struct boot **boots; /* in the order of the jobs */
	size_t n;
	struct vm_progress *progress; /* room for one of each */
	struct pollfd *fds;           /* MACHINE_POLL_FDS of each */
	int64_t shown;                /* when progress was last told */
	int64_t seen;                 /* when the last wait ended */
};

static enum mk_status start(struct fleet *f, size_t job, const char *dir, const struct recipe *r,
			    const struct vm_options *options)
{
	struct boot *b = mem_alloc(sizeof *b);
	enum mk_status st = boot_begin(b, &f->jobs[job], dir, r, options);

	b->index = job;
	f->boots[f->n++] = b;
	return st;
}

static void drop(struct fleet *f, size_t i)
{
	boot_close(f->boots[i]);
	free(f->boots[i]);
	f->n--;
	memmove(&f->boots[i], &f->boots[i + 1], (f->n - i) * sizeof *f->boots);
}

/* Nothing here takes LATE: mkboot was stopped (Ctrl-Z), the machines too, or the whole computer. */
static void excuse(struct fleet *f, int64_t late)
{
	for (size_t i = 0; i < f->n && late > TICK_MS; i++)
		boot_excuse(f->boots[i], late);
}

/* Until something comes from a machine, or something is due. */
static void wait_for_any(struct fleet *f)
{
	int64_t now = clock_ms(), due = now + TICK_MS, left;

	excuse(f, now - f->seen);
	if (f->watcher->progress != NULL && f->shown + PROGRESS_MS < due)
		due = f->shown + PROGRESS_MS;
	for (size_t i = 0; i < f->n; i++) {
		int64_t mine = boot_due(f->boots[i]);

		due = mine < due ? mine : due;
		machine_poll_fds(&f->boots[i]->machine, &f->fds[i * MACHINE_POLL_FDS]);
	}
	left = due > now ? due - now : 0;
	/* interrupted by a signal: as if nothing had come */
	if (poll(f->fds, f->n * MACHINE_POLL_FDS, (int)left) < 0) {
		for (size_t i = 0; i < f->n * MACHINE_POLL_FDS; i++)
			f->fds[i].revents = 0;
	}
	excuse(f, clock_ms() - now - left);
	f->seen = clock_ms();
}

/* Each its turn; the verdicts of those that have ended. */
static enum mk_status turn(struct fleet *f)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0, at = 0; i < f->n && st == MK_OK; at++) {
		struct boot *b = f->boots[i];
		struct vm_result result;

		if (!boot_turn(b, &f->fds[at * MACHINE_POLL_FDS])) {
			i++;
			continue;
		}
		boot_finish(b, &result);
		st = f->watcher->ended(f->watcher->ctx, b->index, &result);
		drop(f, i);
	}
	return st;
}

static void tell_progress(struct fleet *f)
{
	int64_t now = clock_ms();

	if (f->watcher->progress == NULL || now < f->shown + PROGRESS_MS)
		return;
	f->shown = now;
	for (size_t i = 0; i < f->n; i++) {
		const struct boot *b = f->boots[i];
		const char *line = judge_last_line(&b->judge);

		f->progress[i] = (struct vm_progress){.job = b->job,
						      .seconds = (double)(now - b->started) / 1000,
						      .line = line != NULL ? line : ""};
	}
	f->watcher->progress(f->watcher->ctx, f->progress, f->n);
}

enum mk_status vm_boot_all(const struct vm_job jobs[], size_t n, const char *dir,
			   const struct recipe *r, const struct vm_options *options,
			   const struct vm_watcher *watcher)
{
	size_t room = vm_at_once(r, options->at_once), next = 0;
	struct fleet f = {.jobs = jobs, .watcher = watcher, .seen = clock_ms()};
	enum mk_status st = MK_OK;

	room = room < n ? room : n;
	f.boots = mem_array(room, sizeof(struct boot *));
	f.progress = mem_array(room, sizeof *f.progress);
	f.fds = mem_array(room * MACHINE_POLL_FDS, sizeof *f.fds);
	while (st == MK_OK && (next < n || f.n > 0)) {
		while (st == MK_OK && next < n && f.n < room) {
			st = start(&f, next, dir, r, options);
			next++;
		}
		if (st != MK_OK)
			break;
		wait_for_any(&f);
		st = turn(&f);
		if (st == MK_OK)
			tell_progress(&f);
	}
	while (f.n > 0)
		drop(&f, f.n - 1);
	free(f.boots);
	free(f.progress);
	free(f.fds);
	return st;
}

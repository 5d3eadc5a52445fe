/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/test_run.h"
#include "base/clock.h"
#include "base/mem.h"
#include "verbs/test_live.h"
#include "vm/accel.h"
#include "vm/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Boots and their rows. */
struct run {
	const struct test_wanted *w;
	const struct test_jobs *jobs;
	const struct test_options *o;
	struct vm_result *results; /* of each job */
	bool *ended;
	size_t width;
	const char *accel;
	size_t printed; /* the first so many jobs */
	bool failed;    /* one of them */
};

static void add_option(struct vm_argv *argv, const char *option, const char *value)
{
	if (value == NULL)
		return;
	vm_argv_add(argv, "%s", option);
	vm_argv_add(argv, "%s", value);
}

/* mkboot VERB for the same machine. */
static void add_machine(const struct run *run, const struct vm_job *job, const char *verb,
			struct vm_argv *argv)
{
	const struct test_options *o = run->o;

	vm_argv_add(argv, "mkboot");
	vm_argv_add(argv, "%s", verb);
	if (o->operand != NULL)
		vm_argv_add(argv, "%s", o->operand);
	add_option(argv, "-o", o->build.out);
	if (o->no_build)
		vm_argv_add(argv, "--no-build");
	add_option(argv, "--via", job->via->name);
	if (o->nics.given && job->nic != NULL)
		add_option(argv, "--nic", job->nic->name);
}

static void add_line(struct vm_argv *lines, struct vm_argv *argv)
{
	char *line = vm_argv_quoted(argv);

	vm_argv_add(lines, "%s", line);
	free(line);
	vm_argv_free(argv);
}

/* Beside the emulator's own command line: mkboot's, to have just this boot judged again, and to
 * look at it. */
static void add_repeat(struct vm_argv *lines, const struct run *run, const struct vm_job *job)
{
	const struct recipe_menu *menu = &run->w->recipe->menu;
	struct vm_argv test = {0}, look = {0};

	add_machine(run, job, "test", &test);
	if (job->emulator != NULL)
		add_option(&test, "--vm", vm_emulator_name(job->emulator));
	if (job->entry != VM_ENTRY_DEFAULT)
		add_option(&test, "--entry", menu->entries[job->entry].title.text);
	add_option(&test, "--accel", run->o->accel);
	test_options_judging(run->o, &test);
	add_line(lines, &test);
	/* `mkboot run` is QEMU's, and touches no menu */
	if (job->emulator != NULL ||
	    (job->entry != VM_ENTRY_DEFAULT && job->entry != menu->default_entry))
		return;
	add_machine(run, job, "run", &look);
	add_option(&look, "--accel", run->accel); /* its own default is another */
	if (run->o->memory != TEST_UNSET)
		vm_argv_add(&look, "--memory=%u", run->o->memory);
	if (run->o->cpus != TEST_UNSET)
		vm_argv_add(&look, "--cpus=%u", run->o->cpus);
	add_line(lines, &look);
}

static void print_row(struct run *run, size_t i)
{
	const struct vm_job *job = &run->jobs->items[i];
	const struct vm_result *result = &run->results[i];
	struct strbuf row = {0};

	if (run->o->json) {
		vm_report_json(&row, run->w->recipe, job, result);
	} else {
		vm_report_text(&row, job, run->width, result);
	}
	test_live_hide();
	fwrite(row.data, 1, row.len, stdout);
	fflush(stdout);
	strbuf_free(&row);
}

static bool wants_files(const struct test_options *o)
{
	return o->junit != NULL || o->report != NULL;
}

/* The rows whose turn it is: the next, as far as they have ended. EVERYTHING: those, too, that
 * would have to wait for one that will not come. */
static void print_rows(struct run *run, bool everything)
{
	for (; run->printed < run->jobs->n; run->printed++) {
		size_t i = run->printed;

		if (!run->ended[i] && !everything)
			return;
		if (!run->ended[i])
			continue;
		print_row(run, i);
		if (!wants_files(run->o))
			vm_result_free(&run->results[i]);
	}
}

static enum mk_status ended(void *ctx, size_t i, struct vm_result *result)
{
	struct run *run = ctx;
	enum mk_status st = MK_OK;

	run->results[i] = *result;
	add_repeat(&run->results[i].repeat, run, &run->jobs->items[i]);
	run->ended[i] = true;
	run->failed = run->failed || !result->ok;
	if (run->o->log != NULL)
		st = test_keep(run->o->log, run->jobs->files[i], "log", test_log(&run->results[i]));
	print_rows(run, false);
	return st;
}

static void progress(void *ctx, const struct vm_progress running[], size_t n)
{
	(void)ctx;
	test_live_draw(running, n);
}

/* How many at once. Memory that is short of what was asked for is worth a word; by default it is
 * what the computer can do. */
static size_t at_once(const struct run *run)
{
	size_t asked = run->o->jobs != TEST_UNSET ? run->o->jobs : 0;
	size_t n = vm_at_once(run->w->recipe, asked), most = run->jobs->n;

	if (n < asked && n < most)
		msg_note("there is memory for %zu machine%s of %u MiB at a time, not for %zu", n,
			 n > 1 ? "s" : "", run->w->recipe->test.memory,
			 asked < most ? asked : most);
	return n;
}

static enum mk_status choose_accel(const struct test_options *o, const char **accel)
{
	enum mk_status st;
	char *why = NULL;

	*accel = "tcg";
	if (o->accel == NULL || strcmp(o->accel, "tcg") == 0)
		return MK_OK;
	st = vm_accel_choose(o->accel, accel, &why);
	if (st == MK_OK && why != NULL && strcmp(o->accel, "auto") == 0)
		msg_note("taking %s: %s", *accel, why);
	free(why);
	return st;
}

/* isa-debug-exit makes 2 N + 1 of what is written to it; only the power gives an even status, 0. */
static void warn_of_even(const struct test_options *o, const struct recipe_test *test)
{
	if (vm_emulator_exits(o->emulator) && test->has_exit && test->exit != 0 &&
	    test->exit % 2 == 0)
		msg_warn("no guest can end with status %u (%s): isa-debug-exit gives odd ones "
			 "only, 2 N + 1 for the value N; 0 is power-off",
			 test->exit, o->exit != TEST_UNSET ? "--exit" : "test.exit");
}

enum mk_status test_run(const struct test_wanted *w, const struct test_jobs *jobs,
			const struct test_options *o)
{
	struct run run = {.w = w,
			  .jobs = jobs,
			  .o = o,
			  .results = mem_array(jobs->n, sizeof *run.results),
			  .ended = mem_array(jobs->n, sizeof *run.ended),
			  .width = test_jobs_width(jobs)};
	const struct vm_watcher watcher = {.ctx = &run, .ended = ended, .progress = progress};
	struct vm_options options = {.screenshot = o->report != NULL};
	enum mk_status st = choose_accel(o, &options.accel);
	int64_t start = clock_ms();

	if (st == MK_OK) {
		warn_of_even(o, &w->recipe->test);
		run.accel = options.accel;
		options.at_once = at_once(&run);
		test_live_begin(run.width);
		st = vm_boot_all(jobs->items, jobs->n, w->dir, w->recipe, &options, &watcher);
		test_live_end();
		print_rows(&run, true);
	}
	if (st == MK_OK && wants_files(o)) {
		const struct vm_report report = {.recipe = w->recipe,
						 .dir = w->dir,
						 .manifest = w->manifest,
						 .jobs = jobs->items,
						 .results = run.results,
						 .n = jobs->n,
						 .seconds = (double)(clock_ms() - start) / 1000,
						 .accel = options.accel};

		st = test_write_files(&report, jobs, o);
	}
	for (size_t i = 0; i < jobs->n; i++)
		vm_result_free(&run.results[i]);
	free(run.results);
	free(run.ended);
	return st == MK_OK && run.failed ? MK_NO : st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "verbs/outputs.h"
#include "verbs/published.h"
#include "verbs/test_jobs.h"
#include "verbs/test_options.h"
#include "verbs/test_run.h"
#include "verbs/verbs.h"
#include "vm/http.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Build, or take what is there. What the command line says that the recipe knows nothing of is
 * said before. */
static enum mk_status prepare(const struct test_options *o, struct recipe **recipe,
			      struct plan **plan, struct test_entries *entries)
{
	enum mk_status st = o->no_build ? recipe_load(o->operand, recipe)
					: load_and_plan(o->operand, &o->build, recipe, plan);

	if (st == MK_OK)
		st = test_entries_find(*recipe, o->entries.items, o->entries.n, entries);
	if (st == MK_OK && !o->no_build)
		st = build_run(*plan, &o->build, NULL);
	else if (st == MK_OK && entries->given) /* which of them start where */
		st = plan_make(*recipe, plan);
	return st;
}

static enum mk_status boot(const struct test_options *o, struct test_wanted *w)
{
	struct test_jobs jobs = {0};
	enum mk_status st;

	w->manifest = published_read(w->dir);
	st = w->manifest != NULL ? test_jobs_make(w, &jobs) : MK_BAD_INPUT;
	if (st == MK_OK)
		st = test_run(w, &jobs, o);
	test_jobs_free(&jobs);
	json_decref(w->manifest);
	return st;
}

static enum mk_status build_and_boot(const struct test_options *o)
{
	struct test_wanted w = {.emulator = o->emulator, .vias = o->vias, .nics = o->nics};
	struct recipe *recipe = NULL;
	struct plan *plan = NULL;
	char *dir = NULL;
	enum mk_status st = prepare(o, &recipe, &plan, &w.entries);

	if (st == MK_OK)
		st = test_options_override(o, &recipe->test);
	if (st == MK_OK) {
		dir = path_join(o->build.out != NULL ? o->build.out : "out", recipe->name);
		w.recipe = recipe;
		w.plan = plan;
		w.dir = dir;
		st = boot(o, &w);
	}
	free(dir);
	test_entries_free(&w.entries);
	plan_free(plan);
	recipe_free(recipe);
	return st;
}

static enum mk_status run(int argc, char *argv[])
{
	struct test_options o;
	enum mk_status st;

	/* QEMU runs this: vm/network.c */
	if (argc == 4 && strcmp(argv[1], "--guest-http") == 0)
		return http_serve(argv[2], argv[3], STDIN_FILENO, STDOUT_FILENO) == 0 ? MK_OK
										      : MK_FAILED;
	st = test_options_parse(argc, argv, &o);
	if (st == MK_OK)
		st = o.help ? verb_help(&verb_test) : test_check_files(&o);
	if (st == MK_OK && !o.help)
		st = build_and_boot(&o);
	test_options_free(&o);
	return st;
}

const struct verb verb_test = {
	.name = "test",
	.arguments = "[RECIPE | KERNEL] [--via LIST] [--nic LIST] [--entry TITLE] [-j N] ...",
	.summary = "Build, boot what was built in QEMU, and judge it",
	.run = run,
	.help = test_help,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build/build.h"
#include "plan/plan.h"
#include "base/mem.h"
#include "verbs/outputs.h"
#include "verbs/verbs.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"      --json  print one object with every kernel's kind and problems\n"
	"\n"
	"Nothing is written. What will not boot is said on standard error, and the\n"
	"exit status is 3, as it would be for `mkboot build`.\n";

static bool has_error(const struct kernel *k)
{
	for (size_t i = 0; i < k->n_problems; i++) {
		if (k->problems[i].error)
			return true;
	}
	return false;
}

/* Once for each kernel, and only where there is something to say: what is wrong has been said. */
static void say_entry(const struct plan *plan, size_t index)
{
	const struct plan_entry *e = &plan->entries[index];
	const struct kernel *k = &e->kernel;
	char *titles;

	if (e->recipe->disk.text != NULL) {
		titles = platform_titles(k->platforms);
		printf("%s: a disk's boot sector\n  boots on %s\n  %s\n", e->recipe->disk.text,
		       titles, k->why_not);
		free(titles);
		return;
	}
	if (k->protocol == PROTOCOL_AUTO || k->summary == NULL)
		return;
	for (size_t i = 0; i < index; i++) {
		if (plan->entries[i].recipe->kernel.text != NULL &&
		    strcmp(plan->entries[i].recipe->kernel.text, e->recipe->kernel.text) == 0 &&
		    plan->entries[i].kernel.protocol == k->protocol)
			return;
	}
	printf("%s: %s%s\n", e->recipe->kernel.text, k->summary, k->gzip ? " (gzip)" : "");
	if (has_error(k))
		return;
	titles = platform_titles(k->platforms);
	printf("  %s %s\n", k->platforms != 0 ? "boots on" : "boots on nothing", titles);
	if (k->why_not != NULL)
		printf("  %s\n", k->why_not);
	free(titles);
}

static json_t *platforms_json(unsigned set)
{
	json_t *list = json_array();

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if ((set & PLATFORM_BIT(p)) != 0)
			json_array_append_new(list, json_string(platforms[p].name));
	}
	return list;
}

static json_t *text_json(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *entry_json(const struct plan_entry *e)
{
	const struct kernel *k = &e->kernel;
	json_t *o = json_object(), *problems = json_array();

	json_object_set_new(o, "title", text_json(e->recipe->title.text));
	json_object_set_new(o, "kernel", text_json(e->recipe->kernel.text));
	json_object_set_new(o, "disk", text_json(e->recipe->disk.text));
	json_object_set_new(o, "protocol",
			    k->protocol != PROTOCOL_AUTO
				    ? json_string(kernel_protocols[k->protocol].name)
				    : json_null());
	json_object_set_new(o, "summary",
			    k->summary != NULL ? json_string(k->summary) : json_null());
	json_object_set_new(o, "gzip", json_boolean(k->gzip));
	json_object_set_new(o, "platforms", platforms_json(k->platforms));
	for (size_t i = 0; i < k->n_problems; i++)
		json_array_append_new(problems,
				      json_pack("{s:s, s:s}", "severity",
						k->problems[i].error ? "error" : "warning", "text",
						k->problems[i].text));
	json_object_set_new(o, "problems", problems);
	return o;
}

static void print_json(const struct plan *plan, const struct recipe *r, enum mk_status st)
{
	json_t *root = json_object(), *entries = json_array();

	for (size_t i = 0; plan != NULL && i < plan->n_entries; i++)
		json_array_append_new(entries, entry_json(&plan->entries[i]));
	json_object_set_new(root, "name", r != NULL ? json_string(r->name) : json_null());
	json_object_set_new(root, "ok", json_boolean(st == MK_OK));
	json_object_set_new(root, "entries", entries);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}

static enum mk_status run(int argc, char *argv[])
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct recipe *recipe = NULL;
	struct plan *plan = NULL;
	const char *operand;
	enum mk_status st = MK_OK;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'j')
			json = true;
		else if (c == 'h')
			return verb_help(&verb_check);
		else
			st = verb_bad_option(&verb_check, c, argv);
	}
	if (st == MK_OK)
		st = verb_operand(&verb_check, argc, argv, optind, &operand);
	if (st != MK_OK)
		return st;
	st = load_and_plan(operand, NULL, &recipe, &plan);
	if (st == MK_OK)
		st = build_check(plan);
	if (json && st != MK_USAGE)
		print_json(plan, recipe, st);
	else if (plan != NULL)
		for (size_t i = 0; i < plan->n_entries; i++)
			say_entry(plan, i);
	plan_free(plan);
	recipe_free(recipe);
	return st;
}

const struct verb verb_check = {
	.name = "check",
	.arguments = "[RECIPE | KERNEL] [--json]",
	.summary = "Say what the kernels are and what will not boot, before anything is written",
	.run = run,
	.help = help,
};

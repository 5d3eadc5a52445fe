/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build/build.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "verbs/outputs.h"
#include "verbs/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"  -o, --output DIR  publish in DIR/NAME/ (default: out/NAME/)\n"
	"      --only LIST   write only these: "
	"iso,floppy,diskless-cd,diskless-floppy,tftp,http,dhcp,run\n"
	"      --json        print the manifest: every artifact's path, size and SHA-256\n"
	"\n"
	"With neither a recipe nor a kernel, ./mkboot.yaml is read. A recipe's name ends in\n"
	".yaml, .yml or .json; any other file is a kernel and gets a default recipe.\n"
	"SOURCE_DATE_EPOCH sets every time in the output; else it is the newest input's.\n";

static enum mk_status no_output(const struct verb *v, const char *word)
{
	struct strbuf all = {0};
	enum mk_status st;

	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		strbuf_addf(&all, "%s%s", i > 0 ? ", " : "", media_outputs[i].name);
	st = verb_usage(v, "there is no output '%s': there are %s", word, all.data);
	strbuf_free(&all);
	return st;
}

enum mk_status parse_only(const struct verb *v, const char *list, unsigned *only)
{
	char *words = mem_dup(list), *save = NULL;
	enum mk_status st = MK_OK;

	*only = 0;
	for (char *w = strtok_r(words, ",", &save); w != NULL && st == MK_OK;
	     w = strtok_r(NULL, ",", &save)) {
		size_t i = 0;

		while (i < OUTPUT_COUNT && strcmp(media_outputs[i].name, w) != 0)
			i++;
		if (i == OUTPUT_COUNT)
			st = no_output(v, w);
		else
			*only |= 1u << i;
	}
	if (st == MK_OK && *only == 0)
		st = verb_usage(v, "--only names no output");
	free(words);
	return st;
}

enum mk_status load_and_plan(const char *operand, const struct build_options *options,
			     struct recipe **recipe, struct plan **plan)
{
	enum mk_status st = recipe_load(operand, recipe), files;

	*plan = NULL;
	if (*recipe == NULL)
		return st;
	if (options != NULL && st == MK_OK)
		st = build_select(*recipe, options);
	files = plan_make(*recipe, plan);
	return status_first(st, files);
}

enum mk_status build_from_file(const char *operand, const struct build_options *options,
			       struct recipe **recipe, json_t **manifest)
{
	struct plan *plan = NULL;
	enum mk_status st = load_and_plan(operand, options, recipe, &plan);

	if (st == MK_OK)
		st = build_run(plan, options, manifest);
	plan_free(plan);
	return st;
}

static enum mk_status run(int argc, char *argv[])
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"only", required_argument, NULL, 'n'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct build_options bo = {0};
	struct recipe *recipe = NULL;
	json_t *manifest = NULL;
	const char *operand;
	enum mk_status st = MK_OK;
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'o')
			bo.out = optarg;
		else if (c == 'n')
			st = parse_only(&verb_build, optarg, &bo.only);
		else if (c == 'j')
			json = true;
		else if (c == 'h')
			return verb_help(&verb_build);
		else
			st = verb_bad_option(&verb_build, c, argv);
	}
	if (st == MK_OK && bo.out != NULL && bo.out[0] == '\0')
		st = verb_usage(&verb_build, "the output folder's name is empty");
	if (st == MK_OK)
		st = verb_operand(&verb_build, argc, argv, optind, &operand);
	if (st == MK_OK)
		st = build_from_file(operand, &bo, &recipe, &manifest);
	if (st == MK_OK && json) {
		json_dumpf(manifest, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (st == MK_OK) {
		build_say(&bo, manifest);
	}
	json_decref(manifest);
	recipe_free(recipe);
	return st;
}

const struct verb verb_build = {
	.name = "build",
	.arguments = "[RECIPE | KERNEL] [-o DIR] [--only LIST] [--json]",
	.summary =
		"Write ISO, floppy, diskless media, TFTP tree, DHCP configuration and launch files",
	.run = run,
	.help = help,
};

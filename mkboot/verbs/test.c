/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "verbs/outputs.h"
#include "verbs/test_jobs.h"
#include "verbs/verbs.h"
#include "vm/http.h"
#include "vm/report.h"
#include "vm/vm.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"      --via LIST    ways to boot: cd-bios, cd-uefi64, cd-uefi32, usb-bios, usb-uefi64,\n"
	"                    usb-uefi32, floppy, diskless-cd, diskless-floppy, pxe-bios,\n"
	"                    pxe-uefi64, pxe-uefi32; or all\n"
	"      --nic LIST    boot with each of these network cards of QEMU's, where the way to\n"
	"                    boot has a network: rtl8139, e1000, ...; or all that will do\n"
	"  -o, --output DIR  publish in DIR/NAME/ (default: out/NAME/)\n"
	"      --expect TEXT what the guest must write on its first serial port, and\n"
	"      --exit N      the status QEMU must end with, and\n"
	"      --timeout S   the seconds for one boot, in the place of the recipe's test\n"
	"      --no-build    boot what is there already\n"
	"      --log DIR     keep what each guest wrote on its serial port, in DIR/VIA.log\n"
	"                    (with --nic: DIR/VIA-NIC.log)\n"
	"      --json        print one object a line: recipe, via, nic, ok, seconds, reason\n"
	"\n"
	"Without --via: what the recipe's test.via says, else every way that what was written\n"
	"can be booted. Exit status 0 only where every boot is judged good, 1 where one is not.\n";

struct test_options {
	struct build_options build;
	const char *log;
	uint64_t vias; /* bit N is entry N of vm_vias */
	struct test_nics nics;
	bool all;
	bool no_build;
	bool json;
	/* in the place of the recipe's test: */
	const char *expect; /* or NULL */
	int exit;           /* or -1 */
	unsigned timeout;   /* or 0 */
};

static enum mk_status parse_number(const char *option, const char *text, unsigned min, unsigned max,
				   unsigned *out)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max)
		return verb_usage(&verb_test, "%s takes a number from %u to %u, not '%s'", option,
				  min, max, text);
	*out = (unsigned)value;
	return MK_OK;
}

static enum mk_status parse_exit(const char *text, struct test_options *o)
{
	unsigned value = 0;
	enum mk_status st = parse_number("--exit", text, 0, 255, &value);

	o->exit = (int)value;
	return st;
}

static enum mk_status override_test(struct recipe_test *test, const struct test_options *o)
{
	enum mk_status st = MK_OK;
	char *error = NULL;

	if (o->expect != NULL) {
		pattern_free(&test->expect);
		if (!pattern_parse(o->expect, &test->expect, &error))
			st = verb_usage(&verb_test, "--expect: %s", error);
		free(error);
	}
	if (o->exit >= 0) {
		test->has_exit = true;
		test->exit = (unsigned)o->exit;
	}
	if (o->timeout > 0)
		test->timeout = o->timeout;
	return st;
}

static enum mk_status parse_via(const char *list, struct test_options *o)
{
	char *words = mem_dup(list), *save = NULL;
	enum mk_status st = MK_OK;

	for (char *w = strtok_r(words, ",", &save); w != NULL && st == MK_OK;
	     w = strtok_r(NULL, ",", &save)) {
		const struct vm_via *via = vm_via_find(w);

		if (strcmp(w, "all") == 0)
			o->all = true;
		else if (via != NULL)
			o->vias |= UINT64_C(1) << (via - vm_vias);
		else
			st = verb_usage(&verb_test, "there is no way to boot called '%s'", w);
	}
	if (st == MK_OK && !o->all && o->vias == 0)
		st = verb_usage(&verb_test, "--via names no way to boot");
	free(words);
	return st;
}

/* manifest.json of what was built; NULL, said, where nothing was. */
static json_t *read_manifest(const char *dir)
{
	char *path = path_join(dir, "manifest.json");
	json_t *manifest = json_load_file(path, 0, NULL);

	if (json_object_get(manifest, "mkboot") == NULL) {
		json_decref(manifest);
		manifest = NULL;
		msg_fail(MK_BAD_INPUT,
			 "%s: nothing has been built there; leave out --no-build, or "
			 "name the place with -o",
			 dir);
	}
	free(path);
	return manifest;
}

/* Is there an artifact that boots that way? The manifest knows, by kernel and platforms. */
static bool boots_by(json_t *manifest, const char *via)
{
	json_t *artifacts = json_object_get(manifest, "artifacts"), *a, *name;
	size_t i, k;

	json_array_foreach(artifacts, i, a)
	{
		json_array_foreach(json_object_get(a, "boots_by"), k, name)
		{
			if (json_is_string(name) && strcmp(json_string_value(name), via) == 0)
				return true;
		}
	}
	return false;
}

/* What was asked for by name must be there; of all, what is there. */
static enum mk_status choose(const struct recipe *r, const char *dir, struct test_options *o,
			     struct test_jobs *jobs)
{
	uint64_t named;
	json_t *manifest = read_manifest(dir);
	enum mk_status st = MK_OK;

	if (manifest == NULL)
		return MK_BAD_INPUT;
	if (o->vias == 0 && !o->all && !r->test.all_vias)
		o->vias = r->test.vias;
	if (o->vias == 0)
		o->all = true;
	named = o->vias;
	for (size_t i = 0; i < vm_n_vias; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (boots_by(manifest, vm_vias[i].name))
			o->vias |= o->all ? bit : 0;
		else if ((o->vias & bit) != 0)
			st = msg_fail(MK_BAD_INPUT,
				      "%s: nothing in it boots by %s; see the recipe's outputs and "
				      "platforms",
				      dir, vm_vias[i].name);
	}
	if (st == MK_OK && o->vias == 0)
		st = msg_fail(MK_BAD_INPUT, "%s: there is nothing to boot in it", dir);
	if (st == MK_OK)
		st = test_jobs_make(r, o->vias, named, &o->nics, jobs);
	json_decref(manifest);
	return st;
}

static enum mk_status keep_log(const char *folder, const struct vm_job *job,
			       const struct vm_result *result)
{
	char *path = mem_printf("%s/%s.log", folder, job->label);
	int err = fs_mkdirs(folder);
	enum mk_status st = MK_OK;

	if (err == 0)
		err = fs_write(path, result->serial.data, result->serial.len);
	if (err != 0)
		st = msg_errno(path, err, "cannot write");
	free(path);
	return st;
}

struct rows {
	const struct recipe *recipe;
	const struct test_jobs *jobs;
	const struct test_options *options;
	bool failed; /* one of them */
};

static enum mk_status print_row(void *ctx, size_t i, struct vm_result *result)
{
	struct rows *rows = ctx;
	const struct vm_job *job = &rows->jobs->items[i];
	enum mk_status st = MK_OK;
	struct strbuf row = {0};

	if (rows->options->json)
		vm_report_json(&row, rows->recipe, job, result);
	else
		vm_report_text(&row, job, test_jobs_width(rows->jobs), result);
	fwrite(row.data, 1, row.len, stdout);
	fflush(stdout);
	if (rows->options->log != NULL)
		st = keep_log(rows->options->log, job, result);
	rows->failed = rows->failed || !result->ok;
	strbuf_free(&row);
	vm_result_free(result);
	return st;
}

static enum mk_status boot_all(const struct recipe *r, struct test_options *o)
{
	char *dir = path_join(o->build.out != NULL ? o->build.out : "out", r->name);
	struct test_jobs jobs = {0};
	struct rows rows = {.recipe = r, .jobs = &jobs, .options = o};
	const struct vm_watcher watcher = {.ctx = &rows, .ended = print_row};
	const struct vm_options options = {.accel = "tcg", .at_once = 1};
	enum mk_status st = choose(r, dir, o, &jobs);

	if (st == MK_OK)
		st = vm_boot_all(jobs.items, jobs.n, dir, r, &options, &watcher);
	test_jobs_free(&jobs);
	free(dir);
	return st == MK_OK && rows.failed ? MK_NO : st;
}

static enum mk_status parse(int argc, char *argv[], struct test_options *o)
{
	static const struct option options[] = {
		{"expect", required_argument, NULL, 'e'},
		{"exit", required_argument, NULL, 'x'},
		{"timeout", required_argument, NULL, 't'},
		{"via", required_argument, NULL, 'v'},
		{"nic", required_argument, NULL, 'c'},
		{"output", required_argument, NULL, 'o'},
		{"no-build", no_argument, NULL, 'n'},
		{"log", required_argument, NULL, 'l'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'v')
			st = parse_via(optarg, o);
		else if (c == 'c')
			st = test_nics_parse(optarg, &o->nics);
		else if (c == 'o')
			o->build.out = optarg;
		else if (c == 'n')
			o->no_build = true;
		else if (c == 'l')
			o->log = optarg;
		else if (c == 'j')
			o->json = true;
		else if (c == 'e')
			o->expect = optarg;
		else if (c == 'x')
			st = parse_exit(optarg, o);
		else if (c == 't')
			st = parse_number("--timeout", optarg, 1, 86400, &o->timeout);
		else if (c != 'h')
			st = verb_bad_option(&verb_test, c, argv);
	}
	return st;
}

static enum mk_status run(int argc, char *argv[])
{
	struct test_options o = {.exit = -1};
	struct recipe *recipe = NULL;
	const char *operand;
	enum mk_status st;

	/* QEMU runs this: vm/network.c */
	if (argc == 4 && strcmp(argv[1], "--guest-http") == 0)
		return http_serve(argv[2], argv[3], STDIN_FILENO, STDOUT_FILENO) == 0 ? MK_OK
										      : MK_FAILED;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return verb_help(&verb_test);
	}
	st = parse(argc, argv, &o);
	if (st == MK_OK && o.build.out != NULL && o.build.out[0] == '\0')
		st = verb_usage(&verb_test, "the output folder's name is empty");
	if (st == MK_OK)
		st = verb_operand(&verb_test, argc, argv, optind, &operand);
	if (st != MK_OK)
		return st;
	st = o.no_build ? recipe_load(operand, &recipe)
			: build_from_file(operand, &o.build, &recipe, NULL);
	if (st == MK_OK) {
		st = override_test(&recipe->test, &o);
		if (st == MK_OK)
			st = boot_all(recipe, &o);
	}
	recipe_free(recipe);
	return st;
}

const struct verb verb_test = {
	.name = "test",
	.arguments = "[RECIPE | KERNEL] [--via LIST] [--nic LIST] [--expect TEXT] [--exit N] ...",
	.summary = "Build, boot what was built in QEMU, and judge it",
	.run = run,
	.help = help,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/serve.h"
#include "base/fs.h"
#include "serve/user.h"
#include "verbs/outputs.h"
#include "verbs/published.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"      --interface IF the network interface to answer on\n"
	"      --proxy       beside another DHCP server, which gives the addresses\n"
	"      --alone       as the only DHCP server; another that answers is an error\n"
	"  -o, --output DIR  publish in DIR/NAME/ (default: out/NAME/)\n"
	"      --no-build    serve what is there already\n"
	"\n"
	"Builds what changed, then answers on that interface until Ctrl-C: DHCP and TFTP by\n"
	"dnsmasq, and HTTP where the recipe has it. Without --proxy and --alone it asks first, "
	"and\n"
	"is a proxy where a DHCP server answers. It takes root, and gives it up.\n"
	"One line for each client and file goes to standard output: MAC and IP address,\n"
	"architecture, file, bytes, seconds.\n";

struct options {
	struct serve_options serve;
	struct build_options build;
	bool no_build;
};

static enum mk_status parse(int argc, char *argv[], struct options *o)
{
	static const struct option options[] = {
		{"interface", required_argument, NULL, 'i'},
		{"proxy", no_argument, NULL, 'p'},
		{"alone", no_argument, NULL, 'a'},
		{"output", required_argument, NULL, 'o'},
		{"no-build", no_argument, NULL, 'n'},
		{0},
	};
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1 && st == MK_OK) {
		enum serve_dhcp mode = c == 'p' ? SERVE_PROXY : SERVE_ALONE;

		if (c == 'i')
			o->serve.interface = optarg;
		else if (c == 'o')
			o->build.out = optarg;
		else if (c == 'n')
			o->no_build = true;
		else if (c != 'p' && c != 'a')
			st = verb_bad_option(&verb_serve, c, argv);
		else if (o->serve.dhcp != SERVE_AUTO && o->serve.dhcp != mode)
			st = verb_usage(&verb_serve, "--proxy and --alone exclude each other");
		else
			o->serve.dhcp = mode;
	}
	if (st == MK_OK && o->serve.interface == NULL)
		st = verb_usage(&verb_serve, "say on which network interface, as in --interface "
					     "eth0 (ip -br link lists them)");
	if (st == MK_OK && o->build.out != NULL && o->build.out[0] == '\0')
		st = verb_usage(&verb_serve, "the output folder's name is empty");
	return st;
}

/* Files are the user's who called sudo. */
static enum mk_status build(struct plan *plan, const struct options *o)
{
	json_t *manifest = NULL;
	enum mk_status st;

	if (o->no_build) {
		manifest = published_read(o->serve.dir);
		st = manifest != NULL ? MK_OK : MK_BAD_INPUT;
	} else {
		st = build_run(plan, &o->build, &manifest);
	}
	json_decref(manifest);
	return st;
}

static enum mk_status serve(const char *operand, struct options *o)
{
	struct recipe *recipe = NULL;
	struct plan *plan = NULL;
	struct serve_user user;
	enum mk_status st;
	char *dir = NULL;

	serve_user_find(&user);
	st = serve_user_become(&user);
	if (st == MK_OK)
		st = load_and_plan(operand, &o->build, &recipe, &plan);
	if (st == MK_OK) {
		dir = path_join(o->build.out != NULL ? o->build.out : "out", recipe->name);
		o->serve.dir = dir;
		st = serve_user_return();
	}
	if (st == MK_OK)
		st = serve_check(plan, &o->serve);
	if (st == MK_OK)
		st = serve_user_become(&user);
	if (st == MK_OK)
		st = build(plan, o);
	if (st == MK_OK)
		st = serve_user_return();
	if (st == MK_OK)
		st = serve_run(plan, &o->serve);
	plan_free(plan);
	recipe_free(recipe);
	serve_user_free(&user);
	free(dir);
	return st;
}

static enum mk_status run(int argc, char *argv[])
{
	struct options o = {0};
	const char *operand = NULL;
	enum mk_status st;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return verb_help(&verb_serve);
	}
	st = parse(argc, argv, &o);
	if (st == MK_OK)
		st = verb_operand(&verb_serve, argc, argv, optind, &operand);
	return st == MK_OK ? serve(operand, &o) : st;
}

const struct verb verb_serve = {
	.name = "serve",
	.arguments = "[RECIPE] --interface IF [--proxy | --alone] [-o DIR] [--no-build]",
	.summary = "Build what changed and boot machines on a network: DHCP, TFTP and HTTP",
	.run = run,
	.help = help,
};

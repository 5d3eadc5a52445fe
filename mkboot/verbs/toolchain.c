/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/toolchain.h"
#include "base/mem.h"
#include "verbs/verbs.h"

#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"  list   what is kept: what it is, its size, its age, its path\n"
	"  build  all of GRUB from source, and mkboot's network drivers and protocols; a\n"
	"         recipe with grub: {source: ...} does the same\n"
	"  fetch  what build, or a recipe that uses the network, would have to download\n"
	"  clean  remove what is kept\n"
	"\n"
	"      --source S     build, fetch: `debian`, the source package of the GRUB that is\n"
	"                     installed (the default); or a tarball, as a URL or a file\n"
	"      --sha256 H     of the tarball; needed for a URL\n"
	"      --drivers      build: only the drivers and protocols, for the GRUB that\n"
	"                     is installed\n"
	"      --json         list, build: for programs\n";

struct request {
	struct recipe_grub grub;
	bool drivers, json;
};

static void print_size(uint64_t bytes)
{
	if (bytes >= (uint64_t)10 << 20)
		printf("%6" PRIu64 " MiB", bytes >> 20);
	else
		printf("%6" PRIu64 " KiB", (bytes + 1023) >> 10);
}

static void print_age(time_t made)
{
	static const struct {
		time_t seconds;
		const char *name;
	} units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}, {1, "seconds"}};
	time_t age = time(NULL) - made;
	size_t u = 0;

	while (u + 1 < sizeof units / sizeof units[0] && age < 2 * units[u].seconds)
		u++;
	printf("%4jd %-7s", (intmax_t)(age > 0 ? age / units[u].seconds : 0), units[u].name);
}

static enum mk_status list(const struct request *r)
{
	struct toolchain_item *items = NULL;
	json_t *all = json_array();
	size_t n = 0;
	enum mk_status st = toolchain_list(&items, &n);

	for (size_t i = 0; i < n; i++) {
		if (!r->json) {
			print_size(items[i].size);
			fputs("  ", stdout);
			print_age(items[i].made);
			printf("  %s\n    %s\n", items[i].what, items[i].path);
			continue;
		}
		json_array_append_new(all,
				      json_pack("{ss ss sI sI}", "path", items[i].path, "what",
						items[i].what, "size", (json_int_t)items[i].size,
						"made", (json_int_t)items[i].made));
	}
	if (r->json && st == MK_OK) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	toolchain_items_free(items, n);
	return st;
}

/* For BIOS, and the protocols for the others that are installed. */
static enum mk_status build(const struct request *r)
{
	struct grub_platform gp[PLATFORM_COUNT] = {{0}};
	unsigned wanted = grub_platforms_installed() | PLATFORM_BIT(PLATFORM_BIOS);
	enum mk_status st = MK_OK;
	json_t *all = json_object();

	for (size_t p = 0; p < PLATFORM_COUNT && st == MK_OK; p++) {
		if ((wanted & PLATFORM_BIT(p)) == 0)
			continue;
		st = toolchain_platform(r->drivers ? NULL : &r->grub, (enum platform)p, true, true,
					&gp[p]);
		if (st == MK_OK)
			json_object_set_new(all, platforms[p].grub, json_string(gp[p].modules));
	}
	if (st == MK_OK && r->json) {
		const struct grub_platform *bios = &gp[PLATFORM_BIOS];
		json_t *o = json_pack("{ss ss ss sO}", "version", bios->version, "modules",
				      bios->modules, "mkimage", bios->mkimage, "platforms", all);

		json_dumpf(o, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(o);
	} else if (st == MK_OK) {
		printf("GRUB %s\nmodules: %s\ngrub-mkimage: %s\n", gp[PLATFORM_BIOS].version,
		       gp[PLATFORM_BIOS].modules, gp[PLATFORM_BIOS].mkimage);
		for (size_t p = PLATFORM_BIOS + 1; p < PLATFORM_COUNT; p++) {
			if (gp[p].modules != NULL)
				printf("modules for %s: %s\n", platforms[p].grub, gp[p].modules);
		}
	}
	json_decref(all);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		grub_platform_free(&gp[p]);
	return st;
}

static enum mk_status fetch(const struct request *r)
{
	return toolchain_fetch(&r->grub);
}

static enum mk_status clean(const struct request *r)
{
	(void)r;
	return toolchain_clean();
}

/* Which options each takes. */
static const struct {
	const char *name;
	enum mk_status (*run)(const struct request *r);
	const char *options;
} actions[] = {
	{"list", list, "j"},
	{"build", build, "sHdj"},
	{"fetch", fetch, "sH"},
	{"clean", clean, ""},
};
#define N_ACTIONS (sizeof actions / sizeof actions[0])

static const struct option options[] = {
	{"source", required_argument, NULL, 's'}, {"sha256", required_argument, NULL, 'H'},
	{"drivers", no_argument, NULL, 'd'},      {"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},         {0},
};

static const char *option_name(char c)
{
	size_t i = 0;

	while (options[i].val != c)
		i++;
	return options[i].name;
}

static enum mk_status act(const char *name, const char *given, struct request *r)
{
	const char *names[N_ACTIONS], *near;
	size_t a = 0, wrong;

	for (size_t i = 0; i < N_ACTIONS; i++)
		names[i] = actions[i].name;
	if (name == NULL)
		return verb_usage(&verb_toolchain, "say what to do: list, build, fetch or clean");
	while (a < N_ACTIONS && strcmp(names[a], name) != 0)
		a++;
	if (a == N_ACTIONS) {
		near = recipe_nearest(name, names, N_ACTIONS);
		return near != NULL ? verb_usage(&verb_toolchain,
						 "there is no '%s'; did you mean '%s'?", name, near)
				    : verb_usage(&verb_toolchain, "there is no '%s'", name);
	}
	wrong = strspn(given, actions[a].options);
	if (given[wrong] != '\0')
		return verb_usage(&verb_toolchain, "'%s' takes no --%s", name,
				  option_name(given[wrong]));
	if (r->drivers && r->grub.source.text != NULL)
		return verb_usage(&verb_toolchain,
				  "--drivers is for the GRUB that is installed, and --source for "
				  "another");
	if (r->grub.sha256.text != NULL && r->grub.source.text == NULL)
		return verb_usage(&verb_toolchain, "--sha256 needs --source, a URL or a file");
	r->grub.given = true;
	r->grub.debian = r->grub.source.text == NULL || strcmp(r->grub.source.text, "debian") == 0;
	if (r->grub.sha256.text != NULL && r->grub.debian)
		return verb_usage(&verb_toolchain,
				  "Debian's source is checked by its own signatures; leave "
				  "--sha256 out");
	return actions[a].run(r);
}

static enum mk_status run(int argc, char *argv[])
{
	char given[8] = "";
	struct request r = {0};
	const char *name = NULL;
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1 && st == MK_OK) {
		if (c == 'h')
			return verb_help(&verb_toolchain);
		if (c == 's')
			r.grub.source.text = optarg;
		else if (c == 'H')
			r.grub.sha256.text = optarg;
		else if (c == 'd')
			r.drivers = true;
		else if (c == 'j')
			r.json = true;
		else
			st = verb_bad_option(&verb_toolchain, c, argv);
		if (st == MK_OK && strchr(given, c) == NULL)
			given[strlen(given)] = (char)c;
	}
	if (st == MK_OK && argc - optind > 1)
		st = verb_usage(&verb_toolchain, "one thing at a time, and there are %d",
				argc - optind);
	if (st == MK_OK && optind < argc)
		name = argv[optind];
	return st == MK_OK ? act(name, given, &r) : st;
}

const struct verb verb_toolchain = {
	.name = "toolchain",
	.arguments = "list|build|fetch|clean [--source S [--sha256 H]] [--drivers] [--json]",
	.summary = "GRUB with mkboot's network drivers and protocols: build it, keep it, remove it",
	.run = run,
	.help = help,
};

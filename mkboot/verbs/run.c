/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "verbs/published.h"
#include "verbs/run_gdb.h"
#include "verbs/run_options.h"
#include "verbs/titles.h"
#include "vm/accel.h"
#include "vm/launch.h"
#include "vm/qemu.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first of those for which BOOTS is true: the BIOS's first. */
static const struct vm_via *first_via(bool (*boots)(const void *ctx, const struct vm_via *via),
				      const void *ctx)
{
	const struct vm_via *uefi = NULL;

	for (size_t i = 0; i < vm_n_vias; i++) {
		const struct vm_via *via = &vm_vias[i];

		if (!boots(ctx, via))
			continue;
		if (via->platform == PLATFORM_BIOS)
			return via;
		uefi = uefi != NULL ? uefi : via;
	}
	return uefi;
}

static bool was_written(const void *ctx, const struct vm_via *via)
{
	json_t *const *manifest = ctx;

	return published_boots_by(*manifest, via->name);
}

static bool would_be_written(const void *ctx, const struct vm_via *via)
{
	const struct plan *p = ctx;

	return p->recipe->outputs[via->output].wanted &&
	       (p->output_platforms[via->output] & PLATFORM_BIT(via->platform)) != 0;
}

/* Write the media, or see what there is, and choose among the ways they boot by. */
static enum mk_status choose_via(struct plan *plan, const char *dir, struct run_options *o)
{
	json_t *manifest = NULL;
	enum mk_status st = MK_OK;

	if (!o->no_build)
		st = build_run(plan, &o->build, &manifest);
	else if ((manifest = published_read(dir)) == NULL)
		st = MK_BAD_INPUT;
	if (st != MK_OK)
		return st;
	if (o->via == NULL)
		o->via = first_via(was_written, &manifest);
	else if (!published_boots_by(manifest, o->via->name))
		st = published_lacks(dir, plan->recipe, o->via);
	if (o->via == NULL)
		st = msg_fail(MK_BAD_INPUT, "%s: there is nothing to boot in it", dir);
	json_decref(manifest);
	return st;
}

/* The card, and whether it is of any use there. */
static enum mk_status choose_nic(const struct recipe *r, const struct run_options *o,
				 struct vm_setup *s)
{
	char *why = o->tap != NULL ? vm_tap_unfit(o->tap) : NULL;
	enum mk_status st = MK_OK;

	s->tap = o->tap;
	s->nic = o->nic;
	if (why == NULL && s->via != NULL && vm_via_networked(s->via, r)) {
		const struct vm_nic *usual = vm_nic_default(s->via, r);

		s->nic = o->nic != NULL ? o->nic : usual;
		if (s->nic == NULL) /* no card will do: say why with one that usually does */
			s->nic = vm_nic_find(s->via->nic != NULL ? s->via->nic : "rtl8139");
		why = vm_nic_unfit(s->nic, s->via, r);
		if (why == NULL && o->tap == NULL)
			st = vm_network_check(s->via, r);
	}
	if (s->nic == NULL && o->tap != NULL)
		s->nic = vm_nic_find("e1000");
	if (why != NULL)
		st = msg_fail(MK_BAD_INPUT, "%s", why);
	free(why);
	return st;
}

static enum mk_status choose_display(const struct run_options *o, struct vm_launch *l)
{
	char *program;

	if (!o->window)
		return MK_OK;
	program = exec_find(QEMU_PROGRAM);
	if (program == NULL)
		return msg_missing(QEMU_PROGRAM, QEMU_PACKAGE);
	l->display = vm_launch_display(program);
	free(program);
	return l->display != NULL
		       ? MK_OK
		       : msg_missing("a display of QEMU's (gtk or sdl)", "qemu-system-gui");
}

static enum mk_status choose_port(const struct plan *plan, const struct run_options *o,
				  struct vm_launch *l)
{
	bool bios = l->setup.via == NULL || l->setup.via->platform == PLATFORM_BIOS;

	if (o->gdb == 0)
		return MK_OK;
	l->gdb = vm_free_port(o->gdb);
	if (l->gdb == 0)
		return msg_fail(MK_FAILED, "no TCP port from %u on is free for --gdb", o->gdb);
	if (o->gdb_port_given && l->gdb != o->gdb)
		return msg_fail(
			MK_FAILED,
			"port %u is taken; --gdb alone takes the next free one from 1234 on",
			o->gdb);
	l->i386 = bios && run_gdb_is_32bit(plan);
	return MK_OK;
}

/* What a command line that outlives mkboot boots, whatever is compiled after it. */
static void say_copies(const struct vm_direct *d)
{
	if (d->kernel >= 0)
		msg_note("%s is a copy of the kernel and its modules as they are now", d->paths[0]);
	if (d->initrd >= 0)
		msg_note("%s is a copy of the initrd as it is now", d->paths[1]);
}

static enum mk_status launch(const struct plan *plan, const struct run_options *o, const char *out,
			     struct vm_launch *l)
{
	enum mk_status st = MK_OK;
	struct strbuf line = {0};
	int status = 0;

	if (o->dry_run) {
		st = vm_launch_command(l, out, &line);
		if (st == MK_OK && l->direct != NULL)
			say_copies(l->direct);
		if (st == MK_OK)
			puts(line.data);
		strbuf_free(&line);
		return st;
	}
	if (l->gdb != 0)
		run_say_gdb(plan, l->gdb, l->i386);
	if (isatty(STDIN_FILENO))
		msg_note("Ctrl-a x ends it");
	st = vm_launch(l, &status);
	return st == MK_OK ? (enum mk_status)status : st;
}

/* Where things are written; for a command line that is to be pasted anywhere, from the root. */
static char *out_folder(const struct run_options *o)
{
	const char *out = o->build.out != NULL ? o->build.out : "out";
	char *here = o->dry_run ? getcwd(NULL, 0) : NULL;
	char *folder = here != NULL ? path_join(here, out) : mem_dup(out);

	free(here);
	return folder;
}

/* --entry and --args: from here on that is the default entry, and its command line. DIFFERS: what
 * is written, and GRUB's menu, would have it otherwise. */
static enum mk_status choose_entry(struct recipe *r, const struct run_options *o, bool *differs)
{
	struct recipe_menu *menu = &r->menu;
	enum mk_status st = MK_OK;
	size_t *found, n = 0;

	if ((o->entry != NULL || o->args != NULL) && menu->n_entries == 0)
		return msg_fail(MK_BAD_INPUT,
				"%s: the menu is a file of the recipe's own (menu.file), and "
				"mkboot does not know its entries",
				o->entry != NULL ? "--entry" : "--args");
	if (o->entry != NULL) {
		found = mem_array(menu->n_entries, sizeof *found);
		st = titles_find(&verb_run, menu, o->entry, found, &n);
		if (n > 0 && found[0] != menu->default_entry) {
			menu->default_entry = found[0];
			*differs = true;
		}
		free(found);
	}
	if (st == MK_OK && o->args != NULL) {
		struct text *args = &menu->entries[menu->default_entry].args;

		free(args->text);
		args->text = mem_dup(o->args);
		*differs = true;
	}
	return st;
}

/* WHY: QEMU cannot load the kernel itself; NULL: it is not asked to. */
static enum mk_status by_grub_only_default(const struct run_options *o, const char *why)
{
	if (why != NULL)
		msg_note("QEMU cannot load the kernel itself: %s", why);
	if (o->args != NULL)
		return verb_usage(&verb_run,
				  "--args: where GRUB loads the kernel, its command line is the "
				  "recipe's (args)");
	return verb_usage(&verb_run,
			  "--entry: with %s the entry is chosen in the menu: on its "
			  "serial console (menu.serial), or with --window",
			  o->no_build && o->via == NULL ? "--no-build" : "--via");
}

/* What QEMU takes for the kernel that it loads, and this one has from the recipe. */
static enum mk_status check_extra(const struct run_options *o)
{
	static const struct {
		const char *option, *instead;
	} theirs[] = {
		{"kernel", "name the kernel itself: mkboot run KERNEL"},
		{"append", "the command line is that of the recipe (args), or --args TEXT"},
		{"initrd", "the modules are those of the recipe (modules)"},
	};

	for (size_t i = 0; i < o->n_extra; i++) {
		const char *name = o->extra[i];

		name += name[0] == '-' ? 1 : 0;
		name += name != o->extra[i] && name[0] == '-' ? 1 : 0;
		for (size_t k = 0; k < sizeof theirs / sizeof *theirs; k++) {
			if (name != o->extra[i] && strcmp(name, theirs[k].option) == 0)
				return verb_usage(&verb_run,
						  "%s does nothing for a kernel that mkboot loads: "
						  "%s",
						  o->extra[i], theirs[k].instead);
		}
	}
	return MK_OK;
}

static enum mk_status run_plan(struct plan *plan, struct run_options *o, bool own_entry)
{
	const struct recipe *r = plan->recipe;
	char *out = out_folder(o), *dir = path_join(out, r->name), *why = NULL;
	struct vm_direct direct = {.kernel = -1, .initrd = -1};
	struct vm_launch l = {
		.setup = {.dir = dir,
			  .recipe = r,
			  .memory = o->memory != 0 ? o->memory : r->test.memory,
			  .cpus = o->cpus != 0 ? o->cpus : r->test.cpus},
		.debugcon = o->debugcon,
		.extra = o->extra,
		.n_extra = o->n_extra,
	};
	const struct vm_via *other = first_via(would_be_written, plan);
	enum mk_status st = vm_accel_choose(o->accel, &l.setup.accel, NULL);

	if (st == MK_OK && o->via == NULL && !o->no_build) {
		st = vm_direct_make(plan, l.setup.memory, o->dry_run ? out : NULL, &direct, &why);
		if (st == MK_OK && why == NULL)
			l.direct = &direct;
		/* Linux gets them from QEMU itself, and the last win */
		if (st == MK_OK && direct.kernel >= 0 && why == NULL)
			st = check_extra(o);
	}
	if (st == MK_OK && l.direct == NULL && own_entry)
		st = by_grub_only_default(o, why);
	if (st == MK_OK && l.direct != NULL)
		msg_note("kernel loaded by QEMU itself%s%s%s", other != NULL ? "; --via " : "",
			 other != NULL ? other->name : "",
			 other != NULL ? " boots what mkboot build writes" : "");
	else if (st == MK_OK)
		st = choose_via(plan, dir, o);
	if (st == MK_OK && why != NULL)
		msg_note("booted by %s, for QEMU cannot load the kernel itself: %s", o->via->name,
			 why);
	l.setup.via = o->via;
	if (st == MK_OK)
		st = choose_nic(r, o, &l.setup);
	if (st == MK_OK)
		st = choose_display(o, &l);
	if (st == MK_OK)
		st = choose_port(plan, o, &l);
	if (st == MK_OK)
		st = launch(plan, o, out, &l);
	vm_direct_free(&direct);
	free(why);
	free(dir);
	free(out);
	return st;
}

static enum mk_status run(int argc, char *argv[])
{
	struct run_options o = {0};
	struct recipe *recipe = NULL;
	struct plan *plan = NULL;
	const char *operand = NULL;
	enum mk_status st;
	bool own_entry = false;
	int own = 1;

	while (own < argc && strcmp(argv[own], "--") != 0) {
		if (strcmp(argv[own], "--help") == 0 || strcmp(argv[own], "-h") == 0)
			return verb_help(&verb_run);
		own++;
	}
	if (own < argc) {
		o.extra = argv + own + 1;
		o.n_extra = (size_t)(argc - own - 1);
	}
	st = run_options_parse(own, argv, &o);
	if (st == MK_OK)
		st = verb_operand(&verb_run, own, argv, optind, &operand);
	if (st != MK_OK)
		return st;
	st = load_and_plan(operand, &o.build, &recipe, &plan);
	if (st == MK_OK)
		st = choose_entry(recipe, &o, &own_entry);
	if (st == MK_OK)
		st = run_plan(plan, &o, own_entry);
	plan_free(plan);
	recipe_free(recipe);
	return st;
}

const struct verb verb_run = {
	.name = "run",
	.arguments = "[RECIPE | KERNEL] [--entry TITLE] [--via VIA] [--gdb] [--window] ... [-- "
		     "ARGUMENTS]",
	.summary = "Build what changed and boot it in QEMU, the serial port on the terminal",
	.run = run,
	.help = run_help,
};

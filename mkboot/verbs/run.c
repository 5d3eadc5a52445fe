/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "verbs/outputs.h"
#include "verbs/published.h"
#include "verbs/run_gdb.h"
#include "vm/accel.h"
#include "vm/launch.h"
#include "vm/qemu.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
	"      --via VIA     boot by that, as with mkboot test: cd-bios, usb-uefi64, pxe-bios, "
	"...\n"
	"      --nic NIC     the network card, one of QEMU's: rtl8139, e1000, ...\n"
	"      --tap IF      the card is on this tap interface of the host's, in the place of\n"
	"                    QEMU's own network\n"
	"      --window      show the guest's screen\n"
	"      --memory MIB  in the place of the recipe's test.memory\n"
	"      --cpus N      in the place of the recipe's test.cpus\n"
	"      --accel ACCEL auto (default: KVM where it runs a guest as fast as TCG), kvm, tcg\n"
	"      --gdb[=PORT]  wait for gdb, at port 1234 or the next free one, and say how to\n"
	"                    call it\n"
	"      --debugcon FILE\n"
	"                    what the guest writes to port 0xe9 (default: standard error)\n"
	"      --dry-run     print QEMU's command line, for a shell, and do not start it\n"
	"  -o, --output DIR  publish in DIR/NAME/ (default: out/NAME/)\n"
	"      --no-build    boot what is there already\n"
	"      -- ARGUMENTS  of QEMU's, last, so that they win\n"
	"\n"
	"Without --via, QEMU itself loads a Multiboot, Multiboot 2 or Linux kernel, with the\n"
	"command line, modules and memory map that GRUB would give it, and nothing is written;\n"
	"what only GRUB can do goes through the first BIOS way to boot that was written. The\n"
	"first serial port is the terminal; on one, Ctrl-a x ends the machine. The exit status\n"
	"is QEMU's: 0 where the guest switched itself off, 2 N + 1 where it wrote N to\n"
	"isa-debug-exit (port 0xf4), 1 where it was reset or panicked.\n";

struct run_options {
	struct build_options build;
	const struct vm_via *via; /* NULL: not asked for */
	const struct vm_nic *nic;
	const char *tap, *accel, *debugcon;
	unsigned memory, cpus; /* 0: the recipe's */
	unsigned gdb;          /* the port; 0: not asked for */
	bool gdb_port_given;
	bool window, dry_run, no_build;
	char *const *extra;
	size_t n_extra;
};

static enum mk_status parse_number(const char *option, const char *text, unsigned min, unsigned max,
				   unsigned *out)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max)
		return verb_usage(&verb_run, "%s takes a number from %u to %u, not '%s'", option,
				  min, max, text);
	*out = (unsigned)value;
	return MK_OK;
}

static enum mk_status no_name(const char *what, const char *name, const char *near)
{
	return verb_usage(&verb_run, "%s called '%s'%s%s%s", what, name,
			  near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
			  near != NULL ? "'?" : "");
}

static enum mk_status parse_one(int c, const char *value, struct run_options *o)
{
	switch (c) {
	case 'v':
		o->via = vm_via_find(value);
		return o->via != NULL
			       ? MK_OK
			       : no_name("there is no way to boot", value, vm_via_nearest(value));
	case 'c':
		o->nic = vm_nic_find(value);
		return o->nic != NULL
			       ? MK_OK
			       : no_name("QEMU has no network card", value, vm_nic_nearest(value));
	case 'm':
		return parse_number("--memory", value, 16, 1u << 20, &o->memory);
	case 'p':
		return parse_number("--cpus", value, 1, 64, &o->cpus);
	case 'g':
		o->gdb = 1234;
		o->gdb_port_given = value != NULL;
		return value != NULL ? parse_number("--gdb", value, 1, 65535, &o->gdb) : MK_OK;
	case 't':
		o->tap = value;
		break;
	case 'a':
		o->accel = value;
		break;
	case 'd':
		o->debugcon = value;
		break;
	case 'o':
		o->build.out = value;
		break;
	case 'w':
		o->window = true;
		break;
	case 'y':
		o->dry_run = true;
		break;
	case 'n':
		o->no_build = true;
		break;
	default:
		break;
	}
	return MK_OK;
}

static enum mk_status parse(int argc, char *argv[], struct run_options *o)
{
	static const struct option options[] = {
		{"via", required_argument, NULL, 'v'},      {"nic", required_argument, NULL, 'c'},
		{"tap", required_argument, NULL, 't'},      {"window", no_argument, NULL, 'w'},
		{"memory", required_argument, NULL, 'm'},   {"cpus", required_argument, NULL, 'p'},
		{"accel", required_argument, NULL, 'a'},    {"gdb", optional_argument, NULL, 'g'},
		{"debugcon", required_argument, NULL, 'd'}, {"dry-run", no_argument, NULL, 'y'},
		{"output", required_argument, NULL, 'o'},   {"no-build", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},           {0},
	};
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1 && st == MK_OK)
		st = c == '?' || c == ':' ? verb_bad_option(&verb_run, c, argv)
					  : parse_one(c, optarg, o);
	if (st == MK_OK && o->build.out != NULL && o->build.out[0] == '\0')
		st = verb_usage(&verb_run, "the output folder's name is empty");
	if (st == MK_OK && o->debugcon != NULL && o->debugcon[0] == '\0')
		st = verb_usage(&verb_run, "the name that --debugcon takes is empty");
	return st;
}

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
		msg_note("port %u is taken", o->gdb);
	l->i386 = bios && run_gdb_is_32bit(plan);
	return MK_OK;
}

static enum mk_status launch(const struct plan *plan, const struct run_options *o, const char *out,
			     struct vm_launch *l)
{
	enum mk_status st = MK_OK;
	struct strbuf line = {0};
	int status = 0;

	if (o->dry_run) {
		st = vm_launch_command(l, out, &line);
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

static enum mk_status run_plan(struct plan *plan, struct run_options *o)
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
	}
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
	st = parse(own, argv, &o);
	if (st == MK_OK)
		st = verb_operand(&verb_run, own, argv, optind, &operand);
	if (st != MK_OK)
		return st;
	st = load_and_plan(operand, &o.build, &recipe, &plan);
	if (st == MK_OK)
		st = run_plan(plan, &o);
	plan_free(plan);
	recipe_free(recipe);
	return st;
}

const struct verb verb_run = {
	.name = "run",
	.arguments =
		"[RECIPE | KERNEL] [--via VIA] [--nic NIC] [--gdb] [--window] ... [-- ARGUMENTS]",
	.summary = "Build what changed and boot it in QEMU, the serial port on the terminal",
	.run = run,
	.help = help,
};

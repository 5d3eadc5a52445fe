/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/run_options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char run_help[] =
	"      --via VIA     boot by that, as with mkboot test: cd-bios, usb-uefi64, pxe-bios, "
	"...\n"
	"      --entry TITLE the menu's entry of that title, or whose title begins so, in the "
	"place\n"
	"                    of the default one; without --via\n"
	"      --args TEXT   in the place of the kernel's command line; without --via\n"
	"      --nic NIC     the network card, one of QEMU's: rtl8139, e1000, ...\n"
	"      --tap IF      the card is on this tap interface of the host's, in the place of\n"
	"                    QEMU's own network\n"
	"      --window      show the guest's screen\n"
	"      --memory MIB  in the place of the recipe's test.memory\n"
	"      --cpus N      in the place of the recipe's test.cpus\n"
	"      --accel ACCEL auto (default: KVM where it runs a guest as fast as TCG), kvm, tcg\n"
	"      --gdb[=PORT]  wait for gdb, at port 1234 or the next free one, and say how to\n"
	"                    call it; a guest that resets is kept for it\n"
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
	case 'e':
		o->entry = value;
		break;
	case 'A':
		o->args = value;
		break;
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

/* "--gdb 9999": an option's value that may be left out has no blank before it. Before getopt_long,
 * which puts ARGV in another order. */
static const char *port_apart(int argc, char *argv[])
{
	for (int i = 1; i + 1 < argc; i++) {
		const char *next = argv[i + 1];

		if (strcmp(argv[i], "--gdb") == 0 && next[0] != '\0' &&
		    next[strspn(next, "0123456789")] == '\0')
			return next;
	}
	return NULL;
}

enum mk_status run_options_parse(int argc, char *argv[], struct run_options *o)
{
	static const struct option options[] = {
		{"via", required_argument, NULL, 'v'},      {"nic", required_argument, NULL, 'c'},
		{"tap", required_argument, NULL, 't'},      {"window", no_argument, NULL, 'w'},
		{"memory", required_argument, NULL, 'm'},   {"cpus", required_argument, NULL, 'p'},
		{"accel", required_argument, NULL, 'a'},    {"gdb", optional_argument, NULL, 'g'},
		{"debugcon", required_argument, NULL, 'd'}, {"dry-run", no_argument, NULL, 'y'},
		{"output", required_argument, NULL, 'o'},   {"no-build", no_argument, NULL, 'n'},
		{"entry", required_argument, NULL, 'e'},    {"args", required_argument, NULL, 'A'},
		{"help", no_argument, NULL, 'h'},           {0},
	};
	const char *port = port_apart(argc, argv);
	enum mk_status st = MK_OK;
	int c;

	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1 && st == MK_OK)
		st = c == '?' || c == ':' ? verb_bad_option(&verb_run, c, argv)
					  : parse_one(c, optarg, o);
	if (st == MK_OK && o->build.out != NULL && o->build.out[0] == '\0')
		st = verb_usage(&verb_run, "the output folder's name is empty");
	if (st == MK_OK && o->debugcon != NULL && o->debugcon[0] == '\0')
		st = verb_usage(&verb_run, "the name that --debugcon takes is empty");
	if (st == MK_OK && port != NULL && access(port, F_OK) != 0)
		st = verb_usage(&verb_run, "the port is written --gdb=%s", port);
	return st;
}

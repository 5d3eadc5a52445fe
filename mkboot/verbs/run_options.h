/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VERBS_RUN_OPTIONS_H
#define MKBOOT_VERBS_RUN_OPTIONS_H

#include "verbs/outputs.h"
#include "vm/vm.h"

/* Within `mkboot run`: its command line. */

struct run_options {
	struct build_options build;
	const struct vm_via *via; /* NULL: not asked for */
	const struct vm_nic *nic;
	const char *entry, *args; /* NULL: the default one; the recipe's */
	const char *tap, *accel, *debugcon;
	unsigned memory, cpus; /* 0: the recipe's */
	unsigned gdb;          /* the port; 0: not asked for */
	bool gdb_port_given;
	bool window, dry_run, no_build;
	char *const *extra;
	size_t n_extra;
};

extern const char run_help[];

/* ARGV up to "--". MK_OK, and optind is the first operand's; or MK_USAGE, said. */
enum mk_status run_options_parse(int argc, char *argv[], struct run_options *o);

#endif

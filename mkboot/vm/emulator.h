/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_EMULATOR_H
#define MKBOOT_VM_EMULATOR_H

#include "vm/machine.h"
#include "vm/vm.h"

/*
 * Within the stage: the table of emulators (emulator.c). Each is one file, NAME.c, and one line.
 * What differs between them is how a machine is described, which channels it has, and what its end
 * means.
 */

/* A machine to be: what an emulator's command line, and each part of it, is made from. */
struct vm_setup {
	const struct vm_via *via;
	const struct vm_nic *nic; /* NULL: no network */
	const char *dir;
	const struct recipe *recipe;
	const struct vm_network *network; /* NULL: no network, or TAP */
	const char *tap;   /* a tap interface of the host's that the card is on; or NULL */
	const char *accel; /* QEMU's: "tcg", "kvm" */
	unsigned memory;   /* MiB */
	unsigned cpus;
	bool screenshot; /* the machine must still be there at its end (vm/machine.h) */
};

struct vm_emulator {
	const char *name;  /* for --vm: "qemu" */
	const char *title; /* for messages: "QEMU" */
	/* Why JOB cannot run in it, as a sentence for free(); NULL where it can. */
	char *(*unfit)(const struct vm_job *job, const struct recipe *r);
	/* Find the program and whatever else it takes, and make m->program and m->argv, with M's
	 * channels (m is open). MK_MISSING, said, where something is not installed.
	 * result->secure_boot is filled in here. */
	enum mk_status (*prepare)(const struct vm_setup *s, struct machine *m,
				  struct vm_result *result);
	/* While it runs, and once it has ended: what its own channels (m->got) tell of, beside the
	 * consoles, for J. Takes out of them what it has read. NULL: nothing. */
	void (*follow)(const struct vm_setup *s, struct machine *m, struct judge *j);
	/* It has ended by itself, and *E is what its status tells: what its words tell. NULL:
	 * nothing. */
	void (*ended)(struct machine *m, struct judge *j, struct judge_event *e);
	/* No guest can give it an exit status: test.exit is not asked for. */
	bool no_exit;
	/* The command line as a person would type it to see the same boot; nothing where there is
	 * none. */
	void (*by_hand)(const struct vm_setup *s, struct vm_argv *argv);
};
extern const struct vm_emulator *const vm_emulators[];
extern const size_t vm_n_emulators;
extern const struct vm_emulator vm_qemu, vm_bochs;

#endif

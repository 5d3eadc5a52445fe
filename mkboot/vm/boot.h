/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_BOOT_H
#define MKBOOT_VM_BOOT_H

#include "vm/emulator.h"
#include "vm/keys.h"
#include "vm/network.h"
#include "vm/qemu_log.h"
#include "vm/qmp.h"

/*
 * Within the stage: one machine from its start to its verdict. boot_all.c polls several of them at
 * once. Times are milliseconds of the monotonic clock.
 */

enum boot_phase {
	BOOT_RUNNING,
	BOOT_LEAVING, /* at its end; the picture is being taken */
	BOOT_ENDED,   /* the emulator is gone */
};

struct boot {
	size_t index; /* of the job */
	const struct vm_job *job;
	const struct vm_emulator *emulator;
	struct vm_setup setup;
	struct vm_network network;
	struct machine machine;
	struct recipe_test test; /* the recipe's, less what the emulator cannot tell */
	struct judge judge;
	struct qmp qmp;
	struct qemu_log log;
	bool exited;              /* the guest wrote to the exit port */
	struct judge_event event; /* how it ended */
	struct vm_result result;
	enum boot_phase phase;
	int64_t started;
	int64_t heard;      /* when the guest last wrote */
	size_t guest_bytes; /* that it had written by then */
	int64_t over;       /* when the judge was certain, the guest still writing; or 0 */
	int64_t wrote;      /* when it last did, since then */
	size_t bytes;       /* of its consoles by then */
	int picture;        /* a file of the machine's; or -1 */
	unsigned shot;      /* the id in QMP of the command that fills it */
	int64_t leave_by;   /* when BOOT_LEAVING is over, whatever becomes of it */
	struct keys keys;
};

/* Start the machine. The status is final, and boot_close is due in either case. B must not move
 * until then. */
enum mk_status boot_begin(struct boot *b, const struct vm_job *job, const char *dir,
			  const struct recipe *r, const struct vm_options *options);
/* When boot_turn is due though nothing comes from the machine. */
int64_t boot_due(const struct boot *b);
/* So many milliseconds do not count: nobody was there to look. */
void boot_excuse(struct boot *b, int64_t ms);
/* FDS are those of machine_poll_fds, after poll. True once it has ended. */
bool boot_turn(struct boot *b, const struct pollfd *fds);
/* It has ended: the verdict. *RESULT is the caller's. */
void boot_finish(struct boot *b, struct vm_result *result);
void boot_close(struct boot *b);

#endif

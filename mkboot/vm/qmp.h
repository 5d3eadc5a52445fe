/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_QMP_H
#define MKBOOT_VM_QMP_H

#include "base/strbuf.h"
#include "vm/judge.h"

/*
 * Within the stage: QEMU's monitor (QEMU, docs/interop/qmp-spec.txt; the events and commands are in
 * qemu-qmp-ref(7)). One JSON object a line, both ways; commands are answered in their order.
 */
struct qmp {
	bool greeted;       /* somebody is there */
	unsigned said;      /* commands; the last one's id */
	unsigned answered;  /* the id of the last that was answered */
	bool refused;       /* that one, with an error */
	unsigned resets;    /* that the guest asked for */
	bool shut_down;     /* the machine is at its end, whether QEMU is or not */
	enum judge_end end; /* why: JUDGE_POWEROFF, JUDGE_RESET, JUDGE_KILLED; else JUDGE_EXITED */
};
void qmp_begin(struct qmp *q);

/* Send the command NAME, with ARGUMENTS (a JSON object), or NULL, to the socket FD. Returns its id.
 * Nobody may be there to read it. */
unsigned qmp_say(struct qmp *q, int fd, const char *name, const char *arguments);

/* Read the whole lines in GOT, which are taken out of it, and tell J. */
void qmp_read(struct qmp *q, struct strbuf *got, struct judge *j);

#endif

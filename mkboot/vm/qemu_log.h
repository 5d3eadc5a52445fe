/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_QEMU_LOG_H
#define MKBOOT_VM_QEMU_LOG_H

#include "base/strbuf.h"
#include "vm/judge.h"

/*
 * Within the stage: what QEMU logs with -d cpu_reset. A triple fault is the line "Triple fault"
 * (target/i386/tcg/excp_helper.c), which does not say where. The reset that follows begins with
 * each processor's registers as they were (target/i386/cpu.c, x86_cpu_reset). KVM logs neither.
 */
struct qemu_log {
	unsigned cpus; /* with more than one there is no telling which of them it was */
	bool fault;    /* and it has not been told yet */
	bool reset;    /* the registers come next */
};

/* Read the whole lines in GOT, which are taken out of it, and tell J. ENDED: there will be no
 * more. */
void qemu_log_read(struct qemu_log *log, struct strbuf *got, bool ended, struct judge *j);

#endif

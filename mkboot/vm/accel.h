/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_ACCEL_H
#define MKBOOT_VM_ACCEL_H

#include "base/status.h"

/*
 * Which of QEMU's accelerators to use, found out by trying: /dev/kvm may open and still not run a
 * guest, or run it many times slower than emulation (nested virtualization). A guest of a few
 * instructions of each kind that cost (computing, port I/O) is run under both; KVM is taken where
 * it ends well and no later than TCG does. The answer is remembered in the cache for this kernel,
 * processor and QEMU.
 */

/* ASKED: "kvm", "tcg" (taken as they are), or "auto"/NULL. Sets *ACCEL to a string constant, and
 * *WHY, where not NULL, to a sentence for free() about how it was found. MK_USAGE for another
 * name; MK_MISSING where it takes a trial and there is no QEMU. Prints nothing else. */
enum mk_status vm_accel_choose(const char *asked, const char **accel, char **why);

/* Within the stage: the trial itself, or what the cache has of it, whether there is a device or
 * not. As vm_accel_choose. */
enum mk_status vm_accel_try(const char **accel, char **why);
/* Within the stage: why KVM cannot even be asked for, static; NULL where DEVICE, /dev/kvm, is
 * KVM's. */
const char *vm_accel_no_kvm(const char *device);

#endif

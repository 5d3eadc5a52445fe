/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_SECURE_BOOT_H
#define MKBOOT_VM_SECURE_BOOT_H

#include <stddef.h>

#include "vm/qemu.h"
#include "vm/vm.h"

/*
 * Within the stage: is UEFI's Secure Boot on in a machine? The variable store that it starts from
 * tells; the firmware's descriptor does not (Debian's for OVMF_CODE_4M.fd has no "secure-boot", and
 * with keys enrolled that firmware refuses unsigned images all the same).
 */

/* LEN bytes of a variable store, whatever they are. VM_SECURE_BOOT_NONE where they are not one
 * with authenticated variables, without which there is no Secure Boot. */
enum vm_secure_boot secure_boot_parse(const void *bytes, size_t len);

/* A machine with that firmware. VM_SECURE_BOOT_NONE on BIOS, and where the store cannot be read. */
enum vm_secure_boot secure_boot_state(const struct qemu_firmware *fw);

/* A verdict that is no because the firmware wanted a signature gets a reason that says so. */
void secure_boot_explain(struct vm_result *result);

#endif

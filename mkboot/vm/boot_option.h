/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_BOOT_OPTION_H
#define MKBOOT_VM_BOOT_OPTION_H

#include "vm/emulator.h"

/*
 * Within the stage: what UEFI boots first. QEMU's network does not say HTTPClient, without which
 * the firmware takes no URL from DHCP (UEFI 2.10 §24.7.3.1), so that the URL is a boot option of
 * the machine's own variables: then any DHCP server will do (EDK2,
 * NetworkPkg/HttpBootDxe/HttpBootDhcp4.c: "home environment"). No PXE is tried before it.
 */

/* Does the machine need one? */
bool boot_option_needed(const struct vm_setup *s);
/* Put it into the variable store that FD holds, a file that is read and written; PATH is where that
 * came from, for messages. Nothing where none is needed. The status is final. */
enum mk_status boot_option_write(const struct vm_setup *s, int fd, const char *path);
/* Put the option for URI into the LEN bytes of STORE. 0; as variable_store_set. */
int boot_option_set(void *store, size_t len, const char *uri);

#endif

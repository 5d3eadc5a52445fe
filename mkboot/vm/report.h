/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_REPORT_H
#define MKBOOT_VM_REPORT_H

#include "base/strbuf.h"
#include "vm/vm.h"

/* One boot's result as text; each appends to OUT and ends with a newline. */

/* For people: a row, and where it failed, the reason and the last 20 lines of the serial port
 * (and of the screen, where there was one). LABEL says what was booted; WIDTH is that of the widest
 * label of all rows. */
void vm_report_text(struct strbuf *out, const char *label, size_t width,
		    const struct vm_result *result);

/* For programs: {"recipe","via","nic","ok","seconds","reason"} on one line. NIC is NULL, and "nic"
 * null, where the machine had no network; "reason" is null where it is ok. */
void vm_report_json(struct strbuf *out, const char *recipe, const struct vm_via *via,
		    const struct vm_nic *nic, const struct vm_result *result);

#endif

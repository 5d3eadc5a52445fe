/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_REPORT_H
#define MKBOOT_VM_REPORT_H

#include "base/strbuf.h"
#include "vm/vm.h"

/* One boot's result as text; each appends to OUT and ends with a newline. */

/* For people: a row, and where it failed, the reason and the last 20 lines of the serial port
 * (and of the screen, where there was one). */
void vm_report_text(struct strbuf *out, const struct vm_via *via, const struct vm_result *result);

/* For programs: {"recipe","via","nic","ok","seconds","reason"} on one line. "nic" is null where
 * the machine had no network, "reason" where it is ok. */
void vm_report_json(struct strbuf *out, const char *recipe, const struct vm_via *via,
		    const struct vm_result *result);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_VM_H
#define MKBOOT_VM_VM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/platform.h"
#include "base/strbuf.h"
#include "recipe/recipe.h"

/*
 * Boot what was built, in QEMU (under TCG), and judge it by what the guest writes on its serial
 * port and by the status QEMU ends with: never by sleeping.
 */

/* A way to boot: one line of vias.c's table. */
struct vm_via {
	const char *name; /* "cd-bios" */
	enum platform platform;
	enum output output; /* what it boots from */
	/* Add the medium's part of QEMU's command line. */
	void (*attach)(const struct vm_via *via, const char *dir, const char *name,
		       struct strbuf *argv);
};
extern const struct vm_via vm_vias[];
extern const size_t vm_n_vias;
const struct vm_via *vm_via_find(const char *name);

struct vm_result {
	bool ok;
	double seconds;
	char *reason;         /* one line why not; NULL where ok */
	struct strbuf serial; /* everything the guest wrote */
};

/*
 * Boot NAME's artifacts in the folder DIR ("out/demo") by VIA, and judge by TEST: every byte
 * string expected came on the serial port, and the exit status is the one named (where none is
 * named: the expected text is enough, and the machine is stopped then). At the deadline it is
 * killed.
 * MK_OK whatever the verdict, with *RESULT (vm_result_free); MK_MISSING without QEMU or OVMF;
 * MK_FAILED where the machine could not be run at all.
 */
enum mk_status vm_boot(const struct vm_via *via, const char *dir, const char *name,
		       const struct recipe_test *test, struct vm_result *result);
void vm_result_free(struct vm_result *result);

/* OVMF's code and variable store for a platform, looked for wherever distributions put them.
 * MK_MISSING names Debian's package. The strings are the caller's. */
enum mk_status vm_find_ovmf(enum platform p, char **code, char **vars);

#endif

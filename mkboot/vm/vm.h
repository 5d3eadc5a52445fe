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

/* A growing argument vector; always ended by a NULL that N does not count. */
struct vm_argv {
	char **items;
	size_t n;
};
void vm_argv_add(struct vm_argv *argv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void vm_argv_free(struct vm_argv *argv);
/* VALUE as it must stand within one of QEMU's comma-separated options: a comma is doubled. The
 * caller frees. */
char *vm_option_value(const char *value);

/* A way to boot: one line of vias.c's table. */
struct vm_via {
	const char *name; /* "cd-bios" */
	enum platform platform;
	enum output output; /* what it boots from */
	const char *nic;    /* QEMU's model of the network card; NULL: no network in the machine */
	bool native;        /* no PXE ROM on the card: GRUB's own driver does it */
	/* What it boots from, relative to DIR and with one %s for NAME: "%s.iso". */
	const char *artifact;
	/* Add the medium's part of QEMU's command line. */
	void (*attach)(const struct vm_via *via, const char *dir, const char *name,
		       struct vm_argv *argv);
};
extern const struct vm_via vm_vias[];
extern const size_t vm_n_vias;
/* NULL where there is none of that name. */
const struct vm_via *vm_via_find(const char *name);
/* The path of what VIA boots from. The caller frees. */
char *vm_artifact(const struct vm_via *via, const char *dir, const char *name);

#define VM_KEEP (4u << 20)

struct vm_result {
	bool ok;
	double seconds;
	char *reason;         /* one line of printable UTF-8, why not; NULL where ok */
	struct strbuf serial; /* what the guest wrote: all of it, or the last VM_KEEP bytes */
	struct strbuf
		screen; /* BIOS: what firmware and boot loader wrote on the screen; likewise */
};

/*
 * Boot NAME's artifacts in the folder DIR ("out/demo") by VIA, and judge by TEST (vm/judge.h has
 * the rules): the text expected came on the serial port, and the exit status is the one named
 * (where none is named: the expected text is enough, and the machine is stopped then). A machine
 * that cannot come to an end is stopped at once, any other at the deadline. The artifacts are
 * opened for reading only, and nothing is left behind, also when mkboot is killed.
 * MK_OK whatever the verdict, with *RESULT (vm_result_free); MK_MISSING without QEMU or OVMF;
 * MK_FAILED where the machine could not be run at all.
 */
enum mk_status vm_boot(const struct vm_via *via, const char *dir, const char *name,
		       const struct recipe_test *test, struct vm_result *result);
void vm_result_free(struct vm_result *result);

/* OVMF's code and variable store for a platform, looked for in the folder $MKBOOT_OVMF, then
 * wherever distributions put them (vm/ovmf.h). MK_MISSING names Debian's package. The strings are
 * the caller's. */
enum mk_status vm_find_ovmf(enum platform p, char **code, char **vars);

#endif

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

struct vm_setup;

/* A way to boot: one line of vias.c's table. */
struct vm_via {
	const char *name; /* "cd-bios" */
	enum platform platform;
	enum output output; /* what it boots from */
	const char *nic;    /* the network card where none is asked for, a name in vm_nics; NULL: no
			       network in the machine */
	bool native;        /* no PXE ROM on the card: GRUB's own driver does it */
	/* What it boots from, relative to DIR and with one %s for NAME: "%s.iso". */
	const char *artifact;
	/* Add the medium's part of QEMU's command line. */
	void (*attach)(const struct vm_setup *setup, struct vm_argv *argv);
};
extern const struct vm_via vm_vias[];
extern const size_t vm_n_vias;
/* NULL where there is none of that name. */
const struct vm_via *vm_via_find(const char *name);
/* The path of what VIA boots from. The caller frees. */
char *vm_artifact(const struct vm_via *via, const char *dir, const char *name);

/* A network card in QEMU: one line of nics.c's table, which is in the order of `all`. */
struct vm_nic {
	const char *name;    /* for --nic: QEMU's own, but where one model is several cards */
	const char *model;   /* QEMU's */
	const char *options; /* of -device; or NULL */
	unsigned roms;       /* the platforms (a set of enum platform) that the card's ROM, or the
				firmware itself, boots by PXE */
	bool no_rom;         /* leave the ROM out for UEFI: EDK2 has a driver */
	bool isa;
};
extern const struct vm_nic vm_nics[];
extern const size_t vm_n_nics;
/* NULL where there is none of that name. */
const struct vm_nic *vm_nic_find(const char *name);
/* The name nearest to NAME, for "did you mean"; NULL where none is near. */
const char *vm_nic_nearest(const char *name);
/* Has a machine booted by VIA a network? All that boot from it, and on BIOS a medium whose default
 * entry is `load: network`. */
bool vm_via_networked(const struct vm_via *via, const struct recipe *r);
/* Why R's artifact cannot be booted by VIA with that card, as a sentence for free(): no driver in
 * the image, no PXE ROM on the card. NULL where it can be. */
char *vm_nic_unfit(const struct vm_nic *nic, const struct vm_via *via, const struct recipe *r);
/* The card where none is asked for; NULL where no card of the table will do. */
const struct vm_nic *vm_nic_default(const struct vm_via *via, const struct recipe *r);

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
 * Boot R's artifacts in the folder DIR ("out/demo") by VIA, with the network card NIC (NULL: none),
 * and judge by R's test (vm/judge.h has the rules): the text expected came on the serial port, and
 * the exit status is the one named (where none is named: the expected text is enough, and the
 * machine is stopped then). A machine that cannot come to an end is stopped at once, any other at
 * the deadline. The artifacts are opened for reading only, and nothing is left behind, also when
 * mkboot is killed (but for a link in a temporary folder, with network.path).
 * MK_OK whatever the verdict, with *RESULT (vm_result_free); MK_MISSING without QEMU or OVMF;
 * MK_BAD_INPUT where QEMU cannot be given the recipe's network (vm/network.h); MK_FAILED where the
 * machine could not be run at all.
 */
enum mk_status vm_boot(const struct vm_via *via, const struct vm_nic *nic, const char *dir,
		       const struct recipe *r, struct vm_result *result);
void vm_result_free(struct vm_result *result);

/* OVMF's code and variable store for a platform, looked for in the folder $MKBOOT_OVMF, then
 * wherever distributions put them (vm/ovmf.h). MK_MISSING names Debian's package. The strings are
 * the caller's. */
enum mk_status vm_find_ovmf(enum platform p, char **code, char **vars);

#endif

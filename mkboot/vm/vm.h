/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_VM_H
#define MKBOOT_VM_VM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/platform.h"
#include "base/strbuf.h"
#include "recipe/recipe.h"

/*
 * Boot what was built, in an emulator, and judge it by what the guest writes on its consoles and
 * by how the machine ends: never by sleeping.
 */

/* A growing argument vector; always ended by a NULL that N does not count. */
struct vm_argv {
	char **items;
	size_t n;
};
void vm_argv_add(struct vm_argv *argv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void vm_argv_free(struct vm_argv *argv);
/* As one line that a POSIX shell takes apart again. The caller frees. */
char *vm_argv_quoted(const struct vm_argv *argv);
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
/* The name nearest to NAME, for "did you mean"; NULL where none is near. */
const char *vm_via_nearest(const char *name);
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
/* Can QEMU be given the network that R's artifact for VIA expects (vm/network.h)? Said where not:
 * MK_BAD_INPUT. */
enum mk_status vm_network_check(const struct vm_via *via, const struct recipe *r);
/* The card where none is asked for; NULL where no card of the table will do. */
const struct vm_nic *vm_nic_default(const struct vm_via *via, const struct recipe *r);

/* The emulators: emulator.c's table (vm/emulator.h), the first of which is the default. */
struct vm_emulator;
const struct vm_emulator *vm_emulator_find(const char *name); /* NULL where there is none */
const char *vm_emulator_name(const struct vm_emulator *e);    /* "qemu", "bochs" */
/* Can a guest give it an exit status? NULL: QEMU. */
bool vm_emulator_exits(const struct vm_emulator *e);

/* One machine to be booted and judged. */
struct vm_job {
	const struct vm_emulator *emulator; /* NULL: QEMU */
	const struct vm_via *via;
	const struct vm_nic *nic; /* NULL: no network in the machine */
	size_t entry; /* of recipe.menu.entries, chosen in the menu by keys as a person would;
			 VM_ENTRY_DEFAULT: nobody touches the menu */
	char *label;  /* what people know it by: "pxe-bios-e1000" */
};
#define VM_ENTRY_DEFAULT SIZE_MAX

/* Why JOB cannot be run with R's artifacts whatever the image is like (the emulator has no such
 * way or card; the entry cannot be chosen by keys because the menu is not shown), as a sentence for
 * free(). NULL where it can be. */
char *vm_job_unfit(const struct vm_job *job, const struct recipe *r);

/* For all jobs of a run. */
struct vm_options {
	const char *accel; /* QEMU's: "tcg", "kvm" */
	bool screenshot;   /* take one at the end of each boot */
	size_t at_once;    /* machines at the same time; 0: as many as the processors and the free
			      memory will do (vm_at_once) */
};
/* How many machines of R's size this computer has room for at the same time: ASKED (0: one for each
 * processor), fewer where MemAvailable is short of it; 1 at the least. */
size_t vm_at_once(const struct recipe *r, size_t asked);

#define VM_KEEP (4u << 20)

/* UEFI's Secure Boot in the firmware that a machine ran. */
enum vm_secure_boot {
	VM_SECURE_BOOT_NONE,  /* BIOS, or a firmware without it */
	VM_SECURE_BOOT_SETUP, /* no keys enrolled (setup mode): off */
	VM_SECURE_BOOT_OFF,   /* keys enrolled, switched off */
	VM_SECURE_BOOT_ON,
};

struct vm_result {
	bool ok;
	double seconds;         /* from the start to the end, less what mkboot was stopped for */
	double menu, kernel;    /* from the start until GRUB's menu was shown, until the guest first
				   wrote; negative: it was not, it did not */
	char *reason;           /* one line of printable UTF-8, why not; NULL where ok */
	char *expected;         /* what the test asked for, in words; NULL where ok */
	struct strbuf serial;   /* what the guest wrote: all of it, or the last VM_KEEP bytes */
	struct strbuf debugcon; /* on port 0xe9; likewise */
	struct strbuf
		screen; /* BIOS: what firmware and boot loader wrote on the screen; likewise */
	struct strbuf screenshot; /* a PNG; empty: none */
	char *command; /* the emulator's command line to repeat it by hand, as a shell takes it; or
			  NULL */
	char *choose;  /* the title of the entry to be chosen in the menu then; NULL: none */
	struct vm_argv repeat; /* mkboot's own lines for that, which the verb knows: one an item */
	enum vm_secure_boot secure_boot;
	char *note; /* what the recipe's test asks for and the emulator cannot tell; NULL: nothing
		     */
};
void vm_result_free(struct vm_result *result);

/* A machine that is running, for who shows it. */
struct vm_progress {
	const struct vm_job *job;
	double seconds;   /* since it was started */
	const char *line; /* the last line on its consoles, printable UTF-8; "" for none */
};

/* Who watches vm_boot_all. CTX is handed back. */
struct vm_watcher {
	void *ctx;
	/* Job I of JOBS has ended; *RESULT is the watcher's from now on. In the order in which they
	 * end. MK_OK, or a status that ends all of it (the message has been given). */
	enum mk_status (*ended)(void *ctx, size_t i, struct vm_result *result);
	/* N machines are running, in the order of JOBS: five times a second. May be NULL. */
	void (*progress)(void *ctx, const struct vm_progress running[], size_t n);
};

/*
 * Boot R's artifacts in the folder DIR ("out/demo"), N JOBS, several at once, and judge each by R's
 * test (vm/judge.h has the rules): the text expected came from the guest, none that it rejects did,
 * and the exit status is the one named (where none is named: the expected text is enough, and the
 * machine is stopped then). A machine that cannot come to an end is stopped at once, any other at
 * the deadline. The artifacts are opened for reading only, and nothing is left behind, however
 * mkboot ends (base/janitor.h).
 * MK_OK whatever the verdicts; MK_MISSING without the emulator or OVMF; MK_BAD_INPUT where QEMU
 * cannot be given the recipe's network (vm/network.h); MK_FAILED where a machine could not be run
 * at all. Then no further ones are started, and those running are stopped.
 */
enum mk_status vm_boot_all(const struct vm_job jobs[], size_t n, const char *dir,
			   const struct recipe *r, const struct vm_options *options,
			   const struct vm_watcher *watcher);

/* OVMF's code and variable store for a platform, looked for in the folder $MKBOOT_OVMF, then
 * wherever distributions put them (vm/ovmf.h). MK_MISSING names Debian's package. The strings are
 * the caller's. */
enum mk_status vm_find_ovmf(enum platform p, char **code, char **vars);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_DRIVERS_H
#define MKBOOT_TOOLCHAIN_DRIVERS_H

#include "base/digest.h"
#include "base/status.h"
#include "grub/grub.h"
#include "toolchain/progress.h"

/*
 * Within the stage: mkboot's network drivers (drivers/ in the data folder, every .c file but
 * skeleton.c), compiled and put with a GRUB that is there already: a folder with links to its
 * files, the drivers' modules, and moddep.lst and command.lst that know them.
 *
 * MKBOOT_DRIVER_DEFINES="NIC_DEBUG_NO_CLOSE ..." defines these names, for debug builds.
 */

/* The name, in the store, of BASE with the drivers: from the digests of BASE's files and of the
 * sources, the compiler, the flags, the names defined. No program is started where the compiler is
 * known already. MK_MISSING: no compiler. MK_USAGE: MKBOOT_DRIVER_DEFINES is wrong. */
enum mk_status drivers_key(const struct grub_platform *base, struct digest_hex *key);

/* INCLUDE is the folder of BASE's headers; DIR/modules/ is made. */
enum mk_status drivers_build(const struct grub_platform *base, const char *include, const char *dir,
			     const char *log, struct progress *p);

#endif

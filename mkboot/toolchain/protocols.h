/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_PROTOCOLS_H
#define MKBOOT_TOOLCHAIN_PROTOCOLS_H

#include "base/digest.h"
#include "base/status.h"
#include "grub/grub.h"
#include "toolchain/progress.h"

/*
 * Within the stage: mkboot's network protocols (protocols/ in the data folder: a folder a module),
 * compiled for BASE's platform and put with a GRUB that is there already: a folder with links to
 * its files but those that have a protocol's name, the protocols' modules, and moddep.lst and
 * command.lst in which theirs stand in the place of GRUB's own.
 */
struct protocol_module {
	const char *name;     /* of the folder and of the module */
	const char *needs;    /* other modules, by spaces: for moddep.lst */
	const char *commands; /* its commands, by spaces: for command.lst; "" */
};
extern const struct protocol_module protocol_modules[];
extern const size_t n_protocol_modules;

/* As drivers_key and drivers_build (drivers.h). */
enum mk_status protocols_key(const struct grub_platform *base, struct digest_hex *key);
enum mk_status protocols_build(const struct grub_platform *base, const char *include,
			       const char *dir, const char *log, struct progress *p);

#endif

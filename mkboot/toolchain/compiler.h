/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_COMPILER_H
#define MKBOOT_TOOLCHAIN_COMPILER_H

#include "base/digest.h"
#include "base/platform.h"
#include "base/status.h"

/*
 * Within the stage: a compiler for a platform of GRUB's, with its strip: the first that works of
 * the cross compiler, gcc and clang. Modules need no C library.
 *
 * Which one works, and which version it is, is remembered in the cache under what the kernel says
 * of the programs' files, so that none is started to find out again.
 */
enum compiler_kind {
	COMPILER_CROSS, /* i686-linux-gnu-gcc, x86_64-linux-gnu-gcc */
	COMPILER_GCC,   /* gcc -m32, -m64 */
	COMPILER_CLANG,
	COMPILER_KINDS,
};

struct compiler {
	enum platform platform;
	enum compiler_kind kind;
	const char *cc;      /* the program */
	const char *machine; /* the option that makes it write for it */
	const char *strip;
	char *include; /* the folder of the compiler's own headers (stddef.h) */
	struct digest id;
};

/* MK_MISSING where there is none. */
enum mk_status compiler_find(enum platform p, struct compiler *c);
void compiler_free(struct compiler *c);

/* The sources of a module. */
struct module_source {
	const char *dir; /* their folder, whose path is kept out of the module... */
	const char *as;  /* ...where it is called this */
	const char *const *files;
	size_t n_files;
	const char *const *defines; /* "-DNAME" */
	size_t n_defines;
	const char *what; /* for words: "the network driver rtl8139.c" */
};
/*
 * Compile and link SOURCE against the folder of headers INCLUDE, into the file MODULE, an absolute
 * path. The bytes depend on the sources and the compiler's version, not on places, times or users.
 */
enum mk_status compiler_module(const struct compiler *c, const struct module_source *source,
			       const char *include, const char *module, const char *log);
/* Add to S what compiler_module's results depend on. */
void compiler_key(const struct compiler *c, struct digest_stream *s);

#endif

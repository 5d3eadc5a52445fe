/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_COMPILER_H
#define MKBOOT_TOOLCHAIN_COMPILER_H

#include "base/digest.h"
#include "base/status.h"

/*
 * Within the stage: a compiler for 32-bit x86, with its strip: the first that works of the i686
 * cross compiler, gcc -m32 and clang. Modules need no 32-bit C library.
 *
 * Which one works, and which version it is, is remembered in the cache under what the kernel says
 * of the programs' files, so that none is started to find out again.
 */
enum compiler_kind {
	COMPILER_CROSS, /* i686-linux-gnu-gcc */
	COMPILER_GCC,   /* gcc -m32 */
	COMPILER_CLANG,
	COMPILER_KINDS,
};

struct compiler {
	enum compiler_kind kind;
	const char *cc;      /* the program */
	const char *machine; /* the option that makes it 32-bit */
	const char *strip;
	char *include; /* the folder of the compiler's own headers (stddef.h) */
	struct digest id;
};

/* MK_MISSING where there is none. */
enum mk_status compiler_find(struct compiler *c);
void compiler_free(struct compiler *c);

/*
 * Compile the module NAME from SOURCE (its folder's path is kept out of the module) against the
 * folder of headers INCLUDE, into the file MODULE; absolute paths, all three. DEFINES: "-DNAME",
 * N_DEFINES of them. The bytes depend on these and the compiler's version, not on places, times or
 * users.
 */
enum mk_status compiler_module(const struct compiler *c, const char *source, const char *include,
			       const char *const defines[], size_t n_defines, const char *module,
			       const char *log);
/* Add to S what compiler_module's results depend on. */
void compiler_key(const struct compiler *c, struct digest_stream *s);

#endif

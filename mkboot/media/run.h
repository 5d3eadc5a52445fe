/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_RUN_H
#define MKBOOT_MEDIA_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/template.h"

/*
 * Launch files: run/ of the output, one or two files for each emulator, filled in from
 * templates/run/. They name what was written relative to their own folder, and nothing of this
 * machine.
 */

struct build;

/* One file: a template of its own. */
struct run_file {
	const char *template;   /* "templates/run/qemu.sh" */
	const char *name;       /* "qemu.sh"; may begin with %s, the recipe's name */
	template_escape escape; /* of the file's format */
	bool executable;
	bool crlf;    /* lines end as Windows has it */
	bool network; /* only where the machine has a card */
};

struct run_launcher {
	const char *name; /* in recipes: "qemu" */
	const struct run_file *files;
	size_t n_files;
	/* Add to D what its templates can name; false where this emulator can boot nothing of what
	 * was written. *NETWORK: the machine has a network card. */
	bool (*add)(const struct build *b, struct template_data *d, bool *network);
};
extern const struct run_launcher run_launchers[];
extern const size_t run_n_launchers;

/*
 * Within the stage. Values may be several words of a command line, and may have variables in them
 * that only the script knows: WORD is between words, VAR on both sides of a variable's name. No
 * other value has control characters.
 */
#define RUN_WORD         '\x1e'
#define RUN_VAR          '\x1f'
#define RUN_VAR_OF(name) "\x1f" name "\x1f"

/* POSIX shell: words as they are where they are plain, else in quotes. */
bool run_escape_sh(struct strbuf *out, const char *text);
/* cmd.exe's batch files: likewise, %VARIABLES%. What cannot be quoted is refused. */
bool run_escape_cmd(struct strbuf *out, const char *text);
/* bochsrc: for a place between double quotes. $ would be an environment variable. */
bool run_escape_bochs(struct strbuf *out, const char *text);
/* .vmx: for a place between double quotes; what cannot stand there is |XX. */
bool run_escape_vmx(struct strbuf *out, const char *text);

#endif

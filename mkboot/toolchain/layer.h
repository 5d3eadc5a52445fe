/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_LAYER_H
#define MKBOOT_TOOLCHAIN_LAYER_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/status.h"
#include "grub/grub.h"

/*
 * Within the stage: modules of mkboot's own put with a GRUB that is there already: a folder of
 * links to its files, the modules, and moddep.lst and command.lst that know them.
 */

/* The sources in a folder, by name. */
struct layer_sources {
	char *dir;
	char **files;
	size_t n;
};
/* WANTED says which of the files of DIR. An empty list where there is no such folder. */
enum mk_status layer_sources(const char *dir, bool (*wanted)(const char *name),
			     struct layer_sources *out);
void layer_sources_free(struct layer_sources *s);

/* What of BASE a layer on it depends on. */
enum mk_status layer_key_base(struct digest_stream *s, const struct grub_platform *base);
/* The names and contents of files of the folder DIR. */
enum mk_status layer_key_file(struct digest_stream *s, const char *dir, const char *name);
enum mk_status layer_key_sources(struct digest_stream *s, const struct layer_sources *sources);

/* Make the folder MODULES, with links to all of BASE's files but the two lists. */
enum mk_status layer_link(const struct grub_platform *base, const char *modules);
/* The list NAME ("moddep.lst") of BASE into MODULES, with LINES of "word: words" at its end, in the
 * place of BASE's own of the same first word. */
enum mk_status layer_list(const struct grub_platform *base, const char *modules, const char *name,
			  const char *lines);

#endif

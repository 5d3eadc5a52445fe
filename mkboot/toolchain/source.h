/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_TOOLCHAIN_SOURCE_H
#define MKBOOT_TOOLCHAIN_SOURCE_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/status.h"
#include "grub/grub.h"
#include "recipe/recipe.h"
#include "toolchain/progress.h"

/*
 * Within the stage: GRUB's source, as Debian's source package or as a tarball. What it is is known
 * (its id) before it is fetched: a Debian package by its version, which an archive never gives to
 * other bytes; a tarball by its SHA-256.
 */
struct source {
	char *id;      /* name in the store: "grub2_2.06-13+deb12u2", or 64 hexadecimal digits */
	char *title;   /* "GRUB 2.06-13+deb12u2" */
	char *package; /* Debian: the source package, "grub2"; else NULL */
	char *version; /* Debian: its version */
	char *url;     /* else: where the tarball is, http:, https: or file: */
	char *url2;    /* and where else; may be NULL */
	char sha256[65];
};
void source_free(struct source *src);

/* The source that GP, a build of a distribution's or anybody's, was made from; for its headers.
 * Goes by the version that its modinfo.sh tells. MK_FAILED where mkboot knows none. */
enum mk_status source_of_platform(const struct grub_platform *gp, struct source *src);
/* The source that the recipe's key names. */
enum mk_status source_of_recipe(const struct recipe_grub *grub, struct source *src);

/* Fetch it, where it is not there yet; *FOLDER (for free) is where. */
enum mk_status source_fetch(const struct source *src, struct progress *p, char **folder);

/* Unpack what was fetched into DIR, the digests checked before, Debian's patches applied.
 * HEADERS: include/ only. LOG: a file for patch's words. */
enum mk_status source_unpack(const struct source *src, const char *folder, const char *dir,
			     bool headers, const char *log);

/* Within source*.c: */
/* Debian's source package into DIR: *.dsc and what it names. */
enum mk_status debian_fetch(const struct source *src, const char *dir, const char *log,
			    struct progress *p);
/* A file of a .dsc, in the order of the .dsc. */
struct dsc_file {
	char *name;
	char sha256[65];
};
/* The files that the .dsc TEXT names, with their SHA-256; false where it is none. */
bool dsc_parse(const char *text, struct dsc_file **files, size_t *n);
void dsc_free(struct dsc_file *files, size_t n);
/* The source package in FOLDER: its digests are right. *ORIG and *DEBIAN, for free: the tarballs.
 */
enum mk_status debian_check(const struct source *src, const char *folder, char **orig,
			    char **debian);
/* Apply debian/patches/series of the folder DEBIAN to DIR; HEADERS: what concerns include/. */
enum mk_status debian_patch(const char *debian, const char *dir, bool headers, const char *log);
/* Of the patch TEXT, what concerns files under PREFIX ("include/"), appended to OUT. */
void patch_filter(const char *text, const char *prefix, struct strbuf *out);
/* URL into the file PATH. WHAT for the progress. The SHA-256 must be right. */
enum mk_status download(const char *url, const char *path, const char *sha256, struct progress *p);

#endif

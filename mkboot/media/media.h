/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_MEDIA_H
#define MKBOOT_MEDIA_MEDIA_H

#include "grub/grub.h"
#include "media/iso_write.h"
#include "plan/plan.h"

/* The table of outputs: each one entry, one file of this folder. */

/* What was written: one file below the folder of the build. */
struct artifact {
	char *path;         /* relative to the folder: "demo.iso" */
	const char *kind;   /* "iso", "floppy", "diskless-cd", "diskless-floppy", "nbp", "http-nbp",
		   "payload",   "dhcp", "run" */
	unsigned platforms; /* what it boots on; 0 where it is nothing to boot from */
	bool known;         /* SIZE and DIGEST are known already (a payload's copy) */
	struct iso_extent *extents; /* iso: where its payloads lie, by index of plan.files; for
				       free() */
	size_t n_extents;
	uint64_t size; /* else filled in by the manifest */
	struct digest digest;
};

struct build {
	const struct plan *plan;
	const char *dir;     /* the temporary folder everything is written to */
	const char *scratch; /* a folder in it for what is not to be published */
	struct grub_platform grub[PLATFORM_COUNT]; /* those needed; modules == NULL for others */
	struct artifact *artifacts;
	size_t n_artifacts;
};

struct media_output {
	const char *name; /* in recipes and after --only: "iso" */
	/* Write it below b->dir and add its artifacts. The message is given once, by this. */
	enum mk_status (*write)(struct build *b);
};
extern const struct media_output media_outputs[OUTPUT_COUNT];

struct artifact *build_artifact(struct build *b, const char *kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

enum mk_status media_write_iso(struct build *b);
enum mk_status media_write_floppy(struct build *b);
enum mk_status media_write_diskless_cd(struct build *b);
enum mk_status media_write_diskless_floppy(struct build *b);
enum mk_status media_write_tftp(struct build *b);
enum mk_status media_write_http(struct build *b);
enum mk_status media_write_dhcp(struct build *b);
enum mk_status media_write_run(struct build *b); /* the last: it looks at b->artifacts */
/* A server's tree: its root's name, its NBPs' kind of artifact. */
struct media_tree {
	const char *root, *kind;
	enum output output;
	enum grub_medium medium;
};
enum mk_status media_write_tree(struct build *b, const struct media_tree *t);
/* What the two kinds of ISO have in common: the volume label, ASKED or made of the recipe's name
 * (the caller's); GRUB's boot_hybrid.img, for the MBR. */
char *media_volume_label(const struct recipe *r, const struct text *asked);
enum mk_status media_read_mbr(const struct grub_platform *gp, struct strbuf *mbr);
/* Can the configuration be written? Said where not, and what of the recipe is lost in it. */
enum mk_status media_check_dhcp(const struct plan *plan);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_GRUB_GRUB_H
#define MKBOOT_GRUB_GRUB_H

#include "base/platform.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "plan/plan.h"

/* GRUB images with a preset (embedded) menu. */

/* How an image was started and where it finds the files: decides modules, format and prelude. */
enum grub_medium {
	GRUB_ISO,             /* ISO 9660, from CD or USB */
	GRUB_FLOPPY,          /* FAT12 */
	GRUB_NET,             /* NBP: from the server that sent the image */
	GRUB_HTTP,            /* UEFI HTTP boot: likewise */
	GRUB_DISKLESS_CD,     /* nothing but GRUB on the medium; everything over the network */
	GRUB_DISKLESS_FLOPPY, /* likewise */
	GRUB_MEDIUM_COUNT,
};

/* A GRUB platform: a folder of modules, and the grub-mkimage that knows them. Nothing that uses
 * one knows where it came from. */
struct grub_platform {
	enum platform platform;
	char *modules;  /* /usr/lib/grub/i386-pc */
	char *mkimage;  /* path of grub-mkimage */
	char *version;  /* "2.06-13+deb12u2", or "unknown" */
	bool drivers;   /* MODULES has mkboot's network drivers (nic.mod, rtl8139.mod, ...) */
	bool protocols; /* MODULES has mkboot's network protocols (wire.mod, tftp.mod, ...) */
};

/* Find the distribution's. MK_MISSING names the package. */
enum mk_status grub_platform_find(enum platform p, struct grub_platform *gp);
/* The set of platforms whose modules are there. */
unsigned grub_platforms_installed(void);
void grub_platform_free(struct grub_platform *gp);
/* Which GRUB the modules in the folder MODULES are of, "unknown" where that is; for free(). */
char *grub_read_version(const char *modules);

/*
 * The menu, as GRUB 2 script, appended to OUT. Entries that cannot start on P are left out; the
 * user's own menu is taken word for word.
 *
 * Paths are "$base/NAME"; the image's prelude (grub-configs/) sets base. NAMES, where not NULL, are
 * the payloads' names on this medium by index of plan.files (a floppy's may end in .gz).
 */
enum mk_status grub_menu(const struct plan *plan, enum platform p, enum grub_medium medium,
			 const char *const *names, struct strbuf *out);
/* Does an image for MEDIUM on P need mkboot's network drivers (gp->drivers)? */
bool grub_needs_drivers(const struct plan *plan, enum platform p, enum grub_medium medium);
/* Has it network protocols, whosever? Where GRUB uses the network, be it by a menu of the user's
 * own. */
bool grub_has_protocols(const struct plan *plan, enum platform p, enum grub_medium medium);
/* Does it need mkboot's (gp->protocols)? Where it has any, and the recipe does not say
 * `grub: {protocols: stock}`. */
bool grub_needs_protocols(const struct plan *plan, enum platform p, enum grub_medium medium);

/* TEXT as one word of GRUB script that expands to exactly TEXT. The text is the caller's. */
char *grub_quote(const char *text);
/* TEXT as the words after a loader's file name, so that GRUB hands the kernel exactly TEXT; empty
 * for NULL or "". See grub_needs_rawargs. */
char *grub_quote_args(const char *text);
/* Can GRUB read what grub_quote and grub_quote_args give? Its lexer halts the machine at a word of
 * 8,192 bytes, quotes counted (flex's YYLMAX); its parser gives up near 10,000 words (bison's
 * YYMAXDEPTH). TEXT for which these are false is to be refused. */
bool grub_can_quote(const char *text);
bool grub_can_quote_args(const char *text);
/* Stock loaders put a backslash before each ', " and \ of a command line. Where TEXT has one, the
 * image needs mkboot's own module (grub/rawargs/), which passes words on as they are. */
bool grub_needs_rawargs(const char *text);

/*
 * Build (or take from the cache) the image of GRUB for a platform and medium with its menu inside:
 *   ISO and DISKLESS_CD, BIOS: El Torito image (i386-pc-eltorito); floppies: core.img (i386-pc);
 *   NET, BIOS: NBP (i386-pc-pxe); UEFI, which alone has HTTP: a PE application, for all media.
 * IMAGE is appended to.
 */
struct grub_request {
	enum grub_medium medium;
	const char *const *names; /* as for grub_menu */
	const char *id;           /* ISO: "mkboot-<32 hex digits>", a file in boot/ by which UEFI's
				     GRUB knows its own medium among many */
	const char *label;        /* ISO: the volume label */
	const char *scratch;      /* a folder for temporary files, the caller's */
};
enum mk_status grub_image(const struct grub_platform *gp, const struct plan *plan,
			  const struct grub_request *request, struct strbuf *image);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_RECIPE_RECIPE_H
#define MKBOOT_RECIPE_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pattern.h"
#include "base/status.h"

/*
 * The recipe: what a person wrote, read and checked as far as the text itself can be checked.
 * Loaded once, then only read (but for what the command line
 * overrides: build_select, and the options of mkboot test). Every value keeps the place it was
 * written at, so that a later stage's error points there too.
 *
 * All strings belong to the recipe and are UTF-8 without control characters. Paths are as the
 * program can open them: those of the recipe are joined to the recipe's folder.
 */

/* A place in the recipe's text: 1-based line and column, LEN characters for the caret's tail.
 * Line 0: the value was not written by anybody (a default). */
struct src {
	unsigned line;
	unsigned col;
	unsigned len;
	bool legacy; /* the line is one of menu.legacy, not of the recipe */
};

/* A string and its place. TEXT is NULL where the recipe does not have it. */
struct text {
	char *text;
	struct src at;
};

/* What a kernel file may be told to be; PROTOCOL_AUTO: probed from the file. The values other
 * than AUTO index the table of kernel/kernel.h. */
enum protocol {
	PROTOCOL_AUTO,
	PROTOCOL_MULTIBOOT,
	PROTOCOL_MULTIBOOT2,
	PROTOCOL_LINUX,
	PROTOCOL_EFI,
	PROTOCOL_BOOTSECTOR,
	PROTOCOL_COUNT,
};

struct recipe_module {
	struct text file; /* path */
	struct text args; /* the module's command line, byte for byte; TEXT may be NULL */
	bool raw;         /* gzip-compressed: hand it over as it is, not unpacked */
};

struct recipe_initrd {
	struct text file; /* path; or, */
	struct text from; /* a folder that becomes a gzip-compressed newc cpio */
};

/* What an entry starts is a kernel, with what belongs to it; or the boot sector of a disk. */
struct recipe_entry {
	struct text title;
	struct text kernel; /* path; or, */
	struct text disk;   /* as the BIOS numbers it: "hd0", "fd0", or, counted from 1, "hd0,1" */
	bool active;        /* mark that partition active, and no other of the disk */
	struct src active_at;
	enum protocol protocol;
	struct src protocol_at;
	struct text args; /* the kernel's command line, byte for byte; TEXT may be NULL */
	struct recipe_module *modules;
	size_t n_modules;
	struct recipe_initrd *initrds;
	size_t n_initrds;
	bool network; /* load: network: its files are fetched, also by media that carry others */
	struct src network_at;
};

struct recipe_menu {
	struct text file;   /* the user's own GRUB 2 menu, taken word for word; then no entries */
	struct text *files; /* with FILE: what the menu names as $base/boot/NAME (plan/payload.c) */
	size_t n_files;
	struct text legacy;  /* path of a GRUB Legacy menu, which the rest was read from */
	char *legacy_source; /* its text, for carets */
	struct text root;    /* with LEGACY: the folder of the files that it names; NULL: its own */
	unsigned timeout;    /* seconds; RECIPE_TIMEOUT_NONE: wait for ever */
	bool hidden;         /* no menu on screen unless a key is pressed within TIMEOUT */
	size_t default_entry;
	size_t *fallback; /* entries that are started in turn where the default fails */
	size_t n_fallback;
	struct text color;           /* "white/blue"; NULL: GRUB's own */
	struct text color_highlight; /* of the chosen entry */
	bool serial;                 /* the menu is on a serial port, too */
	unsigned serial_unit;        /* 0: COM1 */
	unsigned serial_speed;       /* bit/s */
	struct recipe_entry *entries;
	size_t n_entries;
};
#define RECIPE_TIMEOUT_NONE UINT32_MAX

/* An IPv4 address in host byte order, so that ranges compare. */
struct ipv4 {
	uint32_t addr;
	bool set;
	struct src at;
};

struct recipe_host {
	struct text name; /* a DNS label */
	unsigned char mac[6];
	struct src mac_at;
	struct ipv4 ip;   /* may be unset */
	struct text file; /* its own boot file, a path below the TFTP root, at most 127 bytes; TEXT
			     may be NULL: that of its architecture */
};

/* A machine's own fixed address, in the place of DHCP. */
struct recipe_address {
	struct ipv4 ip; /* unset: DHCP */
	struct ipv4 gateway;
	struct ipv4 dns;
};

struct recipe_network {
	bool given;
	struct src at;
	struct ipv4 server; /* TFTP: what siaddr is set to, and, where set, what GRUB loads from
			       whatever DHCP says. May be unset where only GRUB uses the network */
	struct ipv4 subnet; /* network address; unset only where server may be */
	unsigned prefix;    /* 1..30 */
	struct ipv4 router; /* may be unset; else it overrides DHCP's */
	struct ipv4 dns;    /* may be unset */
	struct recipe_address address;
	uint32_t drivers; /* GRUB's own network drivers: bit N is entry N of nic/nic.h's table; 0:
			     none, the firmware does it */
	bool firmware;    /* NBPs: UNDI, too (nic: auto), or alone (nic: firmware, the default, also
			     where there is no `network`) */
	struct src nic_at;
	bool http; /* protocol: http; else TFTP */
	struct src protocol_at;
	struct text path; /* the folder on the server that NAME/ of the TFTP tree became, no slash
			     at either end; NULL: NAME */
	struct ipv4 range_first; /* the addresses handed out; a default is made from the subnet */
	struct ipv4 range_last;
	struct recipe_host *hosts;
	size_t n_hosts;
};

/* What is written. Indexes the table of media/media.h. */
enum output {
	OUTPUT_ISO,
	OUTPUT_FLOPPY,
	OUTPUT_DISKLESS_CD,     /* no kernel on it: GRUB fetches it with a driver of its own */
	OUTPUT_DISKLESS_FLOPPY, /* likewise */
	OUTPUT_TFTP,
	OUTPUT_HTTP, /* the same for UEFI HTTP boot */
	OUTPUT_DHCP,
	OUTPUT_RUN, /* launch files for what the others wrote: the last */
	OUTPUT_COUNT,
};

struct recipe_output {
	bool wanted;
	bool listed;     /* the recipe lists it, whatever is written now */
	bool by_default; /* nobody asked for it: leave it out, with a note, where it cannot be */
	struct src at;
	unsigned platforms; /* set of enum platform; 0: all that the recipe's kernels can boot on */
	struct text label;  /* iso: volume label; floppy: volume label */
	unsigned floppy_kb; /* floppy: 720, 1200, 1440 or 2880 */
	uint32_t servers;   /* dhcp: bit N is entry N of dhcp/dhcp.h's table; 0: all */
	uint32_t launchers; /* run: bit N is entry N of media/run.h's table; 0: all */
};

/* Where this is written, "the guest's words" are lines on its first serial port or on debugcon that
 * neither firmware nor GRUB wrote; vm/judge.h has the rules. */
struct recipe_test {
	struct pattern expect; /* must be found in the guest's words; may be empty */
	struct src expect_at;
	struct pattern *reject; /* must not be */
	size_t n_reject;
	bool has_exit; /* the status QEMU must end with (isa-debug-exit: 2 * value + 1) */
	unsigned exit;
	unsigned timeout; /* seconds for one boot */
	unsigned
		silence; /* seconds that the guest, once it has begun to write, may write nothing */
	unsigned memory; /* MiB */
	unsigned cpus;
	uint64_t vias; /* bit N is entry N of vm/vm.h's table; 0: all that were built */
	bool all_vias; /* `all` was among them */
};

/* Where GRUB comes from (toolchain/toolchain.h). */
struct recipe_grub {
	bool given;           /* source: else the distribution's own build */
	bool stock_protocols; /* protocols: stock, GRUB's own network protocols; else mkboot's */
	bool debian;          /* source: debian: the source package of the installed one */
	bool url;             /* SOURCE is a URL */
	struct text source;   /* else a URL (https:, http:, file:) or a path of a tarball */
	struct text sha256;   /* of that tarball, 64 hexadecimal digits; must be there for a URL */
};

struct recipe {
	char *file;   /* the recipe's path; NULL where a kernel was given instead */
	char *source; /* the recipe's text, for carets; NULL likewise */
	char *name;   /* [A-Za-z0-9][A-Za-z0-9._-]{0,31} */
	struct recipe_menu menu;
	struct recipe_network network;
	struct recipe_grub grub;
	struct recipe_output outputs[OUTPUT_COUNT];
	struct recipe_test test;
};

/*
 * Read PATH: a recipe (a name that ends in .yaml, .yml or .json), or any other file as a kernel,
 * which gets a default recipe. NULL: ./mkboot.yaml. All errors of the text are reported, each as
 * "FILE:LINE:COL: error: ...", the line and a caret.
 * MK_OK, MK_BAD_INPUT or MK_FAILED. *R is the caller's, for recipe_free. After MK_BAD_INPUT it is
 * what could be read, with values missing, good for nothing but to look for further mistakes
 * (plan_make); or NULL where nothing could be.
 */
enum mk_status recipe_load(const char *path, struct recipe **r);
/* A recipe that says nothing but `menu: {file: PATH, root: ROOT}`, PATH being a GRUB Legacy menu
 * and ROOT NULL or a folder. Nothing is filled in that the menu does not say (no outputs are
 * wanted). Otherwise as recipe_load. */
enum mk_status recipe_load_legacy(const char *path, const char *root, struct recipe **r);
void recipe_free(struct recipe *r); /* accepts NULL */

/* A file name without its endings, made into a recipe's name; the caller's. */
char *recipe_name_of(const char *path);
bool recipe_is_name(const char *name);
/* Append R's menu entries and settings and its network as the YAML of a recipe that lies in FOLDER
 * (write.c). Of its outputs and tests there is nothing. */
struct strbuf;
void recipe_write(const struct recipe *r, const char *folder, struct strbuf *out);

/* Do the outputs that were asked for by name have what they need of the rest (dhcp: the server and
 * the subnet; diskless ones: a network driver)? Said at the output's place where not; MK_BAD_INPUT
 * then. recipe_load has asked for the outputs as the recipe lists them. */
enum mk_status recipe_check_outputs(const struct recipe *r);

/* What to propose where the recipe lacks one: the /24 of an address that it has (192.168.1.0 where
 * it has none); an address of its subnet, or of that /24, which nobody has. */
uint32_t recipe_likely_subnet(const struct recipe_network *w);
uint32_t recipe_likely_server(const struct recipe_network *w);

/* Say an error at a place of the recipe, as above; where there is no place, as
 * "mkboot: error: ...". Returns MK_BAD_INPUT. */
enum mk_status recipe_error(const struct recipe *r, struct src at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void recipe_warn(const struct recipe *r, struct src at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The words of NAMES (N of them) nearest to WORD by edit distance, for "did you mean"; NULL where
 * none is near. */
const char *recipe_nearest(const char *word, const char *const names[], size_t n);

/* "192.168.1.2" */
struct ipv4_text {
	char text[16];
};
struct ipv4_text ipv4_text(uint32_t addr);
bool ipv4_parse(const char *s, uint32_t *addr);
/* Can a machine have it? Not 0.0.0.0/8, loopback, multicast or what lies above (RFC 1122 §3.2.1.3).
 */
bool ipv4_is_host(uint32_t addr);

/* GRUB's names for text colours: the first RECIPE_N_BACKGROUNDS may be behind it, too (GRUB manual,
 * color_normal). */
#define RECIPE_N_COLORS      16
#define RECIPE_N_BACKGROUNDS 8
extern const char *const recipe_colors[RECIPE_N_COLORS];
/* Is it FOREGROUND/BACKGROUND? */
bool recipe_is_color(const char *text, size_t len);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_LEGACY_PARSE_H
#define MKBOOT_LEGACY_PARSE_H

#include "recipe/recipe.h"

/* Within the stage. */

/* A command's line, as GRUB Legacy's get_line_from_config gives it, and where each byte of it (and
 * its end) was written. */
struct lst_place {
	unsigned line;
	unsigned col;
};
struct lst_line {
	char *text;
	size_t len;
	struct lst_place *places; /* LEN + 1 */
};

/* The next line with a command of the text at *S, which moves behind it and *LINE_NO with it; false
 * at the end. LINE is freed by lst_line_free. */
bool lst_next_line(const char **s, unsigned *line_no, struct lst_line *line);
void lst_line_free(struct lst_line *line);

/* Some bytes of the line at hand. */
struct word {
	const char *s;
	size_t len;
};

enum lst_kind {
	LST_NO_DEVICE, /* none was named */
	LST_NETWORK,
	LST_CD,
	LST_FLOPPY,
	LST_DISK,
};
struct lst_device {
	enum lst_kind kind;
	unsigned number;
	int partition; /* from 0, as GRUB Legacy counts; -1: the whole disk */
	bool bsd;      /* a BSD partition in that one */
};

/* The menu as it is being read. */
struct lst {
	struct recipe *recipe;
	char *folder; /* where the files are; NULL: here */
	enum mk_status status;
	const struct lst_line *line; /* the one at hand */
	struct word name;            /* its command */
	const char *args;            /* what follows */

	/* of the menu */
	bool has_timeout;
	bool hidden;
	unsigned default_entry;
	struct src default_at;
	struct src *fallback_at; /* for each of the recipe's */
	bool has_serial;         /* the port has been set up */

	/* of the network */
	struct src dhcp_at;    /* line 0: not asked for */
	struct src address_at; /* likewise */
	bool server_set;       /* by the menu */

	/* of the entry, which is the recipe's last one */
	bool in_entry;
	bool entry_bad;         /* it has had an error */
	struct lst_device root; /* what `root` named */
	struct src kernel_at;
	struct src active_at; /* line 0: not asked for */
};

/* Report an error at W, or at the command's name where W is empty and has no place. */
void lst_error(struct lst *l, struct word w, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void lst_error_at(struct lst *l, struct src at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct src lst_at(const struct lst *l, struct word w);
/* A copy of W with its place. */
struct text lst_text(const struct lst *l, struct word w);

/* The next word at *S, which moves behind it and the spaces that follow; of no bytes at the end. */
struct word lst_word(const char **s);
bool word_is(struct word w, const char *text);
/* Does W begin with PREFIX? *REST is what follows. */
bool word_begins(struct word w, const char *prefix, struct word *rest);
/* The number that W is, decimal or 0x...; else, or above MAX, an error that says WHAT. */
bool lst_number(struct lst *l, struct word w, const char *what, unsigned max, unsigned *number);
bool lst_ipv4(struct lst *l, struct word w, struct ipv4 *ip);
/* An error where anything follows. */
void lst_end(struct lst *l, const char *s);

/* The device that W begins with, and the number of bytes that name it; 0 where there is none, and
 * where it is no device of GRUB Legacy's, which is reported: *BAD. */
size_t lst_device(struct lst *l, struct word w, struct lst_device *d, bool *bad);
/* A file's name with or without a device, as a path. False: reported. */
bool lst_file(struct lst *l, struct word w, struct text *file);
/* As the recipe names it: "hd0,2" is GRUB Legacy's (hd0,1). The caller's. */
char *lst_disk_name(const struct lst_device *d);

struct recipe_entry *lst_entry(struct lst *l);
/* The entry is whole: is it one? */
void lst_finish_entry(struct lst *l);

/* The commands, by what they are about. They read L's args. */
void lst_title(struct lst *l);
void lst_root(struct lst *l);
void lst_kernel(struct lst *l);
void lst_module(struct lst *l);
void lst_modulenounzip(struct lst *l);
void lst_initrd(struct lst *l);
void lst_chainloader(struct lst *l);
void lst_makeactive(struct lst *l);

void lst_default(struct lst *l);
void lst_fallback(struct lst *l);
void lst_timeout(struct lst *l);
void lst_hiddenmenu(struct lst *l);
void lst_color(struct lst *l);
void lst_serial(struct lst *l);
void lst_terminal(struct lst *l);

void lst_ifconfig(struct lst *l);
void lst_tftpserver(struct lst *l);
void lst_dhcp(struct lst *l);

/* Where a command may stand. */
enum lst_where {
	LST_ANYWHERE,
	LST_BEFORE, /* the first title */
	LST_BELOW,  /* a title */
};
struct lst_command {
	const char *name;
	enum lst_where where;
	void (*read)(struct lst *l); /* NULL: it is refused, */
	const char *why;             /* for this reason; or, where that is NULL too, there is
				      * nothing to do for it */
};
extern const struct lst_command lst_commands[];
extern const size_t lst_n_commands;

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_RECIPE_READ_H
#define MKBOOT_RECIPE_READ_H

#include "recipe/node.h"
#include "recipe/recipe.h"

/* Typed reading of the tree. Every reader reports its own errors and goes on, so that a person
 * sees all of a recipe's mistakes at once; rd->status remembers that there was one. */
struct rd {
	struct recipe *recipe;
	char *dir; /* the recipe's folder: what its paths are relative to */
	enum mk_status status;
};

/* One key of a map: adding a key is adding a line to a table of these. */
struct field {
	const char *name;
	void (*read)(struct rd *rd, const struct node *value, void *target);
	bool required;
};

/* A map whose keys are FIELDS; TARGET is handed to each reader. An unknown key is an error with
 * the nearest known one, a required one that is missing too. */
void read_map(struct rd *rd, const struct node *n, const char *what, const struct field *fields,
	      size_t n_fields, void *target);

void rd_error(struct rd *rd, struct src at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Text without control characters; a tab is let through where TABS. */
bool read_text(struct rd *rd, const struct node *n, bool tabs, struct text *out);
/* A path, joined to the recipe's folder. */
bool read_path(struct rd *rd, const struct node *n, struct text *out);
bool read_bool(struct rd *rd, const struct node *n, bool *out);
bool read_uint(struct rd *rd, const struct node *n, unsigned min, unsigned max, unsigned *out);
bool read_ipv4(struct rd *rd, const struct node *n, struct ipv4 *out);
bool read_mac(struct rd *rd, const struct node *n, unsigned char mac[6]);
/* One of NAMES; its index. WHAT names the kind of thing in the message. */
bool read_choice(struct rd *rd, const struct node *n, const char *what, const char *const names[],
		 size_t n_names, size_t *out);
/* Call EACH for every item of a list; a single value counts as a list of one. */
void read_list(struct rd *rd, const struct node *n, void *target,
	       void (*each)(struct rd *rd, const struct node *item, void *target));

/* The sections, each in its own file. TARGET is struct recipe. */
void read_menu(struct rd *rd, const struct node *n, void *target);
void read_network(struct rd *rd, const struct node *n, void *target);
void read_outputs(struct rd *rd, const struct node *n, void *target);
void read_grub(struct rd *rd, const struct node *n, void *target);
void read_test(struct rd *rd, const struct node *n, void *target);
/* One of menu.entries; TARGET is struct recipe_menu. */
void read_entry(struct rd *rd, const struct node *n, void *target);
/* network.nic; TARGET is struct recipe_network. */
void read_nic(struct rd *rd, const struct node *n, void *target);

/* What is wrong only when looked at as a whole (check.c). */
void check_recipe(struct rd *rd);

/* The tables of keys, for the test that keeps docs/recipe.schema.json true. */
struct field_table {
	const char *where; /* "menu.entries[]" */
	const struct field *fields;
	size_t n;
};
extern const struct field_table recipe_fields, menu_fields, entry_fields, module_fields,
	initrd_fields, serial_fields, colors_fields, network_fields, address_fields, grub_fields,
	host_fields, iso_fields, floppy_fields, diskless_cd_fields, diskless_floppy_fields,
	tftp_fields, http_fields, dhcp_fields, run_fields, test_fields;

#endif

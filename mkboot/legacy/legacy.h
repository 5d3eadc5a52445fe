/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_LEGACY_LEGACY_H
#define MKBOOT_LEGACY_LEGACY_H

#include "recipe/recipe.h"

/*
 * GRUB Legacy's menu.lst as a recipe's menu. The language is what GRUB 0.97 reads: stage2/stage2.c
 * (get_line_from_config, cmain), stage2/cmdline.c (find_command, skip_to) and stage2/builtins.c:
 * - a carriage return is nothing, wherever it stands; a tab is a space;
 * - a backslash at a line's end joins the next line to it, with a space between them;
 * - '#' begins a comment as a line's first character only;
 * - a command's name ends at a space or at '=', and before its arguments both are skipped;
 * - names are lower case; what stands before the first title is for the whole menu.
 * Where GRUB Legacy went on after a command that it did not know or could not do, this is an error.
 * Every command is either translated or refused at its line, with what to do instead.
 */

/* Is a menu of that name one of GRUB Legacy? NAME.lst or grub.conf. */
bool legacy_is_menu(const char *path);

/*
 * Read R's menu.legacy, a path, into the rest of R's menu, with menu.legacy_source; and what it
 * says of the network into R's network, as far as that does not say it itself. Files are looked for
 * below menu.root, or, where that is not set, the menu's own folder: "(hd0,0)/boot/kernel" and,
 * with `root (nd)`, "/boot/kernel" are both ROOT/boot/kernel. Whether they are there, the plan
 * tells. MK_OK or MK_BAD_INPUT: all mistakes are reported, at their places in the menu.
 */
enum mk_status legacy_read(struct recipe *r);

/* The same, of menu.legacy_source, which is set already. */
enum mk_status legacy_parse(struct recipe *r);

#endif

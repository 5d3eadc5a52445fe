/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_HIGHLIGHT_H
#define MKBOOT_VM_HIGHLIGHT_H

#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Within the stage: which entry of GRUB's menu is highlighted, read off a console. GRUB draws an
 * entry by moving the cursor to its place and writing a space, or an asterisk where it is the
 * highlighted one, its title, and spaces up to the frame (grub-core/normal/menu_text.c). The
 * console may put cursor movements in between, as SeaBIOS's does (src/sercon.c).
 */
struct highlight {
	enum { HIGHLIGHT_TEXT, HIGHLIGHT_ESCAPE, HIGHLIGHT_SEQUENCE } state;
	unsigned numbers[2]; /* of the control sequence: row and column */
	unsigned n_numbers;
	unsigned row, column; /* where the piece of text began */
	struct strbuf piece;  /* that begins with an asterisk */
	bool begun;           /* the piece has its first character */
	bool starred;
	char *title;      /* the last that was highlighted, spaces cut off; or NULL */
	unsigned changes; /* how many were, the one being drawn included */
	bool chosen;      /* Return has been pressed: the menu is cleared away next */
	bool final;       /* and was */
};

void highlight_feed(struct highlight *h, const char *bytes, size_t len);
void highlight_free(struct highlight *h);

/* Is it, by now, TITLE? As far as a console that is narrow, and has not every character, can tell.
 */
bool highlight_is(const struct highlight *h, const char *title);
/* May SHOWN be what a console has of TITLE? Only ASCII's letters and digits are looked at, and the
 * end of a long title may be missing. */
bool highlight_shows(const char *title, const char *shown);

#endif

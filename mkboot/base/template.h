/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_TEMPLATE_H
#define MKBOOT_BASE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/strbuf.h"

/*
 * Text templates. In a template:
 *   @NAME@             the value, escaped for the format
 *   @#NAME@ ... @/NAME@   once for each item of the list NAME; once, or not at all, for a flag
 *   @^NAME@ ... @/NAME@   where the list is empty or the flag is not set
 *   @@                 an at sign
 * A line that holds only one of the tags with #, ^ or / leaves no empty line behind. Names are
 * [a-z0-9_]. Inside a list, the item's values are looked up first, then those around it. A name
 * that nothing defines, and a tag left open, is an error: a template cannot be half filled in.
 */

struct template_data; /* opaque: values, flags and lists by name */

struct template_data *template_data_new(void);
void template_data_free(struct template_data *d); /* accepts NULL; frees the items of its lists */
/* VALUE is copied. Setting a name twice is a programming error. */
void template_set(struct template_data *d, const char *name, const char *value);
void template_setf(struct template_data *d, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Words of mkboot's own, for comments: never escaped. */
void template_own(struct template_data *d, const char *name, const char *value);
void template_flag(struct template_data *d, const char *name, bool value);
/* Make NAME a list (empty so far), or leave it one. */
void template_list(struct template_data *d, const char *name);
/* Add an item to it, to be filled in; D owns it. */
struct template_data *template_add(struct template_data *d, const char *name);

/* How a value is written; false where the format cannot hold it. NULL: as it is. */
typedef bool (*template_escape)(struct strbuf *out, const char *text);

/*
 * Fill in TEXT (NAME is for messages), appended to OUT. MK_FAILED for a broken template,
 * MK_BAD_INPUT where ESCAPE refused a value.
 */
enum mk_status template_fill(const char *name, const char *text, const struct template_data *d,
			     template_escape escape, struct strbuf *out);

/* Read a file of templates/ (base/datadir.h) and fill it in. */
enum mk_status template_fill_file(const char *file, const struct template_data *d,
				  template_escape escape, struct strbuf *out);

#endif

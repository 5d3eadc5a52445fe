/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_RECIPE_YAML_H
#define MKBOOT_RECIPE_YAML_H

#include "base/strbuf.h"

/* Within the stage: TEXT, any UTF-8, as a YAML 1.2 scalar on one line, also in a list or map
 * between brackets, that reads as just that string. */
void yaml_add_text(struct strbuf *b, const char *text);
/* " # TEXT": what would end the comment, or move the terminal's cursor, is a question mark. */
void yaml_add_comment(struct strbuf *b, const char *text);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_MARKUP_H
#define MKBOOT_VM_MARKUP_H

#include <stdbool.h>

#include "base/strbuf.h"

/*
 * Within the stage: text for reports that are XML or HTML. Whatever bytes come in (guests write
 * what they like), what comes out is UTF-8 that both can hold, in an element as in a quoted
 * attribute: bytes that neither can hold are visible, as \xHH.
 */

/* A template_escape (base/template.h), which refuses nothing. Line ends are kept. */
bool markup_text(struct strbuf *out, const char *text);

#endif

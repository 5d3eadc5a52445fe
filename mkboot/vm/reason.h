/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_REASON_H
#define MKBOOT_VM_REASON_H

#include "vm/judge.h"

/* Within the judge: why a verdict is no, in words. Each appends to R. */

/* Must a text come? */
bool judge_expects(const struct recipe_test *t);

/* What kept the emulator itself from starting: for free(), or NULL where it did start. */
char *reason_start(const struct judge *j, const struct judge_event *e);
/* TEXT, whatever bytes are in it. */
void reason_quoted(struct strbuf *r, const char *text);
/* How the machine ended, as the beginning of a sentence. */
void reason_end(struct strbuf *r, const struct judge *j, const struct judge_event *e);
/* Behind that: why the expected text counts as missing. */
void reason_missing(struct strbuf *r, const struct judge *j, const struct judge_event *e);
/* Behind that: it is not the status asked for. */
void reason_status(struct strbuf *r, const struct judge *j, const struct judge_event *e);
/* Behind that: the test asks for nothing; what a person could write into it. */
void reason_unset(struct strbuf *r, const struct judge *j, const struct judge_event *e);
/* All of it: the guest wrote what the test rejects. */
void reason_rejected(struct strbuf *r, const struct judge *j);
/* Behind a reason: the guest's last line, where there is one. */
void reason_last(struct strbuf *r, const struct judge *j);

#endif

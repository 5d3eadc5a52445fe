/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_PLAN_PAYLOAD_H
#define MKBOOT_PLAN_PAYLOAD_H

#include "plan/plan.h"

/* Within the stage: collecting payloads. Each reports what is wrong with its file and returns
 * MK_BAD_INPUT then. */

/* The payload of a file: a new one, or the one that stands for it already. MAY_GZIP holds only as
 * long as every use allows it. */
enum mk_status payload_file(struct plan *p, const struct text *file, const char *what,
			    bool may_gzip, size_t *index);
enum mk_status payload_folder(struct plan *p, const struct text *folder, size_t *index);
/* Give every payload its name on the media: short, lower case, one of a kind. */
void payload_name_all(struct plan *p);
/* The newest time among the recipe and everything it names. */
enum mk_status payload_epoch(struct plan *p);

/* Where else a file that is not there could be: what a GRUB Legacy menu names is looked for below a
 * folder. The end of a sentence, which may be empty. */
const char *payload_where(const struct text *file);

#endif

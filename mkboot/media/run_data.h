/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_MEDIA_RUN_DATA_H
#define MKBOOT_MEDIA_RUN_DATA_H

#include "media/media.h"
#include "media/run.h"
#include "vm/vm.h"

/* Within the stage: what the templates of templates/run/ can name. Each file here lists its own. */

bool run_add_qemu(const struct build *b, struct template_data *d, bool *network);
bool run_add_bochs(const struct build *b, struct template_data *d, bool *network);
bool run_add_vmware(const struct build *b, struct template_data *d, bool *network);
bool run_add_virtualbox(const struct build *b, struct template_data *d, bool *network);

/* What all of them name:
 *   recipe                 its name
 *   memory cpus            MiB, processors
 *   has_dhcp               dhcp/ was written */
void run_add_common(const struct build *b, struct template_data *d);
/* Was what VIA boots from written? */
bool run_via_written(const struct build *b, const struct vm_via *via);
/* Does something that VIA starts come over the network? */
bool run_via_loads(const struct build *b, const struct vm_via *via);
/* Is it GRUB's own driver that drives the card then? */
bool run_via_driven(const struct build *b, const struct vm_via *via);
/* The address and folder of the server are in the image, so that no emulator's own server will do
 * that has others. */
bool run_via_pinned(const struct build *b, const struct vm_via *via);

#endif

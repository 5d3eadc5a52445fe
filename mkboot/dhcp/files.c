/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/dhcp.h"

#include <stdlib.h>

void dhcp_files_of(const struct plan *plan, struct dhcp_boot_files *files)
{
	const struct text *path = &plan->recipe->network.path;
	const char *folder = path->text != NULL ? path->text : plan->recipe->name;
	unsigned set = plan->output_platforms[OUTPUT_TFTP];
	bool have_fallback = false;

	/* Where no TFTP tree is written now, the lines are for the one that the recipe would have.
	 */
	if (set == 0 && plan->recipe->outputs[OUTPUT_TFTP].platforms != 0)
		set = plan->recipe->outputs[OUTPUT_TFTP].platforms;
	if (set == 0)
		set = plan->platforms;
	*files = (struct dhcp_boot_files){0};
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if ((set & PLATFORM_BIT(p)) == 0)
			continue;
		files->file[p] = mem_printf("%s/%s", folder, platforms[p].nbp);
		if (!have_fallback)
			files->fallback = (enum platform)p;
		have_fallback = true;
	}
}

void dhcp_files_free(struct dhcp_boot_files *files)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		free(files->file[p]);
	*files = (struct dhcp_boot_files){0};
}

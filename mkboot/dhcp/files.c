/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "dhcp/dhcp.h"

#include <stdlib.h>

/* The platforms of an output; where it is not written now, those that it would have. */
static unsigned platforms_of(const struct plan *plan, enum output o)
{
	const struct recipe_output *ro = &plan->recipe->outputs[o];

	if (plan->output_platforms[o] != 0)
		return plan->output_platforms[o];
	return ro->platforms != 0 ? ro->platforms & plan->platforms : plan->platforms;
}

void dhcp_files_of(const struct plan *plan, struct dhcp_boot_files *files)
{
	const struct text *path = &plan->recipe->network.path;
	const char *folder = path->text != NULL ? path->text : plan->recipe->name;
	const struct recipe_output *o = plan->recipe->outputs;
	bool http = o[OUTPUT_HTTP].wanted || o[OUTPUT_HTTP].listed;
	bool tftp = o[OUTPUT_TFTP].wanted || o[OUTPUT_TFTP].listed || !http;
	unsigned nbps = tftp ? platforms_of(plan, OUTPUT_TFTP) : 0;
	unsigned apps = http ? platforms_of(plan, OUTPUT_HTTP) : 0;

	*files = (struct dhcp_boot_files){.fallback = PLATFORM_COUNT};
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if ((apps & PLATFORM_BIT(p)) != 0 && platforms[p].efi_file != NULL)
			files->http[p] = mem_printf("%s/%s", folder, platforms[p].nbp);
		if ((nbps & PLATFORM_BIT(p)) == 0)
			continue;
		files->file[p] = mem_printf("%s/%s", folder, platforms[p].nbp);
		if (files->fallback == PLATFORM_COUNT)
			files->fallback = (enum platform)p;
	}
}

void dhcp_files_free(struct dhcp_boot_files *files)
{
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		free(files->file[p]);
		free(files->http[p]);
	}
	*files = (struct dhcp_boot_files){.fallback = PLATFORM_COUNT};
}

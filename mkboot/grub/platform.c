/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/exec.h"
#include "base/fs.h"
#include "base/mem.h"
#include "grub/grub.h"

#include <stdlib.h>
#include <string.h>

#define GRUB_DIR       "/usr/lib/grub"
#define MODINFO_MAX    ((size_t)64 << 10)
#define VERSION_PREFIX "\ngrub_package_version=\""

/* modinfo.sh is written by GRUB's build. */
char *grub_read_version(const char *modules)
{
	char *path = path_join(modules, "modinfo.sh");
	struct strbuf text = {0};
	char *version = NULL;

	if (fs_read(path, MODINFO_MAX, &text) == 0 && text.len > 0) {
		const char *s = strstr(text.data, VERSION_PREFIX);

		if (s != NULL) {
			s += strlen(VERSION_PREFIX);
			version = mem_ndup(s, strcspn(s, "\"\n"));
		}
	}
	strbuf_free(&text);
	free(path);
	return version != NULL ? version : mem_dup("unknown");
}

static char *find_mkimage(void)
{
	char *path = exec_find("grub-mkimage");

	return path != NULL ? path : exec_find("grub2-mkimage"); /* Fedora's and SUSE's name */
}

static char *modules_folder(enum platform p)
{
	const char *env = getenv("MKBOOT_GRUB");

	return path_join(env != NULL && env[0] != '\0' ? env : GRUB_DIR, platforms[p].grub);
}

static bool has_modules(const char *folder)
{
	char *moddep = path_join(folder, "moddep.lst");
	bool there = fs_exists(moddep);

	free(moddep);
	return there;
}

unsigned grub_platforms_installed(void)
{
	unsigned set = 0;

	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		char *folder = modules_folder((enum platform)p);

		if (has_modules(folder))
			set |= PLATFORM_BIT(p);
		free(folder);
	}
	return set;
}

enum mk_status grub_platform_find(enum platform p, struct grub_platform *gp)
{
	const struct platform_info *info = &platforms[p];
	enum mk_status st = MK_OK;
	char *what = NULL;

	*gp = (struct grub_platform){.platform = p};
	gp->modules = modules_folder(p);
	if (!has_modules(gp->modules)) {
		what = mem_printf("GRUB for %s (%s)", info->title, gp->modules);
		st = msg_missing(what, info->package);
		goto done;
	}
	gp->mkimage = find_mkimage();
	if (gp->mkimage == NULL) {
		st = msg_missing("grub-mkimage", "grub-common");
		goto done;
	}
	gp->version = grub_read_version(gp->modules);
done:
	free(what);
	if (st != MK_OK)
		grub_platform_free(gp);
	return st;
}

void grub_platform_free(struct grub_platform *gp)
{
	free(gp->modules);
	free(gp->mkimage);
	free(gp->version);
	*gp = (struct grub_platform){0};
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/headers.h"
#include "base/fs.h"
#include "base/mem.h"
#include "toolchain/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What of GRUB's config.h its headers look at where they are for i386-pc and for modules. */
static const char config_h[] = "#define GRUB_TARGET_CPU \"i386\"\n"
			       "#define GRUB_PLATFORM \"pc\"\n"
			       "#define GRUB_TARGET_WORDSIZE 32\n"
			       "#define SIZEOF_LONG 4\n"
			       "#define SIZEOF_VOID_P 4\n"
			       "#define CPU_WORDS_BIGENDIAN 0\n"
			       "#define NESTED_FUNC_ATTR\n";

enum mk_status headers_link(const char *include)
{
	static const char *const links[][2] = {
		{"grub/cpu", "i386"},
		{"grub/machine", "i386/pc"},
	};
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < sizeof links / sizeof links[0] && st == MK_OK; i++) {
		char *path = path_join(include, links[i][0]);

		unlink(path);
		if (symlink(links[i][1], path) != 0)
			st = msg_errno(path, errno, "cannot create");
		free(path);
	}
	return st;
}

static enum mk_status make(const struct source *src, const char *folder, struct store_slot *slot)
{
	char *include = path_join(slot->dir, "include"), *log = store_log(slot);
	char *config = path_join(include, "config.h");
	char *about = mem_printf("headers of %s", src->title);
	enum mk_status st = source_unpack(src, folder, slot->dir, true, log);
	int err;

	if (st == MK_OK)
		st = headers_link(include);
	if (st == MK_OK) {
		err = fs_write(config, config_h, strlen(config_h));
		if (err != 0)
			st = msg_errno(config, err, "cannot write");
	}
	if (st == MK_OK)
		st = store_commit(slot, about);
	free(about);
	free(config);
	free(log);
	free(include);
	return st;
}

enum mk_status headers_get(const struct source *src, struct progress *p, char **include)
{
	struct store_slot slot;
	enum mk_status st = store_begin(STORE_HEADERS, src->id, src->title, &slot);
	char *folder = NULL;

	*include = NULL;
	if (st == MK_OK && slot.dir != NULL) {
		st = source_fetch(src, p, &folder);
		if (st == MK_OK) {
			progress_step(p, "unpacking its headers");
			st = make(src, folder, &slot);
		}
	} else if (st == MK_OK) {
		progress_skip(p, 2); /* fetching, unpacking */
	}
	if (st == MK_OK)
		*include = path_join(slot.path, "include");
	free(folder);
	store_end(&slot);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes in the place of a GRUB Legacy menu: an answer, never a crash. And what is taken is
 * written as a recipe that is taken, too. `make fuzz` runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "recipe/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char menu_path[] = "/tmp/mkboot-fuzz.XXXXXX.lst";
static char recipe_path[] = "/tmp/mkboot-fuzz.XXXXXX.yaml";

static void write_again(const struct recipe *r)
{
	struct strbuf text = {0};
	struct recipe *again = NULL;

	recipe_write(r, ".", &text);
	if (fs_write(recipe_path, text.data, text.len) != 0 ||
	    recipe_load(recipe_path, &again) != MK_OK ||
	    again->menu.n_entries != r->menu.n_entries ||
	    again->menu.default_entry != r->menu.default_entry)
		abort();
	for (size_t i = 0; i < r->menu.n_entries; i++) {
		if (strcmp(r->menu.entries[i].title.text, again->menu.entries[i].title.text) != 0)
			abort();
	}
	strbuf_free(&text);
	recipe_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct recipe *r = NULL;

	if (fd < 0) {
		fd = mkstemps(menu_path, 4);
		if (fd < 0 || mkstemps(recipe_path, 5) < 0 ||
		    freopen("/dev/null", "w", stderr) == NULL)
			abort();
	}
	if (ftruncate(fd, 0) != 0 || fs_pwrite(fd, data, size, 0) != 0)
		abort();
	if (recipe_load_legacy(menu_path, NULL, &r) == MK_OK)
		write_again(r);
	recipe_free(r);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes in the place of a recipe: an answer, never a crash. `make fuzz` runs it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fs.h"
#include "recipe/recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/tmp/mkboot-fuzz.XXXXXX.yaml";
	static int fd = -1;
	struct recipe *r = NULL;

	if (fd < 0) {
		fd = mkstemps(path, 5);
		if (fd < 0 || freopen("/dev/null", "w", stderr) == NULL)
			abort();
	}
	if (ftruncate(fd, 0) != 0 || fs_pwrite(fd, data, size, 0) != 0)
		abort();
	recipe_load(path, &r);
	recipe_free(r);
	return 0;
}

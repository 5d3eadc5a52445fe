/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/datadir.h"
#include "base/fs.h"
#include "base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* Where a file may be, from the folder of the running program; the first that exists is taken. */
static const char *const beside_program[] = {
	"../share/mkboot", /* installed: PREFIX/bin and PREFIX/share/mkboot */
	"../share",        /* built: out/bin (or out/tests) and out/share */
	"../..",           /* the source tree itself */
	"../../..",        /* the source tree, from out/asan/bin */
};
#define N_BESIDE (sizeof beside_program / sizeof beside_program[0])

/* The folder of the running program; NULL where /proc does not tell. */
static char *program_dir(void)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	return path_dir(exe);
}

char *datadir_path(const char *file)
{
	const char *env = getenv("MKBOOT_DATA");
	char *first = NULL, *found = NULL, *dir = NULL;

	if (env != NULL && env[0] != '\0') {
		first = path_join(env, file);
		if (fs_exists(first))
			return first;
	}
	dir = program_dir();
	for (size_t i = 0; i < N_BESIDE && dir != NULL && found == NULL; i++) {
		char *base = path_join(dir, beside_program[i]);
		char *path = path_join(base, file);

		free(base);
		if (fs_exists(path))
			found = path;
		else if (first == NULL)
			first = path;
		else
			free(path);
	}
	free(dir);
	if (found != NULL) {
		free(first);
		return found;
	}
	return first != NULL ? first : mem_dup(file);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"
#include "base/fs.h"
#include "base/janitor.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRY_MAX ((size_t)64 << 20)

char *cache_dir(void)
{
	const char *env = getenv("MKBOOT_CACHE");

	if (env != NULL && env[0] != '\0')
		return mem_dup(env);
	env = getenv("XDG_CACHE_HOME");
	if (env != NULL && env[0] != '\0')
		return path_join(env, "mkboot");
	env = getenv("HOME");
	return env != NULL && env[0] != '\0' ? path_join(env, ".cache/mkboot") : NULL;
}

/* DIR/ab/cdef...: no folder grows without bound. */
static char *entry_path(const char *dir, const struct digest *key)
{
	struct digest_hex hex = digest_hex(key);

	return mem_printf("%s/%.2s/%s", dir, hex.text, hex.text + 2);
}

bool cache_get(const struct digest *key, struct strbuf *out)
{
	struct strbuf entry = {0};
	struct digest d;
	char *dir = cache_dir(), *path = NULL;
	bool found = false;

	if (dir == NULL)
		return false;
	path = entry_path(dir, key);
	if (fs_read(path, ENTRY_MAX, &entry) == 0 && entry.len >= sizeof d.bytes) {
		d = digest_of(entry.data + sizeof d.bytes, entry.len - sizeof d.bytes);
		found = memcmp(d.bytes, entry.data, sizeof d.bytes) == 0;
	}
	if (found)
		strbuf_add(out, entry.data + sizeof d.bytes, entry.len - sizeof d.bytes);
	strbuf_free(&entry);
	free(path);
	free(dir);
	return found;
}

void cache_put(const struct digest *key, const void *data, size_t len)
{
	struct digest d = digest_of(data, len);
	char *dir = cache_dir(), *path = NULL, *folder = NULL, *tmp = NULL;
	int fd = -1;

	if (dir == NULL)
		return;
	path = entry_path(dir, key);
	folder = path_dir(path);
	if (fs_mkdirs(folder) != 0)
		goto done;
	/* Written aside and renamed, so that nobody ever reads half an entry. A cache that cannot
	 * be written costs time, nothing else: errors are not reported. */
	tmp = mem_printf("%s.XXXXXX", path);
	fd = janitor_mkstemp(tmp);
	if (fd < 0)
		goto done;
	if (fchmod(fd, 0644) != 0 || fs_pwrite(fd, d.bytes, sizeof d.bytes, 0) != 0 ||
	    fs_pwrite(fd, data, len, sizeof d.bytes) != 0 || rename(tmp, path) != 0)
		unlink(tmp);
	janitor_forget(tmp);
done:
	if (fd >= 0)
		close(fd);
	free(tmp);
	free(folder);
	free(path);
	free(dir);
}

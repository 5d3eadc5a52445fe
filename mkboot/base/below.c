/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/below.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of the last name of *PATH, which is that name from now on; or -1. */
static int enter(int root, char **at)
{
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 0);
	char *path = *at, *slash;

	while (dir >= 0 && (slash = strchr(path, '/')) != NULL) {
		int next = -1;

		*slash = '\0';
		if (path[0] != '\0' && strcmp(path, ".") != 0 && strcmp(path, "..") != 0)
			next = openat(dir, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(dir);
		dir = next;
		path = slash + 1;
	}
	*at = path;
	return dir;
}

int open_folder_below(int root, char *path)
{
	int dir = enter(root, &path), fd = -1;

	if (dir >= 0 && path[0] != '\0' && strcmp(path, ".") != 0 && strcmp(path, "..") != 0)
		fd = openat(dir, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir >= 0)
		close(dir);
	return fd;
}

int open_below(int root, char *path)
{
	int dir = enter(root, &path), fd = -1;
	struct stat st;

	/* NONBLOCK: a FIFO that nobody writes to must not stop us */
	if (dir >= 0 && path[0] != '\0')
		fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (dir >= 0)
		close(dir);
	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

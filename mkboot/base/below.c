/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/below.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int open_below(int root, char *path)
{
	int dir = fcntl(root, F_DUPFD_CLOEXEC, 0), fd = -1;
	struct stat st;
	char *slash;

	while (dir >= 0 && (slash = strchr(path, '/')) != NULL) {
		int next = -1;

		*slash = '\0';
		if (path[0] != '\0' && strcmp(path, ".") != 0 && strcmp(path, "..") != 0)
			next = openat(dir, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(dir);
		dir = next;
		path = slash + 1;
	}
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

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/below.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/mem.h"
#include "serve/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A build is published by exchanging folders (base/publish.h): what is built again is another
 * folder of the same name. So that it is found when root has been given up, the folder around is
 * what is held open, and all else is looked up below it, name by name, for each request.
 */

/* Where folders cannot be exchanged there is none for a moment (base/publish.c). */
#define GONE_MS 2000

static enum mk_status open_tree(struct session *s, const char *tree, char **path)
{
	const char *name = s->plan->recipe->name;
	char *walk;
	int fd;

	*path = s->follows ? mem_printf("%s/%s/%s", name, tree, name)
			   : mem_printf("%s/%s", tree, name);
	walk = mem_dup(*path);
	fd = open_folder_below(s->top_fd, walk);
	free(walk);
	if (fd < 0)
		return msg_fail(MK_FAILED, "%s/%s cannot be served: there is no such folder",
				s->top, *path);
	close(fd);
	return MK_OK;
}

/* The folder that has the build's name now, or -1. */
static int open_build(const struct session *s)
{
	return openat(s->top_fd, s->plan->recipe->name,
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum mk_status serve_trees_open(struct session *s)
{
	const struct recipe *r = s->plan->recipe;
	bool http = r->outputs[OUTPUT_HTTP].wanted;
	enum mk_status st = MK_OK;
	struct stat around;

	s->top = path_dir(s->options->dir);
	/* dnsmasq is another user, and looks names up as such */
	s->follows = stat(s->top, &around) == 0 && (around.st_mode & S_IXOTH) != 0;
	if (!s->follows) {
		free(s->top);
		s->top = mem_dup(s->options->dir);
	}
	s->top_fd = open(s->top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->top_fd < 0)
		return msg_errno(s->top, errno, "cannot be served");
	if (s->follows)
		s->build_fd = open_build(s);
	if (r->outputs[OUTPUT_TFTP].wanted)
		st = open_tree(s, "tftp", &s->tftp);
	if (st == MK_OK && (http || (r->network.http && s->tftp != NULL)))
		st = open_tree(s, http ? "http" : "tftp", &s->http);
	return st;
}

void serve_trees_free(struct session *s)
{
	if (s->top_fd >= 0)
		close(s->top_fd);
	if (s->build_fd >= 0)
		close(s->build_fd);
	free(s->top);
	free(s->tftp);
	free(s->http);
}

/* It is held open, so that its number is no other's (inode(7)). */
static bool is_same(int a, int b)
{
	struct stat x, y;

	return a >= 0 && b >= 0 && fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static void lost(struct session *s)
{
	int64_t now = clock_ms();

	if (s->build_fd >= 0) {
		close(s->build_fd);
		s->build_fd = -1;
		s->gone = now;
	}
	if (s->gone != 0 && now - s->gone >= GONE_MS) {
		s->gone = 0;
		msg_warn("%s is gone, and machines find no file until it is built again",
			 s->options->dir);
	}
}

enum mk_status serve_trees_look(struct session *s)
{
	struct stat st;
	int now;

	if (!s->follows) {
		if (fstat(s->top_fd, &st) != 0 || st.st_nlink != 0)
			return MK_OK;
		return msg_fail(MK_FAILED,
				"%s was built again or removed, and a new one cannot be followed, "
				"for the folder that it lies in is closed to other users; chmod "
				"o+x that, and start mkboot serve again",
				s->top);
	}
	now = open_build(s);
	if (now < 0) {
		lost(s);
	} else if (is_same(now, s->build_fd)) {
		close(now);
	} else {
		if (s->build_fd >= 0)
			close(s->build_fd);
		s->build_fd = now;
		s->gone = 0;
		msg_note("serving the new build");
	}
	return MK_OK;
}

int serve_tftp_open(const struct session *s, const char *path)
{
	size_t n = strlen(s->folder);
	char *walk;
	int fd;

	if (s->tftp == NULL || strncmp(path, s->folder, n) != 0 || path[n] != '/')
		return -1;
	walk = mem_printf("%s/%s", s->tftp, path + n + 1);
	fd = open_below(s->top_fd, walk);
	free(walk);
	return fd;
}

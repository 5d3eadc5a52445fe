/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "toolchain/job.h"
#include "toolchain/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATCH_MAX ((size_t)16 << 20)

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return *s == '\n' ? s + 1 : s;
}

/* "@@ -1,7 +1,8 @@": how many old and new lines the hunk has. */
static bool hunk_head(const char *s, unsigned *old, unsigned *new)
{
	int end = 0;

	*old = *new = 1;
	if (strncmp(s, "@@ -", 4) != 0)
		return false;
	s += 4;
	if (sscanf(s, "%*u,%u%n", old, &end) != 1) {
		*old = 1;
		end = (int)strcspn(s, " \n");
	}
	s += end;
	if (strncmp(s, " +", 2) != 0)
		return false;
	if (sscanf(s + 2, "%*u,%u", new) != 1)
		*new = 1;
	return true;
}

/* Behind the hunk, whose lines may look like anything. */
static const char *skip_hunk(const char *s, unsigned old, unsigned new)
{
	s = next_line(s);
	while (*s != '\0' && (old > 0 || new > 0 || *s == '\\')) {
		if (*s == '-')
			old -= old > 0;
		else if (*s == '+')
			new -= new > 0;
		else if (*s != '\\') { /* context; an editor may have taken a lone space away */
			old -= old > 0;
			new -= new > 0;
		}
		s = next_line(s);
	}
	return s;
}

/* "--- a/include/grub/net.h": is what follows the first folder under PREFIX? */
static bool names(const char *line, const char *prefix)
{
	const char *slash = strchr(line, '/');

	return slash != NULL && (size_t)(slash - line) < strcspn(line, "\n") &&
	       strncmp(slash + 1, prefix, strlen(prefix)) == 0;
}

void patch_filter(const char *text, const char *prefix, struct strbuf *out)
{
	bool keep = false;

	while (*text != '\0') {
		const char *next = next_line(text);
		unsigned old, new;

		if (strncmp(text, "--- ", 4) == 0 && strncmp(next, "+++ ", 4) == 0) {
			/* a new file has /dev/null on one side */
			keep = names(text + 4, prefix) || names(next + 4, prefix);
			next = next_line(next);
			if (keep)
				strbuf_add(out, text, (size_t)(next - text));
		} else if (hunk_head(text, &old, &new)) {
			next = skip_hunk(text, old, new);
			if (keep)
				strbuf_add(out, text, (size_t)(next - text));
		}
		text = next;
	}
}

static enum mk_status run_patch(const char *dir, const char *file, const char *log)
{
	/* As dpkg-source does it: no fuzz, no questions, nothing reversed. */
	const char *const argv[] = {"patch", "-t", "-F", "0",  "-N", "-p1",
				    "-u",    "-s", "-i", file, NULL};
	const struct job job = {.argv = argv,
				.package = "patch",
				.dir = dir,
				.log = log,
				.what = "applying Debian's patches"};

	return job_run(&job);
}

/* The next name in series(quilt(1)): *S is moved on. NULL at the end; else for free(). */
static char *next_patch(const char **s)
{
	while (**s != '\0') {
		const char *line = *s;
		size_t n;

		*s = next_line(line);
		line += strspn(line, " \t");
		n = strcspn(line, " \t\r\n#");
		if (n > 0)
			return mem_ndup(line, n);
	}
	return NULL;
}

enum mk_status debian_patch(const char *debian, const char *dir, bool headers, const char *log)
{
	char *patches = path_join(debian, "patches"), *series = path_join(patches, "series");
	char *filtered = path_join(debian, "headers.patch"), *name;
	struct strbuf list = {0}, kept = {0};
	enum mk_status st = MK_OK;
	const char *s;
	int err = fs_read(series, PATCH_MAX, &list);

	if (err != 0)
		st = msg_errno(series, err, "cannot read");
	s = list.len > 0 ? list.data : "";
	while (st == MK_OK && (name = next_patch(&s)) != NULL) {
		char *path = path_join(patches, name);
		struct strbuf text = {0};

		if (!headers) {
			st = run_patch(dir, path, log);
		} else if ((err = fs_read(path, PATCH_MAX, &text)) != 0) {
			st = msg_errno(path, err, "cannot read");
		} else if (text.len > 0) {
			patch_filter(text.data, "include/", &kept);
		}
		strbuf_free(&text);
		free(path);
		free(name);
	}
	if (st == MK_OK && kept.len > 0) {
		err = fs_write(filtered, kept.data, kept.len);
		st = err == 0 ? run_patch(dir, filtered, log)
			      : msg_errno(filtered, err, "cannot write");
	}
	strbuf_free(&kept);
	strbuf_free(&list);
	free(filtered);
	free(series);
	free(patches);
	return st;
}

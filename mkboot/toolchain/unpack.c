/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toolchain/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* GRUB 2.14 has 2,700 entries and 46 MB. */
#define ENTRIES_MAX 100000u
#define BYTES_MAX   ((uint64_t)1 << 30)
#define READ_BLOCK  ((size_t)1 << 16)

/* The program's own checks below come first and give the message; libarchive's are the second
 * fence. */
#define EXTRACT_FLAGS                                                               \
	(ARCHIVE_EXTRACT_TIME | ARCHIVE_EXTRACT_SECURE_SYMLINKS |                   \
	 ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS | \
	 ARCHIVE_EXTRACT_UNLINK)

struct unpacking {
	const char *path;
	struct archive *in, *out;
	unsigned strip;
	const char *only;
	uint64_t bytes;
};

/* Is it relative, without ".."? */
static bool safe_name(const char *name)
{
	if (name[0] == '/' || name[0] == '\0')
		return false;
	while (*name != '\0') {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return false;
		name += n + (name[n] == '/');
	}
	return true;
}

static bool is_dots(const char *s, size_t n)
{
	return n == 2 && s[0] == '.' && s[1] == '.';
}

/* Does a symbolic link called NAME to TARGET stay inside? Only "../../x/y" with no more ".." than
 * NAME has folders, and none behind the first name: what "x/.." is depends on what x is. */
static bool safe_target(const char *name, const char *target)
{
	size_t depth = 0, ups = 0;
	bool names = false;

	if (target[0] == '/' || target[0] == '\0')
		return false;
	while ((name = strchr(name, '/')) != NULL) {
		while (*name == '/')
			name++;
		depth += *name != '\0';
	}
	while (*target != '\0') {
		size_t n = strcspn(target, "/");

		if (is_dots(target, n)) {
			ups++;
			if (names || ups > depth)
				return false;
		} else if (n > 0 && !(n == 1 && target[0] == '.')) {
			names = true;
		}
		target += n + (target[n] == '/');
	}
	return true;
}

/* NAME without its first STRIP folders; NULL where nothing is left. "./" counts for nothing. */
static const char *stripped(const char *name, unsigned strip)
{
	for (;;) {
		while (strncmp(name, "./", 2) == 0 || name[0] == '/')
			name += name[0] == '/' ? 1 : 2;
		if (strip == 0)
			return name[0] != '\0' && strcmp(name, ".") != 0 ? name : NULL;
		name = strchr(name, '/');
		if (name == NULL)
			return NULL;
		strip--;
	}
}

static enum mk_status refuse(const struct unpacking *u, const char *name, const char *why)
{
	return msg_fail(MK_BAD_INPUT, "%s: refused, nothing of it is used: '%s' %s", u->path, name,
			why);
}

/* Look at E and give it the name it is to have. *TAKE: is it wanted? */
static enum mk_status check_entry(const struct unpacking *u, struct archive_entry *e, bool *take)
{
	const char *name = archive_entry_pathname(e), *link = archive_entry_hardlink(e), *to;
	mode_t type = archive_entry_filetype(e);

	*take = false;
	if (name == NULL || !safe_name(name))
		return refuse(u, name != NULL ? name : "", "leads out of the folder");
	if (link != NULL && !safe_name(link))
		return refuse(u, name, "is a link that leads out of the folder");
	if (link == NULL && type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK)
		return refuse(u, name, "is neither file nor folder nor link");
	to = stripped(name, u->strip);
	if (to == NULL || (u->only != NULL && strncmp(to, u->only, strlen(u->only)) != 0))
		return MK_OK;
	if (link == NULL && type == AE_IFLNK) {
		const char *target = archive_entry_symlink(e);

		if (target == NULL || !safe_target(to, target))
			return refuse(u, name, "is a link that leads out of the folder");
	}
	if (link != NULL) {
		link = stripped(link, u->strip);
		if (link == NULL)
			return refuse(u, name, "is a link that leads out of the folder");
		archive_entry_copy_hardlink(e, link);
	}
	*take = true;
	archive_entry_set_perm(e, type == AE_IFDIR || (archive_entry_perm(e) & 0111) != 0 ? 0755
											  : 0644);
	/* TO lies within the entry's own string, which the copy replaces. */
	{
		char own[4096];
		size_t n = strlen(to);

		if (n >= sizeof own)
			return refuse(u, name, "has a name that is too long");
		memcpy(own, to, n + 1);
		archive_entry_copy_pathname(e, own);
	}
	return MK_OK;
}

static enum mk_status failed(const struct unpacking *u, struct archive *a, enum mk_status st)
{
	const char *why = archive_error_string(a);
	/* "Write failed" alone does not say that the disk is full */
	int err = a == u->out ? archive_errno(a) : 0;

	return msg_fail(st, "%s: cannot unpack: %s%s%s", u->path, why != NULL ? why : "damaged",
			err > 0 ? ": " : "", err > 0 ? strerror(err) : "");
}

static enum mk_status copy_data(struct unpacking *u)
{
	const void *data;
	size_t len;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(u->in, &data, &len, &offset)) == ARCHIVE_OK) {
		u->bytes += len;
		/* OFFSET, too: a sparse file may be long without having data. */
		if (u->bytes > BYTES_MAX || (uint64_t)offset > BYTES_MAX)
			return msg_fail(MK_BAD_INPUT, "%s: refused: more than %u MiB when unpacked",
					u->path, (unsigned)(BYTES_MAX >> 20));
		if (archive_write_data_block(u->out, data, len, offset) < ARCHIVE_OK)
			return failed(u, u->out, MK_FAILED);
	}
	return r == ARCHIVE_EOF ? MK_OK : failed(u, u->in, MK_BAD_INPUT);
}

static enum mk_status unpack_here(struct unpacking *u)
{
	struct archive_entry *e;
	enum mk_status st = MK_OK;
	unsigned n = 0;
	int r = ARCHIVE_EOF;

	while (st == MK_OK && (r = archive_read_next_header(u->in, &e)) == ARCHIVE_OK) {
		bool take;

		if (++n > ENTRIES_MAX)
			return msg_fail(MK_BAD_INPUT, "%s: refused: more than %u files", u->path,
					ENTRIES_MAX);
		st = check_entry(u, e, &take);
		if (st != MK_OK || !take)
			continue;
		if (archive_write_header(u->out, e) < ARCHIVE_OK)
			return failed(u, u->out, MK_FAILED);
		if (archive_entry_hardlink(e) == NULL)
			st = copy_data(u);
		if (st == MK_OK && archive_write_finish_entry(u->out) < ARCHIVE_OK)
			return failed(u, u->out, MK_FAILED);
	}
	if (st == MK_OK && r != ARCHIVE_EOF)
		st = failed(u, u->in, MK_BAD_INPUT);
	if (st == MK_OK && archive_write_close(u->out) != ARCHIVE_OK)
		st = failed(u, u->out, MK_FAILED);
	return st;
}

enum mk_status unpack(const char *path, const char *dir, unsigned strip, const char *only)
{
	struct unpacking u = {.path = path, .strip = strip, .only = only};
	enum mk_status st;
	int here = -1;

	u.in = archive_read_new();
	u.out = archive_write_disk_new();
	if (u.in == NULL || u.out == NULL) {
		st = msg_fail(MK_FAILED, "%s: cannot unpack: out of memory", path);
		goto done;
	}
	archive_read_support_filter_all(u.in);
	archive_read_support_format_tar(u.in);
	archive_write_disk_set_options(u.out, EXTRACT_FLAGS);
	if (archive_read_open_filename(u.in, path, READ_BLOCK) != ARCHIVE_OK) {
		st = failed(&u, u.in, MK_BAD_INPUT);
		goto done;
	}
	/* libarchive's checks are for names relative to the working directory, and look at every
	 * part: a cache that itself lies behind a link must not trip them. */
	here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (here < 0 || chdir(dir) != 0) {
		st = msg_errno(dir, errno, "cannot change to the folder");
		goto done;
	}
	st = unpack_here(&u);
	if (fchdir(here) != 0 && st == MK_OK)
		st = msg_errno(".", errno, "cannot change back to the folder");
done:
	if (here >= 0)
		close(here);
	archive_write_free(u.out);
	archive_read_free(u.in);
	return st;
}

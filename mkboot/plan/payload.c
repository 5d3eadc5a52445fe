/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/payload.h"
#include "base/fs.h"
#include "base/gz.h"
#include "base/mem.h"
#include "plan/initramfs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LEN 48
/* ECMA-119's times end in 2155, FAT's with 2107. */
#define LAST_TIME 4323887999

static struct payload *find(struct plan *p, const char *path, bool folder)
{
	for (size_t i = 0; i < p->n_files; i++) {
		const char *have = folder ? p->files[i].folder : p->files[i].source;

		if (have != NULL && strcmp(have, path) == 0)
			return &p->files[i];
	}
	return NULL;
}

const char *payload_where(const struct text *file)
{
	return file->at.legacy ? "; the menu's files are looked for below its own folder, or the "
				 "one that 'root' names: menu: {file: menu.lst, root: FOLDER}"
			       : "";
}

enum mk_status payload_file(struct plan *p, const struct text *file, const char *what,
			    bool may_gzip, size_t *index)
{
	const struct recipe *r = p->recipe;
	struct payload *f = find(p, file->text, false);
	struct stat st;

	if (f != NULL) {
		f->may_gzip = f->may_gzip && may_gzip;
		*index = (size_t)(f - p->files);
		return MK_OK;
	}
	if (stat(file->text, &st) != 0)
		return recipe_error(r, file->at, "%s: cannot read the %s: %s%s", file->text, what,
				    strerror(errno), errno == ENOENT ? payload_where(file) : "");
	if (!S_ISREG(st.st_mode))
		return recipe_error(r, file->at, "%s: the %s must be a file, and this is a %s",
				    file->text, what, S_ISDIR(st.st_mode) ? "folder" : "device");
	if (st.st_size == 0)
		return recipe_error(r, file->at, "%s: the %s is empty (0 bytes)", file->text, what);
	if (access(file->text, R_OK) != 0)
		return recipe_error(r, file->at, "%s: cannot read the %s: %s", file->text, what,
				    strerror(errno));
	f = MEM_PUSH(p->files, p->n_files);
	f->source = mem_dup(file->text);
	f->at = file->at;
	f->size = (uint64_t)st.st_size;
	f->gzip = gz_is(file->text);
	f->may_gzip = may_gzip;
	*index = p->n_files - 1;
	return MK_OK;
}

enum mk_status payload_folder(struct plan *p, const struct text *folder, size_t *index)
{
	struct payload *f = find(p, folder->text, true);
	struct stat st;

	if (f == NULL) {
		if (stat(folder->text, &st) != 0)
			return recipe_error(p->recipe, folder->at,
					    "%s: cannot read the initrd's folder: %s", folder->text,
					    strerror(errno));
		if (!S_ISDIR(st.st_mode))
			return recipe_error(p->recipe, folder->at,
					    "%s: 'from' takes a folder, and this is a file; write "
					    "it without 'from'",
					    folder->text);
		f = MEM_PUSH(p->files, p->n_files);
		f->folder = mem_dup(folder->text);
		f->at = folder->at;
		f->gzip = true;
	}
	*index = (size_t)(f - p->files);
	return MK_OK;
}

/* DOS keeps these names for devices, with any ending: no FAT volume has them. */
static bool is_device_name(const char *name)
{
	static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
	size_t len = strcspn(name, ".");

	for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
		bool numbered = i >= 4;

		if (strncmp(name, devices[i], 3) == 0 && len == (numbered ? 4 : 3) &&
		    (!numbered || (name[3] >= '0' && name[3] <= '9')))
			return true;
	}
	return false;
}

/* Characters that every TFTP server, FAT and ISO 9660 with Rock Ridge or Joliet let through. */
static char *plain_name(const struct payload *f)
{
	const char *base = path_base(f->folder != NULL ? f->folder : f->source);
	size_t len = strlen(base);
	char *name;

	if (len > NAME_MAX_LEN) /* the end of a name, with its ending, tells more */
		base += len - NAME_MAX_LEN;
	name = mem_printf("%s%s", base, f->folder != NULL ? ".cpio.gz" : "");
	for (char *s = name; *s != '\0'; s++) {
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
		else if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_' ||
			   (s != name && (*s == '.' || *s == '-'))))
			*s = '_';
	}
	if (name[0] != '\0' && name[strlen(name) - 1] == '.')
		name[strlen(name) - 1] = '_';
	if (is_device_name(name)) {
		char *safe = mem_printf("_%s", name);

		free(name);
		name = safe;
	}
	return name;
}

/* Names that the ISO has for itself: GRUB's El Torito image, the boot catalogue, its own marker. */
static bool name_reserved(const char *name)
{
	return strcmp(name, "boot/core.img") == 0 || strcmp(name, "boot/boot.cat") == 0 ||
	       strncmp(name, "boot/mkboot-", 12) == 0;
}

static bool name_taken(const struct plan *p, size_t n, const char *name)
{
	if (name_reserved(name))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(p->files[i].name, name) == 0)
			return true;
	}
	return false;
}

void payload_name_all(struct plan *p)
{
	for (size_t i = 0; i < p->n_files; i++) {
		char *plain = plain_name(&p->files[i]);
		char *name = mem_printf("boot/%s", plain);

		/* two folders may hold a file of one name: kernel.elf, 2-kernel.elf, ... */
		for (unsigned n = 2; name_taken(p, i, name); n++) {
			free(name);
			name = mem_printf("boot/%u-%s", n, plain);
		}
		if (p->menu_text != NULL &&
		    strcmp(name + strlen("boot/"), path_base(p->files[i].source)) != 0)
			msg_note("%s is $base/%s in the menu", p->files[i].source, name);
		p->files[i].name = name;
		free(plain);
	}
}

static enum mk_status note_mtime(const char *path, time_t *newest)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return msg_errno(path, errno, "cannot read");
	if (st.st_mtime > LAST_TIME)
		return msg_fail(MK_BAD_INPUT,
				"%s: its time is after 2107, which no FAT volume can "
				"hold; touch it, or set SOURCE_DATE_EPOCH",
				path);
	if (st.st_mtime > *newest)
		*newest = st.st_mtime;
	return MK_OK;
}

static enum mk_status newest_input(struct plan *p, time_t *newest)
{
	const struct recipe *r = p->recipe;
	enum mk_status st = MK_OK;

	if (r->file != NULL)
		st = note_mtime(r->file, newest);
	if (st == MK_OK && r->menu.file.text != NULL)
		st = note_mtime(r->menu.file.text, newest);
	if (st == MK_OK && r->menu.legacy.text != NULL)
		st = note_mtime(r->menu.legacy.text, newest);
	p->recipe_epoch = *newest;
	for (size_t i = 0; i < p->n_files && st == MK_OK; i++) {
		const struct payload *f = &p->files[i];
		time_t t = 0;
		int err;

		if (f->folder == NULL) {
			st = note_mtime(f->source, newest);
			continue;
		}
		err = initramfs_newest(f->folder, &t);
		if (err != 0)
			st = msg_errno(f->folder, err, "cannot read the folder");
		else if (t > *newest)
			*newest = t;
	}
	return st;
}

enum mk_status payload_epoch(struct plan *p)
{
	const char *env = getenv("SOURCE_DATE_EPOCH");
	unsigned long long value;
	char *end = NULL;

	if (env == NULL || env[0] == '\0')
		return newest_input(p, &p->epoch);
	errno = 0;
	value = strtoull(env, &end, 10);
	if (env[0] < '0' || env[0] > '9' || *end != '\0' || errno != 0 || value > LAST_TIME)
		return msg_fail(MK_USAGE,
				"SOURCE_DATE_EPOCH=%s is not a number of seconds since "
				"1970 (and before 2107)",
				env);
	p->epoch = p->recipe_epoch = (time_t)value;
	return MK_OK;
}

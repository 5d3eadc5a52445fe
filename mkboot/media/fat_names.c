/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/fat_names.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One long-name entry holds 13 characters (fatgen103, "Long Directory Entries"). */
#define LONG_NAME_CHARS 13
/* mtools gives a folder one cluster at a time; a name must fit one of 16 entries, its short
 * entry among them. */
#define NAME_MAX_CHARS ((16 - 1) * LONG_NAME_CHARS)

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* Names that mean a device to DOS, with any extension; mtools asks what to do about them. */
static const char *const devices[] = {"CON",  "AUX",  "PRN",  "NUL",  "COM1", "COM2",
				      "COM3", "COM4", "LPT1", "LPT2", "LPT3", "LPT4"};

static bool is_device(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (strlen(devices[i]) == len && strncasecmp(devices[i], s, len) == 0)
			return true;
	return false;
}

/* Upper case or lower case throughout: then a bit in the short entry says which. */
static bool one_case(const char *s, size_t len)
{
	bool upper = false, lower = false;

	for (size_t i = 0; i < len; i++) {
		upper = upper || isupper((unsigned char)s[i]);
		lower = lower || islower((unsigned char)s[i]);
	}
	return !(upper && lower);
}

static bool is_short(const char *s, size_t len)
{
	const char *dot = memchr(s, '.', len);
	size_t base = dot != NULL ? (size_t)(dot - s) : len;
	size_t ext = dot != NULL ? len - base - 1 : 0;

	if (base == 0 || base > 8 || ext > 3 || is_device(s, base))
		return false;
	if (dot != NULL && memchr(dot + 1, '.', ext) != NULL)
		return false;
	return one_case(s, base) && (dot == NULL || one_case(dot + 1, ext));
}

/* Directory entries that a name takes. */
static unsigned entries_of(const char *s, size_t len)
{
	return is_short(s, len) ? 1 : 1 + (unsigned)((len + LONG_NAME_CHARS - 1) / LONG_NAME_CHARS);
}

/* The folder's index; it is added, with its entry in PARENT, where it is not there yet. */
static size_t folder_add(struct fat_folders *f, size_t parent, const char *path, size_t start,
			 size_t len)
{
	struct fat_folder *new;

	for (size_t i = 1; i < f->n; i++)
		if (f->items[i].len == len && strncasecmp(f->items[i].path, path, len) == 0)
			return i;
	f->items[parent].entries += entries_of(path + start, len - start);
	new = MEM_PUSH(f->items, f->n);
	*new = (struct fat_folder){.path = path, .len = len, .entries = 2}; /* . and .. */
	return f->n - 1;
}

struct fat_folders fat_folders(const struct fat_file *files, size_t n, bool label)
{
	struct fat_folders f = {0};

	MEM_PUSH(f.items, f.n)->entries = label ? 1 : 0;
	for (size_t i = 0; i < n; i++) {
		const char *name = files[i].name, *slash;
		size_t folder = 0, start = 0;

		while ((slash = strchr(name + start, '/')) != NULL) {
			folder = folder_add(&f, folder, name, start, (size_t)(slash - name));
			start = (size_t)(slash - name) + 1;
		}
		f.items[folder].entries += entries_of(name + start, strlen(name + start));
	}
	return f;
}

void fat_folders_free(struct fat_folders *f)
{
	free(f->items);
	*f = (struct fat_folders){0};
}

static const char *part_problem(const char *s, size_t len)
{
	if (len == 0)
		return "a part of it is empty";
	if (len > NAME_MAX_CHARS)
		return "a part of it is longer than 195 characters";
	if (strspn(s, name_chars) < len)
		return "only letters, digits and . _ - can be in it";
	if (s[len - 1] == '.')
		return "no part of it can end in a dot";
	if (is_device(s, len))
		return "DOS has a device of that name";
	return NULL;
}

static const char *name_problem(const char *name)
{
	const char *problem = NULL;

	for (const char *s = name;; s++) {
		size_t len = strcspn(s, "/");

		problem = part_problem(s, len);
		s += len;
		if (problem != NULL || *s == '\0')
			return problem;
	}
}

/* Does A name the same file as B, or a folder that B lies in? FAT's names have no case. */
static bool clashes(const char *a, const char *b)
{
	size_t len = strlen(a);

	return strncasecmp(a, b, len) == 0 && (b[len] == '\0' || b[len] == '/');
}

enum mk_status fat_names_check(const char *volume, const struct fat_file *files, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = files[i].name, *problem = name_problem(name);

		if (problem != NULL)
			return msg_fail(MK_BAD_INPUT,
					"%s: a FAT volume cannot have a file named \"%s\": %s; "
					"rename it",
					volume, name, problem);
		for (size_t j = 0; j < n; j++)
			if (j != i && clashes(name, files[j].name))
				return msg_fail(MK_BAD_INPUT,
						"%s: \"%s\" and \"%s\" are the same name on a FAT "
						"volume; rename one",
						volume, name, files[j].name);
	}
	return MK_OK;
}

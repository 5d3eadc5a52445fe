/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fs.h"
#include "base/mem.h"
#include "legacy/parse.h"

#include <stdlib.h>
#include <string.h>

/* A decimal number at S, up to END; *S moves behind it. */
static bool digits(const char **s, const char *end, unsigned *number)
{
	const char *from = *s;

	*number = 0;
	while (*s < end && **s >= '0' && **s <= '9' && *s - from < 3)
		*number = *number * 10 + (unsigned)(*(*s)++ - '0');
	return *s > from;
}

/* The part of a device's name between the brackets (GRUB Legacy's manual, "Naming convention"). */
static bool parse_device(const char *s, const char *end, struct lst_device *d)
{
	unsigned partition;

	*d = (struct lst_device){.partition = -1};
	if (end - s < 2)
		return false;
	d->kind = memcmp(s, "nd", 2) == 0   ? LST_NETWORK
		  : memcmp(s, "cd", 2) == 0 ? LST_CD
		  : memcmp(s, "fd", 2) == 0 ? LST_FLOPPY
		  : memcmp(s, "hd", 2) == 0 ? LST_DISK
					    : LST_NO_DEVICE;
	s += 2;
	if (d->kind == LST_NETWORK || d->kind == LST_CD)
		return s == end;
	if (d->kind == LST_NO_DEVICE || !digits(&s, end, &d->number) || d->number > 99)
		return false;
	if (d->kind == LST_DISK && s < end && *s == ',') {
		s++;
		if (!digits(&s, end, &partition) || partition > 98)
			return false;
		d->partition = (int)partition;
		/* a BSD partition in it: (hd0,0,a) */
		d->bsd = end - s == 2 && s[0] == ',' && s[1] >= 'a' && s[1] <= 'h';
		if (d->bsd)
			s += 2;
	}
	return s == end;
}

size_t lst_device(struct lst *l, struct word w, struct lst_device *d, bool *bad)
{
	const char *close = w.len > 0 && w.s[0] == '(' ? memchr(w.s, ')', w.len) : NULL;
	struct word name = {.s = w.s, .len = close != NULL ? (size_t)(close - w.s) + 1 : w.len};

	*bad = false;
	if (w.len == 0 || w.s[0] != '(')
		return 0;
	if (close != NULL && parse_device(w.s + 1, close, d))
		return name.len;
	*bad = true;
	lst_error(l, name,
		  "this is no device: there are (nd), (cd), (fd0), (hd0) and its partitions, from "
		  "(hd0,0)");
	return 0;
}

char *lst_disk_name(const struct lst_device *d)
{
	const char *kind = d->kind == LST_FLOPPY ? "fd" : "hd";

	if (d->partition < 0)
		return mem_printf("%s%u", kind, d->number);
	return mem_printf("%s%u,%d", kind, d->number, d->partition + 1);
}

/* Does one of the path's names lead upwards? */
static bool climbs(struct word path)
{
	const char *s = path.s, *end = path.s + path.len;

	while (s < end) {
		const char *slash = memchr(s, '/', (size_t)(end - s));
		const char *stop = slash != NULL ? slash : end;

		if (stop - s == 2 && memcmp(s, "..", 2) == 0)
			return true;
		s = stop + 1;
	}
	return false;
}

bool lst_file(struct lst *l, struct word w, struct text *file)
{
	struct lst_device device;
	bool bad;
	size_t n = lst_device(l, w, &device, &bad);
	struct word path = {.s = w.s + n, .len = w.len - n};
	struct text name;

	if (bad)
		return false;
	if (w.len == 0) {
		lst_error(l, w.s != NULL && *w.s != '\0' ? w : (struct word){0},
			  "'%.*s' needs a file's name", (int)l->name.len, l->name.s);
		return false;
	}
	if (path.len == 0 || path.s[0] != '/') {
		lst_error(
			l, w,
			"a file's name begins with a slash, behind the device where there is one: "
			"(nd)/kernel.sys; blocks of a disk (0+20) cannot be put on a medium");
		return false;
	}
	if (climbs(path)) {
		lst_error(l, w, "a file's name cannot lead upwards (..)");
		return false;
	}
	while (path.len > 0 && path.s[0] == '/') {
		path.s++;
		path.len--;
	}
	if (path.len == 0) {
		lst_error(l, w, "this is a folder, and a file is needed");
		return false;
	}
	name = lst_text(l, path);
	free(file->text);
	file->text = path_join(l->folder, name.text);
	file->at = lst_at(l, w);
	free(name.text);
	return true;
}

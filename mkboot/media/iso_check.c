/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"
#include "base/strbuf.h"
#include "media/iso_job.h"

#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 255 /* of one component: Linux's limit, and libisofs's */
/* RRIP 1.10 §4.1.6 has one byte for the year, from 1900: 2155-12-31 23:59:59. */
#define EPOCH_MAX 5869583999
/* libisofs counts blocks in 32 bits; half of that leaves room for everything else. */
#define SIZE_MAX_TOTAL ((uint64_t)0x80000000 * ISO_BLOCK)

/* A name as it may be shown to a person. */
static char *printable(const char *name)
{
	struct strbuf b = {0};

	for (const unsigned char *s = (const unsigned char *)name; *s != '\0'; s++)
		if (*s < 0x20 || *s >= 0x7f || *s == '\\')
			strbuf_addf(&b, "\\x%02x", *s);
		else
			strbuf_addc(&b, (char)*s);
	return strbuf_take(&b);
}

static enum mk_status bad_name(const char *name, const char *why)
{
	char *shown = printable(name);
	enum mk_status s =
		msg_fail(MK_BAD_INPUT, "file name in the ISO image: \"%s\": %s", shown, why);

	free(shown);
	return s;
}

/* Length of the UTF-8 sequence at S (RFC 3629 §4), 0 where it is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first, last; /* lead bytes */
		unsigned char low, high;   /* of the byte after */
		unsigned char more;        /* bytes after that, 0x80..0xBF */
	} rows[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 0}, {0xe0, 0xe0, 0xa0, 0xbf, 1},
		{0xe1, 0xec, 0x80, 0xbf, 1}, {0xed, 0xed, 0x80, 0x9f, 1},
		{0xee, 0xef, 0x80, 0xbf, 1}, {0xf0, 0xf0, 0x90, 0xbf, 2},
		{0xf1, 0xf3, 0x80, 0xbf, 2}, {0xf4, 0xf4, 0x80, 0x8f, 2},
	};

	if (*s < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (*s < rows[i].first || *s > rows[i].last)
			continue;
		if (s[1] < rows[i].low || s[1] > rows[i].high)
			return 0;
		for (size_t k = 0; k < rows[i].more; k++)
			if ((s[2 + k] & 0xc0) != 0x80)
				return 0;
		return (size_t)2 + rows[i].more;
	}
	return 0;
}

static enum mk_status check_name(const char *name)
{
	const unsigned char *s = (const unsigned char *)name;
	const char *part = name;

	for (size_t n; *s != '\0'; s += n) {
		n = utf8_length(s);
		if (n == 0)
			return bad_name(name, "not valid UTF-8");
		if (*s < 0x20 || *s == 0x7f)
			return bad_name(name, "control characters cannot be used");
	}
	for (;;) {
		size_t len = strcspn(part, "/");

		if (len == 0)
			return bad_name(name, "an empty name, or a slash too many");
		if (len > NAME_MAX_BYTES)
			return bad_name(name, "a name is longer than 255 bytes");
		if ((len == 1 || len == 2) && strspn(part, ".") >= len)
			return bad_name(name, "\".\" and \"..\" cannot be used");
		if (part[len] == '\0')
			return MK_OK;
		part += len + 1;
	}
}

/* ECMA-119 §8.4.8: d-characters, 32 at most. */
static enum mk_status check_label(const char *label)
{
	size_t len = strlen(label);
	char *shown;

	if (len >= 1 && len <= 32 && strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len)
		return MK_OK;
	shown = printable(label);
	msg_fail(MK_BAD_INPUT,
		 "volume label \"%s\": an ISO image's is 1 to 32 characters of A-Z, 0-9 and _",
		 shown);
	free(shown);
	return MK_BAD_INPUT;
}

enum mk_status iso_check(const struct iso_image *image)
{
	uint64_t left = SIZE_MAX_TOTAL;
	enum mk_status s = check_label(image->label);

	if (s == MK_OK && (image->epoch < 0 || image->epoch > EPOCH_MAX))
		s = msg_fail(MK_BAD_INPUT, "time %lld: an ISO image records times of 1970 to 2155",
			     (long long)image->epoch);
	for (size_t i = 0; s == MK_OK && i < image->n_files; i++) {
		const struct iso_file *f = &image->files[i];

		s = check_name(f->name);
		if (s == MK_OK && f->size > left)
			s = bad_name(f->name, "with this file the image is over 4 TiB");
		left -= f->size;
	}
	return s;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/memdisk.h"

#include <archive.h>
#include <archive_entry.h>

static la_ssize_t append(struct archive *a, void *out, const void *data, size_t len)
{
	(void)a;
	strbuf_add(out, data, len);
	return (la_ssize_t)len;
}

static int add_file(struct archive *a, const struct memdisk_file *f)
{
	struct archive_entry *e = archive_entry_new();
	int r;

	archive_entry_set_pathname(e, f->name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)f->len);
	archive_entry_set_mtime(e, 0, 0);
	r = archive_write_header(a, e);
	if (r == ARCHIVE_OK && f->len > 0 &&
	    archive_write_data(a, f->data, f->len) != (la_ssize_t)f->len)
		r = ARCHIVE_FATAL;
	archive_entry_free(e);
	return r;
}

enum mk_status memdisk_make(const struct memdisk_file *files, size_t n, struct strbuf *out)
{
	struct archive *a = archive_write_new();
	enum mk_status st = MK_OK;
	int r = ARCHIVE_OK;

	/* GRUB maps the image in sectors: no padding to tar's usual 10 KiB. */
	if (archive_write_set_format_ustar(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 512) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 512) != ARCHIVE_OK ||
	    archive_write_open(a, out, NULL, append, NULL) != ARCHIVE_OK)
		r = ARCHIVE_FATAL;
	for (size_t i = 0; i < n && r == ARCHIVE_OK; i++)
		r = add_file(a, &files[i]);
	if (r == ARCHIVE_OK)
		r = archive_write_close(a);
	if (r != ARCHIVE_OK)
		st = msg_fail(MK_FAILED, "cannot pack GRUB's menu and modules: %s",
			      archive_error_string(a));
	archive_write_free(a);
	return st;
}

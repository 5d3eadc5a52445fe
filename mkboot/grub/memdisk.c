/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grub/memdisk.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MEMDISK_CFG "boot/grub/grub.cfg"

static la_ssize_t append(struct archive *a, void *out, const void *data, size_t len)
{
	(void)a;
	strbuf_add(out, data, len);
	return (la_ssize_t)len;
}

enum mk_status memdisk_make(const char *cfg, struct strbuf *out)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t len = strlen(cfg);
	enum mk_status st = MK_OK;

	archive_entry_set_pathname(e, MEMDISK_CFG);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)len);
	archive_entry_set_mtime(e, 0, 0);
	/* GRUB maps the image in sectors: no padding to tar's usual 10 KiB. */
	if (archive_write_set_format_ustar(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 512) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(a, 512) != ARCHIVE_OK ||
	    archive_write_open(a, out, NULL, append, NULL) != ARCHIVE_OK ||
	    archive_write_header(a, e) != ARCHIVE_OK ||
	    archive_write_data(a, cfg, len) != (la_ssize_t)len ||
	    archive_write_close(a) != ARCHIVE_OK)
		st = msg_fail(MK_FAILED, "cannot pack the menu: %s", archive_error_string(a));
	archive_entry_free(e);
	archive_write_free(a);
	return st;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/filedigest.h"
#include "base/fs.h"
#include "base/mem.h"
#include "plan/initramfs.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static enum mk_status make_folder_payload(struct plan *p, size_t i, const char *scratch)
{
	struct payload *f = &p->files[i];
	enum mk_status st;
	struct stat s;

	free(f->source);
	f->source = mem_printf("%s/%zu.cpio.gz", scratch, i);
	st = initramfs_make(f->folder, p->epoch, f->source);
	if (st == MK_OK && stat(f->source, &s) != 0)
		st = msg_errno(f->source, errno, "cannot read");
	if (st == MK_OK)
		f->size = (uint64_t)s.st_size;
	return st;
}

enum mk_status plan_changed(const char *path)
{
	return msg_fail(MK_FAILED,
			"%s: the file changed during the build; build again when nothing writes to "
			"it",
			path);
}

enum mk_status plan_prepare(struct plan *p, const char *scratch)
{
	enum mk_status st = MK_OK;

	for (size_t i = 0; i < p->n_files && st == MK_OK; i++) {
		struct payload *f = &p->files[i];
		int err;

		if (f->folder != NULL)
			st = make_folder_payload(p, i, scratch);
		if (st != MK_OK)
			break;
		err = filedigest(f->source, &f->digest, &f->stamp);
		if (err == -ESTALE || (err == 0 && (uint64_t)f->stamp.size != f->size))
			st = plan_changed(f->source);
		else if (err != 0)
			st = msg_errno(f->source, err, "cannot read");
	}
	return st;
}

enum mk_status plan_check_unchanged(const struct plan *p)
{
	for (size_t i = 0; i < p->n_files; i++) {
		struct filestamp now;

		if (filestamp_get(p->files[i].source, &now) != 0 ||
		    !filestamp_same(&now, &p->files[i].stamp))
			return plan_changed(p->files[i].source);
	}
	return MK_OK;
}

struct digest plan_contents(const struct plan *p)
{
	struct digest_stream *s = digest_begin();

	for (size_t i = 0; i < p->n_files; i++) {
		digest_adds(s, p->files[i].name);
		digest_add(s, p->files[i].digest.bytes, sizeof p->files[i].digest.bytes);
	}
	return digest_end(s);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/media.h"
#include "base/mem.h"

#include <stdarg.h>

const struct media_output media_outputs[OUTPUT_COUNT] = {
	[OUTPUT_ISO] = {"iso", media_write_iso},
	[OUTPUT_FLOPPY] = {"floppy", media_write_floppy},
	[OUTPUT_DISKLESS_CD] = {"diskless-cd", media_write_diskless_cd},
	[OUTPUT_DISKLESS_FLOPPY] = {"diskless-floppy", media_write_diskless_floppy},
	[OUTPUT_TFTP] = {"tftp", media_write_tftp},
	[OUTPUT_HTTP] = {"http", media_write_http},
	[OUTPUT_DHCP] = {"dhcp", media_write_dhcp},
	[OUTPUT_RUN] = {"run", media_write_run},
};

struct artifact *build_artifact(struct build *b, const char *kind, const char *fmt, ...)
{
	struct artifact *a = MEM_PUSH(b->artifacts, b->n_artifacts);
	va_list ap;

	va_start(ap, fmt);
	a->path = mem_vprintf(fmt, ap);
	va_end(ap);
	a->kind = kind;
	return a;
}

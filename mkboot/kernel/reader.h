/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_KERNEL_READER_H
#define MKBOOT_KERNEL_READER_H

#include "kernel/kernel.h"

/*
 * Random reads of a kernel file, through gzip. Memory does not depend on the file: of a gzip
 * file, the unpacked beginning is kept, and for what lies further on it is unpacked again.
 */

/* 0 and *R, for reader_close; or a negative errno: see kernel_probe. A gzip file is unpacked
 * once, for its size and check. */
int reader_open(const char *path, struct kernel_reader **r);
void reader_close(struct kernel_reader *r); /* accepts NULL */

bool reader_gzip(const struct kernel_reader *r);
uint64_t reader_disk_size(const struct kernel_reader *r);
/* What is wrong with the gzip file for GRUB, though not for gzip: the rest of a sentence, static;
 * NULL where nothing is. */
const char *reader_gzip_fault(const struct kernel_reader *r);
/* 0, or the negative errno of the first read that failed. */
int reader_error(const struct kernel_reader *r);

#endif

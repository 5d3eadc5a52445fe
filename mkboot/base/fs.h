/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_FS_H
#define MKBOOT_BASE_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct strbuf;

/* Files and paths. These return 0 or a negative errno and print nothing. Strings returned are
 * the caller's to free. */

/* The whole file appended to OUT; -EFBIG where it is longer than MAX bytes, -EISDIR for a folder.
 */
int fs_read(const char *path, size_t max, struct strbuf *out);
/* Create or truncate PATH with these bytes; every write and the close are checked. */
int fs_write(const char *path, const void *data, size_t len);
/* All of it, to what may be a pipe or socket. */
int fs_write_all(int fd, const void *buf, size_t len);
/* Everything asked for, or -EIO where the file ends sooner. */
int fs_pread(int fd, void *buf, size_t len, off_t offset);
int fs_pwrite(int fd, const void *buf, size_t len, off_t offset);
/* Copy LEN bytes between open files: shared extents (FICLONERANGE) where the file system can and
 * the offsets are block-aligned, else 1 MiB reads and writes. -ESTALE where the source is shorter.
 */
int fs_copy_range(int from, off_t from_offset, int to, off_t to_offset, uint64_t len);
/* Copy a regular file; TO is created or truncated. */
int fs_copy(const char *from, const char *to);
/* In the folder TO, a symbolic link to every file of the folder FROM that is WANTED; hidden ones
 * are not asked about. */
int fs_link_files(const char *from, const char *to, bool (*wanted)(const char *name));
/* mkdir -p */
int fs_mkdirs(const char *path);
/* rm -r, not following symbolic links; 0 where PATH does not exist. */
int fs_remove_tree(const char *path);
int fs_set_mtime(const char *path, time_t mtime);
bool fs_exists(const char *path);

/* A/B; B alone where it is absolute, or A is NULL or empty. */
char *path_join(const char *a, const char *b);
/* The part behind the last slash, inside PATH. */
const char *path_base(const char *path);
/* The part before the last slash; "." where there is none. */
char *path_dir(const char *path);

#endif

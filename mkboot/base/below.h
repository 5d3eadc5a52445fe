/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_BELOW_H
#define MKBOOT_BASE_BELOW_H

/* For what serves files: the regular file PATH ("boot/k.elf") below the folder that is open as
 * ROOT, to be read; or -1. It is found name by name, so that neither ".." nor a symbolic link leads
 * out of the folder. Changes PATH. */
int open_below(int root, char *path);

#endif

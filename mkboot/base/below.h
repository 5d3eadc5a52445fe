/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_BELOW_H
#define MKBOOT_BASE_BELOW_H

/* For what serves files, where all names are found one by one, so that neither ".." nor a symbolic
 * link leads out of the folder that is open as ROOT. Both change PATH. */

/* The regular file PATH ("boot/k.elf") below it, to be read; or -1. */
int open_below(int root, char *path);
/* The folder PATH ("demo/tftp") below it, as O_PATH; or -1. */
int open_folder_below(int root, char *path);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_JANITOR_H
#define MKBOOT_BASE_JANITOR_H

/*
 * What must not be left behind, however mkboot ends: by itself, by Ctrl-C, by kill -9. A small
 * process of its own, in a session of its own, is told what is temporary; when mkboot and all
 * programs that it started are gone (the connection between them hangs up), it removes what is left
 * of it, and ends. It is started with the first path.
 *
 * Nothing depends on it: where it cannot be started, temporary files are cleared as before, by a
 * mkboot that ends in order and by the next build.
 */

/* PATH (a file, a folder with all that is in it, or a symbolic link) is to be removed when mkboot
 * is gone. Before it is made, so that there is no moment without. */
void janitor_add(const char *path);
/* The same for a lock file (base/publish.c): only if nobody has locked it. */
void janitor_add_lock(const char *path);
/* It is gone, or somebody's now. */
void janitor_forget(const char *path);

/* There is nothing temporary any more: it ends now, before a process that it would take for mkboot
 * gives its privileges up. It does not come back. */
void janitor_end(void);

/* mkdtemp(3) and mkstemp(3) with a path that is added before it is made: PATH ends in "XXXXXX",
 * which is replaced. The folder's mode is 0700, the file's 0600. 0 or a file descriptor, or -1 and
 * errno; then nothing is to be forgotten. */
#define JANITOR_X 6
int janitor_mkdtemp(char *path);
int janitor_mkstemp(char *path);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_SERVE_WEB_H
#define MKBOOT_SERVE_WEB_H

#include "serve/log.h"

/*
 * Within the stage: the web server for UEFI HTTP boot and GRUB, by libmicrohttpd, which is loaded
 * where it is needed. GET and HEAD (RFC 9110), byte ranges with one part; regular files below one
 * folder, read-only; no listings. It has no thread: web_run does what is to be done when web_fd
 * is readable, or after web_timeout.
 */
struct web;

/* LISTENING: a socket, owned from now on. ROOT: an open folder (O_PATH); TREE, below it, found anew
 * for each request, is what /FOLDER/ is. All are the caller's. MK_MISSING without the library. */
enum mk_status web_start(int listening, int root, const char *tree, const char *folder,
			 struct serve_log *log, struct web **w);
int web_fd(const struct web *w);
/* Milliseconds, or -1. */
int web_timeout(const struct web *w);
/* Lines of the access log go to OUT. */
void web_run(struct web *w, struct strbuf *out);
void web_stop(struct web *w); /* accepts NULL */

#endif

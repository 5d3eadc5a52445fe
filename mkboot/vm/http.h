/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_VM_HTTP_H
#define MKBOOT_VM_HTTP_H

/*
 * A web server for the guest under test: one connection, inetd's way. QEMU runs `mkboot test
 * --guest-http ROOT FOLDER` for each that the guest makes (vm/network.c); nobody else can reach
 * it. It serves the files below the folder ROOT as /FOLDER/..., read-only: HTTP/1.1 (RFC 9110, RFC
 * 9112), GET and HEAD, byte ranges with one part, no listings, no symbolic links.
 */

/* Answer requests that come on IN, to OUT, until either ends. 0 or a negative errno. */
int http_serve(const char *root, const char *folder, int in, int out);

#endif

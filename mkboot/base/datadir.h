/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MKBOOT_BASE_DATADIR_H
#define MKBOOT_BASE_DATADIR_H

/*
 * Where mkboot's own data files are: $MKBOOT_DATA, else PREFIX/share/mkboot beside PREFIX/bin/
 * mkboot, else the source tree that out/bin/mkboot was built in. FILE is relative to it:
 * "templates/dhcp/dnsmasq.conf", "rawargs/i386-pc/rawargs.mod". The path is the caller's to
 * free, and need not exist.
 */
char *datadir_path(const char *file);

#endif

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Print where an atftpd is: atftpd.sh FOLDER. Debian's tftpd-hpa and atftpd exclude each other, so this
# one is only unpacked; what it links is in scripts/deps.sh. Fetched once, and kept in FOLDER.
set -eu
kept=$1
if [ ! -x "$kept/root/usr/sbin/atftpd" ]; then
  mkdir -p "$kept"
  part=$(mktemp -d "$kept/part.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  # apt's own user, who fetches, may not get in there: root does then, and apt says so.
  (cd "$part" && timeout 120 apt-get -q download atftpd >log 2>&1 && dpkg-deb -x atftpd_*.deb root) || {
    cat "$part/log" >&2
    echo "atftpd could not be fetched: apt-get download atftpd" >&2
    exit 1
  }
  # Another test may have been faster.
  mv -T "$part/root" "$kept/root" 2>/dev/null || [ -x "$kept/root/usr/sbin/atftpd" ]
fi
echo "$kept/root/usr/sbin/atftpd"

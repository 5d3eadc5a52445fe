#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every TFTP server over every wire: full_wire.sh [CARD...] (rtl8139 and e1000 by turns), after
# make all recipes-demo. 3 servers, 4 delays, 3 losses, 4 kinds of disorder: 144 machines, two at a time,
# which takes about a quarter of an hour, and root. A line for each machine, as wires.sh has them; the
# status is 0 where all are ok.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
O=${O:-$here/../../out}
cards=("$@")
[ ${#cards[@]} -gt 0 ] || cards=(rtl8139 e1000)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$O/test-cache} RELAY=$work/relay ATFTPD
ATFTPD=$("$here/atftpd.sh" "$O/test-cache/atftpd")
gcc -std=c17 -D_GNU_SOURCE -O2 -o "$RELAY" "$here/relay.c"
cp "$O/recipes/demo/demo.elf" "$work/k.elf"
"$here/wires.sh" recipe "$work" 1024
(cd "$work" && "${MKBOOT:-$O/bin/mkboot}" build wires.yaml >&2)
n=0
for server in tftpd-hpa dnsmasq atftpd; do
  for delay in 0.2:1024 1:1024 5:256 20:64; do
    for loss in 0.1 1 5; do
      for disorder in "" reorder=5 twice=5 "reorder=1 twice=1"; do
        kib=${delay#*:}
        # a lost block costs a second, the server's, where there is one at a time
        [ $loss != 5 ] || kib=$((kib / 8))
        echo "$server ${cards[n++ % ${#cards[@]}]} $kib delay=${delay%:*} loss=$loss $disorder"
      done
    done
  done
done | "$here/wires.sh" "$work/out/demo" "$work/logs"

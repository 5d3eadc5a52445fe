#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Boot over several bad wires, two machines at a time: wires.sh OUT LOGS, from standard input a line for
# each machine: SERVER CARD KIB [WIRE...], as in lossy.sh.
#
# OUT is what mkboot published for wires.yaml, which `wires.sh recipe FOLDER` writes: its module big.mod
# is cut down to KIB. A line for each machine: "ok" or what is wrong, the rate of the file that took the
# longest, what the relay did. The status is 0 where all are ok. Takes root. LANES is how many at a time,
# LOSSY another script in the place of lossy.sh.
set -u
here=$(cd "$(dirname "$0")" && pwd)

# recipe FOLDER KIB: wires.yaml, the menu and big.mod, beside k.elf. GRUB says how long the module took.
if [ "$1" = recipe ]; then
  cd "$2" || exit 1
  head -c "$(($3 * 1024 + 13))" /dev/urandom >big.mod
  cat >menu.cfg <<'CFG'
serial --unit=0 --speed=115200
terminfo serial dumb
terminal_output serial
set timeout=0
menuentry wires {
  multiboot2 "$base/boot/k.elf" over the wire
  time module2 "$base/boot/big.mod"
  boot
}
CFG
  cat >wires.yaml <<'YAML'
name: demo
menu: {file: menu.cfg, files: [k.elf, big.mod]}
outputs: [diskless-floppy, tftp]
network: {nic: all, server: 192.168.77.1, subnet: 192.168.77.0/24}
YAML
  exit
fi

# one OUT LOGS NUMBER SERVER CARD KIB [WIRE...]
if [ "$1" = one ]; then
  out=$2 log=$3/$4 server=$5 card=$6 kib=$7
  shift 7
  tree=$log.tree
  cp -r --reflink=auto "$out/tftp" "$tree"
  truncate -s $((kib * 1024 + 13)) "$tree/demo/boot/big.mod"
  crc=$(python3 -c 'import sys, zlib; print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' \
    "$tree/demo/boot/big.mod")
  began=$SECONDS
  TFTPD=$server "${LOSSY:-$here/lossy.sh}" "$card" "$out/demo-diskless-floppy.img" "$tree" "$log" "$@"
  status=$?
  took=$((SECONDS - began))
  rm -r "$tree"
  verdict=ok
  tr '\r' '\n' <"$log" >"$log.lines" # the line of progress has carriage returns
  grep -qxF 'demo: done' "$log.lines" || verdict="NOT BOOTED"
  [ $status -eq 33 ] || verdict="status $status"
  grep -q "^module 0: .* length $((kib * 1024 + 13)) crc32 $crc\$" "$log.lines" ||
    verdict="NO SUCH CRC ($verdict)"
  awk -v kib="$kib" -v took="$took" -v head="$verdict: $server $card $kib KiB, $*:" '
    /^Elapsed time:/ { s = $3 }
    END { rate = s > 0 ? kib / 1024 / s : 0
      printf "%s %.2f MiB/s, machine %d s", head, rate, took }' "$log.lines"
  echo "; $(head -n 2 "$log.relay" | tail -n 1)"
  [ "$verdict" = ok ]
  exit
fi

mkdir -p "$2" || exit 1
out=$(realpath "$1") logs=$(realpath "$2")
# (xargs takes the next line for more of one that ends in a blank)
awk 'NF && !/^#/ { $1 = $1; print ++n, $0 }' >"$logs/wires"
xargs -a "$logs/wires" -P "${LANES:-2}" -L 1 "$0" one "$out" "$logs"

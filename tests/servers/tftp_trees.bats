#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The TFTP tree that mkboot writes, given out by tftpd-hpa and dnsmasq with the very files that mkboot
# writes for them, and by atftpd: machines boot from it, by BIOS and by UEFI. DHCP is dnsmasq's, with
# mkboot's configuration and no TFTP of its own. Needs root (namespaces, a tap device), curl,
# qemu-system-x86, ipxe-qemu, ovmf, dnsmasq-base, tftpd-hpa and, for atftpd, apt.

load net
load machines
bats_require_minimum_version 1.5.0

O=${O:-$ROOT/out}
EXPECT="demo: done"

setup_file() {
  write_recipe "$BATS_FILE_TMPDIR/wire.yaml"
  sed -i "s/^network:/&\n  path: rooms\/one/" "$BATS_FILE_TMPDIR/wire.yaml"
  "$MKBOOT" build "$BATS_FILE_TMPDIR/wire.yaml" -o "$BATS_FILE_TMPDIR" --only tftp,dhcp
  # Everybody is told the same, and it is what puts the tree there.
  for file in tftpd-hpa dnsmasq-tftp.conf OpenTFTPServerMT.ini OpenTFTPServerSP.ini; do
    sed -n 's/\r$//; s/^[#;]  *\(mkdir .*\)/\1/p' "$BATS_FILE_TMPDIR/wire/dhcp/$file"
  done | sort | uniq -c >"$BATS_FILE_TMPDIR/commands"
  [ "$(wc -l <"$BATS_FILE_TMPDIR/commands")" = 1 ] && grep -q '^ *4 mkdir' "$BATS_FILE_TMPDIR/commands"
  sed "s/^ *4 //; s|/srv/tftp|$BATS_FILE_TMPDIR/tree|g; s|out/wire|$BATS_FILE_TMPDIR/wire|" \
    "$BATS_FILE_TMPDIR/commands" | sh -e
}

setup() {
  WIRE=$BATS_FILE_TMPDIR/wire
  TREE=$BATS_FILE_TMPDIR/tree
  need ip unshare ss curl dnsmasq in.tftpd qemu-system-x86_64
  net_up
}

teardown() {
  net_down
}

# tree_start READY PROGRAM ARGUMENT...: with $TREE at /srv/tftp, where the configuration has it, and
# nobody else sees it. All of these programs become one another, so the job's id is the server's.
tree_start() {
  local ready=$1
  shift
  server_start "$ready" unshare --mount --propagation private sh -ec '
    mount -t tmpfs none /srv
    mkdir /srv/tftp
    mount --bind "$1" /srv/tftp
    shift
    echo starting
    exec "$@"' sh "$TREE" "$@"
}

# Until somebody has the TFTP port: not all of them say so.
wait_port() {
  local pid=${SERVER_JOBS[-1]} i
  for ((i = 0; i < 300; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    [ -z "$(ip netns exec "$SERVER_NS" ss -Hlun 'sport = :69')" ] || return 0
    sleep 0.05
  done
  echo "nobody serves TFTP, but:" >&2
  cat "$BATS_TEST_TMPDIR/server.log" >&2
  return 1
}

# As Debian's /etc/init.d/tftpd-hpa starts it, but in the foreground.
tftpd_hpa() {
  tree_start starting sh -ec '
    . "$1"
    exec in.tftpd --foreground --user "$TFTP_USERNAME" --address "$TFTP_ADDRESS" \
      $TFTP_OPTIONS $TFTP_DIRECTORY' sh "$WIRE/dhcp/tftpd-hpa"
  wait_port
}

dnsmasq_tftp() {
  tree_start "TFTP root is /srv/tftp" \
    dnsmasq -C "$WIRE/dhcp/dnsmasq-tftp.conf" --no-daemon --log-facility=- --pid-file=
  wait_port
}

atftpd() {
  local program
  program=$("$ROOT/tests/net/atftpd.sh" "$O/test-cache/atftpd")
  tree_start starting "$program" --daemon --no-fork --user nobody.nogroup \
    --logfile - --verbose=6 /srv/tftp
  wait_port
}

dhcp() {
  local log=$BATS_TEST_TMPDIR/dhcp.log
  : >"$log"
  ip netns exec "$SERVER_NS" dnsmasq -C "$WIRE/dhcp/dnsmasq.conf" --port=0 --interface=br0 \
    --bind-interfaces --no-daemon --no-ping --user=root --log-dhcp --log-facility=- --pid-file= \
    --dhcp-leasefile="$BATS_TEST_TMPDIR/dnsmasq.leases" >"$log" 2>&1 </dev/null 3>&- &
  SERVER_JOBS+=($!)
  wait_log "$log" $! "DHCP, sockets bound"
  run ! grep -F "TFTP root" "$log"
}

# get PATH FILE: what the server has there.
get() {
  ip -n "$CLIENT_NS" addr replace 192.168.77.3/24 dev cli0
  ip netns exec "$CLIENT_NS" curl --silent --show-error --path-as-is --max-time 20 \
    --output "$2" "tftp://192.168.77.9/$1"
}

# Every file is there, as it is, below the folder that clients ask for; nothing else is, and nothing
# can be put there.
whole_tree() {
  local file n=0
  while read -r file; do
    get "$file" "$BATS_TEST_TMPDIR/got"
    cmp "$BATS_TEST_TMPDIR/got" "$TREE/$file"
    n=$((n + 1))
  done < <(cd "$TREE" && find rooms/one -type f)
  [ "$n" -ge 4 ]
  get "/rooms/one/bios.0" "$BATS_TEST_TMPDIR/got"
  cmp "$BATS_TEST_TMPDIR/got" "$TREE/rooms/one/bios.0"
  for file in bios.0 rooms/one/none ../../etc/passwd /etc/passwd; do
    : >"$BATS_TEST_TMPDIR/got"
    run ! get "$file" "$BATS_TEST_TMPDIR/got"
    run ! grep -q root "$BATS_TEST_TMPDIR/got"
  done
  for file in rooms/one/bios.0 rooms/one/new; do
    run ! ip netns exec "$CLIENT_NS" curl --silent --max-time 20 --upload-file /etc/hostname \
      "tftp://192.168.77.9/$file"
  done
  diff -r "$TREE/rooms/one" "$WIRE/tftp/wire"
}

@test "tftpd-hpa gives out the tree, and takes nothing" {
  tftpd_hpa
  whole_tree
}

@test "dnsmasq gives out the tree, and takes nothing" {
  dnsmasq_tftp
  whole_tree
}

@test "atftpd gives out the tree" {
  atftpd
  whole_tree
}

@test "BIOS PXE from tftpd-hpa" {
  machines_up
  tftpd_hpa
  dhcp
  boot_bios
}

@test "UEFI x64 PXE from tftpd-hpa" {
  machines_up
  tftpd_hpa
  dhcp
  boot_uefi64
}

@test "BIOS PXE from dnsmasq-tftp.conf" {
  machines_up
  dnsmasq_tftp
  dhcp
  boot_bios
}

@test "UEFI x64 PXE from dnsmasq-tftp.conf" {
  machines_up
  dnsmasq_tftp
  dhcp
  boot_uefi64
}

@test "BIOS PXE from atftpd" {
  machines_up
  atftpd
  dhcp
  boot_bios
}

@test "UEFI x64 PXE from atftpd" {
  machines_up
  atftpd
  dhcp
  boot_uefi64
}

says_not_found() {
  grep -q -a -m1 -F "not found" <(exec tail -n +1 -f "$BATS_TEST_TMPDIR/serial")
}

# What these tests are for, seen to fail.
@test "no boot from a tree that lacks the kernel, or lies under another name" {
  machines_up
  cp -a "$TREE" "$BATS_TEST_TMPDIR/tree"
  TREE=$BATS_TEST_TMPDIR/tree
  find "$TREE" -name '*.elf' -delete
  tftpd_hpa
  dhcp
  : >"$BATS_TEST_TMPDIR/serial"
  UNTIL=says_not_found run -2 boot_bios
  grep -a -F "not found" "$BATS_TEST_TMPDIR/serial"
  run ! grep -a -F "$EXPECT" "$BATS_TEST_TMPDIR/serial"
  server_stop

  mv "$TREE/rooms/one" "$TREE/rooms/two"
  dnsmasq_tftp
  dhcp
  run -1 boot_bios
  grep -F "/srv/tftp/rooms/one/bios.0 not found" "$BATS_TEST_TMPDIR/server.log"
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# NBPs whose recipe's server is gone, where DHCP names another that has the files: GRUB must not wait
# for the one that is gone. Needs root (network namespaces, a tap device), dnsmasq-base,
# qemu-system-x86, ipxe-qemu and ovmf.

load net
load machines

EXPECT="demo: done"
SERVED=192.168.77.9

setup_file() {
  export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$ROOT/out/test-cache}
  cd "$BATS_FILE_TMPDIR" || return 1
  write_recipe wire.yaml 192.168.77.99
  "$MKBOOT" build wire.yaml --only tftp
  "$MKBOOT" dhcp wire.yaml --for dnsmasq --server "$SERVED" >dnsmasq.conf
}

setup() {
  need ip dnsmasq qemu-system-x86_64
  net_up
  machines_up
  cd "$BATS_FILE_TMPDIR" || return 1
  log=$BATS_TEST_TMPDIR/server.log
}

teardown() {
  net_down
}

# within SECONDS TEXT: until the server says TEXT.
within() {
  timeout "$1" grep -q -m1 -F -e "$2" <(exec tail -n +1 -f "$log" 3>&-) && return
  echo "not within $1 seconds: $2"
  cat "$log" "$BATS_TEST_TMPDIR/serial"
  return 1
}

# boots FUNCTION NBP: no more than 15 seconds from the NBP to the kernel. GRUB asks a server that is
# gone for 31.
boots() {
  local machine status=0
  dnsmasq_start dnsmasq.conf --enable-tftp --tftp-root="$PWD/out/wire/tftp"
  "$1" >"$BATS_TEST_TMPDIR/machine.log" 2>&1 3>&- &
  machine=$!
  within 60 "out/wire/tftp/wire/$2 to 192.168.77."
  within 15 "out/wire/tftp/wire/boot/demo.elf to 192.168.77." || { kill "$machine"; return 1; }
  wait "$machine" || status=$?
  [ "$status" = 0 ] || { cat "$BATS_TEST_TMPDIR/machine.log"; return 1; }
}

@test "the recipe's server is gone, DHCP names another: BIOS" {
  boots boot_bios bios.0
}

@test "the recipe's server is gone, DHCP names another: UEFI x64" {
  boots boot_uefi64 uefi64.efi
}

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
  write_recipe proxied.yaml
  sed -i 's/^name: .*/name: proxied/' proxied.yaml
  "$MKBOOT" build proxied.yaml --only tftp
  "$MKBOOT" dhcp proxied.yaml --for dnsmasq-proxy >proxy.conf
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

# boots FUNCTION NBP [TREE]: no more than 15 seconds from the NBP to the kernel. GRUB asks a server that is
# gone for 31.
boots() {
  local machine status=0 tree=${3:-wire}
  "$1" >"$BATS_TEST_TMPDIR/machine.log" 2>&1 3>&- &
  machine=$!
  within 60 "out/$tree/tftp/$tree/$2 to 192.168.77."
  within 15 "out/$tree/tftp/$tree/boot/demo.elf to 192.168.77." || { kill "$machine"; return 1; }
  wait "$machine" || status=$?
  [ "$status" = 0 ] || { cat "$BATS_TEST_TMPDIR/machine.log"; return 1; }
}

@test "the recipe's server is gone, DHCP names another: BIOS" {
  dnsmasq_start dnsmasq.conf --enable-tftp --tftp-root="$PWD/out/wire/tftp"
  boots boot_bios bios.0
}

@test "the recipe's server is gone, DHCP names another: UEFI x64" {
  dnsmasq_start dnsmasq.conf --enable-tftp --tftp-root="$PWD/out/wire/tftp"
  boots boot_uefi64 uefi64.efi
}

# Proxy-DHCP by a machine that is neither the router nor the TFTP server: three that GRUB could ask.
@test "a router names itself, another machine is the proxy: BIOS" {
  need dhcpd
  echo 'next-server 192.168.77.1; subnet 192.168.77.0 netmask 255.255.255.0 {
    range 192.168.77.200 192.168.77.210; option routers 192.168.77.1; }' >"$BATS_TEST_TMPDIR/router.conf"
  dhcpd_start "$BATS_TEST_TMPDIR/router.conf"
  dnsmasq_proxy_start proxy.conf
  server_start "TFTP root is" dnsmasq -C /dev/null --port=0 --listen-address="$SERVED" --bind-interfaces \
    --no-daemon --user=root --log-facility=- --pid-file= --enable-tftp --tftp-root="$PWD/out/proxied/tftp"
  boots boot_bios bios.0 proxied
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot run --tap: a machine on a network of the host's, that boots from dnsmasq with the
# configuration that mkboot wrote. Needs root (network namespaces, a tap device).

load net
bats_require_minimum_version 1.5.0

setup() {
  need ip dnsmasq qemu-system-x86_64
  net_up
  [ -c /dev/net/tun ] || skip "no /dev/net/tun"
  ip -n "$SERVER_NS" tuntap add dev tap0 mode tap
  ip -n "$SERVER_NS" link set tap0 master br0
  ip -n "$SERVER_NS" link set tap0 up
  cd "$BATS_TEST_TMPDIR"
  write_recipe wire.yaml
  echo 'test: {exit: 33, memory: 128}' >>wire.yaml
}

teardown() {
  net_down
}

# in the servers' namespace
tap_run() {
  ip netns exec "$SERVER_NS" timeout 120 "$MKBOOT" run wire.yaml --tap "$@" </dev/null 3>&-
}

@test "PXE through a tap interface, dnsmasq and what mkboot dhcp says" {
  "$MKBOOT" build wire.yaml
  "$MKBOOT" dhcp wire.yaml --for dnsmasq >dnsmasq.conf
  dnsmasq_start "$PWD/dnsmasq.conf" --enable-tftp --tftp-root="$PWD/out/wire/tftp"
  run -33 --separate-stderr tap_run tap0 --via pxe-bios --nic ne2k_pci --no-build
  [[ $output == *"command line: [wire]"* ]]
  # the host that the recipe names got its address, and the file was fetched from the real server
  grep -F 'DHCPACK(br0) 192.168.77.50 52:54:00:12:34:56' "$BATS_TEST_TMPDIR/server.log"
  grep -E "sent .*/wire/boot/.*demo.elf to 192.168.77" "$BATS_TEST_TMPDIR/server.log"
}

@test "a tap interface that is not there, or none" {
  run -3 tap_run tap9
  [[ $output == *"there is no network interface tap9; make one with: ip tuntap add dev tap9 mode tap user "* ]]
  run -3 tap_run br0
  [[ $output == *"br0 is no tap interface"* ]]
}

@test "a card on the tap interface, and the kernel loaded by QEMU itself" {
  run -33 tap_run tap0
  [[ $output == *"kernel loaded by QEMU itself"* ]]
  [[ $output == *"command line: [wire]"* ]]
  run -0 tap_run tap0 --dry-run --nic rtl8139
  [[ $output == *"-netdev tap,id=net,ifname=tap0,script=no,downscript=no -device rtl8139,netdev=net,romfile="* ]]
}

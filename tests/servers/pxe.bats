#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Machines that boot over the network, from the TFTP tree and through the DHCP configuration that
# mkboot writes, from dnsmasq and ISC dhcpd. Needs root (network namespaces, a tap device),
# qemu-system-x86, ipxe-qemu, ovmf, dnsmasq-base and isc-dhcp-server.
#
# DEMO_TREE=out/demo: boot what the demo recipe wrote there (make demo does), instead of a recipe of
# the test's own.

load net

# What the kernel prints of its command line.
EXPECT=the-wire-was-here
[ -z "${DEMO_TREE:-}" ] || EXPECT="demo: done"

setup_file() {
  [ -z "${DEMO_TREE:-}" ] || return 0
  write_recipe "$BATS_FILE_TMPDIR/wire.yaml"
  sed -i "s/args: wire/args: $EXPECT/" "$BATS_FILE_TMPDIR/wire.yaml"
  "$MKBOOT" build "$BATS_FILE_TMPDIR/wire.yaml" -o "$BATS_FILE_TMPDIR" --only tftp,dhcp
}

setup() {
  WIRE=${DEMO_TREE:-$BATS_FILE_TMPDIR/wire}
  need ip dnsmasq dhcpd qemu-system-x86_64
  net_up
  [ -c /dev/net/tun ] || skip "no /dev/net/tun"
  ip -n "$SERVER_NS" tuntap add dev tap0 mode tap
  ip -n "$SERVER_NS" link set tap0 master br0
  ip -n "$SERVER_NS" link set tap0 up
}

teardown() {
  net_down
}

# boot SECONDS QEMU-ARGUMENT...: until the kernel says its line on the serial port.
boot() {
  local serial=$BATS_TEST_TMPDIR/serial seconds=$1 qemu status=0
  shift
  : >"$serial"
  ip netns exec "$SERVER_NS" timeout "$seconds" qemu-system-x86_64 -accel tcg -m 256 \
    -nodefaults -display none -no-reboot -serial "file:$serial" \
    -device isa-debug-exit,iobase=0xf4,iosize=4 \
    -netdev tap,id=n0,ifname=tap0,script=no,downscript=no "$@" \
    >"$BATS_TEST_TMPDIR/qemu.log" 2>&1 </dev/null 3>&- &
  qemu=$!
  # Ends with the line, or when the machine ends.
  grep -q -a -m1 -F -e "$EXPECT" <(exec tail -n +1 -f --pid="$qemu" "$serial" 3>&-) || status=1
  kill "$qemu" 2>/dev/null || true
  wait "$qemu" 2>/dev/null || true
  [ "$status" = 0 ] || {
    cat "$BATS_TEST_TMPDIR/qemu.log" "$serial" "$BATS_TEST_TMPDIR/server.log" >&2
    return 1
  }
}

# The e1000's own boot ROM is iPXE.
boot_bios() {
  boot "${1:-90}" -device e1000,netdev=n0,mac=52:54:00:12:34:56 -boot n
}

# No ROM in the card: the firmware's own PXE.
boot_uefi64() {
  local code vars
  for code in /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd; do
    [ ! -f "$code" ] || break
  done
  [ -f "$code" ] || skip "ovmf is not installed"
  vars=$BATS_TEST_TMPDIR/vars.fd
  cp "${code/CODE/VARS}" "$vars"
  boot "${1:-180}" -machine q35 -drive "if=pflash,format=raw,readonly=on,file=$code" \
    -drive "if=pflash,format=raw,file=$vars" \
    -device virtio-net-pci,netdev=n0,mac=52:54:00:12:34:57,romfile=
}

with_dnsmasq() {
  dnsmasq_start "$WIRE/dhcp/dnsmasq.conf" --enable-tftp --tftp-root="$WIRE/tftp"
}

with_dhcpd() {
  tftpd_start "$WIRE/tftp"
  dhcpd_start "$WIRE/dhcp/dhcpd.conf"
}

@test "BIOS PXE through dnsmasq" {
  with_dnsmasq
  boot_bios
}

@test "UEFI x64 PXE through dnsmasq" {
  with_dnsmasq
  boot_uefi64
}

@test "BIOS PXE through dhcpd" {
  with_dhcpd
  boot_bios
}

@test "UEFI x64 PXE through dhcpd" {
  with_dhcpd
  boot_uefi64
}

@test "no boot where the TFTP server is the wrong one" {
  sed 's/,,192\.168\.77\.9$/,,192.168.77.99/' "$WIRE/dhcp/dnsmasq.conf" >"$BATS_TEST_TMPDIR/wrong.conf"
  dnsmasq_start "$BATS_TEST_TMPDIR/wrong.conf" --enable-tftp --tftp-root="$WIRE/tftp"
  run boot_bios 30
  [ "$status" -eq 1 ]
}

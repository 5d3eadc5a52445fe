#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Real servers with the configuration that mkboot writes, as it is, and machines that boot from
# them: a test for each pair.

load net
load machines
bats_require_minimum_version 1.5.0

EXPECT=the-wire-was-here
export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$ROOT/out/test-cache}

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  write_recipe wire.yaml
  sed -i "s/args: wire/args: $EXPECT/" wire.yaml
  "$MKBOOT" build wire.yaml --only tftp,dhcp
  sed -e 's/^outputs.*/outputs: [diskless-floppy]/' -e 's/^network:/&\n  nic: rtl8139/' wire.yaml >floppy.yaml
  "$MKBOOT" build floppy.yaml -o floppy
}

setup() {
  need ip dnsmasq dhcpd qemu-system-x86_64 python3
  cd "$BATS_FILE_TMPDIR"
  net_up
  machines_up
  tftpd_start "$PWD/out/wire/tftp"
}

teardown() { net_down; }

@test "dnsmasq: BIOS PXE" { dnsmasq_start $PWD/out/wire/dhcp/dnsmasq.conf; boot_bios; }
@test "dnsmasq: UEFI x64 PXE" { dnsmasq_start $PWD/out/wire/dhcp/dnsmasq.conf; boot_uefi64; }
@test "dnsmasq: floppy" { dnsmasq_start $PWD/out/wire/dhcp/dnsmasq.conf; boot_floppy floppy/wire/wire-diskless-floppy.img; cat $BATS_TEST_TMPDIR/serial; false; }
@test "dnsmasq: BOOTP" { dnsmasq_start $PWD/out/wire/dhcp/dnsmasq.conf; boot_bootp; cat $BATS_TEST_TMPDIR/server.log $BATS_TEST_TMPDIR/serial; false; }

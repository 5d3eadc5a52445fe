#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Beside matrix.bats: hosts with a boot file of their own, DHCP servers that are wrong where the recipe
# is right, and, for each kind of machine, configuration that is wrong and has to be noticed.

load matrix

# Hosts with a file of their own.
own_file() {
  EXPECT=the-other-was-here MAC=52:54:00:12:34:58 boots "$1" bios
}
@test "dnsmasq: a host with another recipe's boot file" { own_file dnsmasq; }
@test "dnsmasq-proxy: a host with another recipe's boot file" { own_file dnsmasq-proxy; }
@test "isc: a host with another recipe's boot file" { own_file isc; }
@test "kea: a host with another recipe's boot file" { own_file kea; }
@test "networkd: no host has a boot file of its own, and mkboot says so" {
  says networkd "a host cannot have a boot file of its own"
  serve networkd
  run -0 --separate-stderr asks --arch 0 --mac 52:54:00:12:34:58
  grep -x "option67=wire/bios.0" <<<"$output"
}

# A floppy whose recipe names no server: the DHCP server does.
@test "GRUB's own driver asks DHCP for the TFTP server" {
  "$MKBOOT" dhcp asks.yaml --for dnsmasq --server $BOOT_SERVER >"$BATS_TEST_TMPDIR/dnsmasq.conf"
  tftpd_start "$TREE/tftp" $BOOT_SERVER
  dnsmasq_start "$BATS_TEST_TMPDIR/dnsmasq.conf"
  boot_floppy asks/wire/wire-diskless-floppy.img
}

# VMware's DHCP server names a gateway that is none, and itself as the TFTP server.
@test "GRUB's own driver: a wrong router and TFTP server from DHCP do no harm where the recipe names them" {
  ip -n "$SERVER_NS" addr add 192.168.77.254/24 dev br0
  ip -n "$SERVER_NS" addr add 10.9.9.9/32 dev lo
  sed -e "s/,,192\.168\.77\.9$/,,$WRONG_SERVER/" \
    -e 's/^\(dhcp-option=option:router\),.*/\1,192.168.77.66/' \
    "$TREE/dhcp/dnsmasq.conf" >"$BATS_TEST_TMPDIR/vmware.conf"
  mkdir "$BATS_TEST_TMPDIR/empty"
  tftpd_start "$TREE/tftp" 10.9.9.9
  dnsmasq_start "$BATS_TEST_TMPDIR/vmware.conf"
  # Nobody answers for what is behind a router, but the router.
  ip netns exec "$SERVER_NS" sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore'
  boot_floppy far/wire/wire-diskless-floppy.img
  grep -F "router  192.168.77.66" "$BATS_TEST_TMPDIR/server.log"
  # Where the recipe says nothing, that is the end.
  ip -n "$SERVER_NS" addr add $WRONG_SERVER/24 dev br0
  tftpd_start "$BATS_TEST_TMPDIR/empty" $WRONG_SERVER
  local status=0
  boot_floppy asks/wire/wire-diskless-floppy.img || status=$?
  [ $status -eq 1 ]
  [[ $gave_up == *"the server has no such file"* ]]
}

# What these tests are for, seen to fail: one word of the configuration is wrong, and a server was told
# of it. The wrong TFTP server runs, and has nothing.
breaks() { # CLIENT SED-SCRIPT WHAT-A-SERVER-SAYS
  local status=0
  sed "$2" "$TREE/dhcp/dnsmasq.conf" >"$BATS_TEST_TMPDIR/broken.conf"
  run -1 cmp -s "$TREE/dhcp/dnsmasq.conf" "$BATS_TEST_TMPDIR/broken.conf"
  ip -n "$SERVER_NS" addr add $WRONG_SERVER/24 dev br0
  mkdir "$BATS_TEST_TMPDIR/empty"
  files_start
  tftpd_start "$BATS_TEST_TMPDIR/empty" $WRONG_SERVER
  dnsmasq_start "$BATS_TEST_TMPDIR/broken.conf"
  "boot_$1" || status=$?
  echo "status $status, given up: $gave_up" >&2
  [ $status -eq "${BROKEN_STATUS:-1}" ]
  grep -E -e "$3" "$BATS_TEST_TMPDIR/server.log"
}
wrong_server='s/,,192\.168\.77\.9$/,,192.168.77.10/'

@test "BIOS PXE: no boot by a wrong siaddr" {
  breaks bios "$wrong_server" "/empty/wire/bios\.0 not found"
}
@test "BIOS PXE: no boot by a wrong file" { breaks bios 's/bios\.0/bios.1/' "/wire/bios\.1 not found"; }
@test "UEFI PXE: no boot by a wrong siaddr" {
  breaks uefi64 "$wrong_server" "/empty/wire/uefi64\.efi not found"
}
@test "UEFI PXE: no boot by a wrong file" {
  breaks uefi64 's/uefi64\.efi/uefi65.efi/' "/wire/uefi65\.efi not found"
}
@test "UEFI HTTP boot: no boot from a wrong server" {
  breaks http 's,http://192\.168\.77\.9/,http://192.168.77.10/,' DHCPACK
}
@test "UEFI HTTP boot: no boot by a wrong file" {
  breaks http 's/uefi64\.efi/uefi65.efi/' '"(HEAD|GET) /wire/uefi65\.efi HTTP/1\.1" 404'
}

# It would ask for another minute.
asked_again() {
  # to a file: with nowhere to write to, grep ends at the first
  grep -m2 DHCPDISCOVER <(exec tail -n +1 -f "$BATS_TEST_TMPDIR/server.log" 3>&-) \
    >"$BATS_TEST_TMPDIR/asked"
}
@test "UEFI HTTP boot: no offer is taken that does not say HTTPClient" {
  UNTIL=asked_again BROKEN_STATUS=2 breaks http '/^dhcp-option-force=.*HTTPClient/d' DHCPOFFER
  [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" -eq 2 ]
  run -1 grep DHCPREQUEST "$BATS_TEST_TMPDIR/server.log"
}

@test "BOOTP: no boot by a wrong siaddr" {
  breaks bootp "$wrong_server" "/empty/wire/bios\.0 not found"
}
@test "BOOTP: no boot by a wrong file" { breaks bootp 's/bios\.0/bios.1/' "/wire/bios\.1 not found"; }

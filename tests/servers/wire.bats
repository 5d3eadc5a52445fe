#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The real servers with the configuration that mkboot writes, asked by a client of every kind.
# Needs root (network namespaces), dnsmasq-base, isc-dhcp-server and kea-dhcp4-server.

load net
load wire

# Every kind of client, of which no two are the same machine.
every_architecture() {
  local common=(siaddr=192.168.77.9 sname= option66=- option67=- option3=192.168.77.254
    option6=192.168.77.8 option43=-)
  expect "${common[@]}" option60=- file=$BIOS -- --arch 0 --mac 02:00:00:00:00:00
  expect "${common[@]}" option60=- file=$UEFI32 -- --arch 6 --mac 02:00:00:00:00:06
  expect "${common[@]}" option60=- file=$UEFI64 -- --arch 7 --mac 02:00:00:00:00:07
  expect "${common[@]}" option60=- file=$UEFI64 -- --arch 9 --mac 02:00:00:00:00:09
  expect "${common[@]}" option60=- file=$UEFI64 -- --arch 7 --undi 003999 --mac 02:00:00:00:00:17
  # Nothing here boots on arm64: an address, and no file.
  expect "${common[@]}" option60=- file= -- --arch 11 --mac 02:00:00:00:00:0b
  expect "${common[@]}" option60=HTTPClient file=$URL32 -- --arch 15 --http --mac 02:00:00:00:00:0f
  expect "${common[@]}" option60=HTTPClient file=$URL64 -- --arch 16 --http --mac 02:00:00:00:00:10
  expect "${common[@]}" option60=- file= -- --arch 19 --http --mac 02:00:00:00:00:13
  in_range --arch 7 --mac 02:00:00:00:00:07
}

# stock GRUB's DHCP says nothing about itself; GRUB 2.02 speaks BOOTP; who knows what else there is.
default_branch() {
  local common=(siaddr=192.168.77.9 sname= option66=- option67=- option60=- option3=192.168.77.254)
  expect "${common[@]}" file=$BIOS -- --no93 --mac 02:00:00:00:01:01
  expect "${common[@]}" file=$BIOS -- --bootp --mac 02:00:00:00:01:02
  expect "${common[@]}" file=$BIOS -- --arch 27 --mac 02:00:00:00:01:03
  in_range --no93 --mac 02:00:00:00:01:01
  in_range --bootp --mac 02:00:00:00:01:02
}

# By MAC: the address of the recipe, and still the boot file of the architecture.
hosts() {
  local m=52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS option12=testbox \
    option3=192.168.77.254 -- --arch 0 --mac $m
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$UEFI64 -- --arch 7 --mac $m
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS -- --no93 --mac $m
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS -- --bootp --mac $m
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$URL64 option60=HTTPClient -- \
    --arch 16 --http --mac $m
  # No address in the recipe: one of the range, and its name.
  expect siaddr=192.168.77.9 file=$UEFI64 option12=laptop -- --arch 7 --mac 52:54:00:12:34:57
  in_range --arch 7 --mac 52:54:00:12:34:57
}

# A file of its own: whatever the architecture, but not for HTTP.
host_files() {
  local common=(siaddr=192.168.77.9 sname= option66=- option67=- option3=192.168.77.254) m
  local own=52:54:00:12:34:58 free=52:54:00:12:34:59
  for m in "--arch 0" "--arch 6" "--arch 7" "--arch 11" --no93 --bootp; do
    # shellcheck disable=SC2086 # an option and its value
    expect "${common[@]}" yiaddr=192.168.77.51 option60=- file=host/own.0 -- $m --mac $own
    # shellcheck disable=SC2086
    expect "${common[@]}" option60=- 'file=host/a,\x20b\x20#c' -- $m --mac $free
  done
  expect "${common[@]}" yiaddr=192.168.77.51 option60=HTTPClient file=$URL64 -- \
    --arch 16 --http --mac $own
  expect "${common[@]}" option60=HTTPClient file=$URL32 -- --arch 15 --http --mac $free
  expect "${common[@]}" option60=- file= -- --arch 19 --http --mac $free
  in_range --no93 --mac $free
}

# An HTTP tree and nothing else: nothing for who boots by TFTP.
http_only() {
  local common=(siaddr=192.168.77.9 sname= option66=- option67=- option3=192.168.77.254) m
  for m in "--arch 0" "--arch 6" "--arch 7" "--arch 11" "--arch 19 --http" --no93 --bootp; do
    # shellcheck disable=SC2086 # an option and its value
    expect "${common[@]}" option60=- file= -- $m --mac 02:00:00:00:02:01
  done
  expect "${common[@]}" option60=HTTPClient file=$URL64 -- --arch 16 --http --mac 02:00:00:00:02:02
  expect "${common[@]}" option60=HTTPClient file=$URL32 -- --arch 15 --http --mac 02:00:00:00:02:03
}

# The golden configuration without BIOS and without a router: nobody is handed a program that it
# cannot start, nor a router.
uefi_only() {
  local common=(siaddr=10.1.2.3 option66=- option67=- option3=- option6=- option60=-)
  expect "${common[@]}" file= -- --arch 0 --mac 02:00:00:00:00:01
  expect "${common[@]}" file=net/uefi64.efi -- --arch 7 --mac 02:00:00:00:00:02
  expect "${common[@]}" file= -- --arch 16 --http --mac 02:00:00:00:00:04
  expect "${common[@]}" file=net/uefi64.efi -- --no93 --mac 02:00:00:00:00:03
}

@test "dnsmasq: each architecture gets its boot file, and siaddr is the recipe's server" {
  start dnsmasq "$BATS_FILE_TMPDIR/dnsmasq.conf"
  every_architecture
}

@test "dnsmasq: clients that send no architecture get the default; hosts by MAC" {
  start dnsmasq "$BATS_FILE_TMPDIR/dnsmasq.conf"
  default_branch
  hosts
}

@test "dnsmasq: hosts with a boot file of their own" {
  start dnsmasq "$BATS_FILE_TMPDIR/dnsmasq.conf"
  host_files
}

@test "dnsmasq: an HTTP tree and no TFTP tree" {
  start dnsmasq "$BATS_FILE_TMPDIR/http-dnsmasq.conf"
  http_only
}

@test "dnsmasq: a platform without an NBP gets no file, nobody a router, and siaddr is right" {
  ip -n "$SERVER_NS" addr flush dev br0
  ip -n "$SERVER_NS" addr add 10.1.0.1/22 dev br0
  start dnsmasq "$ROOT/tests/golden/dhcp/uefi-only-dnsmasq.conf"
  uefi_only
}

@test "dhcpd: each architecture gets its boot file, and siaddr is the recipe's server" {
  start isc "$BATS_FILE_TMPDIR/isc.conf"
  every_architecture
}

@test "dhcpd: clients that send no architecture get the default; hosts by MAC" {
  start isc "$BATS_FILE_TMPDIR/isc.conf"
  default_branch
  hosts
}

@test "dhcpd: hosts with a boot file of their own" {
  start isc "$BATS_FILE_TMPDIR/isc.conf"
  host_files
}

@test "dhcpd: an HTTP tree and no TFTP tree" {
  start isc "$BATS_FILE_TMPDIR/http-isc.conf"
  http_only
}

@test "dhcpd: a platform without an NBP gets no file, nobody a router, and siaddr is right" {
  ip -n "$SERVER_NS" addr flush dev br0
  ip -n "$SERVER_NS" addr add 10.1.0.1/22 dev br0
  start isc "$ROOT/tests/golden/dhcp/uefi-only-dhcpd.conf"
  uefi_only
}

@test "Kea: each architecture gets its boot file, and siaddr is the recipe's server" {
  start kea "$BATS_FILE_TMPDIR/kea.conf"
  every_architecture
}

@test "Kea: clients that send no architecture get the default; hosts by MAC" {
  start kea "$BATS_FILE_TMPDIR/kea.conf"
  default_branch
  hosts
}

@test "Kea: hosts with a boot file of their own" {
  start kea "$BATS_FILE_TMPDIR/kea.conf"
  host_files
}

@test "Kea: an HTTP tree and no TFTP tree" {
  start kea "$BATS_FILE_TMPDIR/http-kea.conf"
  http_only
}

@test "Kea: a platform without an NBP gets no file, nobody a router, and siaddr is right" {
  ip -n "$SERVER_NS" addr flush dev br0
  ip -n "$SERVER_NS" addr add 10.1.0.1/22 dev br0
  start kea "$ROOT/tests/golden/dhcp/uefi-only-kea-dhcp4.json"
  uefi_only
}

@test "dnsmasq: the lines for a router do, in a configuration of its own" {
  {
    printf '%s\n' port=0 dhcp-range=192.168.77.100,192.168.77.150
    sed -n '/from here ----$/,/to here ----$/p' "$BATS_FILE_TMPDIR/dnsmasq.conf"
  } >"$BATS_TEST_TMPDIR/router.conf"
  [ "$(grep -c '^dhcp-boot=' "$BATS_TEST_TMPDIR/router.conf")" -ge 4 ]
  dnsmasq_start "$BATS_TEST_TMPDIR/router.conf"
  # The file may come as option 67 here (with a NUL behind it): dhcp-no-override is not among them.
  expect siaddr=192.168.77.9 "option67=$UEFI64\\x00" -- --arch 7 --mac 02:00:00:00:00:07
  expect siaddr=192.168.77.9 file=$BIOS -- --no93 --mac 02:00:00:00:01:01
  expect siaddr=192.168.77.9 "option67=$URL64\\x00" option60=HTTPClient -- \
    --arch 16 --http --mac 02:00:00:00:01:02
}

# Without the hook there is no BOOTP (its path differs between systems).
@test "Kea: BOOTP is the hook's" {
  sed '/"hooks-libraries"/,/^    \],$/d' "$BATS_FILE_TMPDIR/kea.conf" >"$BATS_TEST_TMPDIR/no-hook.conf"
  run grep -c libdhcp_bootp "$BATS_TEST_TMPDIR/no-hook.conf"
  [ "$output" = 1 ] # the comment's
  kea_start "$BATS_TEST_TMPDIR/no-hook.conf"
  expect siaddr=192.168.77.9 file=$BIOS -- --no93 --mac 02:00:00:00:01:01
  run probe --bootp --mac 02:00:00:00:01:02 --timeout 2
  [ "$status" -eq 1 ]
}

@test "--server goes into siaddr and URLs" {
  local server
  for server in dnsmasq isc kea; do
    "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/wire.yaml" --for $server --server 192.168.77.77 \
      >"$BATS_TEST_TMPDIR/other.conf"
    start $server "$BATS_TEST_TMPDIR/other.conf"
    expect siaddr=192.168.77.77 file=$BIOS -- --no93 --mac 02:00:00:00:00:01
    expect siaddr=192.168.77.77 file=$UEFI32 -- --arch 6 --mac 02:00:00:00:00:06
    expect siaddr=192.168.77.77 file=http://192.168.77.77/$UEFI64 -- \
      --arch 16 --http --mac 02:00:00:00:00:10
    server_stop
  done
}

# Names that read like a lease time or a keyword (dnsmasq(8), --dhcp-host).
@test "dnsmasq: a host may be called 45m" {
  dnsmasq_start "$ROOT/tests/golden/dhcp/full-dnsmasq.conf"
  expect yiaddr=192.168.77.51 option12=45m -- --arch 0 --mac 52:54:00:12:34:58
  expect yiaddr=192.168.77.52 option12=- -- --arch 0 --mac de:ad:be:ef:00:01
}

# What these tests are for, seen to fail.
@test "the classic mistakes are noticed" {
  sed 's/,,192\.168\.77\.9$/,192.168.77.9/' "$BATS_FILE_TMPDIR/dnsmasq.conf" \
    >"$BATS_TEST_TMPDIR/two-fields.conf"
  dnsmasq_start "$BATS_TEST_TMPDIR/two-fields.conf"
  run expect siaddr=192.168.77.9 -- --arch 7 --mac 02:00:00:00:00:07
  [ "$status" -ne 0 ]
  expect siaddr=192.168.77.1 -- --arch 7 --mac 02:00:00:00:00:07
  server_stop

  grep -v next-server "$BATS_FILE_TMPDIR/isc.conf" >"$BATS_TEST_TMPDIR/no-next-server.conf"
  dhcpd_start "$BATS_TEST_TMPDIR/no-next-server.conf"
  expect siaddr=0.0.0.0 -- --arch 7 --mac 02:00:00:00:00:07
  server_stop

  grep -v '"next-server"' "$BATS_FILE_TMPDIR/kea.conf" >"$BATS_TEST_TMPDIR/no-next-server.json"
  kea_start "$BATS_TEST_TMPDIR/no-next-server.json"
  expect siaddr=0.0.0.0 -- --arch 7 --mac 02:00:00:00:00:07
  server_stop

  run probe --arch 7 --mac 02:00:00:00:00:07 --timeout 1
  [ "$status" -eq 1 ]
}

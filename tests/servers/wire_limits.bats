#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The servers that cannot do all that a recipe says, asked by a client of every kind: what they do,
# and what they do not, is what their configuration says. Needs root (network namespaces),
# dnsmasq-base, isc-dhcp-server and systemd.

load net
load wire

# One file for all, as option 67 and nowhere else, and no BOOTP: what the configuration says itself.
@test "systemd-networkd: one file for everybody, and siaddr is the recipe's server, not its own" {
  local common=(siaddr=192.168.77.9 option54=192.168.77.1 sname= file= option66=- option60=-
    option67=$BIOS option3=192.168.77.254 option6=192.168.77.8) m
  grep -q '^# Note:  systemd-networkd: it has one boot file for all' "$BATS_FILE_TMPDIR/networkd.conf"
  # another address than the boot server's, as the file says one can
  sed 's/^Address=192.168.77.9/Address=192.168.77.1/' "$BATS_FILE_TMPDIR/networkd.conf" \
    >"$BATS_TEST_TMPDIR/own.conf"
  networkd_start "$BATS_TEST_TMPDIR/own.conf"
  # it takes every line
  run grep -F 10-mkboot.network: "$BATS_TEST_TMPDIR/server.log"
  [ -z "$output" ]
  for m in "--arch 0" "--arch 6" "--arch 7" "--arch 9" "--arch 11" "--arch 15 --http" \
    "--arch 16 --http" "--arch 19 --http" --no93; do
    # shellcheck disable=SC2086 # an option and its value
    expect "${common[@]}" -- $m --mac 02:00:00:00:00:07
  done
  in_range --no93 --mac 02:00:00:00:00:07
  expect "${common[@]}" yiaddr=192.168.77.50 -- --arch 7 --mac 52:54:00:12:34:56
  expect "${common[@]}" yiaddr=192.168.77.51 -- --no93 --mac 52:54:00:12:34:58
  run probe --bootp --mac 02:00:00:00:01:02 --timeout 2
  [ "$status" -eq 1 ]
}

@test "systemd-networkd: an HTTP tree and no TFTP tree" {
  networkd_start "$BATS_FILE_TMPDIR/http-networkd.conf"
  run grep -F 10-mkboot.network: "$BATS_TEST_TMPDIR/server.log"
  [ -z "$output" ]
  expect siaddr=192.168.77.9 file= option60=HTTPClient option67=$URL64 option3=192.168.77.254 -- \
    --arch 16 --http --mac 02:00:00:00:00:10
}

@test "systemd-networkd: no router in the recipe, none from it" {
  networkd_start "$ROOT/tests/golden/dhcp/uefi-only-systemd-networkd.network"
  expect siaddr=10.1.2.3 option67=net/uefi64.efi file= option3=- option6=- -- \
    --arch 7 --mac 02:00:00:00:00:02
}

# Beside a server that hands out addresses. BIOS finds file and siaddr in the proxy's own offer; UEFI
# asks siaddr again, on port 4011, which so must be the proxy, and is told then.
@test "dnsmasq as proxy: each architecture gets its boot file beside dhcpd's address" {
  local dhcp=(siaddr=0.0.0.0 file= option54=192.168.77.1 option3=192.168.77.254 option60=-)
  local offer=(proxy.yiaddr=0.0.0.0 proxy.option54=192.168.77.7 proxy.option60=PXEClient
    proxy.sname= proxy.option66=- proxy.option67=- proxy.option3=-)
  # PXE_DISCOVERY_CONTROL (6) is 8: the file in the offer, no discovery (PXE 2.1, table 2-5)
  local bios=("${dhcp[@]}" "${offer[@]}" proxy.siaddr=192.168.77.9
    'proxy.option43=\x06\x01\x08\x0a\x04\x00PXE\xff')
  local uefi=("${dhcp[@]}" "${offer[@]}" proxy.siaddr=192.168.77.7 proxy.file= proxy.option43=-
    proxy4011.siaddr=192.168.77.9 proxy4011.option60=PXEClient proxy4011.option54=192.168.77.7)
  local ask=(--proxy-ok --address 192.168.77.200)
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  dnsmasq_proxy_start "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  ip -n "$CLIENT_NS" addr add 192.168.77.200/24 dev cli0
  expect "${bios[@]}" proxy.file=$BIOS -- "${ask[@]}" --arch 0 --mac 02:00:00:00:00:00
  expect "${uefi[@]}" proxy4011.file=$UEFI32 -- "${ask[@]}" --arch 6 --mac 02:00:00:00:00:06
  expect "${uefi[@]}" proxy4011.file=$UEFI64 -- "${ask[@]}" --arch 7 --mac 02:00:00:00:00:07
  expect "${uefi[@]}" proxy4011.file=$UEFI64 -- "${ask[@]}" --arch 9 --mac 02:00:00:00:00:09
  expect "${dhcp[@]}" "${offer[@]}" proxy.siaddr=192.168.77.9 proxy.file= proxy4011.file= -- \
    "${ask[@]}" --arch 11 --mac 02:00:00:00:00:0b
  # hosts; the second one's file has no dot, and so is in the offer for UEFI, too
  expect "${bios[@]}" proxy.file=host/own.0 -- "${ask[@]}" --arch 0 --mac 52:54:00:12:34:58
  expect "${uefi[@]}" proxy4011.file=host/own.0 -- "${ask[@]}" --arch 7 --mac 52:54:00:12:34:58
  expect "${uefi[@]}" proxy4011.file=host/own.0 -- "${ask[@]}" --arch 11 --mac 52:54:00:12:34:58
  expect "${bios[@]}" 'proxy.file=host/a,\x20b\x20#c' -- "${ask[@]}" --arch 0 --mac 52:54:00:12:34:59
  expect "${dhcp[@]}" "${offer[@]}" proxy.siaddr=192.168.77.9 'proxy.file=host/a,\x20b\x20#c' -- \
    "${ask[@]}" --arch 7 --mac 52:54:00:12:34:59
}

@test "dnsmasq as proxy: clients that do not say PXEClient get the other server's answer alone" {
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  dnsmasq_proxy_start "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  grep -q '^# Note:  dnsmasq beside a DHCP server: clients that do not call themselves PXEClient' \
    "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  expect siaddr=0.0.0.0 file= proxy=none -- --proxy-ok --timeout 3 --no93 --mac 02:00:00:00:01:01
  expect siaddr=0.0.0.0 file= proxy=none -- \
    --proxy-ok --timeout 3 --arch 16 --http --mac 02:00:00:00:01:02
  expect siaddr=0.0.0.0 file= option54=- -- --bootp --mac 02:00:00:00:01:03
}

# Why the template is as it is.
@test "dnsmasq as proxy: two services for one architecture hide the file; none at all is silence" {
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  ip -n "$CLIENT_NS" addr add 192.168.77.200/24 dev cli0
  sed 's/^pxe-service=.*,7,.*/&\n&/' "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf" >"$BATS_TEST_TMPDIR/two.conf"
  dnsmasq_proxy_start "$BATS_TEST_TMPDIR/two.conf"
  run expect proxy4011.file=$UEFI64 -- --proxy-ok --address 192.168.77.200 --arch 7 --mac 02:00:00:00:00:07
  [ "$status" -ne 0 ]
  server_stop
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  sed '/^pxe-service/d' "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf" >"$BATS_TEST_TMPDIR/none.conf"
  dnsmasq_proxy_start "$BATS_TEST_TMPDIR/none.conf"
  expect proxy=none -- --proxy-ok --timeout 3 --arch 7 --mac 02:00:00:00:00:07
}

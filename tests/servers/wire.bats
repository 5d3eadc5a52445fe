#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The real servers with the configuration that mkboot writes, asked by a client of every kind.
# Needs root (network namespaces), dnsmasq-base, isc-dhcp-server, kea-dhcp4-server and systemd.

load net

# The NBPs of the TFTP tree (base/platform.c), and the web server's.
BIOS=wire/bios.0
UEFI64=wire/uefi64.efi
UEFI32=wire/uefi32.efi
URL64=http://192.168.77.9/$UEFI64
URL32=http://192.168.77.9/$UEFI32

setup_file() {
  "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -o "$BATS_FILE_TMPDIR/dhcp_probe" \
    "$BATS_TEST_DIRNAME/dhcp_probe.c" "$BATS_TEST_DIRNAME/dhcp_packet.c"
  write_recipe "$BATS_FILE_TMPDIR/tftp.yaml"
  # Everything: HTTP boot beside TFTP, and hosts with a file of their own, the second without address.
  sed -e 's/^outputs: .*/outputs: [tftp, http, dhcp]/' \
    -e 's|^    - {name: laptop.*|&\n    - {name: own, mac: "52:54:00:12:34:58", ip: 192.168.77.51, file: host/own.0}\n    - {name: free, mac: "52:54:00:12:34:59", file: "host/a, b #c"}|' \
    "$BATS_FILE_TMPDIR/tftp.yaml" >"$BATS_FILE_TMPDIR/wire.yaml"
  sed 's/^outputs: .*/outputs: [http, dhcp]/; /name: own/d; /name: free/d' "$BATS_FILE_TMPDIR/wire.yaml" \
    >"$BATS_FILE_TMPDIR/http.yaml"
  for server in dnsmasq isc kea; do
    "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/wire.yaml" --for $server >"$BATS_FILE_TMPDIR/$server.conf"
    "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/http.yaml" --for $server >"$BATS_FILE_TMPDIR/http-$server.conf"
  done
  for server in dnsmasq-proxy networkd; do
    "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/wire.yaml" --for $server >"$BATS_FILE_TMPDIR/$server.conf" 2>/dev/null
  done
  "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/http.yaml" --for networkd >"$BATS_FILE_TMPDIR/http-networkd.conf" \
    2>/dev/null
  # Addresses and nothing else: what the proxy stands beside.
  cat >"$BATS_FILE_TMPDIR/plain.conf" <<'CONF'
subnet 192.168.77.0 netmask 255.255.255.0 {
  range dynamic-bootp 192.168.77.100 192.168.77.150;
  option routers 192.168.77.254;
}
CONF
}

setup() {
  need ip dnsmasq dhcpd kea-dhcp4
  [ -x /lib/systemd/systemd-networkd ] || skip "systemd-networkd is not installed"
  net_up
}

teardown() {
  net_down
}

# start SERVER FILE
start() {
  case $1 in
    dnsmasq) dnsmasq_start "$2" ;;
    isc) dhcpd_start "$2" ;;
    kea) kea_start "$2" ;;
    networkd) networkd_start "$2" ;;
  esac
}

# probe ARGUMENT... --mac MAC...: what the server answers a client, one value a line. The card gets
# the client's MAC, too: dhcpd sends BOOTP's replies there, broadcast flag or not.
probe() {
  local i
  for ((i = 1; i < $#; i++)); do
    [ "${!i}" != --mac ] || ip -n "$CLIENT_NS" link set cli0 address "${@:i+1:1}"
  done
  ip netns exec "$CLIENT_NS" "$BATS_FILE_TMPDIR/dhcp_probe" --iface cli0 "$@"
}

# expect NAME=VALUE... -- ARGUMENT...: the answer has these lines, each once, as they are.
expect() {
  local want=() line answer
  while [ "$1" != -- ]; do
    want+=("$1")
    shift
  done
  shift
  answer=$(probe "$@") || {
    printf 'asked %s\n' "$*" >&2
    tail -n 50 "$BATS_TEST_TMPDIR/server.log" >&2
    return 1
  }
  for line in "${want[@]}"; do
    [ "$(grep -c -x -F -e "$line" <<<"$answer")" = 1 ] || {
      printf 'asked %s, expected %s, but the answer is\n%s\n' "$*" "$line" "$answer" >&2
      return 1
    }
  done
}

in_range() {
  local last
  last=$(probe "$@" | sed -n 's/^yiaddr=192\.168\.77\.//p')
  [ "$last" -ge 100 ] && [ "$last" -le 150 ]
}

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

# GRUB's own DHCP says nothing about itself; GRUB 2.02 speaks BOOTP; who knows what else there is.
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

# Beside a server that hands out addresses; file and siaddr are in the proxy's own offer, so that
# nobody has to ask again on port 4011. Who does not say PXEClient gets nothing from it.
@test "dnsmasq as proxy: each architecture gets its boot file beside dhcpd's address" {
  local dhcp=(siaddr=0.0.0.0 file= option54=192.168.77.1 option3=192.168.77.254 option60=-)
  local proxy=(proxy.yiaddr=0.0.0.0 proxy.siaddr=192.168.77.9 proxy.option54=192.168.77.7
    proxy.option60=PXEClient proxy.sname= proxy.option66=- proxy.option67=- proxy.option3=-)
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  dnsmasq_proxy_start "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  # PXE_DISCOVERY_CONTROL (6) is 8: the file in the offer, no discovery (PXE 2.1, table 2-5)
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file=$BIOS 'proxy.option43=\x06\x01\x08\x0a\x04\x00PXE\xff' \
    -- --proxy-ok --arch 0 --mac 02:00:00:00:00:00
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file=$UEFI32 proxy.option43=- -- \
    --proxy-ok --arch 6 --mac 02:00:00:00:00:06
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file=$UEFI64 proxy.option43=- -- \
    --proxy-ok --arch 7 --mac 02:00:00:00:00:07
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file=$UEFI64 proxy.option43=- -- \
    --proxy-ok --arch 9 --mac 02:00:00:00:00:09
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file= -- --proxy-ok --arch 11 --mac 02:00:00:00:00:0b
  # hosts
  expect "${dhcp[@]}" "${proxy[@]}" proxy.file=host/own.0 -- \
    --proxy-ok --arch 7 --mac 52:54:00:12:34:58
  expect "${dhcp[@]}" "${proxy[@]}" 'proxy.file=host/a,\x20b\x20#c' -- \
    --proxy-ok --arch 0 --mac 52:54:00:12:34:59
}

@test "dnsmasq as proxy: clients that do not say PXEClient get the other server's answer alone" {
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  dnsmasq_proxy_start "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  grep -q '^# Note:  dnsmasq as proxy-DHCP: clients that do not call themselves PXEClient' \
    "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf"
  expect siaddr=0.0.0.0 file= proxy=none -- --proxy-ok --timeout 3 --no93 --mac 02:00:00:00:01:01
  expect siaddr=0.0.0.0 file= proxy=none -- \
    --proxy-ok --timeout 3 --arch 16 --http --mac 02:00:00:00:01:02
  expect siaddr=0.0.0.0 file= option54=- -- --bootp --mac 02:00:00:00:01:03
}

# Why the template is as it is: with a pxe-service for UEFI the offer has no file.
@test "dnsmasq as proxy: a pxe-service for UEFI sends clients to port 4011; none at all is silence" {
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  sed "s|^pxe-service=.*|pxe-service=X86-64_EFI,boot,$UEFI64,192.168.77.9\npxe-service=X86-64_EFI,other,x.efi,192.168.77.9|;/^dhcp-boot/d" \
    "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf" >"$BATS_TEST_TMPDIR/menu.conf"
  dnsmasq_proxy_start "$BATS_TEST_TMPDIR/menu.conf"
  expect proxy.file= proxy.siaddr=192.168.77.7 -- --proxy-ok --arch 7 --mac 02:00:00:00:00:07
  server_stop
  dhcpd_start "$BATS_FILE_TMPDIR/plain.conf"
  sed '/^pxe-service/d' "$BATS_FILE_TMPDIR/dnsmasq-proxy.conf" >"$BATS_TEST_TMPDIR/none.conf"
  dnsmasq_proxy_start "$BATS_TEST_TMPDIR/none.conf"
  expect proxy=none -- --proxy-ok --timeout 3 --arch 7 --mac 02:00:00:00:00:07
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

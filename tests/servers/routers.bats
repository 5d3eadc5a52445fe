#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The texts for routers that run dnsmasq, in a real dnsmasq with what such a router has of its own,
# asked by a client of every kind. Needs root (network namespaces), dnsmasq-base and python3.

load net
load openwrt

BIOS=wire/bios.0
UEFI64=wire/uefi64.efi
UEFI32=wire/uefi32.efi
URL=http://192.168.77.9/wire
# A host's boot file with everything in it that is syntax somewhere.
OWN="a, 'b' \"c\" #\\d; \$(e) =f.0"
OWN_SHOWN='a,\x20'"'b'"'\x20"c"\x20#\x5cd;\x20$(e)\x20=f.0'

ROUTERS="dd-wrt asuswrt tomato pihole openwrt openwrt-config openwrt-old"

setup_file() {
  local server dir=$BATS_FILE_TMPDIR
  "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 \
    -o "$dir/dhcp_probe" "$BATS_TEST_DIRNAME"/dhcp_{probe,packet}.c
  write_recipe "$dir/wire.yaml"
  sed -i "/name: laptop/d; s/^outputs: .*/outputs: [tftp, http, dhcp]/" "$dir/wire.yaml"
  awk -v own="$(sed "s/'/''/g; s/\\\\/\\\\\\\\/g" <<<"$OWN")" '{ print } /name: testbox/ {
      print "    - {name: laptop, mac: \"52:54:00:12:34:57\", file: '\''" own "'\''}"
      print "    - {name: 45m, mac: \"52:54:00:12:34:58\", ip: 192.168.77.51, file: host/45m.0}"
    }' "$dir/wire.yaml" >"$dir/routers.yaml"
  for server in dd-wrt asuswrt tomato pihole openwrt openwrt-config; do
    "$MKBOOT" dhcp "$dir/routers.yaml" --for $server >"$dir/$server"
  done
}

setup() {
  need ip dnsmasq python3
  net_up
}

teardown() {
  net_down
}

# router_start ROUTER [SCRIPT]: its own configuration, and the text behind it, edited.
router_start() {
  local conf=$BATS_TEST_TMPDIR/$1.conf text=$BATS_FILE_TMPDIR/$1
  case $1 in
    openwrt)
      openwrt_up
      openwrt_run "$text"
      openwrt_added >"$BATS_TEST_TMPDIR/added"
      python3 "$UCI" dnsmasq "$BATS_TEST_TMPDIR/added" >"$BATS_TEST_TMPDIR/text"
      ;;
    openwrt-config) python3 "$UCI" dnsmasq "$text" >"$BATS_TEST_TMPDIR/text" ;;
    openwrt-old)
      python3 "$UCI" dnsmasq --old "${text%-old}-config" >"$BATS_TEST_TMPDIR/text"
      ;;
    *) cp "$text" "$BATS_TEST_TMPDIR/text" ;;
  esac
  {
    printf '%s\n' port=0 dhcp-range=set:lan,192.168.77.100,192.168.77.150,255.255.255.0,12h
    sed "${2-}" "$BATS_TEST_TMPDIR/text"
  } >"$conf"
  dnsmasq_start "$conf"
}

# ask ARGUMENT...: what the router answers, one value a line; boot= is the boot file, be it in the
# header or option 67.
ask() {
  local answer
  answer=$(ip netns exec "$CLIENT_NS" "$BATS_FILE_TMPDIR/dhcp_probe" --iface cli0 "$@") || return 1
  awk '
    { print }
    /^file=/ { file = substr($0, 6) }
    /^option67=/ && !/=-$/ { file = substr($0, 10); sub(/\\x00$/, "", file) }
    END { print "boot=" file }' <<<"$answer"
}

# expect NAME=VALUE... -- ARGUMENT...: the answer has these lines, each once, as they are.
expect() {
  local answer
  answers ask "$@" || {
    echo "($router)" >&2
    return 1
  }
  # Whoever goes by the name is sent to the same server; addresses are the router's business.
  ! grep -E '^(sname|option66)=' <<<"$answer" | grep -qvE '=(-|192\.168\.77\.9(\\x00)?)?$' || return 1
  [[ "$*" == *--bootp* ]] || grep -q -x option3=192.168.77.1 <<<"$answer"
}

architectures() {
  expect siaddr=192.168.77.9 boot=$BIOS -- --arch 0 --mac 02:00:00:00:00:00
  expect siaddr=192.168.77.9 boot=$UEFI32 -- --arch 6 --mac 02:00:00:00:00:06
  expect siaddr=192.168.77.9 option60=- boot=$UEFI64 -- --arch 7 --mac 02:00:00:00:00:07
  expect siaddr=192.168.77.9 boot=$UEFI64 -- --arch 9 --mac 02:00:00:00:00:09
  # Nothing here boots on arm64: no file, and never another's.
  expect boot= -- --arch 11 --mac 02:00:00:00:00:11
  # stock GRUB's DHCP sends no architecture.
  expect siaddr=192.168.77.9 file=$BIOS -- --no93 --mac 02:00:00:00:01:01
}

http() {
  local common=(siaddr=192.168.77.9 'option60=HTTPClient')
  expect "${common[@]}" boot=$URL/uefi64.efi -- --arch 16 --http --mac 02:00:00:00:00:16
  expect "${common[@]}" boot=$URL/uefi32.efi -- --arch 15 --http --mac 02:00:00:00:00:15
  expect option60=- boot= -- --arch 19 --http --mac 02:00:00:00:00:19
}

hosts() {
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 option12=testbox boot=$BIOS -- \
    --arch 0 --mac 52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 boot=$UEFI64 -- --arch 7 --mac 52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS -- --bootp --mac 52:54:00:12:34:56
  # Their own files, whatever they are, but for HTTP, which needs a URL.
  expect siaddr=192.168.77.9 option12=laptop "boot=$OWN_SHOWN" -- --arch 0 --mac 52:54:00:12:34:57
  expect siaddr=192.168.77.9 "boot=$OWN_SHOWN" -- --arch 7 --mac 52:54:00:12:34:57
  expect siaddr=192.168.77.9 "file=$OWN_SHOWN" -- --no93 --mac 52:54:00:12:34:57
  expect option60=HTTPClient boot=$URL/uefi64.efi -- --arch 16 --http --mac 52:54:00:12:34:57
  expect yiaddr=192.168.77.51 option12=45m boot=host/45m.0 -- --arch 6 --mac 52:54:00:12:34:58
}

@test "every router: each architecture, and the default" {
  for router in $ROUTERS; do
    router_start $router
    architectures
    server_stop
  done
}

@test "every router: UEFI HTTP boot" {
  for router in $ROUTERS; do
    router_start $router
    http
    server_stop
  done
}

@test "every router: hosts by MAC, with files and addresses of their own" {
  for router in $ROUTERS; do
    router_start $router
    hosts
    server_stop
  done
}

@test "every router: siaddr is right where there is no file, too" {
  for router in $ROUTERS; do
    router_start $router
    expect siaddr=192.168.77.9 boot= -- --arch 11 --mac 02:00:00:00:00:11
    expect siaddr=192.168.77.9 option60=- boot= -- --arch 19 --http --mac 02:00:00:00:00:19
    server_stop
  done
}

@test "BOOTP: an address from the range, where the text can ask for it" {
  for router in dd-wrt asuswrt tomato pihole; do
    router_start $router
    expect siaddr=192.168.77.9 file=$BIOS -- --bootp --mac 02:00:00:00:02:01
    server_stop
  done
  # OpenWrt's uci has no word for it; as the text says, it does with the line in dnsmasq.conf.
  router=openwrt
  router_start openwrt
  run ask --bootp --timeout 2 --mac 02:00:00:00:02:02
  [ "$status" -ne 0 ]
  server_stop
  grep -q 'plain BOOTP .* is answered only for hosts with an address' "$BATS_FILE_TMPDIR/openwrt"
  router_start openwrt '1i bootp-dynamic'
  expect siaddr=192.168.77.9 file=$BIOS -- --bootp --mac 02:00:00:00:02:02
}

# A BOOTP client knows no lease, so its address is never free again; nobody else has to do with it.
@test "BOOTP: bootp-dynamic changes nothing for DHCP clients" {
  local leases=$BATS_TEST_TMPDIR/dnsmasq.leases
  for router in pihole dd-wrt; do
    router_start $router /bootp-dynamic/d
    ask --arch 7 --mac 02:00:00:00:03:07 >"$BATS_TEST_TMPDIR/without"
    server_stop
    rm "$leases"
    router_start $router
    ask --arch 7 --mac 02:00:00:00:03:07 >"$BATS_TEST_TMPDIR/with"
    diff "$BATS_TEST_TMPDIR/without" "$BATS_TEST_TMPDIR/with"
    ask --bootp --mac 02:00:00:00:03:08 >/dev/null
    server_stop
    grep -qE '^[1-9][0-9]+ 02:00:00:00:03:07 ' "$leases"
    grep -qE '^0 02:00:00:00:03:08 ' "$leases"
    rm "$leases"
  done
}

@test "DD-WRT: the second field may be empty or a name; the server stays the same" {
  router=dd-wrt
  router_start dd-wrt 's/,192\.168\.77\.9,192/,,192/'
  architectures
  server_stop
  router_start dd-wrt 's/,192\.168\.77\.9,192/,zorro,192/'
  ask --arch 7 --mac 02:00:00:00:00:07 >"$BATS_TEST_TMPDIR/answer"
  grep -q '^siaddr=192\.168\.77\.9$' "$BATS_TEST_TMPDIR/answer"
  grep -q '^option66=zorro' "$BATS_TEST_TMPDIR/answer"
}

# What these tests are for, seen to fail.
@test "routers: the classic mistakes are noticed" {
  router=asuswrt
  router_start asuswrt 's/,,192\.168\.77\.9$/,192.168.77.9/'
  expect siaddr=192.168.77.1 -- --arch 7 --mac 02:00:00:00:00:07
  server_stop
  router_start asuswrt /nofile/d
  run expect boot= -- --arch 11 --mac 02:00:00:00:00:11
  [ "$status" -ne 0 ]
  server_stop
  router_start asuswrt /^dhcp-option-force/d
  run expect option60=HTTPClient -- --arch 16 --http --mac 02:00:00:00:00:16
  [ "$status" -ne 0 ]
  server_stop
  # OpenWrt: a serveraddress alone, and the section is gone.
  router=openwrt-config
  sed '/option servername/d' "$BATS_FILE_TMPDIR/openwrt-config" >"$BATS_TEST_TMPDIR/dropped"
  ! python3 "$UCI" dnsmasq "$BATS_TEST_TMPDIR/dropped" | grep dhcp-boot || return 1
  # An address twice: dnsmasq does not start, as the texts say.
  sed '/^dhcp-host=.*\.50,/p' "$BATS_FILE_TMPDIR/asuswrt" >"$BATS_TEST_TMPDIR/twice"
  run dnsmasq --test -C "$BATS_TEST_TMPDIR/twice"
  [ "$status" -ne 0 ]
  [[ "$output" == *"duplicate dhcp-host IP address"* ]]
}

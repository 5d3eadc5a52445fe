#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The real servers with the configuration that mkboot writes, asked by a client of every kind.
# Needs root (network namespaces), dnsmasq-base and isc-dhcp-server.

load net

# The NBPs of the TFTP tree (base/platform.c).
BIOS=wire/bios.0
UEFI64=wire/uefi64.efi
UEFI32=wire/uefi32.efi

setup_file() {
  "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 \
    -o "$BATS_FILE_TMPDIR/dhcp_probe" "$BATS_TEST_DIRNAME/dhcp_probe.c"
  write_recipe "$BATS_FILE_TMPDIR/wire.yaml"
  for server in dnsmasq isc; do
    "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/wire.yaml" --for $server >"$BATS_FILE_TMPDIR/$server.conf"
  done
}

setup() {
  need ip dnsmasq dhcpd
  net_up
}

teardown() {
  net_down
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
    cat "$BATS_TEST_TMPDIR/server.log" >&2
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
    option6=192.168.77.8)
  expect "${common[@]}" file=$BIOS -- --arch 0 --mac 02:00:00:00:00:00
  expect "${common[@]}" file=$UEFI32 -- --arch 6 --mac 02:00:00:00:00:06
  expect "${common[@]}" file=$UEFI64 -- --arch 7 --mac 02:00:00:00:00:07
  expect "${common[@]}" file=$UEFI64 -- --arch 9 --mac 02:00:00:00:00:09
  expect "${common[@]}" file=$UEFI64 -- --arch 7 --undi 003999 --mac 02:00:00:00:00:17
  in_range --arch 7 --mac 02:00:00:00:00:07
}

# GRUB's own DHCP says nothing about itself; GRUB 2.02 speaks BOOTP.
default_branch() {
  expect siaddr=192.168.77.9 file=$BIOS -- --no93 --mac 02:00:00:00:01:01
  expect siaddr=192.168.77.9 file=$BIOS -- --bootp --mac 02:00:00:00:01:02
  expect siaddr=192.168.77.9 file=$BIOS -- --arch 11 --mac 02:00:00:00:01:03
  in_range --no93 --mac 02:00:00:00:01:01
}

# By MAC: the address of the recipe, and still the boot file of the architecture.
hosts() {
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS option12=testbox \
    option3=192.168.77.254 -- --arch 0 --mac 52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$UEFI64 -- --arch 7 --mac 52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS -- --no93 --mac 52:54:00:12:34:56
  expect yiaddr=192.168.77.50 siaddr=192.168.77.9 file=$BIOS -- --bootp --mac 52:54:00:12:34:56
  # No address in the recipe: one of the range, and its name.
  expect siaddr=192.168.77.9 file=$UEFI64 option12=laptop -- --arch 7 --mac 52:54:00:12:34:57
  in_range --arch 7 --mac 52:54:00:12:34:57
}

@test "dnsmasq: each architecture gets its boot file, and siaddr is the recipe's server" {
  dnsmasq_start "$BATS_FILE_TMPDIR/dnsmasq.conf"
  every_architecture
}

@test "dnsmasq: clients that send no architecture get the default" {
  dnsmasq_start "$BATS_FILE_TMPDIR/dnsmasq.conf"
  default_branch
}

@test "dnsmasq: hosts by MAC" {
  dnsmasq_start "$BATS_FILE_TMPDIR/dnsmasq.conf"
  hosts
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
}

@test "dhcpd: each architecture gets its boot file, and siaddr is the recipe's server" {
  dhcpd_start "$BATS_FILE_TMPDIR/isc.conf"
  every_architecture
}

@test "dhcpd: clients that send no architecture get the default" {
  dhcpd_start "$BATS_FILE_TMPDIR/isc.conf"
  default_branch
}

@test "dhcpd: hosts by MAC" {
  dhcpd_start "$BATS_FILE_TMPDIR/isc.conf"
  hosts
}

@test "--server goes into siaddr" {
  "$MKBOOT" dhcp "$BATS_FILE_TMPDIR/wire.yaml" --for dnsmasq --server 192.168.77.77 \
    >"$BATS_TEST_TMPDIR/other.conf"
  dnsmasq_start "$BATS_TEST_TMPDIR/other.conf"
  expect siaddr=192.168.77.77 file=$BIOS -- --no93 --mac 02:00:00:00:00:01
  expect siaddr=192.168.77.77 file=$UEFI32 -- --arch 6 --mac 02:00:00:00:00:06
}

# The golden configuration without BIOS: nobody is handed a program that it cannot start.
@test "dnsmasq: a platform without an NBP gets no file, and siaddr all the same" {
  # This one's range is 10.1.0.0/22.
  ip -n "$SERVER_NS" addr add 10.1.0.1/22 dev br0
  dnsmasq_start "$ROOT/tests/golden/dhcp/uefi-only-dnsmasq.conf"
  expect siaddr=10.1.2.3 file= option67=- option3=- -- --arch 0 --mac 02:00:00:00:00:01
  expect siaddr=10.1.2.3 file=net/uefi64.efi -- --arch 7 --mac 02:00:00:00:00:02
  expect siaddr=10.1.2.3 file=net/uefi64.efi -- --no93 --mac 02:00:00:00:00:03
}

@test "dhcpd: a platform without an NBP gets no file, and siaddr all the same" {
  ip -n "$SERVER_NS" addr flush dev br0
  ip -n "$SERVER_NS" addr add 10.1.0.1/22 dev br0
  dhcpd_start "$ROOT/tests/golden/dhcp/uefi-only-dhcpd.conf"
  expect siaddr=10.1.2.3 file= option67=- option3=- -- --arch 0 --mac 02:00:00:00:00:01
  expect siaddr=10.1.2.3 file=net/uefi64.efi -- --arch 7 --mac 02:00:00:00:00:02
  expect siaddr=10.1.2.3 file=net/uefi64.efi -- --no93 --mac 02:00:00:00:00:03
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

  run probe --arch 7 --mac 02:00:00:00:00:07 --timeout 1
  [ "$status" -eq 1 ]
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What mkboot writes, read by the servers' own parsers. Needs dnsmasq-base and isc-dhcp-server, not
# root.

load net

GOLDEN=$ROOT/tests/golden/dhcp
SERVERS="dnsmasq isc"

setup() {
  PATH=$PATH:/usr/sbin:/sbin
  OUT=$BATS_TEST_TMPDIR
}

# parse SERVER FILE: 0 where the server takes the file.
parse() {
  case $1 in
    dnsmasq) dnsmasq --test -C "$2" && dnsmasq_fields "$2" ;;
    # Read as dhcpd would, but it wants its lease file to be there.
    isc) : >"$OUT/leases" && dhcpd -t -4 -cf "$2" -lf "$OUT/leases" -pf "$OUT/pid" ;;
  esac
}

# What `dnsmasq --test` lets pass: dhcp-boot's fields, and tags that nothing sets.
dnsmasq_fields() {
  awk -F, '
    /^dhcp-match=/ && !/,option:client-arch,[0-9]+$/ { print "no architecture: " $0; bad = 1 }
    /^dhcp-match=set:/ { tag = $1; sub(/^dhcp-match=set:/, "", tag); set[tag] = 1 }
    /^dhcp-boot=/ {
      boots++
      n = NF
      if (/^dhcp-boot=tag:/) {
        tag = $1; sub(/^dhcp-boot=tag:/, "", tag); n--
        if (!(tag in set)) { print "unknown tag: " $0; bad = 1 }
      } else
        default_boots++
      if (n != 3 || $(NF - 1) != "" || $NF !~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/) {
        print "not FILE,,ADDRESS: " $0; bad = 1
      }
    }
    END { exit bad || boots < 2 || default_boots != 1 }' "$1"
}

accepts() {
  run parse "$1" "$2"
  [ "$status" -eq 0 ] || { echo "$1 refuses $2: $output"; return 1; }
}

refuses() {
  run parse "$1" "$2"
  [ "$status" -ne 0 ] || { echo "$1 takes $2"; return 1; }
}

@test "the golden files" {
  for variant in full bios-only uefi-only; do
    accepts dnsmasq "$GOLDEN/$variant-dnsmasq.conf"
    accepts isc "$GOLDEN/$variant-dhcpd.conf"
  done
}

@test "mkboot dhcp, for each server" {
  write_recipe "$OUT/r.yaml"
  for server in $SERVERS; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/conf"
    accepts $server "$OUT/conf"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server --server 192.168.77.200 >"$OUT/conf"
    accepts $server "$OUT/conf"
    grep -q 192.168.77.200 "$OUT/conf"
  done
}

@test "mkboot dhcp writes the same bytes each time, and nothing else" {
  write_recipe "$OUT/r.yaml"
  for server in $SERVERS; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/one" 2>"$OUT/messages"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/two"
    cmp "$OUT/one" "$OUT/two"
    [ ! -s "$OUT/messages" ]
  done
}

# change FILE SCRIPT: the golden file with a mistake that the editing script makes.
change() {
  sed "$2" "$GOLDEN/$1" >"$OUT/changed"
  ! cmp -s "$GOLDEN/$1" "$OUT/changed"
}

@test "dnsmasq: mistakes are refused" {
  for mistake in 's/^dhcp-range=/dhcp-rang=/' 's/,,192.168.77.9$/,192.168.77.9/' \
    's/^dhcp-boot=tag:uefi64,/dhcp-boot=tag:uefi46,/' 's/^dhcp-host=52:54:00:12/dhcp-host=zz:54/' \
    's/,,192.168.77.9$/,,/' '/^dhcp-boot=bios.0/d' 's/client-arch,7/client-arch,x/'; do
    change full-dnsmasq.conf "$mistake"
    refuses dnsmasq "$OUT/changed"
  done
}

@test "dhcpd: mistakes are refused" {
  for mistake in 's/next-server/nextserver/' 's/"bios.0";/"bios.0"/' 's/^}$//' \
    's/fixed-address 192/fixed-address x192,/' 's/range dynamic-bootp 192.168.77/&.1/' \
    's/^option client-arch code.*//'; do
    change full-dhcpd.conf "$mistake"
    refuses isc "$OUT/changed"
  done
}

@test "bad use of mkboot dhcp" {
  write_recipe "$OUT/r.yaml"
  run "$MKBOOT" dhcp "$OUT/r.yaml" --for nobody
  [ "$status" -eq 2 ]
  # No network: nothing to hand out.
  sed '/^network:/,/^outputs:/{/^outputs:/!d}' "$OUT/r.yaml" | sed 's/, dhcp//' >"$OUT/none.yaml"
  for server in $SERVERS; do
    run "$MKBOOT" dhcp "$OUT/none.yaml" --for $server
    [ "$status" -eq 3 ]
    [[ "$output" == *"network: {server: "* ]]
  done
  # Two addresses are too few for Dual Server's three parts, and enough for the others.
  sed 's/range: .*/range: 192.168.77.100-192.168.77.101/' "$OUT/r.yaml" >"$OUT/two.yaml"
  run "$MKBOOT" dhcp "$OUT/two.yaml" --for dual-server
  [ "$status" -eq 3 ]
  [[ "$output" == *"too small for Dual Server"* ]]
  "$MKBOOT" dhcp "$OUT/two.yaml" --for dnsmasq >"$OUT/conf"
  accepts dnsmasq "$OUT/conf"
}

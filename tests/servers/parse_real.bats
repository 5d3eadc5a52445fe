#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What mkboot writes for the servers that run here, read by their own parsers; what those let pass,
# and systemd-networkd's file, by conf_check.py. Needs dnsmasq-base, isc-dhcp-server and
# kea-dhcp4-server, not root.

load net

GOLDEN=$ROOT/tests/golden/dhcp
declare -gA FILES=([dnsmasq]=dnsmasq.conf [dnsmasq-proxy]=dnsmasq-proxy.conf [isc]=dhcpd.conf
  [kea]=kea-dhcp4.json [networkd]=systemd-networkd.network)

setup() {
  need dnsmasq dhcpd kea-dhcp4 python3
  PATH=$PATH:/usr/sbin:/sbin
  OUT=$BATS_TEST_TMPDIR
}

check() {
  python3 "$BATS_TEST_DIRNAME/conf_check.py" "$@"
}

# parse SERVER FILE: 0 where the server takes the file.
parse() {
  case $1 in
    dnsmasq | dnsmasq-proxy) dnsmasq --test -C "$2" && check "$1" "$2" ;;
    # Read as dhcpd would, but it wants its lease file to be there.
    isc) : >"$OUT/leases" && dhcpd -t -4 -cf "$2" -lf "$OUT/leases" -pf "$OUT/pid" ;;
    kea) KEA_LOCKFILE_DIR=$OUT kea-dhcp4 -t "$2" && check "$1" "$2" ;;
    networkd) check "$1" "$2" ;;
  esac
}

accepts() {
  run parse "$1" "$2"
  [ "$status" -eq 0 ] || { echo "$1 refuses $2: $output"; return 1; }
}

refuses() {
  run parse "$1" "$2"
  [ "$status" -ne 0 ] || { echo "$1 takes $2 (${3:-})"; return 1; }
}

# mistakes SERVER VARIANT SCRIPT...: the golden file, which is right, with a mistake that each editing
# script makes.
mistakes() {
  local server=$1 golden=$GOLDEN/$2-${FILES[$1]} script
  accepts "$server" "$golden"
  shift 2
  for script; do
    sed "$script" "$golden" >"$OUT/changed"
    ! cmp -s "$golden" "$OUT/changed" || { echo "$script changes nothing"; return 1; }
    refuses "$server" "$OUT/changed" "$script"
  done
}

@test "all golden files" {
  local n=0
  for server in "${!FILES[@]}"; do
    for golden in "$GOLDEN"/*-"${FILES[$server]}"; do
      # dnsmasq.conf's pattern finds no other's: pihole-dnsmasq.conf is not one of these
      case ${golden##*/} in *-pihole-dnsmasq.conf) continue ;; esac
      accepts "$server" "$golden"
      n=$((n + 1))
    done
  done
  # full, http, http-only (not the proxy), bios-only, uefi-only
  [ "$n" -eq 24 ]
}

@test "mkboot dhcp for each, the same bytes each time, with and without --server" {
  write_recipe "$OUT/r.yaml"
  for server in "${!FILES[@]}"; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server" >"$OUT/one"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server" >"$OUT/two"
    cmp "$OUT/one" "$OUT/two"
    accepts "$server" "$OUT/one"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server" --server 192.168.77.200 >"$OUT/one"
    accepts "$server" "$OUT/one"
    grep -q 192.168.77.200 "$OUT/one"
    run grep -F 192.168.77.9 "$OUT/one"
    [ -z "$output" ]
  done
}

@test "hosts' files with every kind of character" {
  write_recipe "$OUT/r.yaml"
  for name in 'a b' 'a,b' 'a#b # c' 'a"b' "a'b" 'a\b' 'a;}' 'tag:x,a' 'é' '//x' '%n$x'; do
    own="{name: own, mac: \"02:00:00:00:00:99\", file: '${name//\'/\'\'}'}"
    NAME="    - $own" awk '{ print } /^  hosts:/ { print ENVIRON["NAME"] }' "$OUT/r.yaml" >"$OUT/h.yaml"
    grep -q 'name: own' "$OUT/h.yaml"
    for server in dnsmasq dnsmasq-proxy isc kea; do
      "$MKBOOT" dhcp "$OUT/h.yaml" --for $server >"$OUT/conf" 2>"$OUT/messages" ||
        { cat "$OUT/messages"; return 1; }
      accepts $server "$OUT/conf"
    done
  done
}

@test "dnsmasq: mistakes are refused" {
  mistakes dnsmasq http 's/^dhcp-range=/dhcp-rang=/' 's/,,192.168.77.9$/,192.168.77.9/' \
    's/,,192.168.77.9$/,,/' 's/^dhcp-boot=tag:uefi64,/dhcp-boot=tag:uefi46,/' \
    's/^dhcp-host=52:54:00:12/dhcp-host=zz:54/' '/^dhcp-boot=bios.0/d' 's/client-arch,7/client-arch,x/' \
    '/^dhcp-option-force=tag:http64/d' 's/tag:!http64/tag:!htpt64/' 's|//192.168.77.9|//192.168.77.8|' \
    's/^dhcp-option=option:router,192.*/dhcp-option=option:router,here/' 's/tag:http32,option/tag:http64,option/'
  mistakes dnsmasq-proxy http 's/^\(pxe-service=.*\),192.168.77.9$/\1/' 's/uefi64\.efi,/uefi64,/' \
    's/^\(pxe-service=tag:!\)own/\1nown/' 's/,proxy,/,192.168.77.9,/' '/^pxe-service/d' \
    's/^dhcp-mac=set:host52/dhcp-mac=set:host53/' 's/,,192.168.77.9$/,192.168.77.9/' '/^dhcp-boot=bios/d'
}

@test "dhcpd: mistakes are refused" {
  mistakes isc http 's/next-server/nextserver/' 's/"bios.0";/"bios.0"/' 's/^}$//' \
    's/fixed-address 192/fixed-address x192,/' 's/range dynamic-bootp 192.168.77/&.1/' \
    's/^option client-arch code.*//' 's/ != "HTTPClient"/ <> "HTTPClient"/' \
    's/vendor-class-identifier "/vendor-class-identifer "/' 's/"host\/own.0"/"host"own.0"/'
}

@test "Kea: mistakes are refused" {
  mistakes kea http 's/"next-server"/"next_server"/' '/"next-server"/d' '/"default",/d' \
    "s/member('bios') and/member('boss') and/" 's/0x0007/0x07/;s/0x07/x07/' 's/libdhcp_bootp/libdhcp_boot/' \
    's/"http:..192.168.77.9/"http:\/\/192.168.77.8/' 's/"always-send": true/"always-send": false/' \
    's/192.168.77.100 - /192.168.78.100 - /' 's/"HTTPClient",/"HTTPClint",/' \
    's/"hw-address"/"boot-file-name": "x",&/' 's/^  "Dhcp4"/  "Dhcp6"/' '$d' \
    's/"routers"/"router"/' 's/"boot-file-name": "bios.0",/& &/' \
    's/"ip-address": "192.168.77.50"/"ip-address": "192.168.78.50"/' 's/"host\/own.0"/"host\\"/'
}

@test "systemd-networkd: mistakes are refused" {
  mistakes networkd http 's/^\[DHCPServer\]/[DHCP-Server]/' 's/^BootServerAddress/BootServer/' \
    's/^BootFilename=.*/BootFilename=/' 's/^BootFilename=.*/BootFilename="bios.0"/' \
    's/^BootFilename=.*/BootFilename=bios.0 \\/' '/^BootFilename/d' '/^BootServerAddress/d' \
    's/^PoolSize=.*/PoolSize=200/' 's/^Router=/#&/' 's/^EmitRouter=yes/EmitRouter=no/' \
    's/^MACAddress=/MAC=/' 's/^Address=192.168.77.50/Address=192.168.78.50/' 's/^DNS=.*/DNS=here/' \
    's/^DHCPServer=yes/DHCPServer/' 's/^BootFilename=/&http:\/\//' 's/^Name=.*/Name=*/'
  mistakes networkd http-only '/^SendOption/d' 's/^SendOption=60:string/SendOption=60:text/' \
    's/HTTPClient$/HTTPclient/'
}

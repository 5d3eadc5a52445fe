#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# The texts for routers that run dnsmasq, read strictly: router_lines.py and openwrt_uci.py know
# what these routers take in silence. Needs dnsmasq-base and python3, not root.

load net
load openwrt

GOLDEN=$ROOT/tests/golden/dhcp
VARIANTS="full http http-only bios-only uefi-only"

setup() {
  PATH=$PATH:/usr/sbin:/sbin
  OUT=$BATS_TEST_TMPDIR
  openwrt_up
}

# parse FILE: 0 where the router that it is for can do with it.
parse() {
  case $1 in
    *openwrt.sh)
      cp "$ROUTER/dhcp" "$OUT/before"
      openwrt_run "$1" && openwrt_added >"$OUT/added" || {
        cat "$ROUTER/dhcp.mistakes"
        return 1
      }
      python3 "$UCI" check "$OUT/added"
      ;;
    *openwrt-dhcp.config) python3 "$UCI" check "$1" ;;
    *dd-wrt.txt) python3 "$BATS_TEST_DIRNAME/router_lines.py" --net "$1" && dnsmasq --test -C "$1" ;;
    *) python3 "$BATS_TEST_DIRNAME/router_lines.py" "$1" && dnsmasq --test -C "$1" ;;
  esac
}

TEXTS="dd-wrt.txt openwrt.sh openwrt-dhcp.config asuswrt-dnsmasq.conf.add tomato.txt
  pihole-dnsmasq.conf"

@test "routers: the golden files" {
  for text in $TEXTS; do
    for variant in $VARIANTS; do
      run parse "$GOLDEN/$variant-$text"
      [ "$status" -eq 0 ] || { echo "$variant-$text: $output"; return 1; }
    done
  done
}

@test "routers: none hands out addresses or answers DNS because of these texts" {
  for text in $TEXTS; do
    for variant in $VARIANTS; do
      ! grep -E '^[^#]*(dhcp-range|port=|interface|option:router|enable-tftp)' \
        "$GOLDEN/$variant-$text" || return 1
    done
  done
}

# Tomato's box takes 4096 characters (FreshTomato, httpd: dnsmasq_custom); DD-WRT's NVRAM is small.
@test "routers: a text for a box fits in, comments and all" {
  for variant in $VARIANTS; do
    [ "$(wc -m <"$GOLDEN/$variant-tomato.txt")" -le 4096 ]
    [ "$(wc -m <"$GOLDEN/$variant-dd-wrt.txt")" -le 4096 ]
    [ "$(grep -vc '^#' "$GOLDEN/$variant-dd-wrt.txt")" -le 24 ]
  done
}

# mistakes FILE SCRIPT...: each editing script makes a mistake of the golden file, which is refused.
mistakes() {
  local file=$1 script
  shift
  for script; do
    sed -E "$script" "$GOLDEN/$file" >"$OUT/$file"
    ! cmp -s "$GOLDEN/$file" "$OUT/$file" || { echo "$script changes nothing"; return 1; }
    run parse "$OUT/$file"
    [ "$status" -ne 0 ] || { echo "$file: taken: $script"; return 1; }
    openwrt_up
  done
}

@test "DD-WRT: mistakes are refused" {
  mistakes http-dd-wrt.txt \
    's/,192.168.77.9,192.168.77.9$/,192.168.77.9/' 's/,192.168.77.9,/,,/' 's/net:uefi64/tag:uefi64/' \
    's/^dhcp-match=uefi64/dhcp-match=set:uefi64/' 's/net:(host[0-9]*,192)/set:\1/' \
    's/^dhcp-boot=net:uefi64/dhcp-boot=net:uefi46/' 's/uefi64/uefi-64/' 's/uefi64,/uefi 64,/' \
    's/,192.168.77.9$/,192.168.77.256/' 's/,192.168.77.9$/,router.lan/' '/^dhcp-option-force/d' \
    's/host.own.0/host own.0/' 's/host.own.0/host,own.0/' 's/^dhcp-boot=bios/dhcp-range=1.2.3.4/' \
    's/client-arch,7/client-arch,00:07/' 's/client-arch,9/client-arch,7/' '/client-arch,9/d' \
    's/52:54:00/52-54-00/' 's/testbox/45m/' 's/60,HTTPClient/60,PXEClient/' '/^bootp-dynamic/d' \
    's/$/\r/' '/net:nofile/d' 's/^(dhcp-boot)=bios(.*)$/\1=net:bios,bios\2/'
}

@test "Asuswrt-Merlin, Tomato, Pi-hole: mistakes are refused" {
  for file in asuswrt-dnsmasq.conf.add tomato.txt pihole-dnsmasq.conf; do
    mistakes http-$file \
      's/,,192.168.77.9$/,192.168.77.9/' 's/,,192.168.77.9$/,192.168.77.1,192.168.77.9/' \
      's/,,192.168.77.9$/,,/' 's/tag:uefi64/net:uefi64/' 's/^dhcp-boot=tag:uefi64/dhcp-boot=tag:uefi46/' \
      's/uefi64,/uefi-64,/' 's/host.own.0/host own.0/' 's/host.own.0/host,own.0/' \
      's/,,192.168.77.9$/,,192.168.77/' '/^dhcp-option-force/d' 's/^dhcp-match/dhcp-mach/' \
      's/^dhcp-boot=bios.0/dhcp-boot=/' 's/,192.168.77.50/,192.168.77.500/' 's/testbox/ignore/'
  done
}

@test "OpenWrt, /etc/config/dhcp: mistakes are refused" {
  mistakes http-openwrt-dhcp.config \
    '/option servername/d' '/option serveraddress/d' "/option networkid '!nofile'/d" \
    "s/(networkid) 'uefi64'/\\1 'uefi-64'/" "s/(boot 'mkboot_uefi64')/\\1x/" \
    "/config boot 'mkboot_uefi64'/,/filename/s/networkid 'uefi64'/networkid 'uefi46'/" \
    "/config boot 'mkboot_nofile'/,/serveraddress/d" "s/filename '\"\"'/filename ''/" \
    "s/filename 'bios.0'/filename '\"\"'/" \
    "s/filename '(.*)'/filename \\1/" "s/filename '(.*)'/filename \"\\1\"/" \
    "s/serveraddress '192.168.77.9'/serveraddress '192.168.77'/" \
    "s/servername '192.168.77.9'/servername '192.168.77.1'/" "s/host.own.0/host,own.0/" \
    "s/host.own.0/host'own.0/" "s/^config boot .*/config boot/" "/list dhcp_option/d" \
    "/option force/d" "s/list dhcp_option/option dhcp_option/" "s/'testbox'/'45m'/" \
    "s/mkboot_arch7/mkboot_arch9/" "s/option (filename)/option dhcp_boot/" \
    "/option (name|ip)/d" "s/arch,7'/arch'/" 's/^\t//'
}

@test "OpenWrt, uci: mistakes are refused" {
  mistakes http-openwrt.sh \
    '/servername=/d' '/^set dhcp.mkboot_nofile/d' "s/='(bios\\.0)'/=\\1/" "s/='(bios\\.0)'/=\"\\1\"/" \
    "s/mkboot_uefi64=/@boot[-1]=/" "s/serveraddress='192.168.77.9'/serveraddress='nas'/" \
    "s/^set dhcp.mkboot_(bios|uefi64).filename=.*/set dhcp.@dnsmasq[0].dhcp_boot='\\1.0'/" \
    "s/^set dhcp.mkboot_(bios|uefi64).filename=.*/set dhcp.mkboot_bios.dhcp_boot='\\1.0'/" \
    '/^commit/d' '/^.etc.init.d/d' 's/^add_list/add/' "s/^set dhcp.mkboot_bios='boot'//" \
    "s/networkid='uefi32'/networkid='uefi-32'/" "/^set dhcp.mkboot_arch6/d" \
    "s/own.0'/own.0'x'/" 's/^commit dhcp/&\nset dhcp.mkboot_x=boot/'
}

@test "OpenWrt: run twice, or another recipe's behind it, the script leaves what it would alone" {
  openwrt_run "$GOLDEN/http-openwrt.sh"
  cp "$ROUTER/dhcp" "$OUT/once"
  grep -q "config boot 'mkboot_http64'" "$OUT/once"
  openwrt_run "$GOLDEN/http-openwrt.sh"
  cmp "$OUT/once" "$ROUTER/dhcp"
  openwrt_run "$GOLDEN/bios-only-openwrt.sh"
  ! grep http64 "$ROUTER/dhcp" || return 1
  cp "$ROUTER/dhcp" "$OUT/behind"
  openwrt_up
  openwrt_run "$GOLDEN/bios-only-openwrt.sh"
  cmp "$OUT/behind" "$ROUTER/dhcp"
  # The router's own section is as it was.
  [ "$(sed -n '2,4p' "$ROUTER/dhcp")" = "$(printf "config dhcp 'lan'\n\toption interface 'lan'\n\toption start '100'")" ]
}

@test "OpenWrt: both forms make the same sections" {
  for variant in $VARIANTS; do
    openwrt_up
    openwrt_run "$GOLDEN/$variant-openwrt.sh"
    openwrt_added >"$OUT/added"
    diff <(python3 "$UCI" sections "$OUT/added") \
      <(python3 "$UCI" sections "$GOLDEN/$variant-openwrt-dhcp.config")
  done
}

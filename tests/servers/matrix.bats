#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Real DHCP servers, with the configuration that mkboot writes, and machines of every kind: a test for
# each pair. Where a pair cannot be, the configuration has to say so, and the client to get nothing.
# Needs root (network namespaces, a tap device), qemu-system-x86, ipxe-qemu, ovmf and the servers.
#
#                    BIOS PXE  UEFI PXE  UEFI HTTP  GRUB's driver  BOOTP
#   dnsmasq             x         x         x            x           x
#   dnsmasq-proxy       x         x         -            x (1)       -
#   isc                 x         x         x            x           x
#   kea                 x         x         x            x           x
#   networkd            x         x (2)     x (2)        x           -
#
#   (1) the address from the DHCP server beside it, the TFTP server from the recipe
#   (2) one of the three: it has one boot file for all
#
# The machines' boot server (siaddr) is an address that is not the DHCP server's, and on the DHCP
# server's own there is no TFTP.
#
# What serves HTTP here is Python's; nginx and lighttpd are in web.bats.
#
# DEMO_TREE=out/demo: boot what the demo recipe wrote there (make demo does), instead of recipes of
# the test's own; the tests for PXE can.

load net
load machines
bats_require_minimum_version 1.5.0

export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$ROOT/out/test-cache}

# What the kernel prints of its command line.
EXPECT=the-wire-was-here
BOOT_SERVER=192.168.77.9
# This one has nothing of what is asked for.
WRONG_SERVER=192.168.77.10
if [ -n "${DEMO_TREE:-}" ]; then
  EXPECT="demo: done"
  BOOT_SERVER=192.168.77.1
fi

# recipe FILE NAME OUTPUTS [SED-SCRIPT]
recipe() {
  write_recipe "$1"
  sed -i -e "s/^name: .*/name: $2/; s/args: .*/args: the-$2-was-here/; s/^outputs: .*/outputs: $3/" \
    -e "${4:-}" "$1"
}

setup_file() {
  [ -z "${DEMO_TREE:-}" ] || return 0
  cd "$BATS_FILE_TMPDIR"
  "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -o dhcp_probe "$BATS_TEST_DIRNAME"/dhcp_*.c
  # a host that has another recipe's boot file
  recipe wire.yaml wire '[tftp, http, dhcp]' \
    "/^  hosts:/a\\    - {name: special, mac: \"52:54:00:12:34:58\", file: other/bios.0}"
  recipe other.yaml other '[tftp]'
  recipe uefi.yaml wire '[tftp: {platforms: [uefi64]}, dhcp]'
  recipe http.yaml wire '[http, dhcp]'
  recipe floppy.yaml wire '[diskless-floppy]' 's/^network:/&\n  nic: rtl8139/'
  # whatever DHCP says
  recipe asks.yaml wire '[tftp, diskless-floppy]' 's/^network:/&\n  nic: rtl8139/; /^  server:/d'
  # The server is behind the router that the recipe names.
  recipe far.yaml wire '[diskless-floppy]' \
    's/^network:/&\n  nic: rtl8139/; s/server: .*/server: 10.9.9.9/'
  for r in wire other uefi http floppy asks far; do "$MKBOOT" build $r.yaml -o $r; done
  cp -r other/other/tftp/other wire/wire/tftp/
}

setup() {
  need ip dnsmasq dhcpd qemu-system-x86_64 python3
  cd "$BATS_FILE_TMPDIR"
  TREE=${DEMO_TREE:-$PWD/wire/wire}
  net_up
  machines_up
}

teardown() { net_down; }

# serve SERVER: what TREE has for it; TFTP and HTTP on the boot server's address only.
serve() {
  case $1 in
  dnsmasq) dnsmasq_start "$TREE/dhcp/dnsmasq.conf" ;;
  dnsmasq-proxy)
    household_start
    dnsmasq_proxy_start "$TREE/dhcp/dnsmasq-proxy.conf" ;;
  isc) dhcpd_start "$TREE/dhcp/dhcpd.conf" ;;
  kea)
    need kea-dhcp4
    kea_start "$TREE/dhcp/kea-dhcp4.json" ;;
  networkd)
    [ -x /lib/systemd/systemd-networkd ] || skip "systemd-networkd is not installed"
    networkd_start "$TREE/dhcp/systemd-networkd.network"
    # which has the card to itself
    ip -n "$SERVER_NS" addr replace $BOOT_SERVER/24 dev br0
    ip -n "$SERVER_NS" addr replace fd77::1/64 dev br0 nodad ;;
  esac
  files_start
}

files_start() {
  [ ! -d "$TREE/tftp" ] || tftpd_start "$TREE/tftp" "$BOOT_SERVER"
  [ ! -d "$TREE/http" ] || web_start "$TREE/http" "$BOOT_SERVER"
}

# The DHCP server that a household has, which knows nothing of booting.
household_start() {
  printf '%s\n' 'subnet 192.168.77.0 netmask 255.255.255.0 {' '  range dynamic-bootp 192.168.77.100 192.168.77.150;' \
    '  option routers 192.168.77.254;' '}' >"$BATS_TEST_TMPDIR/household.conf"
  dhcpd_start "$BATS_TEST_TMPDIR/household.conf"
}

web_start() {
  server_start "Serving HTTP on" python3 -u -m http.server 80 --bind "$2" --directory "$1"
}

# boots SERVER CLIENT [ARGUMENT]
boots() {
  serve "$1"
  "boot_$2" "${@:3}"
}

FLOPPY=floppy/wire/wire-diskless-floppy.img

@test "dnsmasq: BIOS PXE" { boots dnsmasq bios; }
@test "dnsmasq: UEFI PXE" { boots dnsmasq uefi64; }
@test "dnsmasq: UEFI HTTP boot" { boots dnsmasq http; }
@test "dnsmasq: GRUB's own driver" { boots dnsmasq floppy $FLOPPY; }
@test "dnsmasq: BOOTP" { boots dnsmasq bootp; }

@test "dnsmasq-proxy: BIOS PXE" { boots dnsmasq-proxy bios; }
@test "dnsmasq-proxy: UEFI PXE" { boots dnsmasq-proxy uefi64; }
@test "dnsmasq-proxy: GRUB's own driver" { boots dnsmasq-proxy floppy $FLOPPY; }

@test "isc: BIOS PXE" { boots isc bios; }
@test "isc: UEFI PXE" { boots isc uefi64; }
@test "isc: UEFI HTTP boot" { boots isc http; }
@test "isc: GRUB's own driver" { boots isc floppy $FLOPPY; }
@test "isc: BOOTP" { boots isc bootp; }

@test "kea: BIOS PXE" { boots kea bios; }
@test "kea: UEFI PXE" { boots kea uefi64; }
@test "kea: UEFI HTTP boot" { boots kea http; }
@test "kea: GRUB's own driver" { boots kea floppy $FLOPPY; }
@test "kea: BOOTP" { boots kea bootp; }

@test "networkd: BIOS PXE" { boots networkd bios; }
@test "networkd: UEFI PXE, the only tree" {
  TREE=$PWD/uefi/wire
  boots networkd uefi64
}
@test "networkd: UEFI HTTP boot, the only tree" {
  TREE=$PWD/http/wire
  boots networkd http
}
@test "networkd: GRUB's own driver" { boots networkd floppy $FLOPPY; }

# What cannot be. `says`: mkboot warns of it, and it stands in the file; `states`: it stands in the
# file (nothing in a recipe asks for it by name).
says() { # SERVER SENTENCE
  "$MKBOOT" dhcp wire.yaml --for "$1" 2>&1 >/dev/null | grep -F -e "$2"
  states "$@"
}
states() { "$MKBOOT" dhcp wire.yaml --for "$1" 2>/dev/null | grep -F -e "$2"; }

# asks ARGUMENT...: what dhcp_probe is told.
asks() { ip netns exec "$CLIENT_NS" "$BATS_FILE_TMPDIR/dhcp_probe" --iface cli0 --timeout 3 "$@"; }

# An address of the server beside it, and nothing to boot.
nothing_to_boot() {
  run -0 --separate-stderr asks "$@"
  [[ $output == *yiaddr=192.168.77.1* ]]
  for line in siaddr=0.0.0.0 file= option66=- option67=-; do grep -qxF "$line" <<<"$output"; done
}

@test "dnsmasq-proxy: UEFI HTTP boot is not offered, and mkboot says so" {
  says dnsmasq-proxy "cannot offer UEFI HTTP boot"
  serve dnsmasq-proxy
  nothing_to_boot --arch 16 --http --mac 02:00:00:00:00:10
  [[ $output == *option60=-* ]]
}

@test "dnsmasq-proxy: BOOTP is not answered, and the file says so" {
  states dnsmasq-proxy "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer"
  serve dnsmasq-proxy
  # the answer of the server beside it
  nothing_to_boot --bootp --mac 02:00:00:00:00:11
}

@test "networkd: UEFI gets the BIOS's file where there are both, and mkboot says so" {
  says networkd "it has one boot file for all, that of BIOS"
  run -1 boots networkd uefi64
}

@test "networkd: UEFI HTTP boot is not offered beside TFTP, and mkboot says so" {
  says networkd "cannot offer UEFI HTTP boot"
  serve networkd
  run -0 --separate-stderr asks --arch 16 --http --mac 02:00:00:00:00:10
  run ! grep -E "http:|HTTPClient" <<<"$output"
}

@test "networkd: BOOTP is not answered, and the file says so" {
  states networkd "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer"
  serve networkd
  run -1 asks --bootp --mac 02:00:00:00:00:11
}

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
  MAC=52:54:00:12:34:58 boots networkd bios
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
  ! boot_floppy asks/wire/wire-diskless-floppy.img || false
  [[ $gave_up == *"the server has no such file"* ]]
}

# What these tests are for, seen to fail: one word of the configuration is wrong.
breaks() { # CLIENT SED-SCRIPT SAID
  sed "$2" "$TREE/dhcp/dnsmasq.conf" >"$BATS_TEST_TMPDIR/broken.conf"
  ! cmp -s "$TREE/dhcp/dnsmasq.conf" "$BATS_TEST_TMPDIR/broken.conf"
  ip -n "$SERVER_NS" addr add $WRONG_SERVER/24 dev br0
  mkdir "$BATS_TEST_TMPDIR/empty"
  files_start
  tftpd_start "$BATS_TEST_TMPDIR/empty" $WRONG_SERVER
  dnsmasq_start "$BATS_TEST_TMPDIR/broken.conf"
  local status=0
  "boot_$1" || status=$?
  echo "status $status, given up: $gave_up" >&2
  [ $status -eq "${BROKEN_STATUS:-1}" ]
}
wrong_server='s/,,192\.168\.77\.9$/,,192.168.77.10/'

@test "BIOS PXE: no boot by a wrong siaddr" { breaks bios "$wrong_server"; }
@test "BIOS PXE: no boot by a wrong file" { breaks bios 's/bios\.0/bios.1/'; }
@test "UEFI PXE: no boot by a wrong siaddr" { breaks uefi64 "$wrong_server"; }
@test "UEFI PXE: no boot by a wrong file" { breaks uefi64 's/uefi64\.efi/uefi65.efi/'; }
@test "UEFI HTTP boot: no boot from a wrong server" { breaks http 's,http://192\.168\.77\.9/,http://192.168.77.10/,'; }
@test "UEFI HTTP boot: no boot by a wrong file" { breaks http 's/uefi64\.efi/uefi65.efi/'; }

# It would ask for another minute.
asked_again() {
  # to a file: with nowhere to write to, grep ends at the first
  grep -m2 DHCPDISCOVER <(exec tail -n +1 -f "$BATS_TEST_TMPDIR/server.log" 3>&-) \
    >"$BATS_TEST_TMPDIR/asked"
}
@test "UEFI HTTP boot: no offer is taken that does not say HTTPClient" {
  UNTIL=asked_again BROKEN_STATUS=2 breaks http '/^dhcp-option-force=.*HTTPClient/d'
  [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" -eq 2 ]
  grep DHCPOFFER "$BATS_TEST_TMPDIR/server.log"
  ! grep DHCPREQUEST "$BATS_TEST_TMPDIR/server.log" || false
}

@test "BOOTP: no boot by a wrong siaddr" { breaks bootp "$wrong_server"; }
@test "BOOTP: no boot by a wrong file" { breaks bootp 's/bios\.0/bios.1/'; }

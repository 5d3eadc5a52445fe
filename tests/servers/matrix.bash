# SPDX-License-Identifier: GPL-3.0-or-later
# What matrix.bats and matrix_broken.bats share: recipes, and servers with what mkboot writes for them.
#
# The machines' boot server (siaddr) is an address that is not the DHCP server's, and on the DHCP
# server's own there is no TFTP. What serves HTTP is Python's; nginx and lighttpd are in web.bats.
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
  "${CC:-cc}" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -O1 -o dhcp_probe \
    "$BATS_TEST_DIRNAME"/dhcp_*.c
  # a host that has another recipe's boot file
  recipe wire.yaml wire '[tftp, http, dhcp]' \
    "/^  hosts:/a\\    - {name: special, mac: \"52:54:00:12:34:58\", file: other/bios.0}"
  recipe other.yaml other '[tftp]'
  recipe uefi.yaml wire '[tftp: {platforms: [uefi64]}, dhcp]'
  recipe http.yaml wire '[http, dhcp]'
  recipe floppy.yaml wire '[diskless-floppy]' 's/^network:/&\n  nic: rtl8139/'
  # DHCP has to name the TFTP server.
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
  cat >"$BATS_TEST_TMPDIR/household.conf" <<'CONF'
subnet 192.168.77.0 netmask 255.255.255.0 {
  range dynamic-bootp 192.168.77.100 192.168.77.150;
  option routers 192.168.77.254;
}
CONF
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

# SPDX-License-Identifier: GPL-3.0-or-later
# For wire*.bats: the configuration of each server that runs here, and a client that asks it.

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
expect() { answers probe "$@"; }

in_range() {
  local last
  last=$(probe "$@" | sed -n 's/^yiaddr=192\.168\.77\.//p')
  [ "$last" -ge 100 ] && [ "$last" -le 150 ]
}

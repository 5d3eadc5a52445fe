# SPDX-License-Identifier: GPL-3.0-or-later
# A network of two namespaces for the tests of real servers:
#
#   SERVER: bridge br0, 192.168.77.1 and 192.168.77.9 ── veth ── CLIENT: cli0, no address
#
# Nothing of it is visible outside. 192.168.77.1 is the DHCP server's own address; 192.168.77.9
# is the boot server that the recipe names, so that the one cannot pass for the other.

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
MKBOOT=${MKBOOT:-$ROOT/out/bin/mkboot}
SERVER_NS=mkboot-s-$$
CLIENT_NS=mkboot-c-$$
PROXY_NS=mkboot-p-$$

# need PROGRAM...: else the test is skipped. Not for setup_file, where bats 1.8 takes it for an error.
need() {
  local program
  for program; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null ||
      skip "$program is not installed"
  done
}

# Another lane may be at its own: ip(8) mounts /run/netns onto itself, once and not atomically.
netns_add() {
  local try
  for try in 1 2 3 4; do
    ! ip netns add "$1" 2>/dev/null || return 0
    ip netns del "$1" 2>/dev/null || true
  done
  ip netns add "$1"
}

net_up() {
  PATH=$PATH:/usr/sbin:/sbin
  [ "$(id -u)" = 0 ] || skip "network namespaces need root"
  netns_add "$SERVER_NS" || skip "no network namespaces on this machine"
  netns_add "$CLIENT_NS"
  ip -n "$SERVER_NS" link set lo up
  ip -n "$SERVER_NS" link add br0 type bridge stp_state 0 forward_delay 0
  ip -n "$SERVER_NS" addr add 192.168.77.1/24 dev br0
  ip -n "$SERVER_NS" addr add 192.168.77.9/24 dev br0
  ip -n "$SERVER_NS" link add srv0 type veth peer name cli0 netns "$CLIENT_NS"
  ip -n "$SERVER_NS" link set srv0 master br0
  ip -n "$SERVER_NS" link set srv0 up
  ip -n "$SERVER_NS" link set br0 up
  ip -n "$CLIENT_NS" link set cli0 up
  # The client has no route to the servers that answer it: reverse path filtering would drop them.
  ip netns exec "$CLIENT_NS" sh -c \
    'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$f"; done'
}

net_down() {
  PATH=$PATH:/usr/sbin:/sbin
  server_stop
  ip netns del "$SERVER_NS" 2>/dev/null || true
  ip netns del "$CLIENT_NS" 2>/dev/null || true
  ip netns del "$PROXY_NS" 2>/dev/null || true
}

# wait_log FILE PID TEXT: until the server says TEXT; fails when it ends, or after 15 seconds.
wait_log() {
  timeout 15 grep -q -m1 -F -e "$3" <(exec tail -n +1 -f --pid="$2" "$1" 3>&-) && return
  echo "no \"$3\" from the server, but:" >&2
  cat "$1" >&2
  return 1
}

# server_start READY PROGRAM ARGUMENT...: in SERVER, until it says READY. `ip netns exec` becomes the
# program, so the job's id is its own.
SERVER_JOBS=()
server_start() {
  local log=$BATS_TEST_TMPDIR/server.log ready=$1
  shift
  : >"$log"
  # appended: several servers share it
  ip netns exec "$SERVER_NS" "$@" >>"$log" 2>&1 </dev/null 3>&- &
  SERVER_JOBS+=($!)
  wait_log "$log" "$!" "$ready"
}

# All of them.
server_stop() {
  local job
  for job in "${SERVER_JOBS[@]}"; do
    kill "$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  done
  SERVER_JOBS=()
}

# dnsmasq_start CONFIG ARGUMENT...
dnsmasq_start() {
  local config=$1
  shift
  server_start "DHCP, sockets bound" \
    dnsmasq -C "$config" --interface=br0 --bind-interfaces --no-daemon --no-ping --user=root \
    --log-dhcp --log-facility=- --pid-file= \
    --dhcp-leasefile="$BATS_TEST_TMPDIR/dnsmasq.leases" "$@"
}

# Proxy-DHCP is beside another server, which has port 67 of its machine. So the proxy is a machine of
# its own: a namespace, its card prx0 on the same bridge, 192.168.77.7.
proxy_net_up() {
  ip netns add "$PROXY_NS"
  ip -n "$SERVER_NS" link add prx1 type veth peer name prx0 netns "$PROXY_NS"
  ip -n "$SERVER_NS" link set prx1 master br0
  ip -n "$SERVER_NS" link set prx1 up
  ip -n "$PROXY_NS" link set lo up
  ip -n "$PROXY_NS" addr add 192.168.77.7/24 dev prx0
  ip -n "$PROXY_NS" link set prx0 up
  ip netns exec "$PROXY_NS" sh -c \
    'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >"$f"; done'
}

# dnsmasq_proxy_start CONFIG ARGUMENT...
dnsmasq_proxy_start() {
  local config=$1
  shift
  [ -e "/run/netns/$PROXY_NS" ] || proxy_net_up
  SERVER_NS=$PROXY_NS server_start "DHCP, sockets bound" \
    dnsmasq -C "$config" --interface=prx0 --bind-interfaces --no-daemon --user=root \
    --log-dhcp --log-facility=- --pid-file= "$@"
}

# tftpd_start FOLDER [ADDRESS]: dnsmasq, for TFTP alone; on that address alone.
tftpd_start() {
  local at=--interface=br0
  [ $# -lt 2 ] || at=--listen-address=$2
  server_start "TFTP root is" \
    dnsmasq -C /dev/null --port=0 $at --bind-interfaces --no-daemon --user=root \
    --log-facility=- --pid-file= --enable-tftp --tftp-root="$1"
}

# dhcpd_start CONFIG
dhcpd_start() {
  : >"$BATS_TEST_TMPDIR/dhcpd.leases"
  server_start "Server starting service." \
    dhcpd -4 -f -d -cf "$1" -lf "$BATS_TEST_TMPDIR/dhcpd.leases" \
    -pf "$BATS_TEST_TMPDIR/dhcpd.pid" br0
}

# kea_start CONFIG: as it is. Its leases and lock files go into folders that only it sees.
kea_start() {
  server_start "DHCP4_STARTED" unshare -m sh -c '
    mount --make-rprivate / && mkdir -p /run/kea /var/lib/kea &&
    mount -t tmpfs none /run/kea && mount -t tmpfs none /var/lib/kea &&
    KEA_LOCKFILE_DIR=/run/kea exec kea-dhcp4 -c "$1"' kea "$1"
}

# networkd_start CONFIG: for br0, as a plain process. It manages only what udev has seen: br0 is said
# to be so in a /run of its own. Addresses are networkd's to give: with one of CONFIG's there already
# as a second of the card's, version 252 goes round in circles. What else a test needs, it adds
# afterwards.
networkd_start() {
  local index
  ip -n "$SERVER_NS" addr flush dev br0 scope global
  index=$(ip -n "$SERVER_NS" -o link show br0 | cut -d: -f1)
  sed 's/^Name=IF$/Name=br0/' "$1" >"$BATS_TEST_TMPDIR/networkd.network"
  SYSTEMD_LOG_LEVEL=debug server_start "br0: DHCPv4 server: STARTED" unshare -m sh -c '
    mount --make-rprivate / && mount -t tmpfs none /run &&
    mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases \
      /run/systemd/netif/lldp /run/udev/data /run/dbus &&
    chown -R systemd-network: /run/systemd/netif &&
    cp "$1" /run/systemd/network/10-mkboot.network && echo I:1 >"/run/udev/data/n$2" &&
    exec /lib/systemd/systemd-networkd' networkd "$BATS_TEST_TMPDIR/networkd.network" "$index"
}

# The demo kernel: the first that recipes/demo/demo.yaml names.
demo_kernel() {
  local kernel
  kernel=$(sed -n 's/^[ -]*kernel: *\([^ #]*\).*/\1/p' "$ROOT/recipes/demo/demo.yaml" | head -n 1)
  case $kernel in
    /*) echo "$kernel" ;;
    *) echo "$ROOT/recipes/demo/$kernel" ;;
  esac
}

# write_recipe FILE [SERVER]: the demo kernel in the network above.
write_recipe() {
  cat >"$1" <<YAML
name: wire
menu:
  timeout: 0
  serial: true
  entries:
    - title: Wire
      kernel: ${DEMO_KERNEL:-$(demo_kernel)}
      args: wire
network:
  server: ${2:-192.168.77.9}
  subnet: 192.168.77.0/24
  router: 192.168.77.254
  dns: 192.168.77.8
  range: 192.168.77.100-192.168.77.150
  hosts:
    - {name: testbox, mac: "52:54:00:12:34:56", ip: 192.168.77.50}
    - {name: laptop, mac: "52:54:00:12:34:57"}
outputs: [tftp, dhcp]
YAML
}

# answers COMMAND NAME=VALUE... -- ARGUMENT...: what COMMAND prints of ARGUMENTs, the variable answer
# from then on, has these lines, each once, as they are.
answers() {
  local command=$1 want=() line
  shift
  while [ "$1" != -- ]; do
    want+=("$1")
    shift
  done
  shift
  answer=$("$command" "$@") || {
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

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Boot a diskless floppy over a bad wire: lossy.sh MODEL IMAGE TFTP-ROOT LOG [WIRE...]
#
# In a network namespace of its own: 192.168.77.1, with dnsmasq for DHCP and TFTP and Python's web
# server, both of them for TFTP-ROOT, on a tap device; behind it tests/net/relay.c with the WIRE's
# words (loss=1 ...), and QEMU with a MODEL that has no PXE ROM. The guest's serial port goes to LOG.
# Ends with QEMU's status; the relay's last words go to LOG.relay. Takes root.
set -u
model=$1 image=$2 tree=$3 log=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
ns=mkboot-lossy-$$
jobs=()
work=$(mktemp -d)
cleanup() {
  local j
  for j in "${jobs[@]}"; do kill "$j" 2>/dev/null; done
  wait
  ip netns del "$ns" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

# until FILE says TEXT, or the job PID is gone
ready() { timeout 15 grep -q -m1 -F -e "$3" <(exec tail -n +1 -f --pid="$2" "$1"); }

ip netns add "$ns" || exit 1
ip -n "$ns" link set lo up
ip -n "$ns" tuntap add t0 mode tap
ip -n "$ns" addr add 192.168.77.1/24 dev t0
ip -n "$ns" link set t0 up
: >"$work/dnsmasq" >"$work/web" >"$log.relay"
ip netns exec "$ns" dnsmasq -C /dev/null --port=0 --interface=t0 --bind-interfaces --no-daemon \
  --no-ping --user=root --dhcp-range=192.168.77.100,192.168.77.150,255.255.255.0 \
  --dhcp-boot=demo/bios.0,,192.168.77.1 --enable-tftp --tftp-root="$tree" --log-facility=- \
  --pid-file= --dhcp-leasefile="$work/leases" >"$work/dnsmasq" 2>&1 </dev/null &
jobs+=($!)
ready "$work/dnsmasq" $! "TFTP root is" || exit 1
ip netns exec "$ns" python3 -u -m http.server -d "$tree" -b 192.168.77.1 80 >"$work/web" 2>&1 </dev/null &
jobs+=($!)
ready "$work/web" $! "Serving HTTP" || exit 1
ip netns exec "$ns" "${RELAY:-$here/../../out/tests/relay}" t0 7001 7002 "$@" >"$log.relay" 2>&1 </dev/null &
jobs+=($!)
ready "$log.relay" $! "relay ready" || exit 1
case $model in
ne2k_isa) device=ne2k_isa,iobase=0x300,irq=10 ;;
*) device=$model,romfile= ;;
esac
ip netns exec "$ns" timeout "${LIMIT:-300}" qemu-system-x86_64 -accel tcg -nodefaults -no-reboot \
  -display none -serial "file:$log" -m 256 -device isa-debug-exit,iobase=0xf4,iosize=4 \
  -drive "if=floppy,format=raw,readonly=on,file=$image" -boot a \
  -netdev socket,id=n0,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002 -device "$device,netdev=n0" \
  </dev/null
status=$?
kill "${jobs[2]}"
wait "${jobs[2]}" 2>/dev/null
exit $status

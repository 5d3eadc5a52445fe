#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Boot from the network over a bad wire: lossy.sh CARD IMAGE TFTP-ROOT LOG [WIRE...]
#
# In a network namespace of its own: 192.168.77.1, with dnsmasq for DHCP, a TFTP server and Python's web
# server, both of them for TFTP-ROOT, on a tap device; behind it tests/net/relay.c with the WIRE's
# words (loss=1 ...), and QEMU. The guest's serial port goes to LOG.
#
# CARD is QEMU's word for one without a PXE ROM, which boots IMAGE, a diskless floppy; or "pxe:CARD",
# which boots by its own ROM, or "uefi:CARD", by OVMF's (IMAGE is not looked at).
# TFTPD: dnsmasq (if not given), tftpd-hpa, atftpd (ATFTPD is where), or hostile (hostile_tftp.py);
# then there is no web server. MEMORY: MiB, 256 if not given, and always for OVMF.
#
# Ends with QEMU's status; the relay's last words go to LOG.relay, the servers' to LOG.dnsmasq and LOG.tftpd.
# Takes root.
set -u
card=$1 image=$2 tree=$3 log=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
ns=mkboot-lossy-$$
at=192.168.77.1
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
trap 'exit 1' TERM INT

inside() { exec ip netns exec "$ns" "$@"; }
# until FILE says TEXT, or the job PID is gone
ready() { timeout 15 grep -q -m1 -F -e "$3" <(exec tail -n +1 -f --pid="$2" "$1"); }
# until the job PID has the TFTP port: not all say so
port_69() {
  local i
  for ((i = 0; i < 300; i++)); do
    [ -z "$(ip netns exec "$ns" ss -Hlun 'sport = :69')" ] || return 0
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  cat "$log.tftpd" >&2
  return 1
}

# --- the server's side -------------------------------------------------------------------------------

ip netns add "$ns" || exit 1
ip -n "$ns" link set lo up
ip -n "$ns" tuntap add t0 mode tap
ip -n "$ns" addr add $at/24 dev t0
ip -n "$ns" addr add 192.168.77.9/24 dev t0
# iPXE looks for an IPv6 router, too, and waits 13 seconds for one that is not there.
ip -n "$ns" addr add fd77::1/64 dev t0 nodad
ip -n "$ns" link set t0 up
: >"$log.dnsmasq" >"$work/web" >"$log.relay" >"$log.tftpd"

tftp=()
[ "${TFTPD:-dnsmasq}" != dnsmasq ] || tftp=(--enable-tftp --tftp-root="$tree")
inside dnsmasq -C /dev/null --port=0 --interface=t0 --bind-interfaces --no-daemon --no-ping --user=root \
  --dhcp-range=192.168.77.100,192.168.77.150,255.255.255.0 --enable-ra --dhcp-range=fd77::,ra-only \
  --dhcp-match=set:efi64,option:client-arch,7 \
  --dhcp-boot=demo/bios.0,,$at --dhcp-boot=tag:efi64,demo/uefi64.efi,,$at "${tftp[@]}" --log-facility=- \
  --pid-file= --dhcp-leasefile="$work/leases" >"$log.dnsmasq" 2>&1 </dev/null &
jobs+=($!)
ready "$log.dnsmasq" $! "IPv6 router advertisement enabled" || exit 1
case ${TFTPD:-dnsmasq} in
dnsmasq)
  inside python3 -u -m http.server -d "$tree" -b $at 80 >"$work/web" 2>&1 </dev/null &
  jobs+=($!)
  ready "$work/web" $! "Serving HTTP" || exit 1
  ;;
tftpd-hpa)
  inside in.tftpd --foreground --user root --address $at:69 --secure "$tree" >"$log.tftpd" 2>&1 </dev/null &
  ;;
atftpd)
  inside "$ATFTPD" --daemon --no-fork --user root.root --logfile - --bind-address $at "$tree" \
    >"$log.tftpd" 2>&1 </dev/null &
  ;;
hostile)
  inside python3 -u "$here/hostile_tftp.py" serve $at 192.168.77.9 "$tree" >"$log.tftpd" 2>&1 </dev/null &
  ;;
*)
  echo "no such TFTP server: $TFTPD" >&2
  exit 1
  ;;
esac
jobs+=($!)
port_69 $! || exit 1

inside "${RELAY:-$here/../../out/tests/relay}" t0 7001 7002 "$@" >"$log.relay" 2>&1 </dev/null &
jobs+=($!)
relay=$!
ready "$log.relay" $relay "relay ready" || exit 1

# --- the machine -------------------------------------------------------------------------------------

rom=,romfile=
memory=${MEMORY:-256}
machine=(-boot a -drive "if=floppy,format=raw,readonly=on,file=$image")
case $card in
pxe:*)
  rom=
  machine=(-boot n)
  ;;
uefi:*)
  memory=256
  for code in /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd; do [ ! -f $code ] || break; done
  cp "${code/CODE/VARS}" "$work/vars" || exit 1
  machine=(-machine q35 -drive "if=pflash,format=raw,readonly=on,file=$code"
    -drive "if=pflash,format=raw,file=$work/vars"
    -fw_cfg "name=opt/org.tianocore/IPv6PXESupport,string=n")
  ;;
esac
case $card in
ne2k_isa) device=ne2k_isa,iobase=0x300,irq=10 ;;
*) device=${card#*:}$rom ;;
esac
ip netns exec "$ns" timeout "${LIMIT:-300}" qemu-system-x86_64 -accel tcg -nodefaults -no-reboot \
  -display none -serial "file:$log" -m "$memory" -device isa-debug-exit,iobase=0xf4,iosize=4 "${machine[@]}" \
  -netdev socket,id=n0,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002 -device "$device,netdev=n0" \
  </dev/null
status=$?
kill $relay
wait $relay 2>/dev/null
exit $status

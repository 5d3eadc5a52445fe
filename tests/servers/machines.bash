# SPDX-License-Identifier: GPL-3.0-or-later
# Machines on the network of net.bash, each with its card on the bridge; one function a kind of
# client:
#
#   boot_bios boot_uefi64 boot_http boot_floppy boot_bootp
#
# EXPECT is what the kernel must write. MAC, if set: the card's address. UNTIL, if set: a function that
# returns when enough has been seen elsewhere; the machine is stopped then. Statuses:
#
#   0  the kernel wrote it, and the machine ended as the demo kernel ends it
#   1  firmware or GRUB said that nothing can be booted; $gave_up is what they said
#   2  neither: it ended some other way, was stopped, or hung

# What is said when no kernel will come any more: iPXE (src/usr/autoboot.c); SeaBIOS (src/boot.c); EDK2
# (UefiPxeBcDxe, UefiBootManagerLib); grub-configs/network.cfg.
NO_KERNEL='No more network devices|No bootable device|PXE-E[0-9]+:|BdsDxe: (failed to|No bootable)'
NO_KERNEL+='|\[network\] .*(no answer|has no such file|names no server)'

machines_up() {
  [ -c /dev/net/tun ] || skip "no /dev/net/tun"
  ip -n "$SERVER_NS" tuntap add dev tap0 mode tap
  ip -n "$SERVER_NS" link set tap0 master br0
  ip -n "$SERVER_NS" link set tap0 up
  # iPXE looks for an IPv6 router, too, and waits 13 seconds for one that is not there. This one
  # has nothing to boot from.
  ip -n "$SERVER_NS" addr add fd77::1/64 dev br0 nodad
  server_start "IPv6 router advertisement enabled" \
    dnsmasq -C /dev/null --port=0 --interface=br0 --bind-interfaces --no-daemon --user=root \
    --log-facility=- --pid-file= --enable-ra --dhcp-range=fd77::,ra-only
}

on_tap() { printf 'tap,id=n0,ifname=tap0,script=no,downscript=no'; }

# machine QEMU-ARGUMENT...
machine() {
  local serial=$BATS_TEST_TMPDIR/serial qemu line until= status=0
  : >"$serial"
  gave_up=
  ip netns exec "$SERVER_NS" timeout 240 qemu-system-x86_64 -accel tcg -m 256 \
    -nodefaults -display none -no-reboot -serial "file:$serial" \
    -device isa-debug-exit,iobase=0xf4,iosize=4 "$@" \
    >"$BATS_TEST_TMPDIR/qemu.log" 2>&1 </dev/null 3>&- &
  qemu=$!
  if [ -n "${UNTIL:-}" ]; then
    { "$UNTIL" && kill "$qemu"; } 3>&- &
    until=$!
  fi
  # The first such line; none where the machine ends before it.
  line=$(grep -a -m1 -E -e "$EXPECT|$NO_KERNEL" \
    <(exec tail -n +1 -f --pid="$qemu" "$serial" 3>&-)) || true
  [[ $line == *"$EXPECT"* ]] || kill "$qemu" 2>/dev/null || true
  wait "$qemu" || status=$?
  [ -z "$until" ] || kill "$until" 2>/dev/null || true
  # isa-debug-exit's status: 2 * 10h + 1
  if [[ $line == *"$EXPECT"* && $status -eq 33 ]]; then return 0; fi
  cat "$BATS_TEST_TMPDIR"/{qemu.log,serial,server.log} >&2
  [ -n "$line" ] || return 2
  [[ $line != *"$EXPECT"* ]] || return 2
  gave_up=$line
  return 1
}

# SeaBIOS and all that goes through its screen services, on COM1, too (src/sercon.c).
bios_machine() {
  printf '\xf8\x03' >"$BATS_TEST_TMPDIR/com1"
  machine -fw_cfg "name=etc/sercon-port,file=$BATS_TEST_TMPDIR/com1" "$@"
}

# The card's boot ROM is iPXE.
boot_bios() {
  bios_machine -boot n,reboot-timeout=100 -netdev "${NETDEV:-$(on_tap)}" \
    -device "e1000,netdev=n0,mac=${MAC:-52:54:00:12:34:56}"
}

uefi_machine() {
  local code vars=$BATS_TEST_TMPDIR/vars.fd
  for code in /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd; do
    [ ! -f "$code" ] || break
  done
  [ -f "$code" ] || skip "ovmf is not installed"
  cp "${code/CODE/VARS}" "$vars"
  # No ROM in the card: the firmware's own PXE and HTTP.
  machine -machine q35 -drive "if=pflash,format=raw,readonly=on,file=$code" \
    -drive "if=pflash,format=raw,file=$vars" -netdev "$(on_tap)" \
    -device "virtio-net-pci,netdev=n0,mac=${MAC:-52:54:00:12:34:57},romfile=" \
    -fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n "$@"
}

boot_uefi64() { uefi_machine; }

# Without PXE (OvmfPkg/Library/PlatformBootManagerLib) only HTTP is left.
boot_http() {
  uefi_machine -fw_cfg name=opt/org.tianocore/IPv4PXESupport,string=n
}

# A card without a ROM; GRUB, its driver and its DHCP come from a diskless floppy.
boot_floppy() { # IMAGE
  bios_machine -boot a,reboot-timeout=100 -netdev "$(on_tap)" \
    -device "rtl8139,netdev=n0,mac=${MAC:-52:54:00:12:34:59},romfile=" \
    -drive "if=floppy,format=raw,readonly=on,file=$1"
}

# No boot ROM of today speaks plain BOOTP (RFC 951). bootp_wire.py is the cable between one and the
# network: what goes through it is BOOTP, and all that the machine learns is what BOOTP told.
boot_bootp() {
  server_start "wire is up" python3 "$BATS_TEST_DIRNAME/bootp_wire.py" tap0 7701 7702
  NETDEV=socket,id=n0,udp=127.0.0.1:7701,localaddr=127.0.0.1:7702 \
    MAC=${MAC:-52:54:00:12:34:5a} boot_bios
}

#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB's DHCP of mkboot's (protocols/dhcp) with real servers: what it says of itself, how long it takes, what it
# makes of a proxy, and of silence. On BIOS the card has mkboot's driver, on UEFI it is the firmware's.

load net
load machines
bats_require_minimum_version 1.5.0

export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$ROOT/out/test-cache}
EXPECT=the-wire-was-here
UUID=00112233-4455-6677-8899-aabbccddeeff
# SMBIOS 3.6 §7.2.1 turns the first three fields round, and so do iPXE's and EDK2's PXE.
UUID_97=0033221100554477668899aabbccddeeff

setup_file() {
  cd "$BATS_FILE_TMPDIR"
  # what the servers have: bios.0, uefi64.efi, the kernel
  write_recipe tree.yaml
  sed -i 's/args: .*/args: the-wire-was-here/' tree.yaml
  # and media that know neither the server's address nor the folder
  sed -e 's/^outputs: .*/outputs: [iso, diskless-floppy, tftp]/' -e '/^  server:/d' \
    -e 's/^network:/&\n  nic: rtl8139/' -e 's/title: Wire/&\n      load: network/' tree.yaml >asks.yaml
  "$MKBOOT" build tree.yaml -o tree
  "$MKBOOT" build asks.yaml -o asks
}

setup() {
  need ip dnsmasq dhcpd qemu-system-x86_64 python3
  cd "$BATS_FILE_TMPDIR"
  TREE=$PWD/tree/wire
  CAPTURE=$BATS_TEST_TMPDIR/capture
  net_up
  machines_up
}

teardown() { net_down; }

look() { python3 "$BATS_TEST_DIRNAME/dhcp_client.py" "$@"; }
dump() { echo "filter-dump,id=dump,netdev=n0,file=$CAPTURE"; }

floppy() { echo if=floppy,format=raw,readonly=on,file=asks/wire/wire-diskless-floppy.img; }
boot_bios_grub() {
  bios_machine -boot a -netdev "$(on_tap)" -uuid $UUID -object "$(dump)" -drive "$(floppy)" \
    -device "rtl8139,netdev=n0,mac=${MAC:-52:54:00:12:34:56},romfile="
}
# uefi_args: `uefi` is QEMU's arguments. With no place in the boot order, the firmware would
# not give the card a driver (QemuBootOrderLib).
uefi_args() {
  local code vars=$BATS_TEST_TMPDIR/vars.fd
  code=$(ls /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_CODE.fd 2>/dev/null | head -n 1)
  [ -n "$code" ] || skip "ovmf is not installed"
  cp "${code/CODE/VARS}" "$vars"
  uefi=(-machine q35 -drive "if=pflash,format=raw,readonly=on,file=$code"
    -drive "if=pflash,format=raw,file=$vars"
    -device virtio-net-pci,netdev=n0,mac=52:54:00:12:34:56,romfile=,bootindex=1
    -drive if=none,id=cd,media=cdrom,readonly=on,file=asks/wire/wire.iso -device ide-cd,drive=cd,bootindex=0)
}
boot_uefi_grub() {
  # a virtio card's frames on a tap have a header before them, in the capture, too
  uefi_args
  machine -netdev "$(on_tap),vnet_hdr=off" "${uefi[@]}" -uuid $UUID -object "$(dump)"
}

# said NAME=VALUE...: each of the client's packets says so.
said() {
  local word
  look packets "$CAPTURE" >"$BATS_TEST_TMPDIR/packets"
  cat "$BATS_TEST_TMPDIR/packets"
  [ "$(grep -cE '(DISCOVER|REQUEST)' "$BATS_TEST_TMPDIR/packets")" -ge 2 ]
  for word; do
    run -1 --separate-stderr sh -c "grep -E 'DISCOVER|REQUEST' '$BATS_TEST_TMPDIR/packets' | grep -vF ' $word'"
  done
}
# in_a_second CLIENT: the address was there, since the first packet. What a busy host adds, it does not
# add three times.
in_a_second() {
  local try
  for try in 1 2 3; do
    [ "$(awk '$4 == "ACK" { print $1; exit }' "$BATS_TEST_TMPDIR/packets")" -gt 999 ] || return 0
    "boot_$1_grub"
    said
  done
  return 1
}

@test "BIOS, dnsmasq: a PXE client of architecture 0, and an address in a second" {
  dnsmasq_start "$TREE/dhcp/dnsmasq.conf"
  tftpd_start "$TREE/tftp" 192.168.77.9
  boot_bios_grub
  said 60=PXEClient:Arch:00000:UNDI:003016 93=0000 94=010310 97=$UUID_97 61=01525400123456 57=05c0
  in_a_second bios
}

@test "BIOS, ISC dhcpd: an address in a second" {
  dhcpd_start "$TREE/dhcp/dhcpd.conf"
  tftpd_start "$TREE/tftp" 192.168.77.9
  boot_bios_grub
  said 93=0000
  in_a_second bios
}

@test "BIOS, ISC dhcpd: the lease is that of the card's PXE ROM" {
  dhcpd_start "$TREE/dhcp/dhcpd.conf"
  tftpd_start "$TREE/tftp" 192.168.77.9
  MAC=52:54:00:12:34:77 boot_bios
  MAC=52:54:00:12:34:77 boot_bios_grub
  [ "$(sed -n 's/^DHCPACK on \([0-9.]*\) to 52:54:00:12:34:77 .*/\1/p' "$BATS_TEST_TMPDIR/server.log" |
    sort | uniq -c | awk '$1 > 1' | wc -l)" = 1 ]
  [ "$(grep '^lease ' "$BATS_TEST_TMPDIR/dhcpd.leases" | sort -u | wc -l)" = 1 ]
}

@test "UEFI, dnsmasq: a PXE client of architecture 7, by the firmware's card" {
  dnsmasq_start "$TREE/dhcp/dnsmasq.conf"
  tftpd_start "$TREE/tftp" 192.168.77.9
  boot_uefi_grub
  said 60=PXEClient:Arch:00007:UNDI:003016 93=0007 97=$UUID_97
  in_a_second uefi
}

# the household's DHCP server, which names itself as boot server, and mkboot's proxy
proxy_start() {
  cat >"$BATS_TEST_TMPDIR/household.conf" <<'CONF'
subnet 192.168.77.0 netmask 255.255.255.0 {
  range 192.168.77.100 192.168.77.150;
  next-server 192.168.77.1;
  ping-check false;
}
CONF
  dhcpd_start "$BATS_TEST_TMPDIR/household.conf"
  dnsmasq_proxy_start "$TREE/dhcp/dnsmasq-proxy.conf"
  tftpd_start "$TREE/tftp" 192.168.77.9
}

@test "BIOS: the address from one server, the boot server and the folder from a proxy beside it" {
  proxy_start
  boot_bios_grub
  said 93=0000
  grep -E '192\.168\.77\.7 .*OFFER yiaddr=0\.0\.0\.0 60=PXEClient' "$BATS_TEST_TMPDIR/packets"
  in_a_second bios
}

@test "UEFI: a proxy that offers no file is asked for it on port 4011" {
  proxy_start
  boot_uefi_grub
  said 93=0007
  grep -E ' 192\.168\.77\.1[0-9]+ 192\.168\.77\.7:4011 REQUEST' "$BATS_TEST_TMPDIR/packets"
  in_a_second uefi
}

@test "asked again, all that is known is the last answer's" {
  local qemu_args=(-accel tcg -m 64 -nodefaults -display none -no-reboot -boot a
    -drive if=floppy,format=raw,readonly=on,file=again/again/again-diskless-floppy.img)
  qemu-system-x86_64 -netdev help | grep -qx dgram || skip "QEMU is older than 7.2"
  cat >again.cfg <<'CFG'
serial --unit=0 --speed=115200
terminal_output serial
function told {
  for name in ip hostname domain rootpath vendor_class_identifier dhcp_server_name boot_file; do
    eval "echo [[\$net_rtl8139_0_dhcp_$name]]"
  done
}
net_bootp
told
net_bootp
told
echo "[[end]]"
CFG
  printf 'name: again\nmenu: {file: again.cfg}\nnetwork: {nic: rtl8139}\noutputs: [diskless-floppy]\n' >again.yaml
  "$MKBOOT" build again.yaml -o again
  run -0 look numbered qemu-system-x86_64 "${qemu_args[@]}" -device rtl8139,netdev=n0,romfile=
  # the first was for the menu
  [ "$output" = "$(for n in 2 3; do
    printf '%s\n' 10.0.2.$n host$n domain$n root$n class$n server$n file$n
  done && echo end)" ]
}

# It is polled each 10 ms.
@test "the first DISCOVER leaves within 100 ms of the link" {
  for try in 1 2 3; do
    ms=$(look link qemu-system-x86_64 -accel tcg -m 64 -nodefaults -display none -no-reboot -boot a \
      -drive "$(floppy)" -device rtl8139,netdev=n0,romfile=)
    echo "$ms ms"
    [ "$ms" -gt 100 ] || return 0
  done
  return 1
}

@test "BIOS and UEFI, nobody answers: said after 12 s, and the menu is back" {
  local qemu
  uefi_args
  look silent qemu-system-x86_64 -accel tcg -m 256 -nodefaults -display none -no-reboot "${uefi[@]}" \
    >"$BATS_TEST_TMPDIR/uefi" 3>&- &
  qemu=$!
  look silent qemu-system-x86_64 -accel tcg -m 64 -nodefaults -display none -no-reboot -boot a \
    -device rtl8139,netdev=n0,romfile= -drive "$(floppy)" >"$BATS_TEST_TMPDIR/bios"
  wait $qemu
  for machine in bios uefi; do
    read -r said menu <"$BATS_TEST_TMPDIR/$machine"
    echo "$machine: $said ms, $menu ms"
    # on UEFI GRUB's seconds are longer where the host was busy while it looked how long one is
    [ "$said" -gt 10000 ] && [ "$said" -lt $([ $machine = bios ] && echo 20000 || echo 120000) ]
    # GRUB waits for a key, twice 10 s at the most
    [ "$menu" -lt 120000 ]
  done
}

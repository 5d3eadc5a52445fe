# SPDX-License-Identifier: GPL-3.0-or-later
# A network card's life inside one GRUB: opened, failed with, closed, driven anew; another card
# beside it; how many frames it holds, which a menu may overrule; a menu that goes on after a file
# was not there.
load ../common

setup() {
  setup_folder
  cp "$demo_elf" k.elf
  head -c 2097165 /dev/urandom > big.mod
  yes 'this is no kernel' | head -n 1000 > text
}

# guest IMAGE QEMU-ARGUMENT...: the guest's serial port in `log`, keys to it from `keys`.
guest() {
  local image=$1
  shift
  rm -f keys
  mkfifo keys
  : > log
  exec 7<> keys
  timeout 100 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -serial stdio -m 128 \
    -device isa-debug-exit,iobase=0xf4,iosize=4 -drive "if=floppy,format=raw,readonly=on,file=$image" \
    -boot a "$@" < keys > log 2>&1 3>&- &
  guest=$!
}

# said TEXT [TIMES]: wait until the guest has said it so often
said() {
  local times=${2:-1} n
  # -c, so that grep counts; it would end at the first with its output to nowhere
  n=$(timeout 90 grep -a -c -m"$times" -F -e "$1" <(exec tail -n +1 -f --pid="$guest" log 3>&-))
  [ "$n" -lt "$times" ] || return 0
  echo "no \"$1\" in:"
  tr -d '\r' < log
  return 1
}

# MODEL DRIVER OTHER-MODEL OTHER-DRIVER FRAMES: as many as the first one's rings hold
life() {
  local modules
  modules=$("$MKBOOT" toolchain build --drivers --json 2>/dev/null | jq -r .modules)
  cp "$modules/$2.mod" driver.mod
  cat > menu.cfg <<CFG
serial --unit=0 --speed=115200
terminal_output serial
insmod gcry_crc
echo cards: \$net_native
net_bootp $2_0
net_bootp $2_0
set net_$4_0_frames=5
net_bootp $4_0
echo frames: \$net_$2_0_frames, \$net_$4_0_frames
net_ls_addr
hashsum --hash crc32 (tftp,10.0.2.2)/demo/boot/big.mod
multiboot (tftp,10.0.2.2)/demo/boot/nothing
multiboot (tftp,10.0.2.2)/demo/boot/text
hashsum --hash crc32 (tftp,10.0.3.2)/demo/boot/big.mod
rmmod $2
echo without: \$net_native
insmod (tftp,10.0.3.2)/demo/boot/driver.mod
echo with: \$net_native
net_bootp $2_0
echo frames again: \$net_$2_0_frames
hashsum --hash crc32 (tftp,10.0.2.2)/demo/boot/big.mod
set root=tftp,10.0.2.2
multiboot (tftp,10.0.2.2)/demo/boot/k.elf
module (tftp,10.0.2.2)/demo/boot/big.mod
boot
echo boot failed
CFG
  cat > r.yaml <<YAML
name: demo
menu: {file: menu.cfg, files: [k.elf, big.mod, text, driver.mod]}
network: {nic: [$2, $4]}
outputs: [diskless-floppy, tftp]
YAML
  "$MKBOOT" build r.yaml 2>/dev/null
  guest out/demo/demo-diskless-floppy.img \
    -netdev user,id=n0,restrict=on,net=10.0.2.0/24,tftp=out/demo/tftp -device "$1,netdev=n0,romfile=" \
    -netdev user,id=n1,restrict=on,net=10.0.3.0/24,tftp=out/demo/tftp -device "$3,netdev=n1,romfile="
  local status=0 crc
  wait "$guest" || status=$?
  tr -d '\r' < log > lines
  cat lines
  [ $status -eq 33 ]
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(open("big.mod", "rb").read()))')
  [ "$(grep -c "^$crc  (tftp,10.0.2.2)/demo/boot/big.mod$" lines)" = 2 ]
  [ "$(grep -c "^$crc  (tftp,10.0.3.2)/demo/boot/big.mod$" lines)" = 1 ]
  grep -qx 'error: /demo/boot/nothing: the server says: File not found.' lines
  grep -qx 'error: no multiboot header found.' lines
  grep -qx "frames: $5, 5" lines
  grep -qx "frames again: $5" lines
  grep -qx "without: $4_0" lines
  grep -qE "^with: ($4_0 $2_0|$2_0 $4_0)$" lines
  grep -q "^module 0: \[.*\] length 2097165 crc32 $crc$" lines
}

@test "rtl8139, beside an e1000: DHCP twice, wrong files, another card's traffic, closed, anew, boot" {
  life rtl8139 rtl8139 e1000 e1000 16
}
@test "ne2k, beside an rtl8139: the same" { life ne2k_pci ne2k rtl8139 rtl8139 9; }
@test "pcnet, beside a virtio: the same" { life pcnet pcnet virtio-net-pci virtio_net 32; }
@test "e1000, beside a tulip: the same" { life e1000 e1000 tulip tulip 24; }
@test "e1000e, beside a pcnet: the same" { life e1000e e1000 pcnet pcnet 24; }
@test "eepro100, beside a vmxnet3: the same" { life i82551 eepro100 vmxnet3 vmxnet3 15; }
@test "virtio_net (legacy), beside an rtl8139: the same" {
  life virtio-net-pci,disable-modern=on virtio_net rtl8139 rtl8139 128
}
@test "virtio_net (modern), beside an rtl8139: the same" {
  life virtio-net-pci,disable-legacy=on virtio_net rtl8139 rtl8139 128
}
@test "vmxnet3, beside an e1000: the same" { life vmxnet3 vmxnet3 e1000 e1000 127; }
@test "tulip, beside an eepro100: the same" { life tulip tulip i82551 eepro100 32; }

@test "from the menu: a file that is not there, the menu again, one that is" {
  cp k.elf wrong.elf
  cat > r.yaml <<'YAML'
name: demo
menu:
  serial: true
  timeout: 1
  entries:
    - {title: Wrong, kernel: wrong.elf}
    - {title: Right, kernel: k.elf, args: right}
network: {nic: rtl8139}
outputs: [diskless-floppy, tftp]
YAML
  "$MKBOOT" build r.yaml 2>/dev/null
  # an empty one is a kernel of the recipe no more, and is missing on the server
  rm out/demo/tftp/demo/boot/wrong.elf
  guest out/demo/demo-diskless-floppy.img \
    -netdev user,id=n0,restrict=on,tftp=out/demo/tftp -device rtl8139,netdev=n0,romfile=
  said "[network] the server has no such file"
  said "Press any key to continue"
  printf ' ' >&7
  # GRUB, of the default entry that a timeout chose
  said "Press any key to continue" 2
  printf ' ' >&7
  said "GNU GRUB" 2
  printf '\033[B\r' >&7
  local status=0
  wait "$guest" || status=$?
  tr -d '\r' < log > lines
  [ $status -eq 33 ] || { cat lines; return 1; }
  grep -qx 'command line: \[right\]' lines
}

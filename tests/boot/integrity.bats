# SPDX-License-Identifier: GPL-3.0-or-later
# What a network driver receives is what was sent: large files through each, on a good wire and on a
# bad one. The demo kernel tells the CRC-32 of every module.
load ../common
load wires

# One of each family, and each of what a family's cards do differently.
cards=(rtl8139 ne2k_pci ne2k_isa pcnet e1000 e1000e i82551 virtio-net-pci-legacy
  virtio-net-pci-modern vmxnet3 tulip)
# QEMU's own words for them.
qemu_cards=(rtl8139 ne2k_pci ne2k_isa pcnet e1000 e1000e i82551 virtio-net-pci,disable-modern=on
  virtio-net-pci,disable-legacy=on vmxnet3 tulip)

setup() {
  setup_folder
  cp "$demo_elf" k.elf
}

crc() { python3 -c 'import sys, zlib; print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$1"; }

# recipe KIB [LINE...]: a module of KIB KiB and an odd number of bytes, and more lines of `network`.
recipe() {
  head -c "$(($1 * 1024 + 13))" /dev/urandom > big.mod
  cat > r.yaml <<YAML
name: demo
menu: {entries: [{title: Big, kernel: k.elf, modules: [{file: big.mod, raw: true}]}]}
outputs: [diskless-floppy, tftp]
test: {expect: "demo: done", exit: 33, memory: 256, timeout: 120}
network:
  nic: all
YAML
  shift
  printf '  %s\n' "$@" >> r.yaml
}

assert_crc() { # LOG
  tr -d '\r' < "$1" | grep -qE "^module 0: \[.*\] length $(stat -c %s big.mod) crc32 $(crc big.mod)$" ||
    { echo "$1 has no module of CRC-32 $(crc big.mod):"; cat "$1"; return 1; }
}

@test "32 MiB through every driver, by TFTP: every byte is right" {
  recipe 32768 'protocol: tftp'
  "$MKBOOT" test r.yaml --via diskless-floppy --nic "$(IFS=,; echo "${cards[*]}")" --log logs
  for card in "${cards[@]}"; do assert_crc "logs/diskless-floppy-$card.log"; done
}

@test "rings as small as the chips allow, which wrap and overrun at once: every byte is right" {
  recipe 8192 'protocol: tftp'
  MKBOOT_DRIVER_DEFINES=NIC_DEBUG_SMALL_RINGS "$MKBOOT" test r.yaml --via diskless-floppy \
    --nic "$(IFS=,; echo "${cards[*]}")" --log logs
  for card in "${cards[@]}"; do assert_crc "logs/diskless-floppy-$card.log"; done
}

# bad_wire KIB LINE...: through all cards, three machines at a time, which wait most of it.
bad_wire() {
  recipe "$@" 'server: 192.168.77.1' 'subnet: 192.168.77.0/24'
  "$MKBOOT" build r.yaml
  local status=0
  printf '%s\0' "${qemu_cards[@]}" > cards
  as_root xargs -a cards -0 -P 3 -I CARD "$net/lossy.sh" CARD \
    "$PWD/out/demo/demo-diskless-floppy.img" "$PWD/out/demo/tftp" "$PWD/CARD.log" \
    loss=1 twice=1 reorder=1 delay=5 || status=$?
  [ $status -eq 123 ] # QEMU's 33 is a failure to xargs
  for card in "${qemu_cards[@]}"; do
    assert_crc "$card.log"
    # and the wire was bad
    grep -E '^passed [0-9]+, lost [1-9][0-9]*, twice [1-9][0-9]*, reordered [1-9][0-9]*$' "$card.log.relay"
  done
}

setup_file() { relay_built; }

@test "1 % lost, 1 % twice, 1 % out of order, 5 ms each way: a file by HTTP is right through every driver" {
  bad_wire "${MKBOOT_LOSSY_KIB:-1024}" 'protocol: http'
}

# From atftpd, which knows windows: more than one frame is under way.
@test "the same by TFTP" {
  ATFTPD=$("$net/atftpd.sh" "$O/test-cache/atftpd")
  export ATFTPD TFTPD=atftpd
  bad_wire "${MKBOOT_LOSSY_KIB:-1024}" 'protocol: tftp'
}

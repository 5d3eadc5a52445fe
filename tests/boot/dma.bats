# SPDX-License-Identifier: GPL-3.0-or-later
# What a network driver leaves behind. A card that is still receiving when the kernel has the
# machine writes into the kernel's memory: the demo kernel watches all of it while frames pour in,
# first as GRUB left it, then filled (recipes/demo/memory.h).
load ../common

# Every card that reads or writes memory by itself (the NE2000 has memory of its own).
cards=(rtl8139 pcnet e1000 e1000-82544gc e1000e i82551 i82557b virtio-net-pci
  virtio-net-pci,disable-legacy=on virtio-net-pci,disable-modern=on vmxnet3 tulip)

setup() {
  setup_folder
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
name: dma
menu: {entries: [{title: Watch, kernel: k.elf, args: "memory=2"}]}
network: {nic: all}
outputs: [diskless-floppy, tftp]
YAML
}

watch() {
  "$MKBOOT" build r.yaml -o "$1"
  python3 "$root/tests/net/flood.py" "$1/dma/dma-diskless-floppy.img" "$1/dma/tftp" dma/bios.0 \
    "watching memory" "demo: " "${cards[@]}"
}

@test "no card writes to memory after the kernel has begun" {
  watch out > told
  cat told
  [ "$(wc -l < told)" = ${#cards[@]} ]
  run ! grep -vE '^[^ ]+ 33 flooded memory filled: 0 of [0-9]{8,} words changed in 2 s$' told
  for card in "${cards[@]}"; do
    tr -d '\r' < "${card//,/-}.log" | grep -qx 'memory as it was left: 0 pages changed in 2 s'
  done
}

@test "with a close that does nothing, the same test sees the memory change, with each card" {
  MKBOOT_DRIVER_DEFINES=NIC_DEBUG_NO_CLOSE watch out > told
  cat told
  [ "$(wc -l < told)" = ${#cards[@]} ]
  run ! grep -vE '^[^ ]+ 255 flooded memory filled: ' told
  for card in "${cards[@]}"; do
    tr -d '\r' < "${card//,/-}.log" | grep -E 'memory as it was left: [1-9][0-9]* pages changed in 2 s' ||
      tr -d '\r' < "${card//,/-}.log" | grep -E 'memory filled: [1-9][0-9]* of [0-9]+ words changed in 2 s'
  done
}

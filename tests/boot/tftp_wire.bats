# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB's TFTP client and real servers over bad wires: what arrives is right. Here are each server, delay,
# loss and disorder, with each other in part; tests/net/full_wire.sh has all of them with all.
load ../common
load wires

setup_file() {
  export dir=$BATS_FILE_TMPDIR ATFTPD
  cd "$dir" || return 1
  relay_built
  ATFTPD=$("$net/atftpd.sh" "$O/test-cache/atftpd")
  cp "$demo_elf" k.elf
  "$net/wires.sh" recipe . 8192
  "$MKBOOT" build wires.yaml
}

setup() { cd "$dir" || return 1; }

# What is in standard input, and that the wires were as bad as they say.
right() { # NUMBER
  run -0 as_root env LANES=3 "$net/wires.sh" out/demo logs
  printf '%s\n' "$output"
  [ "$(grep -c '^ok: ' <<< "$output")" = "$1" ]
  run ! grep -E ' (loss=[15] .*, lost 0,|twice=.*, twice 0,|reorder=.*, reordered 0$)' <<< "$output"
}

@test "tftpd-hpa, which knows no windows" {
  right 4 <<'WIRES'
tftpd-hpa rtl8139 4096 delay=0.2 loss=0.1 reorder=1
tftpd-hpa e1000 512 delay=1 loss=1 twice=5
tftpd-hpa virtio-net-pci 128 delay=5 loss=5
tftpd-hpa pxe:rtl8139 128 delay=20 loss=1 reorder=5 twice=1
WIRES
}

@test "dnsmasq, which knows no windows" {
  right 4 <<'WIRES'
dnsmasq ne2k_pci 128 delay=0.2 loss=5 twice=1
dnsmasq pcnet 1024 delay=1 loss=0.1 reorder=5 twice=5
dnsmasq uefi:virtio-net-pci 128 delay=5 loss=1 reorder=1
dnsmasq tulip 64 delay=20 loss=5
WIRES
}

@test "atftpd, with windows" {
  right 5 <<'WIRES'
atftpd rtl8139 8192 delay=0.2 loss=1 reorder=1 twice=1
atftpd ne2k_isa 1024 delay=1 loss=5
atftpd vmxnet3 4096 delay=5 loss=0.1 reorder=5
atftpd e1000 1024 delay=20 loss=1 twice=5
atftpd pxe:virtio-net-pci 512 up=5 loss=5 reorder=5 twice=5
WIRES
}

# What must be seen, seen: the server has another file than the one that was meant.
@test "another file, and a kernel that does not boot, are not taken for right" {
  cat > other.sh <<SH
#!/bin/sh
printf x | dd of="\$3/demo/boot/big.mod" bs=1 seek=1000 conv=notrunc status=none
exec "$net/lossy.sh" "\$@"
SH
  chmod +x other.sh
  run -123 as_root env LOSSY="$dir/other.sh" "$net/wires.sh" out/demo logs <<< "atftpd rtl8139 16 delay=1"
  assert_contains "$output" "NO SUCH CRC (ok)"
  cp -r out/demo other
  dd if=/dev/zero of=other/tftp/demo/boot/k.elf bs=64 count=1 conv=notrunc status=none
  run -123 as_root env LIMIT=10 "$net/wires.sh" other logs <<< "atftpd rtl8139 16 delay=1"
  assert_contains "$output" "status 124"
}

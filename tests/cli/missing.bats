# SPDX-License-Identifier: GPL-3.0-or-later
# A missing program or package: exit status 4, its name and the command that installs it.
load ../common

setup() {
  setup_folder
  demo_recipe </dev/null
}

@test "no grub-pc-bin" {
  mkdir grub
  ln -s /usr/lib/grub/x86_64-efi /usr/lib/grub/i386-efi grub/
  MKBOOT_GRUB=$PWD/grub run -4 "$MKBOOT" build demo.yaml
  assert_contains "$output" "mkboot: error: GRUB for BIOS ($PWD/grub/i386-pc) is missing; install it with: apt-get install grub-pc-bin"
  [ "${#lines[@]}" = 1 ]
  [ ! -e out ]
}

@test "no GRUB at all: every package is named" {
  MKBOOT_GRUB=/nowhere run -4 "$MKBOOT" build demo.yaml
  assert_contains "$output" "apt-get install grub-pc-bin"
  assert_contains "$output" "apt-get install grub-efi-amd64-bin"
  assert_contains "$output" "apt-get install grub-efi-ia32-bin"
  [ ! -e out ]
}

@test "no mtools" {
  path_without mformat mcopy mmd mtools
  PATH=$PWD/bin run -4 "$MKBOOT" build demo.yaml
  assert_contains "$output" "is missing; install it with: apt-get install mtools"
  [ ! -e out/demo ]
}

@test "no grub-mkimage" {
  path_without grub-mkimage
  PATH=$PWD/bin run -4 "$MKBOOT" build demo.yaml
  assert_contains "$output" "grub-mkimage is missing; install it with: apt-get install grub-common"
  [ ! -e out/demo ]
}

@test "no QEMU" {
  path_without qemu-system-x86_64
  PATH=$PWD/bin run -4 "$MKBOOT" test demo.yaml --via cd-bios
  assert_contains "$output" "qemu-system-x86_64 is missing; install it with: apt-get install qemu-system-x86"
}

@test "no OVMF" {
  cat > hide.sh <<'SH'
for d in /usr/share/OVMF /usr/share/ovmf /usr/share/qemu; do [ ! -d $d ] || mount -t tmpfs none $d; done
exec "$1" test demo.yaml --via cd-uefi64
SH
  run -4 as_root unshare -m sh hide.sh "$MKBOOT"
  assert_contains "$output" "is missing; install it with: apt-get install ovmf"
}

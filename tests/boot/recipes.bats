# SPDX-License-Identifier: GPL-3.0-or-later
# Kernels that nobody here wrote.
load ../common

setup() { setup_folder; }

@test "linux: Debian's kernel and an initramfs made from a folder, by cd-bios, cd-uefi64 and pxe-bios" {
  run -0 "$MKBOOT" test "$root/recipes/linux.yaml" --via cd-bios,cd-uefi64,pxe-bios --log logs
  for via in cd-bios cd-uefi64 pxe-bios; do grep -q 'mkboot linux: init is running' logs/$via.log; done
}

@test "memtest86+: tests begin" {
  run -0 "$MKBOOT" test "$root/recipes/memtest.yaml" --via cd-bios,cd-uefi64
}

@test "invaders: the game is on the screen" {
  "$MKBOOT" build "$root/recipes/invaders.yaml"
  iso=$(find out -name '*.iso')
  # The game writes to video memory only: look there.
  python3 "$root/tests/boot/screen_text.py" "$iso" '-*-' 30
}

@test "ace: says where its two files go" {
  cp "$root/recipes/ace.yaml" .
  run -3 "$MKBOOT" build ace.yaml
  assert_contains "$output" "ace/kernel.sys: there is no such file"
  assert_contains "$output" "ace/boot_modules.mod.gz"
  mkdir ace
  cp "$demo_elf" ace/kernel.sys
  gzip -nc "$root/recipes/demo/hello.txt" > ace/boot_modules.mod.gz
  echo 'test: {expect: "command line: []", exit: 33}' >> ace.yaml
  run -0 "$MKBOOT" test ace.yaml --via cd-bios --log logs
  # GRUB unpacked the module, as GRUB Legacy did in the article
  grep -q "^module 0: \[\] length $(stat -c %s "$root/recipes/demo/hello.txt") " logs/cd-bios.log
}

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

@test "diskless: floppy and CD, with cards of two drivers, on PCI and on ISA" {
  run -0 "$MKBOOT" test "$root/recipes/diskless.yaml" --nic e1000,ne2k_isa --json --log logs
  [ "$(jq -r 'select(.ok) | .via + " " + .nic' <<< "$output" | grep -c '^diskless')" = 4 ]
  assert_contains "$(cat logs/diskless-floppy-ne2k_isa.log)" "command line: [mkboot diskless]"
}

@test "lab: PXE and UEFI HTTP boot; a host with a boot file of its own" {
  run -0 "$MKBOOT" test "$root/recipes/lab.yaml" --json --log logs
  [ "$(jq -r 'select(.ok) | .via' <<< "$output" | grep -v '^null$' | sort | tr '\n' ' ')" = "http-uefi64 pxe-bios pxe-uefi64 " ]
  for via in pxe-bios pxe-uefi64 http-uefi64; do
    assert_contains "$(cat logs/$via.log)" "command line: [mkboot lab]"
  done
  # each server that is told of it has it, or says why not
  jq -r '.artifacts[] | select(.kind == "dhcp" and .limits == null) | .path' out/lab/manifest.json > whole
  [ "$(wc -l < whole)" -ge 10 ]
  for file in dnsmasq.conf dhcpd.conf kea-dhcp4.json openwrt.sh; do
    grep -qx "dhcp/$file" whole
    grep -q 'memtest/bios\.0' "out/lab/dhcp/$file"
  done
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

@test "linux: arguments arrive byte for byte" {
  cp "$O/recipes/linux/vmlinuz" .
  cp -r "$O/recipes/linux/initramfs" .
  cat > r.yaml <<'YAML'
menu:
  entries:
    - title: L
      kernel: vmlinuz
      args: "console=ttyS0 quiet panic=-1 a=\"b c\"  d='e' f=\\g $h"
      initrd: [{from: initramfs}]
outputs: [iso]
test: {expect: "mkboot linux: init is running", exit: 0, timeout: 120, memory: 512}
YAML
  for via in cd-bios cd-uefi64; do
    run -0 "$MKBOOT" test r.yaml --via $via --log logs
    grep -aqF "console=ttyS0 quiet panic=-1 a=\"b c\"  d='e' f=\\g \$h" logs/$via.log || { cat logs/$via.log; return 1; }
  done
}

@test "an EFI application and a boot sector, each on its own firmware, from one ISO" {
  printf 'serial\nterminal_output serial\necho the EFI application runs\nhalt\n' > app.cfg
  grub-mkimage -O x86_64-efi -o app.efi -c app.cfg -p / serial terminal echo halt
  python3 "$root/tests/cli/craft.py" sector sector.bin
  cat > r.yaml <<'YAML'
menu:
  entries:
    - {title: EFI, kernel: app.efi}
    - {title: Sector, kernel: sector.bin}
outputs: [iso]
test: {expect: "the boot sector runs", exit: 33}
YAML
  sed -i 's/menu:/menu:\n  timeout: 0/' r.yaml
  run -0 "$MKBOOT" test r.yaml --via cd-bios,usb-bios
  sed -i 's/^test:.*/test: {expect: "the EFI application runs"}/' r.yaml
  run -0 "$MKBOOT" test r.yaml --via cd-uefi64,usb-uefi64
}

@test "linux: a list of initrds, each of them arrives" {
  cp "$O/recipes/linux/vmlinuz" .
  cp -r "$O/recipes/linux/initramfs" .
  mkdir other
  echo data > other/file
  for list in "[{from: other}, {from: initramfs}]" "[{from: initramfs}, {from: other}]"; do
    cat > r.yaml <<YAML
menu: {entries: [{title: L, kernel: vmlinuz, args: console=ttyS0 panic=-1, initrd: $list}]}
outputs: [iso]
test: {expect: "mkboot linux: init is running", exit: 0, timeout: 120, memory: 512}
YAML
    run -0 "$MKBOOT" test r.yaml --via cd-bios
  done
}

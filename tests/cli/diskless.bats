# SPDX-License-Identifier: GPL-3.0-or-later
# Media that carry no kernel, and entries that media fetch: what is written where.
load ../common

setup() { setup_folder; }

@test "diskless media: GRUB and nothing of the payload, whatever its bytes and its time" {
  unset SOURCE_DATE_EPOCH
  demo_recipe <<'YAML'
network: {nic: rtl8139}
outputs: [diskless-cd, diskless-floppy, tftp]
YAML
  touch -d '2020-01-01T00:00:00Z' demo.yaml
  "$MKBOOT" build demo.yaml -o one
  printf 'other bytes, of another length\n' > hello.txt
  head -c 4096 /dev/zero >> k.elf
  touch -d '2021-01-01T00:00:00Z' hello.txt k.elf
  "$MKBOOT" build demo.yaml -o two
  cmp one/demo/demo-diskless.iso two/demo/demo-diskless.iso
  cmp one/demo/demo-diskless-floppy.img two/demo/demo-diskless-floppy.img
  run ! cmp -s one/demo/tftp/demo/boot/k.elf two/demo/tftp/demo/boot/k.elf
  xorriso -indev one/demo/demo-diskless.iso -find / -type f 2> xorriso.log | sort > files
  [ "$(cat files)" = "'/boot/core.img'" ] # and El Torito's catalogue, which is not shown
  run -0 mdir -b -i one/demo/demo-diskless-floppy.img ::
  [ "$output" = "" ]
  run -0 jq -r '.artifacts[] | select(.kind | startswith("diskless")) | [.kind, .path, .boots_by[0]] | join(" ")' one/demo/manifest.json
  [ "$output" = "diskless-cd demo-diskless.iso diskless-cd
diskless-floppy demo-diskless-floppy.img diskless-floppy" ]
}

@test "one driver, TFTP and Multiboot: a core of less than 176 KB, with stock protocols of less than 160 KB" {
  cp "$demo_elf" k.elf
  cat > r.yaml <<'YAML'
name: r
menu: {entries: [{title: Demo, kernel: k.elf, protocol: multiboot}]}
network: {nic: rtl8139}
outputs: [diskless-floppy]
YAML
  "$MKBOOT" build r.yaml
  # FAT's reserved sectors (fatgen103: offset 14) hold boot sector and core
  [ "$(od -An -tu2 -j14 -N2 out/r/r-diskless-floppy.img)" -le 344 ]
  echo 'grub: {protocols: stock}' >> r.yaml
  "$MKBOOT" build r.yaml
  [ "$(od -An -tu2 -j14 -N2 out/r/r-diskless-floppy.img)" -le 313 ]
}

@test "load: network: on the server, not on the media that carry the rest" {
  demo_recipe </dev/null
  cp k.elf far.elf
  cat > r.yaml <<'YAML'
name: r
menu:
  entries:
    - {title: Near, kernel: k.elf}
    - {title: Far, kernel: far.elf, modules: [hello.txt], load: network}
network: {nic: rtl8139}
outputs: [iso, floppy, tftp]
YAML
  "$MKBOOT" build r.yaml
  run -0 xorriso -indev out/r/r.iso -find /boot -type f
  assert_contains "$output" k.elf
  run ! grep -E 'far.elf|hello.txt' <<< "$output"
  run -0 mdir -b -i out/r/r-floppy.img ::boot
  [ "$output" = "::/boot/k.elf" ]
  [ -f out/r/tftp/r/boot/far.elf ] && [ -f out/r/tftp/r/boot/hello.txt ] && [ -f out/r/tftp/r/boot/k.elf ]
  # and it is noted which payload changed while it was written, too
  (cd out/r && sha256sum --quiet -c SHA256SUMS)
}

@test "a payload behind one that the ISO leaves out is found and has its digest" {
  demo_recipe </dev/null
  head -c 3000000 /dev/urandom > big.bin
  cat > r.yaml <<'YAML'
name: r
menu:
  entries:
    - {title: Far, kernel: k.elf, load: network, modules: [hello.txt]}
    - {title: Near, kernel: k.elf, modules: [big.bin]}
network: {nic: rtl8139}
outputs: [iso, tftp]
YAML
  "$MKBOOT" build r.yaml
  (cd out/r && sha256sum --quiet -c SHA256SUMS)
}

@test "drivers are compiled only where an output has them" {
  export MKBOOT_CACHE=$dir/cache
  demo_recipe <<'YAML'
network: {nic: rtl8139}
YAML
  "$MKBOOT" build demo.yaml --only iso,floppy
  run -0 "$MKBOOT" toolchain list
  [[ "$output" != *drivers* ]]
  "$MKBOOT" build demo.yaml --only diskless-floppy
  run -0 "$MKBOOT" toolchain list
  assert_contains "$output" drivers
}

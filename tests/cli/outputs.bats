# SPDX-License-Identifier: GPL-3.0-or-later
# What is written, looked at with other people's tools.
load ../common
load iso_oracles

setup() { setup_folder; }

network='
network:
  server: 192.168.77.1
  subnet: 192.168.77.0/24
'

@test "a kernel with no recipe: ISO, floppy and TFTP tree" {
  cp "$demo_elf" "My Kernel.elf"
  run -0 "$MKBOOT" build "My Kernel.elf"
  assert_contains "$output" "boots on BIOS, UEFI x64 and UEFI ia32, from CD and USB"
  [ -f out/My_Kernel/My_Kernel.iso ]
  [ -f out/My_Kernel/My_Kernel-floppy.img ]
  [ -f out/My_Kernel/tftp/My_Kernel/bios.0 ]
}

@test "SHA256SUMS and manifest.json say what is there, all of it and no more" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml
  cd out/demo
  sha256sum -c --quiet SHA256SUMS
  find . -type f ! -name SHA256SUMS | sed 's|^\./||' | sort > there
  sed 's/^[0-9a-f]*  //' SHA256SUMS | sort | diff - <(grep -v '^there$' there)
  jq -r '.artifacts[] | "\(.sha256)  \(.path)"' manifest.json | sha256sum -c --quiet
  jq -r '.artifacts[] | "\(.size) \(.path)"' manifest.json | while read -r size path; do
    [ "$(stat -c %s "$path")" = "$size" ]
  done
  [ "$(jq -r '.artifacts[] | select(.kind == "iso") | .boots_by | join(" ")' manifest.json)" = \
    "cd-bios cd-uefi64 cd-uefi32 usb-bios usb-uefi64 usb-uefi32" ]
  [ "$(jq -r '.inputs[] | select(.name == "boot/k.elf") | .sha256' manifest.json)" = \
    "$(sha256sum < "$demo_elf" | cut -d' ' -f1)" ]
  jq -e '.artifacts[] | select(.kind == "iso") | .grub."i386-pc"' manifest.json
  jq -e '.source_date_epoch == 1767225600' manifest.json
}

@test "the manifest says whose network protocols are in what has a network" {
  demo_recipe <<<"$network"
  whose() { jq -c '[.artifacts[] | select(has("protocols")) | {(.kind): .protocols}] | add' out/demo/manifest.json; }
  "$MKBOOT" build demo.yaml
  [ "$(whose)" = '{"nbp":"mkboot"}' ]
  [ "$(jq '[.artifacts[] | select(.kind == "nbp") | has("protocols")] | all and length == 3' out/demo/manifest.json)" = true ]
  echo 'grub: {protocols: stock}' >> demo.yaml
  "$MKBOOT" build demo.yaml
  [ "$(whose)" = '{"nbp":"stock"}' ]
  # an ISO has none, until an entry of it is fetched
  "$MKBOOT" build demo.yaml --only iso,floppy
  [ "$(whose)" = null ]
  sed -i 's/title: Demo/&, load: network/; s/^network:/&\n  nic: rtl8139/' demo.yaml
  "$MKBOOT" build demo.yaml --only iso,tftp
  [ "$(whose)" = '{"iso":"stock","nbp":"stock"}' ]
}

@test "build --json prints the manifest and nothing else" {
  demo_recipe </dev/null
  run -0 --separate-stderr "$MKBOOT" build demo.yaml --json
  [ -z "$stderr" ]
  diff <(echo "$output") out/demo/manifest.json
}

@test "--only writes just that" {
  demo_recipe <<<"$network"
  "$MKBOOT" build demo.yaml --only floppy,dhcp
  run -0 ls out/demo
  [ "$output" = $'SHA256SUMS\ndemo-floppy.img\ndhcp\nmanifest.json' ]
}

@test "--only dhcp without a network: exit status 3" {
  demo_recipe </dev/null
  run -3 "$MKBOOT" build demo.yaml --only dhcp
  assert_contains "$output" "needs to know the network"
}

@test "the ISO, seen by xorriso and sfdisk" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only iso
  iso_oracle_xorriso out/demo/demo.iso DEMO bios efi
  iso_oracle_sfdisk out/demo/demo.iso gpt
  iso_oracle_files out/demo/demo.iso boot/k.elf=k.elf boot/hello.txt=hello.txt
}

@test "the ISO of one firmware alone has no trace of the other" {
  demo_recipe <<<'outputs: [{iso: {platforms: bios, label: one}}]'
  "$MKBOOT" build demo.yaml
  iso_oracle_xorriso out/demo/demo.iso ONE bios
  sed -i 's/platforms: bios/platforms: [uefi64, uefi32]/' demo.yaml
  "$MKBOOT" build demo.yaml
  iso_oracle_xorriso out/demo/demo.iso ONE efi
}

@test "the ISO's overhead is under 1.2 MB" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only iso
  payload=$(($(stat -c %s k.elf) + $(stat -c %s hello.txt)))
  overhead=$(($(stat -c %s out/demo/demo.iso) - payload))
  echo "overhead: $overhead"
  [ "$overhead" -le 1200000 ]
}

@test "the ESP and the floppies, seen by fsck.fat and mdir" {
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only iso
  sfdisk --json out/demo/demo.iso > parts
  start=$(jq '.partitiontable.partitions[] | select(.type | ascii_upcase == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B").start' parts)
  size=$(jq '.partitiontable.partitions[] | select(.type | ascii_upcase == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B").size' parts)
  dd if=out/demo/demo.iso of=esp.img bs=512 skip="$start" count="$size" status=none
  /usr/sbin/fsck.fat -n esp.img
  mdir -i esp.img ::/EFI/BOOT | grep -qi BOOTX64
  mdir -i esp.img ::/EFI/BOOT | grep -qi BOOTIA32
  for kb in 720 1200 1440 2880; do
    printf 'menu: {entries: [{title: Demo, kernel: k.elf}]}\noutputs: [{floppy: {size: %s}}]\n' $kb > f.yaml
    "$MKBOOT" build f.yaml
    [ "$(stat -c %s out/f/f-floppy.img)" = $((kb * 1024)) ]
    /usr/sbin/fsck.fat -n out/f/f-floppy.img
    mdir -i out/f/f-floppy.img ::/boot | grep -qi 'k *elf'
    mcopy -n -i out/f/f-floppy.img ::/boot/k.elf got.elf
    cmp got.elf k.elf
    rm got.elf
  done
}

@test "a platform that is asked for and cannot be is an error, not a smaller ISO" {
  head -c 510 /dev/zero > sector.bin
  printf '\125\252' >> sector.bin
  cat > s.yaml <<'YAML'
menu: {entries: [{title: Sector, kernel: sector.bin}]}
outputs: [iso]
YAML
  run -0 "$MKBOOT" build s.yaml
  assert_contains "$output" "the ISO will not boot on UEFI x64"
  assert_contains "$output" "boots on BIOS, from CD and USB"
  [ "$(jq -r '.artifacts[0].platforms | join(" ")' out/s/manifest.json)" = bios ]
  echo 'outputs: [{iso: {platforms: [bios, uefi64]}}]' | sed -i '/^outputs/{r /dev/stdin
d}' s.yaml
  run -3 "$MKBOOT" build s.yaml
  assert_contains "$output" "the ISO cannot boot on UEFI x64"
}

@test "a floppy that is too small: the exact number of bytes, per file" {
  cp "$demo_elf" k.elf
  head -c 2000000 /dev/urandom > big.mod
  cat > f.yaml <<'YAML'
menu: {entries: [{title: Demo, kernel: k.elf, modules: [big.mod]}]}
outputs: [floppy]
YAML
  run -3 "$MKBOOT" build f.yaml
  echo "$output"
  assert_contains "$output" "bytes too big for"
  assert_contains "$output" "boot/big.mod"
  [ ! -e out ] || [ ! -e out/f ]
}

@test "a floppy is compressed where that makes it fit" {
  cp "$demo_elf" k.elf
  head -c 2000000 /dev/zero > zeros.mod
  cat > f.yaml <<'YAML'
menu: {entries: [{title: Demo, kernel: k.elf, modules: [zeros.mod]}]}
outputs: [floppy]
YAML
  "$MKBOOT" build f.yaml
  mdir -i out/f/f-floppy.img ::/boot | grep -qi zeros
  mcopy -n -i out/f/f-floppy.img ::/boot/zeros.mod.gz got.gz
  gzip -dc got.gz | cmp - zeros.mod
}

# SPDX-License-Identifier: GPL-3.0-or-later
# GRUB's own network drivers: every card of QEMU's that one is for, by every medium, in machines
# whose cards have no option ROM; NBPs beside the ROM that loaded them. Each test asserts the exact
# rows. There are two machines at a time: the other processor has nothing to do.
load ../common

# One of each driver is HTTP's, and all that have a ROM are the NBPs'.
every="rtl8139 e1000 e1000-82544gc e1000-82545em e1000e i82550 i82551 i82557a i82557b i82557c
  i82558a i82558b i82559a i82559b i82559c i82559er i82562 i82801 ne2k_pci pcnet tulip virtio-net-pci
  virtio-net-pci-legacy virtio-net-pci-modern vmxnet3 ne2k_isa"
families="rtl8139 e1000 i82551 ne2k_pci pcnet tulip virtio-net-pci vmxnet3"
roms="rtl8139 e1000 e1000-82544gc e1000-82545em e1000e i82551 i82557b i82559er ne2k_pci pcnet
  virtio-net-pci virtio-net-pci-legacy virtio-net-pci-modern vmxnet3"

# The demo for a network. The server's address is not what QEMU gives by itself.
recipe() { # NAME, the rest of `network`, OUTPUTS
  cat > "$1.yaml" <<YAML
name: $1
network: {server: 192.168.77.9, subnet: 192.168.77.0/24, $2}
outputs: [$3]
menu:
  entries:
    - {title: Demo, kernel: k.elf, args: "one two", modules: [hello.txt]}
test: {expect: "demo: done", exit: 33, timeout: 60, memory: 128}
YAML
}

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  cp "$demo_elf" k.elf
  printf 'hello\n' > hello.txt
  recipe tftp "nic: all" "tftp, diskless-cd, diskless-floppy"
  recipe http "nic: all, protocol: http" "tftp, diskless-cd, diskless-floppy"
  recipe auto "nic: auto" "tftp"
  recipe one "nic: rtl8139" "tftp, diskless-floppy"
  for r in tftp http auto one; do "$MKBOOT" build $r.yaml; done
}

setup() { cd "$dir" || return 1; }

list() { # WORDS, by commas
  # shellcheck disable=SC2086
  set -- $1
  local IFS=,
  echo "$*"
}

card_of() { # MODEL: what the driver calls the card, less its number
  case $1 in
  i82*) echo eepro100 ;;
  e1000*) echo e1000 ;;
  ne2k_pci) echo ne2k ;;
  virtio*) echo virtio_net ;;
  *) echo "$1" ;;
  esac
}

boot() { # RECIPE VIA NICS: what `mkboot test` said, in RECIPE-VIA.rows
  "$MKBOOT" test "$1.yaml" --no-build --json --via "$2" --nic "$3" --log "log-$1" > "$1-$2.rows"
}

# RECIPE VIA MODELS: a row for each model and no other; all are good; the card was this driver's,
# and the kernel got what the recipe gives it.
booted() {
  local nic
  # shellcheck disable=SC2086
  diff -u <(printf '%s\ttrue\n' $3 | sed "s/^/$2\t/" | sort) \
    <(jq -r '[.via, .nic, .ok] | @tsv' "$1-$2.rows" | sort) || {
    cat "$1-$2.rows"
    return 1
  }
  for nic in $3; do
    tr -d '\r' < "log-$1/$2-$nic.log" > lines
    grep -q "^\[network\] trying $(card_of "$nic")_0, 52:54:00:12:34:56$" lines
    grep -qx 'command line: \[one two\]' lines
    grep -qx 'module 0: \[\] length 6 crc32 363a3020' lines
    [ "$(grep -c '^\[network\]' lines)" = 1 ]
  done
}

# Two at a time: RECIPE VIA RECIPE VIA NICS. A boot that failed is told by its row.
both() {
  boot "$1" "$2" "$5" &
  boot "$3" "$4" "$5" || true
  wait $! || true
}

@test "every card x diskless CD and floppy, TFTP" {
  both tftp diskless-cd tftp diskless-floppy all
  booted tftp diskless-cd "$every"
  booted tftp diskless-floppy "$every"
}

@test "a card of each driver x diskless CD and floppy, HTTP" {
  both http diskless-cd http diskless-floppy "$(list "$families")"
  booted http diskless-cd "$families"
  booted http diskless-floppy "$families"
}

@test "NBP, native alone and auto: every card with a PXE ROM" {
  both tftp pxe-bios auto pxe-bios "$(list "$roms")"
  booted tftp pxe-bios "$roms"
  booted auto pxe-bios "$roms"
}

@test "the network in the recipe: a folder on the server, a fixed address, small subnets" {
  recipe folder "nic: rtl8139, path: boot/images" "tftp, diskless-floppy"
  recipe web "nic: rtl8139, path: boot/images, protocol: http" "tftp, diskless-floppy"
  recipe fixed "nic: rtl8139, address: {ip: 192.168.77.40}" "tftp, diskless-floppy"
  recipe small "nic: rtl8139" "tftp, diskless-floppy"
  sed -i 's|192.168.77.0/24|192.168.77.8/30, range: 192.168.77.10-192.168.77.10|' small.yaml
  for r in folder web fixed small; do
    "$MKBOOT" build $r.yaml
    boot $r diskless-floppy rtl8139
    booted $r diskless-floppy rtl8139
  done
  for r in folder web fixed; do
    boot $r pxe-bios rtl8139
    booted $r pxe-bios rtl8139
  done
  # no temporary folder is left
  [ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'mkboot-test-??????' -newer folder.yaml)" ]
}

@test "without --nic: one row a way, with the usual card" {
  "$MKBOOT" test tftp.yaml --no-build --json --via diskless-cd,diskless-floppy,pxe-bios > rows
  [ "$(jq -r '[.via, .nic, .ok] | @tsv' rows)" = "diskless-cd	rtl8139	true
diskless-floppy	rtl8139	true
pxe-bios	e1000	true" ]
}

@test "media that carry their kernel, and an entry that is fetched" {
  recipe fetched "nic: rtl8139" "iso, floppy, tftp"
  sed -i 's/title: Demo/title: Demo, load: network/' fetched.yaml
  "$MKBOOT" build fetched.yaml
  for via in cd-bios floppy; do
    boot fetched $via rtl8139
    booted fetched $via rtl8139
  done
  # UEFI's GRUB uses the driver of the firmware
  run -0 "$MKBOOT" test fetched.yaml --no-build --json --via cd-uefi64
  [ "$(jq -r '[.via, .nic, .ok] | @tsv' <<< "$output")" = "cd-uefi64	virtio-net-pci	true" ]
}

# RECIPE: no, in a row, and this is the reason
fails() {
  run -1 "$MKBOOT" test "$1.yaml" --no-build --json --via diskless-floppy
  [ "${#lines[@]}" = 1 ]
  [ "$(jq -r '[.nic, .ok] | @tsv' <<< "$output")" = "$2	false" ]
  reason=$(jq -r .reason <<< "$output")
  echo "$reason"
}

@test "an image without the card's driver says so, and fails" {
  # what the recipe says now is not what the image was made from
  sed 's/rtl8139/e1000/' one.yaml > other.yaml
  fails other e1000
  [[ $reason = "GRUB could not start the entry: "*"[network] no network card that this image has a driver for"*rtl8139* ]]
}

@test "a tree without the kernel: the reason is what is missing" {
  for protocol in tftp http; do
    recipe bare "nic: rtl8139, protocol: $protocol" "tftp, diskless-floppy"
    "$MKBOOT" build bare.yaml
    rm out/bare/tftp/bare/boot/k.elf
    fails bare rtl8139
    assert_contains "$reason" "GRUB could not start the entry: "
    [ $protocol = http ] || {
      assert_contains "$reason" "(tftp,192.168.77.9)/bare/boot/k.elf"
      assert_contains "$reason" "[network] the server has no such file"
    }
  done
}

@test "what GRUB says about the network is no proof that the kernel ran" {
  sed 's/rtl8139/e1000/; s/demo: done/network card that/' one.yaml > other.yaml
  fails other e1000
  assert_contains "$reason" "[network] no network card that"
}

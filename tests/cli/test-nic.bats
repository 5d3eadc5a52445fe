# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot test --nic: what is wrong is said before anything is booted.
load ../common

# No machine is started here: there is none to start.
setup() {
  setup_folder
  mkdir bin
  ln -s "$(command -v mformat)" "$(command -v mcopy)" "$(command -v mmd)" bin/
  ln -s "$(command -v grub-mkimage)" bin/
}

# The recipe in $1, with what is on standard input, against what `build` wrote of the demo.
against() { # RECIPE, then the options
  local recipe=$1
  shift
  demo_recipe
  mv demo.yaml "$recipe"
  PATH=$dir/bin run "$MKBOOT" test "$recipe" --no-build "$@"
}

written() { # the outputs
  demo_recipe </dev/null
  "$MKBOOT" build demo.yaml --only "$1"
}

@test "a card that QEMU does not have: exit status 2" {
  demo_recipe </dev/null
  run -2 "$MKBOOT" test demo.yaml --nic rtl8138
  [ "$output" = "mkboot: error: QEMU has no network card called 'rtl8138'; did you mean 'rtl8139'?; see: mkboot test --help" ]
  run -2 "$MKBOOT" test demo.yaml --nic ,
  [ "$output" = "mkboot: error: --nic names no network card; see: mkboot test --help" ]
  run -2 "$MKBOOT" test demo.yaml --nic
  [ "$output" = "mkboot: error: --nic needs a value; see: mkboot test --help" ]
  [ ! -e out ]
}

@test "--nic where no way to boot has a network: exit status 2" {
  written floppy
  against r.yaml --via floppy --nic e1000 </dev/null
  [ "$status" = 2 ]
  [ "$output" = "mkboot: error: --nic is for ways to boot that have a network, and none of these has; see: mkboot test --help" ]
}

@test "a card without a PXE ROM: exit status 3" {
  written tftp
  against r.yaml --via pxe-bios --nic tulip,e1000,ne2k_isa </dev/null
  [ "$status" = 3 ]
  [ "$output" = "mkboot: error: pxe-bios: QEMU has no PXE ROM for the card tulip that would boot BIOS
mkboot: error: pxe-bios: QEMU has no PXE ROM for the card ne2k_isa that would boot BIOS" ]
  # the eepro100's does not start on UEFI
  against r.yaml --via pxe-uefi64 --nic i82551 </dev/null
  [ "$status" = 3 ]
  [ "$output" = "mkboot: error: pxe-uefi64: QEMU has no PXE ROM for the card i82551 that would boot UEFI" ]
}

@test "a card that will not do for one of several ways is left out there" {
  demo_recipe <<<'network: {nic: auto}'
  "$MKBOOT" build demo.yaml --only tftp,diskless-floppy
  against r.yaml --via pxe-bios,diskless-floppy --nic tulip,e1000 <<<'network: {nic: auto}'
  # what is missing now is QEMU
  [ "$status" = 4 ]
  [ "${lines[0]}" = "mkboot: left out: pxe-bios: QEMU has no PXE ROM for the card tulip that would boot BIOS" ]
  assert_contains "${lines[1]}" "qemu-system-x86_64 is missing"
  # and an error where it will do for none
  against r.yaml --via pxe-bios --nic tulip,e1000 <<<'network: {nic: auto}'
  [ "$status" = 3 ]
  [ "$output" = "mkboot: error: pxe-bios: QEMU has no PXE ROM for the card tulip that would boot BIOS" ]
}

@test "a card that the image has no driver for: exit status 3, naming those it has" {
  written tftp
  against r.yaml --via pxe-bios,pxe-uefi64 --nic e1000 <<'YAML'
network: {nic: [rtl8139, ne2k]}
YAML
  [ "$status" = 3 ]
  [ "$output" = "mkboot: error: pxe-bios: the image has no driver for the card e1000, only: ne2k, rtl8139; see the recipe's network.nic" ]
}

@test "an NBP with a driver for cards without a ROM only: an error where it was asked for" {
  written tftp
  for nic in "" "--nic all"; do
    # shellcheck disable=SC2086
    against r.yaml --via pxe-bios $nic <<'YAML'
network: {nic: tulip}
YAML
    [ "$status" = 3 ]
    assert_contains "$output" "pxe-bios: the image has no driver for the card"
  done
}

@test "a network that QEMU cannot imitate: exit status 3, at its place" {
  written tftp
  against r.yaml --via pxe-bios <<'YAML'
network: {server: 10.1.2.3, subnet: 192.168.1.0/24, nic: rtl8139}
YAML
  [ "$status" = 3 ]
  assert_contains "$output" "r.yaml:6:19: error: this cannot be tested by pxe-bios: the server is not in the subnet, and QEMU's own network has no router to it; leave this way to boot out (--via)"
  # an NBP for UNDI alone loads from where it came, as ever; what is missing now is QEMU
  against r.yaml --via pxe-bios <<'YAML'
network: {server: 10.1.2.3, subnet: 192.168.1.0/24}
YAML
  [ "$status" = 4 ]
  assert_contains "$output" "qemu-system-x86_64 is missing"
}

@test "the web server for guests serves its tree and nothing else" {
  mkdir -p tree/boot
  printf 0123456789 > tree/boot/f
  printf secret > secret
  ask() { printf 'GET %s HTTP/1.1\r\nConnection: close\r\n\r\n' "$1" | "$MKBOOT" test --guest-http tree demo; }
  run -0 ask /demo/boot/f
  assert_contains "$output" "200 OK"
  [ "${lines[-1]}" = 0123456789 ]
  run -0 ask /demo/../secret
  assert_contains "$output" "404 Not Found"
  run -5 "$MKBOOT" test --guest-http nowhere demo </dev/null
}

@test "a diskless medium without its tree: exit status 3, and what to add" {
  demo_recipe <<<'network: {nic: rtl8139}'
  "$MKBOOT" build demo.yaml --only diskless-floppy
  ln -s /bin/true bin/qemu-system-x86_64
  against r.yaml --via diskless-floppy <<<'network: {nic: rtl8139}'
  [ "$status" = 3 ]
  assert_contains "$output" "is not there; build it (leave out --no-build)"
  against s.yaml --via diskless-floppy <<<$'network: {nic: rtl8139}\noutputs: diskless-floppy'
  [ "$status" = 3 ]
  assert_contains "$output" "add tftp to the recipe's outputs"
}

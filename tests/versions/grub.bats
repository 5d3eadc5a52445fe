# SPDX-License-Identifier: GPL-3.0-or-later
# Releases of GRUB other than the distribution's, each built from its tarball and booted through a
# network driver: make check-grub-versions. Minutes each, the first time.
load ../common
load ../toolchain

setup() {
  setup_folder
  export MKBOOT_CACHE=$kept
}

pool=http://deb.debian.org/debian/pool/main/g/grub2

build_and_boot() { # VERSION SHA256
  run -0 --separate-stderr "$MKBOOT" toolchain build --json \
    --source "$pool/grub2_$1.orig.tar.xz" --sha256 "$2"
  echo "$stderr"
  [ "$(jq -r .version <<<"$output")" = "$1" ]
  made=$(jq -r .modules <<<"$output")
  boots_diskless "$made" "$(jq -r .mkimage <<<"$output")" rtl8139 rtl8139
  grep -q "loader: GRUB $1" serial
  # a distribution's build of it, which is no Debian package: the headers of that release
  mkdir theirs
  cp -rL "$made" theirs/i386-pc
  rm theirs/i386-pc/nic.mod theirs/i386-pc/rtl8139.mod
  sed -i '/^nic: /d; / nic /d' theirs/i386-pc/moddep.lst
  MKBOOT_GRUB=$PWD/theirs run -0 --separate-stderr "$MKBOOT" toolchain build --json --drivers
  cmp "$(jq -r .modules <<<"$output")/rtl8139.mod" "$made/rtl8139.mod"
}

@test "2.12" {
  build_and_boot 2.12 f3c97391f7c4eaa677a78e090c7e97e6dc47b16f655f04683ebd37bef7fe0faa
}

@test "2.14" {
  build_and_boot 2.14 bc8d3c73535b8838d8c8e2654d73edc4e6ae8c8acdb45d5df5dc9a1547446d43
}

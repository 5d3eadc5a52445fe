# SPDX-License-Identifier: GPL-3.0-or-later
# A network boot in Bochs, which is not QEMU: another BIOS, another NE2000, no PXE ROM.
load ../common
load bochs

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  demo_recipe <<'YAML'
network: {nic: ne2k, server: 192.168.10.1, subnet: 192.168.10.0/24}
outputs: [diskless-floppy, diskless-cd, tftp]
YAML
  "$MKBOOT" build demo.yaml -o out
}

setup() { cd "$dir" || return 1; }

boots() { # CARD IMAGE
  local crc
  crc=$(python3 -c 'import zlib; print("%08x" % zlib.crc32(b"hello\n"))')
  bochs_boot "$1" "out/demo/$2" out/demo/tftp demo/bios.0 serial
  tr -d '\r' < serial > lines
  cat lines
  grep -qx 'command line: \[one two\]' lines
  grep -qx "module 0: \[\] length 6 crc32 $crc" lines
  grep -qx 'demo: done' lines
}

@test "diskless floppy, NE2000 on PCI" { boots pci demo-diskless-floppy.img; }
@test "diskless floppy, NE2000 on ISA" { boots isa demo-diskless-floppy.img; }
@test "diskless CD, NE2000 on PCI" { boots pci demo-diskless.iso; }

@test "the artifacts are untouched by booting them" {
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
}

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

# It answers a request with options by data at once, as RFC 1350 has it.
@test "Bochs' slirp, whose TFTP knows no options" {
  sed 's/^name: demo/name: slirp/; s/192.168.10.1,/10.0.2.2,/; s/192.168.10.0/10.0.2.0/' demo.yaml > slirp.yaml
  "$MKBOOT" build slirp.yaml -o out
  BOCHS_NET=slirp bochs_boot pci out/slirp/slirp-diskless-floppy.img out/slirp/tftp slirp/bios.0 serial
  tr -d '\r' < serial | grep -qx 'demo: done'
}

@test "the artifacts are untouched by booting them" {
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
}

# SPDX-License-Identifier: GPL-3.0-or-later
# The demo recipe, booted every way there is: the guest's lines are compared one by one.
load ../common

setup_file() {
  export dir=$BATS_FILE_TMPDIR
  cd "$dir" || return 1
  "$MKBOOT" build "$root/recipes/demo/demo.yaml" -o out
}

setup() { cd "$dir" || return 1; }

# The lines that do not depend on the machine; carriage returns are the serial port's.
expected_lines() {
  cat <<LINES
mkboot demo kernel
booted by: Multiboot 2
loader: GRUB $(sed -n 's/^grub_package_version="\(.*\)"/\1/p' "/usr/lib/grub/$1/modinfo.sh")
command line: [mkboot demo]
module 0: [hello.txt says hello] length $(stat -c %s "$root/recipes/demo/hello.txt") crc32 $(crc "$root/recipes/demo/hello.txt")
module 1: [] length $(stat -c %s "$root/recipes/demo/bytes.bin") crc32 $(crc "$root/recipes/demo/bytes.bin")
LINES
}

crc() { python3 -c 'import sys, zlib; print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$1"; }

boots() { # VIA GRUB-PLATFORM
  run -0 "$MKBOOT" test "$root/recipes/demo/demo.yaml" -o out --no-build --via "$1" --log logs
  tr -d '\r' < "logs/$1.log" > lines
  # GRUB's own menu may come before; the kernel's lines are from its banner on
  sed -n '/^mkboot demo kernel$/,$p' lines > kernel
  diff -u <(expected_lines "$2") <(sed -n '1,/^module 1:/p' kernel)
  grep -q '^memory: 0x0000000000100000 0x[0-9a-f]\{16\} available$' kernel
  [ "$(grep '^memory: ' kernel | grep -cvE '^memory: 0x[0-9a-f]{16} 0x[0-9a-f]{16} (available|reserved|ACPI reclaimable|NVS|bad|[0-9]+)$')" = 0 ]
  [ "$(tail -n 1 kernel)" = "demo: done" ]
}

@test "cd-bios" { boots cd-bios i386-pc; }
@test "cd-uefi64" { boots cd-uefi64 x86_64-efi; }
@test "cd-uefi32" { boots cd-uefi32 i386-efi; }
@test "usb-bios" { boots usb-bios i386-pc; }
@test "usb-uefi64" { boots usb-uefi64 x86_64-efi; }
@test "usb-uefi32" { boots usb-uefi32 i386-efi; }
@test "floppy" { boots floppy i386-pc; }
@test "pxe-bios" { boots pxe-bios i386-pc; }
@test "pxe-uefi64" { boots pxe-uefi64 x86_64-efi; }
@test "pxe-uefi32" { boots pxe-uefi32 i386-efi; }

@test "the artifacts are untouched by booting them" {
  (cd out/demo && sha256sum -c --quiet SHA256SUMS)
}

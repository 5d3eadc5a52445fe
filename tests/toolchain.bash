# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests of the toolchain share.

# Downloads and whole builds, kept from run to run.
kept=$O/toolchain-cache

# A cache of the test's own that has what is downloaded, and nothing else.
own_cache() {
  export MKBOOT_CACHE=$dir/cache
  mkdir -p "$MKBOOT_CACHE/toolchain"
  cp -al "$kept/toolchain/sources" "$MKBOOT_CACHE/toolchain/"
}

# apt and everybody else find no network.
no_network() {
  echo 'Acquire::http::Proxy "http://127.0.0.1:1"; Acquire::https::Proxy "http://127.0.0.1:1"; Acquire::Retries "0";' > "$dir/apt.conf"
  export APT_CONFIG=$dir/apt.conf http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1
}

# Until the command succeeds; a minute at most.
wait_until() {
  for _ in $(seq 1200); do
    if "$@"; then return 0; fi
    sleep 0.05
  done
  echo "in vain: $*"
  return 1
}

# Boot the demo kernel over the network: a floppy core made by MKIMAGE of MODULES, with one driver,
# in a machine whose card has no option ROM.
boots_diskless() { # MODULES MKIMAGE DRIVER QEMU-MODEL
  mkdir -p boot/grub tftp
  cp "$demo_elf" tftp/k.elf
  cat > boot/grub/grub.cfg <<'CFG'
serial --unit=0 --speed=115200
terminal_output serial
for c in $net_native; do
  if nic_link $c; then net_bootp $c; fi
done
set root=tftp,10.0.2.2
multiboot (tftp,10.0.2.2)/k.elf made by $grub_version
boot
CFG
  tar -cf memdisk.tar boot
  "$2" -O i386-pc -d "$1" -o core.img -p '(memdisk)/boot/grub' -m memdisk.tar \
    memdisk tar normal net tftp nic "$3" multiboot serial terminal echo test
  python3 - "$1/boot.img" core.img floppy.img <<'PY'
import struct, sys
# boot.img loads the sector behind it; that one, diskboot.img, has the list of the others.
boot, core = bytearray(open(sys.argv[1], "rb").read()[:512]), bytearray(open(sys.argv[2], "rb").read())
struct.pack_into("<Q", boot, 0x5c, 1)
struct.pack_into("<QHH", core, 500, 2, (len(core) + 511) // 512 - 1, 0x820)
image = boot + core
open(sys.argv[3], "wb").write(image + bytes(1474560 - len(image)))
PY
  status=0
  timeout 120 qemu-system-x86_64 -accel tcg -nodefaults -no-reboot -display none -m 64 \
    -serial file:serial -device isa-debug-exit,iobase=0xf4,iosize=4 \
    -drive if=floppy,format=raw,file=floppy.img,readonly=on -boot a \
    -netdev user,id=n0,tftp=tftp -device "$4,netdev=n0,romfile=" </dev/null || status=$?
  cat serial
  [ "$status" = 33 ]
  grep -q 'demo: done' serial
}

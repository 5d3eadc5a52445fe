#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Do argument strings arrive byte for byte? Boots GRUB with a menu full of random ones and compares
# what the kernel says it got.
#
# Usage: tests/boot/fuzz_args.sh [-s SEED] [-n MODULES] [-p "PLATFORM ..."] [-l "LOADER ..."]
#                                [-k "KIND ..."]
#   platforms: bios uefi64 uefi32; loaders: multiboot multiboot2 linux (with LINUX=bzImage in the
#   environment); kinds: raw (with mkboot's module) stock (GRUB's own, no ' " \)
#   broken (raw's strings without the module: must not arrive, or this test proves nothing).
# After: make. O is the build folder (out).
# Exit status: 0 all arrived, 1 some did not, 4 something is missing.
set -eu
cd "$(dirname "$0")/../.."
O=${O:-out} seed=1 count=400 platforms="bios uefi64 uefi32" loaders="multiboot multiboot2"
kinds="raw stock"
[ -z "${LINUX:-}" ] || loaders="$loaders linux"
while getopts s:n:p:l:k: opt; do
  case $opt in
  s) seed=$OPTARG ;;
  n) count=$OPTARG ;;
  p) platforms=$OPTARG ;;
  l) loaders=$OPTARG ;;
  k) kinds=$OPTARG ;;
  *) exit 2 ;;
  esac
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
case $O in /*) ;; *) O=$PWD/$O ;; esac
export MKBOOT_DATA="${MKBOOT_DATA:-$O/share}"

gcc -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -Imkboot -o "$tmp/fuzz_args" \
  tests/boot/args/fuzz_args.c "$O"/obj/mkboot/base/*.o "$O/obj/mkboot/grub/quote.o" \
  "$O/obj/mkboot/grub/rawargs.o" "$O/obj/mkboot/grub/elf_undefine.o" -lcrypto -lz -ljansson
gcc -m32 -Os -ffreestanding -fno-pie -fno-stack-protector -fcf-protection=none -mno-sse -nostdlib \
  -fno-asynchronous-unwind-tables -static -no-pie -Wl,--build-id=none,-Ttext=0x100000 \
  -Wl,--section-start=.multiboot=0x0ff000 -Wl,-z,noexecstack -o "$tmp/kernel" \
  tests/boot/args/kernel.c

grub_folder() {
  case $1 in
  bios) echo i386-pc ;;
  uefi64) echo x86_64-efi ;;
  uefi32) echo i386-efi ;;
  esac
}

# image PLATFORM LOADER FOLDER: an image of GRUB in $run, everything it needs in its memory disk;
# but Linux is too big for that on BIOS and is on a second disk, $run/files.
image() {
  kernel=$tmp/kernel
  [ "$2" != linux ] || kernel=$LINUX
  mkdir -p "$run/files"
  if [ "$1-$2" = bios-linux ]; then cp "$kernel" "$run/files/kernel"; kernel=/dev/null; fi
  mkdir -p "$run/disk/boot/grub"
  cp "$run/grub.cfg" "$run/disk/boot/grub/"
  cp "$kernel" "$run/disk/kernel"
  echo module > "$run/disk/module"
  tar -C "$run/disk" -cf "$run/disk.tar" boot kernel module
  set -- "$1" "$2" "$3" "$(grub_folder "$1")"
  case $1 in bios) more="biosdisk part_msdos fat" ;; *) more= ;; esac
  grub-mkimage -d "$3" -O "$4" -m "$run/disk.tar" -o "$run/core" \
    memdisk tar normal serial terminal "$2" $more
  if [ "$1" = bios ]; then
    cat "$3/boot.img" "$run/core" > "$run/image"
    truncate -s %512 "$run/image"
  else
    mkdir -p "$run/esp/EFI/BOOT"
    cp "$run/core" "$run/esp/EFI/BOOT/BOOT$([ "$1" = uefi64 ] && echo X64 || echo IA32).EFI"
  fi
}

# boot PLATFORM: what comes from the serial port, into $run/serial.
boot() {
  case $1 in
  bios)
    set -- -drive "file=$run/image,format=raw,if=ide" -drive "file=fat:rw:$run/files,format=raw,if=ide" ;;
  uefi64)
    cp /usr/share/OVMF/OVMF_VARS_4M.fd "$run/vars"
    set -- -machine q35 -drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd" \
      -drive "if=pflash,format=raw,file=$run/vars" -drive "file=fat:rw:$run/esp,format=raw" ;;
  uefi32)
    cp /usr/share/OVMF/OVMF32_VARS_4M.fd "$run/vars"
    set -- -machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on \
      -drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF32_CODE_4M.secboot.fd" \
      -drive "if=pflash,format=raw,file=$run/vars" -drive "file=fat:rw:$run/esp,format=raw" ;;
  esac
  timeout 90 qemu-system-x86_64 -accel tcg -m 512 -display none -monitor none -nic none -no-reboot \
    -device isa-debug-exit,iobase=0xf4,iosize=0x04 -serial "file:$run/serial" "$@" \
    < /dev/null > "$run/qemu" 2>&1 || :
}

# received LOADER: what the kernel says it got, one string a line.
received() {
  if [ "$1" = linux ]; then
    LC_ALL=C sed -n 's/\r*$//; s/^\[ *[0-9.]*\] Command line: BOOT_IMAGE=[^ ]* //p' "$run/serial" | head -n 1
  else
    LC_ALL=C sed -n '/^@@BEGIN/,/^@@END/{/^@@BEGIN/d; /^@@END/d; p}' "$run/serial"
  fi
}

failed=0
for platform in $platforms; do
  folder=/usr/lib/grub/$(grub_folder "$platform")
  for loader in $loaders; do
    for kind in $kinds; do
      run=$tmp/$platform-$loader-$kind
      mkdir "$run"
      strings=$kind modules=$folder
      case $kind in
      raw) modules=$run/modules ;;
      broken) strings=raw ;;
      esac
      "$tmp/fuzz_args" "$platform" "$folder" "$loader" "$strings" "$seed" "$count" "$run"
      image "$platform" "$loader" "$modules"
      boot "$platform"
      received "$loader" > "$run/received"
      if [ "$kind" = broken ] && [ -s "$run/received" ] && ! cmp -s "$run/expected" "$run/received"; then
        echo "ok     $platform $loader broken seed $seed: noticed"
      elif [ "$kind" != broken ] && cmp -s "$run/expected" "$run/received"; then
        echo "ok     $platform $loader $kind seed $seed: $(wc -l < "$run/expected") strings, $(wc -c < "$run/expected") bytes"
      else
        failed=1
        echo "FAILED $platform $loader $kind seed $seed; expected and received:"
        LC_ALL=C diff -a "$run/expected" "$run/received" | head -n 6 | cut -c 1-300 | cat -v
        [ -s "$run/received" ] || tail -c 1500 "$run/serial" | cat -v
      fi
      [ -n "${KEEP:-}" ] && cp -r "$run" "$KEEP/" || rm -rf "$run"
    done
  done
done
exit $failed

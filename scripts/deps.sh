#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Install what is missing, and say what: scripts/deps.sh build|test|demo|check
# (test: what `mkboot test` takes). Works as root, and through sudo for everybody else.
set -eu

build="gcc make pkg-config libfyaml-dev libisofs-dev libarchive-dev zlib1g-dev libjansson-dev
  libssl-dev libcurl4-openssl-dev libmicrohttpd-dev libc6-dev patch mtools grub-common grub-pc-bin grub-efi-amd64-bin grub-efi-ia32-bin scdoc"
test="qemu-system-x86 seabios ipxe-qemu ovmf ovmf-ia32"
demo="dnsmasq-base isc-dhcp-server kea-dhcp4-server systemd iproute2 bats"
check="clang libclang-rt-dev valgrind libcmocka-dev xorriso fdisk dosfstools cpio jq
  procps gawk gdb bison flex autoconf automake bochs bochs-term bochsbios vgabios python3
  python3-jsonschema python3-yaml strace hyperfine ca-certificates libxml2-utils
  chromium chromium-driver pngquant optipng shellcheck dash
  tftpd-hpa nginx-light lighttpd curl libpcre2-8-0 libwrap0"

case "${1:-build}" in
build) want=$build ;;
test) want="$build $test" ;;
demo) want="$build $test $demo" ;;
check) want="$build $test $demo $check" ;;
*) echo "usage: scripts/deps.sh build|test|demo|check" >&2; exit 2 ;;
esac

# The demo kernel and the i386 GRUB modules are 32-bit code. gcc-multilib and the i686 cross
# compiler exclude each other in Debian 12: take what is there, else the cross compiler.
if ! command -v i686-linux-gnu-gcc >/dev/null 2>&1 &&
  ! { command -v gcc >/dev/null 2>&1 && printf 'int x;\n' | gcc -m32 -ffreestanding -x c -c -o /dev/null - 2>/dev/null; }; then
  want="$want gcc-i686-linux-gnu"
fi
# The same for x86_64-efi, where this machine is another.
if ! command -v x86_64-linux-gnu-gcc >/dev/null 2>&1 &&
  ! { command -v gcc >/dev/null 2>&1 && printf 'int x;\n' | gcc -m64 -ffreestanding -x c -c -o /dev/null - 2>/dev/null; } &&
  [ "$(dpkg --print-architecture)" != amd64 ]; then
  want="$want gcc-x86-64-linux-gnu"
fi

missing=
for p in $want; do
  case "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" in
  installed) ;;
  *) missing="$missing $p" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  sudo=
elif command -v sudo >/dev/null 2>&1; then
  sudo=sudo
else
  echo "These packages are missing, and installing them takes root or sudo:$missing" >&2
  exit 4
fi
echo "Installing:$missing"
# A package that apt has not heard of: its lists are missing or old.
for p in $missing; do
  if ! apt-cache show "$p" >/dev/null 2>&1; then
    $sudo apt-get update -qq
    break
  fi
done
# RUNLEVEL=1: the DHCP server is wanted for the tests, not as a service of this machine.
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
  apt-get install -y -qq --no-install-recommends $missing >/dev/null

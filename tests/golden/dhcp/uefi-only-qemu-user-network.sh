#!/bin/sh
# "demo" by PXE through QEMU's own network. Written by mkboot.
#
# Where:  it stays where it is, beside tftp/, and needs no server and no rights
# Check:  sh -n qemu-user-network.sh
# Start:  sh qemu-user-network.sh [QEMU ARGUMENT...]
#
# QEMU's DHCP and TFTP servers are inside it. They hand out one boot file, that of UEFI x64, to
# any machine; where that is UEFI, QEMU needs it, too: -bios /usr/share/ovmf/OVMF.fd, say.
# GRUB loads from the server that it came from, QEMU at 10.0.2.2. With network.nic in the recipe it
# would look for the recipe's server, which this network does not have: run/qemu.sh has it, and more
# ways to boot (add `run` to the recipe's outputs).
set -eu

# In QEMU's options a comma ends a value; doubled, it is one.
commas() { printf '%s\n' "$1" | sed 's/,/,,/g'; }

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
file='net/uefi64.efi'
# tftp/ has the recipe's own folder, whatever it is called on the real server
nbp='demo'/${file##*/}

exec "${QEMU:-qemu-system-x86_64}" -boot n \
  -nic "user,model=e1000,tftp=$(commas "$top/tftp"),bootfile=/$(commas "$nbp")" "$@"

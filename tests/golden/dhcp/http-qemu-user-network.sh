#!/bin/sh
# "demo" by PXE through QEMU's own network. Written by mkboot.
#
# Where:  it stays where it is, beside tftp/, and needs no server and no rights
# Check:  sh -n qemu-user-network.sh
# Start:  sh qemu-user-network.sh [QEMU ARGUMENT...]
#
# QEMU's DHCP and TFTP servers are inside it. They hand out one boot file, that of BIOS, to
# any machine; where that is UEFI, QEMU needs it, too: -bios /usr/share/ovmf/OVMF.fd, say.
# GRUB loads from the server that it came from, QEMU at 10.0.2.2. With network.nic in the recipe it
# would look for the recipe's server, which this network does not have: run/qemu.sh has it, and more
# ways to boot (add `run` to the recipe's outputs).
#
# QEMU: it has one boot file for all, that of BIOS; UEFI x64 and UEFI ia32 cannot boot by it.
# QEMU: it cannot offer UEFI HTTP boot beside TFTP.
# QEMU: a host cannot have a boot file of its own.
# QEMU: a host cannot have an address of its own.
set -eu

# In QEMU's options a comma ends a value; doubled, it is one.
commas() { printf '%s\n' "$1" | sed 's/,/,,/g'; }

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
file='bios.0'
# tftp/ has the recipe's own folder, whatever it is called on the real server
nbp='demo'/${file##*/}

exec "${QEMU:-qemu-system-x86_64}" -boot n \
  -nic "user,model=e1000,tftp=$(commas "$top/tftp"),bootfile=/$(commas "$nbp")" "$@"

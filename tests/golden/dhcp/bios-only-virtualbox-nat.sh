#!/bin/sh
# "demo" by PXE through VirtualBox's NAT, in a machine that you have. Written by mkboot.
#
# Where:  it stays where it is, beside tftp/, and needs no server and no rights
# Check:  sh -n virtualbox-nat.sh
# Start:  sh virtualbox-nat.sh MACHINE, while that is off; then VBoxManage startvm MACHINE
#
# VirtualBox's NAT has a DHCP and a TFTP server inside. They hand out one boot file, that of
# BIOS: the machine's firmware must be that one.
# GRUB loads from the server that it came from. With network.nic in the recipe it would look for the
# recipe's server, which NAT does not have. run/virtualbox.sh makes a machine of its own (add `run` to
# the recipe's outputs).
set -eu

[ $# = 1 ] || { echo 'usage: virtualbox-nat.sh MACHINE' >&2; exit 2; }
command -v VBoxManage >/dev/null || {
  echo 'virtualbox-nat.sh: VBoxManage is missing; install VirtualBox' >&2
  exit 4
}
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
file='bios.0'
# tftp/ has the recipe's own folder, whatever it is called on the real server
nbp='demo'/${file##*/}

# These spellings are those of version 6 and earlier, which 7 takes, too.
VBoxManage modifyvm "$1" --nic1 nat --boot1 net \
  --nattftpprefix1 "$top/tftp" --nattftpfile1 "$nbp"
# Newer versions have the TFTP server off; older ones, in which it is always on and at 10.0.2.4, do
# not know the option.
if VBoxManage modifyvm "$1" --nat-enable-tftp1=on 2>/dev/null; then
  VBoxManage modifyvm "$1" --nattftpserver1 10.0.2.2
fi

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The second half of `make demo`: build the demo recipe, boot all that it wrote, say where it is.
set -eu
O=${1:-out}
mkboot=$O/bin/mkboot
recipe=recipes/demo/demo.yaml
export MKBOOT_CACHE="${MKBOOT_CACHE:-$O/cache}" # so that nothing outside this folder is touched

echo "== mkboot build $recipe"
"$mkboot" build $recipe -o "$O"
echo
echo "== mkboot test $recipe: every way it can be booted, in QEMU"
"$mkboot" test $recipe -o "$O" --via all
echo
echo "== the diskless floppy, with a network card for each of GRUB's drivers, none with a PXE ROM"
"$mkboot" test $recipe -o "$O" --no-build --via diskless-floppy \
  --nic ne2k_isa,ne2k_pci,rtl8139,pcnet,e1000,e1000e,i82551,virtio-net-pci,vmxnet3,tulip
echo
echo "== over the network, through dnsmasq, dnsmasq as proxy-DHCP, ISC dhcpd, Kea and systemd-networkd"
echo "   with the files of $O/demo/dhcp/"
# a network of its own, in namespaces: that takes root
case $O in /*) tree=$O/demo ;; *) tree=$PWD/$O/demo ;; esac
if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
$sudo env DEMO_TREE="$tree" bats --filter ": (BIOS|UEFI) PXE$" tests/servers/matrix.bats
echo
echo "All of it is in $O/demo/:"
echo "  demo.iso          write it to a CD, or to a USB stick: cp $O/demo/demo.iso /dev/sdX"
echo "  demo-floppy.img   write it to a floppy"
echo "  demo-diskless-floppy.img, demo-diskless.iso"
echo "                    GRUB and its own network drivers; the kernel comes from the server"
echo "  tftp/             what a TFTP server serves"
echo "  dhcp/             what 24 DHCP and TFTP servers and routers need to know: mkboot dhcp --list"
echo "  run/              launch files: qemu.sh, qemu.cmd (Windows), bochsrc, demo.vmx, virtualbox.sh"
echo "Look at it: $O/demo/run/qemu.sh, or qemu-system-x86_64 -cdrom $O/demo/demo.iso"

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The second half of `make demo`: build the demo recipe, boot all that it wrote, say where it is.
set -eu
O=${1:-out}
mkboot=$O/bin/mkboot
recipe=recipes/demo/demo.yaml

echo "== mkboot build $recipe"
"$mkboot" build $recipe -o "$O"
echo
echo "== mkboot test $recipe: every way it can be booted, in QEMU"
"$mkboot" test $recipe -o "$O" --via all
echo
echo "All of it is in $O/demo/:"
echo "  demo.iso          write it to a CD, or to a USB stick: cp $O/demo/demo.iso /dev/sdX"
echo "  demo-floppy.img   write it to a floppy"
echo "  tftp/             what a TFTP server serves"
echo "  dhcp/             what a DHCP server needs to know"
echo "Look at it: qemu-system-x86_64 -cdrom $O/demo/demo.iso"

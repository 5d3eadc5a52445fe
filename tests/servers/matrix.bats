#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Real DHCP servers, with the configuration that mkboot writes, and machines of every kind: a test for
# each pair. Where a pair cannot be, the configuration has to say so, and the client to get nothing.
# Needs root (network namespaces, a tap device), qemu-system-x86, ipxe-qemu, ovmf and the servers.
#
#                    BIOS PXE  UEFI PXE  UEFI HTTP  GRUB's driver  BOOTP
#   dnsmasq             x         x         x            x           x
#   dnsmasq-proxy       x         x         -            x (1)       -
#   isc                 x         x         x            x           x
#   kea                 x         x         x            x           x
#   networkd            x         x (2)     x (2)        x           -
#
#   (1) the address from the DHCP server beside it, the TFTP server from the recipe
#   (2) one of the three: it has one boot file for all
#
# DEMO_TREE: see matrix.bash.

load matrix

@test "dnsmasq: BIOS PXE" { boots dnsmasq bios; }
@test "dnsmasq: UEFI PXE" { boots dnsmasq uefi64; }
@test "dnsmasq: UEFI HTTP boot" { boots dnsmasq http; }
@test "dnsmasq: GRUB's own driver" { boots dnsmasq floppy $FLOPPY; }
@test "dnsmasq: BOOTP" { boots dnsmasq bootp; }

@test "dnsmasq-proxy: BIOS PXE" { boots dnsmasq-proxy bios; }
@test "dnsmasq-proxy: UEFI PXE" { boots dnsmasq-proxy uefi64; }
@test "dnsmasq-proxy: GRUB's own driver" { boots dnsmasq-proxy floppy $FLOPPY; }

@test "isc: BIOS PXE" { boots isc bios; }
@test "isc: UEFI PXE" { boots isc uefi64; }
@test "isc: UEFI HTTP boot" { boots isc http; }
@test "isc: GRUB's own driver" { boots isc floppy $FLOPPY; }
@test "isc: BOOTP" { boots isc bootp; }

@test "kea: BIOS PXE" { boots kea bios; }
@test "kea: UEFI PXE" { boots kea uefi64; }
@test "kea: UEFI HTTP boot" { boots kea http; }
@test "kea: GRUB's own driver" { boots kea floppy $FLOPPY; }
@test "kea: BOOTP" { boots kea bootp; }

@test "networkd: BIOS PXE" { boots networkd bios; }
@test "networkd: UEFI PXE, the only tree" {
  TREE=$PWD/uefi/wire
  boots networkd uefi64
}
@test "networkd: UEFI HTTP boot, the only tree" {
  TREE=$PWD/http/wire
  boots networkd http
}
@test "networkd: GRUB's own driver" { boots networkd floppy $FLOPPY; }

@test "dnsmasq-proxy: UEFI HTTP boot is not offered, and mkboot says so" {
  says dnsmasq-proxy "cannot offer UEFI HTTP boot"
  serve dnsmasq-proxy
  nothing_to_boot --arch 16 --http --mac 02:00:00:00:00:10
  [[ $output == *option60=-* ]]
}

@test "dnsmasq-proxy: BOOTP is not answered, and the file says so" {
  states dnsmasq-proxy "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer"
  serve dnsmasq-proxy
  # the answer of the server beside it
  nothing_to_boot --bootp --mac 02:00:00:00:00:11
}

@test "networkd: UEFI gets the BIOS's file where there are both, and mkboot says so" {
  says networkd "it has one boot file for all, that of BIOS"
  run -1 boots networkd uefi64
}

@test "networkd: UEFI HTTP boot is not offered beside TFTP, and mkboot says so" {
  says networkd "cannot offer UEFI HTTP boot"
  serve networkd
  run -0 --separate-stderr asks --arch 16 --http --mac 02:00:00:00:00:10
  run ! grep -E "http:|HTTPClient" <<<"$output"
}

@test "networkd: BOOTP is not answered, and the file says so" {
  states networkd "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer"
  serve networkd
  run -1 asks --bootp --mac 02:00:00:00:00:11
}

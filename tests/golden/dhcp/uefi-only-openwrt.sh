#!/bin/sh
# OpenWrt: boot files for "demo", added to its dnsmasq. Written by mkboot.
#
# Where: copy this to the router, scp -O openwrt.sh root@ROUTER:/tmp/
# Load:  sh /tmp/openwrt.sh  (on the router). What mkboot set before, it replaces; it touches
#        nothing else but what of dhcp was changed and not committed yet, which it commits.
# Check: uci show dhcp | grep mkboot_  and  grep dhcp-boot /var/etc/dnsmasq.conf.*
# Undo:  the line with "delete", then uci commit dhcp, then the last line
# Files: what mkboot wrote to tftp/ must be on the TFTP server 10.1.2.3
#        (mkboot dhcp --for dnsmasq-tftp or tftpd-hpa sets one up)
#
# The router hands out the addresses, as it did; the boot server is 10.1.2.3.
#
# OpenWrt (uci): plain BOOTP (GRUB 2.02, old boot ROMs) is answered only for hosts with an address of their own.
# For the others, once, on the router:
#   grep -qx bootp-dynamic /etc/dnsmasq.conf || echo bootp-dynamic >>/etc/dnsmasq.conf
#
# OpenWrt drops a boot section with a serveraddress and no servername, so both are set. The tag
# "nofile" is for clients that nothing here boots: an empty file name, in quotes of dnsmasq's own, as
# without a name OpenWrt drops the section, and without the section dnsmasq would name the router as
# boot server. The last section that fits a client wins.

uci -q show dhcp | sed -n 's/^dhcp\.\(mkboot_[a-z0-9_]*\)=.*/delete dhcp.\1/p' | uci -q batch

uci -q batch <<'EOF'
set dhcp.mkboot_arch0='match'
set dhcp.mkboot_arch0.networkid='nofile'
set dhcp.mkboot_arch0.match='option:client-arch,0'
set dhcp.mkboot_arch7='match'
set dhcp.mkboot_arch7.networkid='uefi64'
set dhcp.mkboot_arch7.match='option:client-arch,7'
set dhcp.mkboot_arch9='match'
set dhcp.mkboot_arch9.networkid='uefi64'
set dhcp.mkboot_arch9.match='option:client-arch,9'
set dhcp.mkboot_arch6='match'
set dhcp.mkboot_arch6.networkid='nofile'
set dhcp.mkboot_arch6.match='option:client-arch,6'
set dhcp.mkboot_arch11='match'
set dhcp.mkboot_arch11.networkid='nofile'
set dhcp.mkboot_arch11.match='option:client-arch,11'
set dhcp.mkboot_arch16='match'
set dhcp.mkboot_arch16.networkid='nofile'
set dhcp.mkboot_arch16.match='option:client-arch,16'
set dhcp.mkboot_arch15='match'
set dhcp.mkboot_arch15.networkid='nofile'
set dhcp.mkboot_arch15.match='option:client-arch,15'
set dhcp.mkboot_arch19='match'
set dhcp.mkboot_arch19.networkid='nofile'
set dhcp.mkboot_arch19.match='option:client-arch,19'
set dhcp.mkboot_default='boot'
set dhcp.mkboot_default.networkid='!nofile'
set dhcp.mkboot_default.filename='net/uefi64.efi'
set dhcp.mkboot_default.servername='10.1.2.3'
set dhcp.mkboot_default.serveraddress='10.1.2.3'
set dhcp.mkboot_nofile='boot'
set dhcp.mkboot_nofile.networkid='nofile'
set dhcp.mkboot_nofile.filename='""'
set dhcp.mkboot_nofile.servername='10.1.2.3'
set dhcp.mkboot_nofile.serveraddress='10.1.2.3'
set dhcp.mkboot_uefi64='boot'
set dhcp.mkboot_uefi64.networkid='uefi64'
set dhcp.mkboot_uefi64.filename='net/uefi64.efi'
set dhcp.mkboot_uefi64.servername='10.1.2.3'
set dhcp.mkboot_uefi64.serveraddress='10.1.2.3'
commit dhcp
EOF

/etc/init.d/dnsmasq restart

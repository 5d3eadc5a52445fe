#!/bin/sh
# OpenWrt: boot files for "demo", added to its dnsmasq. Written by mkboot.
#
# Where: copy this to the router, scp -O openwrt.sh root@ROUTER:/tmp/
# Load:  sh /tmp/openwrt.sh  (on the router). What mkboot set before, it replaces; it touches
#        nothing else but what of dhcp was changed and not committed yet, which it commits.
# Check: uci show dhcp | grep mkboot_  and  grep dhcp-boot /var/etc/dnsmasq.conf.*
# Undo:  the line with "delete", then uci commit dhcp, then the last line
# Files: what mkboot wrote to tftp/ must be on the TFTP server 192.168.77.9
#        (mkboot dhcp --for dnsmasq-tftp or tftpd-hpa sets one up)
# Files: what mkboot wrote to http/ must be on the web server 192.168.77.9
#        (mkboot dhcp --for nginx or lighttpd sets one up)
#
# The router hands out the addresses, as it did; the boot server is 192.168.77.9.
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
set dhcp.mkboot_arch0.networkid='bios'
set dhcp.mkboot_arch0.match='option:client-arch,0'
set dhcp.mkboot_arch7='match'
set dhcp.mkboot_arch7.networkid='uefi64'
set dhcp.mkboot_arch7.match='option:client-arch,7'
set dhcp.mkboot_arch9='match'
set dhcp.mkboot_arch9.networkid='uefi64'
set dhcp.mkboot_arch9.match='option:client-arch,9'
set dhcp.mkboot_arch6='match'
set dhcp.mkboot_arch6.networkid='uefi32'
set dhcp.mkboot_arch6.match='option:client-arch,6'
set dhcp.mkboot_arch11='match'
set dhcp.mkboot_arch11.networkid='nofile'
set dhcp.mkboot_arch11.match='option:client-arch,11'
set dhcp.mkboot_arch16='match'
set dhcp.mkboot_arch16.networkid='http64'
set dhcp.mkboot_arch16.match='option:client-arch,16'
set dhcp.mkboot_arch15='match'
set dhcp.mkboot_arch15.networkid='http32'
set dhcp.mkboot_arch15.match='option:client-arch,15'
set dhcp.mkboot_arch19='match'
set dhcp.mkboot_arch19.networkid='nofile'
set dhcp.mkboot_arch19.match='option:client-arch,19'
set dhcp.mkboot_default='boot'
set dhcp.mkboot_default.networkid='!nofile'
set dhcp.mkboot_default.filename='bios.0'
set dhcp.mkboot_default.servername='192.168.77.9'
set dhcp.mkboot_default.serveraddress='192.168.77.9'
set dhcp.mkboot_nofile='boot'
set dhcp.mkboot_nofile.networkid='nofile'
set dhcp.mkboot_nofile.filename='""'
set dhcp.mkboot_nofile.servername='192.168.77.9'
set dhcp.mkboot_nofile.serveraddress='192.168.77.9'
set dhcp.mkboot_bios='boot'
set dhcp.mkboot_bios.networkid='bios'
set dhcp.mkboot_bios.filename='bios.0'
set dhcp.mkboot_bios.servername='192.168.77.9'
set dhcp.mkboot_bios.serveraddress='192.168.77.9'
set dhcp.mkboot_uefi64='boot'
set dhcp.mkboot_uefi64.networkid='uefi64'
set dhcp.mkboot_uefi64.filename='uefi64.efi'
set dhcp.mkboot_uefi64.servername='192.168.77.9'
set dhcp.mkboot_uefi64.serveraddress='192.168.77.9'
set dhcp.mkboot_uefi32='boot'
set dhcp.mkboot_uefi32.networkid='uefi32'
set dhcp.mkboot_uefi32.filename='uefi32.efi'
set dhcp.mkboot_uefi32.servername='192.168.77.9'
set dhcp.mkboot_uefi32.serveraddress='192.168.77.9'
set dhcp.mkboot_host525400123456='host'
set dhcp.mkboot_host525400123456.mac='52:54:00:12:34:56'
set dhcp.mkboot_host525400123456.name='testbox'
set dhcp.mkboot_host525400123456.ip='192.168.77.50'
set dhcp.mkboot_host525400123456.tag='host525400123456'
set dhcp.mkboot_host525400123456_file='boot'
set dhcp.mkboot_host525400123456_file.networkid='host525400123456'
set dhcp.mkboot_host525400123456_file.filename='host/own.0'
set dhcp.mkboot_host525400123456_file.servername='192.168.77.9'
set dhcp.mkboot_host525400123456_file.serveraddress='192.168.77.9'
set dhcp.mkboot_host5254001234ab='host'
set dhcp.mkboot_host5254001234ab.mac='52:54:00:12:34:ab'
set dhcp.mkboot_host5254001234ab.name='laptop'
set dhcp.mkboot_host5254001234ab.tag='host5254001234ab'
set dhcp.mkboot_host5254001234ab_file='boot'
set dhcp.mkboot_host5254001234ab_file.networkid='host5254001234ab'
set dhcp.mkboot_host5254001234ab_file.filename='host/own.0'
set dhcp.mkboot_host5254001234ab_file.servername='192.168.77.9'
set dhcp.mkboot_host5254001234ab_file.serveraddress='192.168.77.9'
set dhcp.mkboot_http64='boot'
set dhcp.mkboot_http64.networkid='http64'
set dhcp.mkboot_http64.filename='http://192.168.77.9/demo/uefi64.efi'
set dhcp.mkboot_http64.servername='192.168.77.9'
set dhcp.mkboot_http64.serveraddress='192.168.77.9'
set dhcp.mkboot_http64.force='1'
add_list dhcp.mkboot_http64.dhcp_option='60,HTTPClient'
set dhcp.mkboot_http32='boot'
set dhcp.mkboot_http32.networkid='http32'
set dhcp.mkboot_http32.filename='http://192.168.77.9/demo/uefi32.efi'
set dhcp.mkboot_http32.servername='192.168.77.9'
set dhcp.mkboot_http32.serveraddress='192.168.77.9'
set dhcp.mkboot_http32.force='1'
add_list dhcp.mkboot_http32.dhcp_option='60,HTTPClient'
commit dhcp
EOF

/etc/init.d/dnsmasq restart

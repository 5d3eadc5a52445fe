#!/bin/sh
# OpenWrt: boot files for "@recipe@", added to its dnsmasq. Written by mkboot.
#
# Where: copy this to the router, scp -O @config_file@ root@@ROUTER:/tmp/
# Load:  sh /tmp/@config_file@  (on the router). What mkboot set before, it replaces; it touches
#        nothing else but what of dhcp was changed and not committed yet, which it commits.
# Check: uci show dhcp | grep mkboot_  and  grep dhcp-boot /var/etc/dnsmasq.conf.*
# Undo:  the line with "delete", then uci commit dhcp, then the last line
@#has_tftp@
# Files: what mkboot wrote to tftp/ must be on the TFTP server @server@
#        (mkboot dhcp --for dnsmasq-tftp or tftpd-hpa sets one up)
@/has_tftp@
@#has_http@
# Files: what mkboot wrote to http/ must be on the web server @server@
#        (mkboot dhcp --for nginx or lighttpd sets one up)
@/has_http@
#
# The router hands out the addresses, as it did; the boot server is @server@.
@#has_limits@
#
@#limits@
# @limit@.
@/limits@
# For the others, once, on the router:
#   grep -qx bootp-dynamic /etc/dnsmasq.conf || echo bootp-dynamic >>/etc/dnsmasq.conf
@/has_limits@
#
# OpenWrt drops a boot section with a serveraddress and no servername, so both are set. The tag
# "nofile" is for clients that nothing here boots: an empty file name, in quotes of dnsmasq's own, as
# without a name OpenWrt drops the section, and without the section dnsmasq would name the router as
# boot server. The last section that fits a client wins.

uci -q show dhcp | sed -n 's/^dhcp\.\(mkboot_[a-z0-9_]*\)=.*/delete dhcp.\1/p' | uci -q batch

uci -q batch <<'EOF'
@#clients@
@#archs@
set dhcp.mkboot_arch@arch@='match'
set dhcp.mkboot_arch@arch@.networkid='@#has_file@@client@@/has_file@@^has_file@nofile@/has_file@'
set dhcp.mkboot_arch@arch@.match='option:client-arch,@arch@'
@/archs@
@/clients@
@#has_default@
set dhcp.mkboot_default='boot'
set dhcp.mkboot_default.networkid='!nofile'
set dhcp.mkboot_default.filename='@default_file@'
set dhcp.mkboot_default.servername='@server@'
set dhcp.mkboot_default.serveraddress='@server@'
@/has_default@
set dhcp.mkboot_nofile='boot'
set dhcp.mkboot_nofile.networkid='nofile'
set dhcp.mkboot_nofile.filename='""'
set dhcp.mkboot_nofile.servername='@server@'
set dhcp.mkboot_nofile.serveraddress='@server@'
@#clients@
@^http@
@#has_file@
set dhcp.mkboot_@client@='boot'
set dhcp.mkboot_@client@.networkid='@client@'
set dhcp.mkboot_@client@.filename='@file@'
set dhcp.mkboot_@client@.servername='@server@'
set dhcp.mkboot_@client@.serveraddress='@server@'
@/has_file@
@/http@
@/clients@
@#hosts@
@#has_name@
set dhcp.mkboot_@tag@='host'
set dhcp.mkboot_@tag@.mac='@mac@'
set dhcp.mkboot_@tag@.name='@name@@#name_is_word@.@/name_is_word@'
@#has_ip@
set dhcp.mkboot_@tag@.ip='@ip@'
@/has_ip@
@#has_file@
set dhcp.mkboot_@tag@.tag='@tag@'
@/has_file@
@/has_name@
@^has_name@
@#has_ip@
set dhcp.mkboot_@tag@='host'
set dhcp.mkboot_@tag@.mac='@mac@'
set dhcp.mkboot_@tag@.ip='@ip@'
@#has_file@
set dhcp.mkboot_@tag@.tag='@tag@'
@/has_file@
@/has_ip@
@^has_ip@
@#has_file@
set dhcp.mkboot_@tag@='mac'
set dhcp.mkboot_@tag@.mac='@mac@'
set dhcp.mkboot_@tag@.networkid='@tag@'
@/has_file@
@/has_ip@
@/has_name@
@#has_file@
set dhcp.mkboot_@tag@_file='boot'
set dhcp.mkboot_@tag@_file.networkid='@tag@'
set dhcp.mkboot_@tag@_file.filename='@file@'
set dhcp.mkboot_@tag@_file.servername='@server@'
set dhcp.mkboot_@tag@_file.serveraddress='@server@'
@/has_file@
@/hosts@
@#clients@
@#http@
@#has_file@
set dhcp.mkboot_@client@='boot'
set dhcp.mkboot_@client@.networkid='@client@'
set dhcp.mkboot_@client@.filename='@file@'
set dhcp.mkboot_@client@.servername='@server@'
set dhcp.mkboot_@client@.serveraddress='@server@'
set dhcp.mkboot_@client@.force='1'
add_list dhcp.mkboot_@client@.dhcp_option='60,HTTPClient'
@/has_file@
@/http@
@/clients@
commit dhcp
EOF

/etc/init.d/dnsmasq restart

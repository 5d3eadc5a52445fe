# MikroTik RouterOS: boot files for "demo". Written by mkboot.
#
# Needs RouterOS 7.16 or later (matchers that compare exactly). Not run by mkboot's tests: there is no
# RouterOS here; they read this file against the documented commands (help.mikrotik.com, "DHCP").
#
# Check: upload the file (Files), then: /import file-name=mikrotik.rsc verbose=yes dry-run
#        (which reads it and changes nothing)
# Load:  /system backup save name=before-mkboot, then: /import file-name=mikrotik.rsc
#        It may be imported again: it first removes what it made.
# Files: what mkboot wrote to tftp/ must be on the TFTP server 192.168.77.9
#        (mkboot dhcp --for dnsmasq-tftp or tftpd-hpa sets one up)
# Files: what mkboot wrote to http/ must be on the web server 192.168.77.9
#        (mkboot dhcp --for nginx or lighttpd sets one up)
# See:   /ip dhcp-server option print; /ip dhcp-server matcher print
#
# It looks for the router's own DHCP server for 192.168.77.0/24 and adds to it. Addresses, gateway
# and DNS stay what the router hands out already. Where it has no such server yet:
# /ip dhcp-server setup
#
# What this server cannot do:
# - MikroTik RouterOS: a host with a boot file of its own gets it by UEFI HTTP boot, too, and cannot boot so
# - MikroTik RouterOS: plain BOOTP (GRUB 2.02, old boot ROMs) is answered only for hosts with an address of their own
# - MikroTik RouterOS: the boot file is sent as option 67 only; boot ROMs and GRUB 2.02, which read the header's field, do not see it
{
  # The network, the server that hands out its addresses, and that server's pool: a matcher without
  # a pool would give its clients no address ("DHCP", Option matcher: address-pool).
  :local bootNetwork [/ip dhcp-server network find where address="192.168.77.0/24"]
  :if ([:len $bootNetwork] != 1) do={
    :error "no DHCP network 192.168.77.0/24 on this router; make one with: /ip dhcp-server setup"
  }
  :local bootAddress [/ip address find where network=192.168.77.0 and disabled=no]
  :if ([:len $bootAddress] != 1) do={
    :error "this router must have one address in 192.168.77.0/24; see: /ip address print"
  }
  :local bootInterface [/ip address get $bootAddress interface]
  :local bootServer [/ip dhcp-server find where interface=$bootInterface and disabled=no]
  :if ([:len $bootServer] != 1) do={
    :error "one DHCP server must be on that address's interface; see: /ip dhcp-server print"
  }
  :local bootOld [/ip dhcp-server network get $bootNetwork dhcp-option-set]
  :if ([:len $bootOld] > 0 and $bootOld != "none" and $bootOld != "mkboot-default") do={
    :error "the network has an option set of its own; merge it by hand, or take it off"
  }
  :local bootName [/ip dhcp-server get $bootServer name]
  :local bootPool [/ip dhcp-server get $bootServer address-pool]

  # What an earlier import made.
  /ip dhcp-server matcher remove [find where comment~"^mkboot"]
  /ip dhcp-server lease remove [find where comment~"^mkboot"]
  /ip dhcp-server network set $bootNetwork dhcp-option-set=""
  /ip dhcp-server option sets remove [find where name~"^mkboot-"]
  /ip dhcp-server option remove [find where name~"^mkboot-"]

  # The TFTP server: the header's siaddr, and option 66. Without next-server clients would ask the
  # router. s'...' is text: '192.168.77.9' without the s would be sent as four bytes. force: GRUB's own
  # DHCP does not ask for these options.
  /ip dhcp-server network set $bootNetwork next-server=192.168.77.9
  /ip dhcp-server option add name=mkboot-server code=66 value="s'192.168.77.9'" force=yes

  # UEFI HTTP boot takes only an answer that calls itself HTTPClient.
  /ip dhcp-server option add name=mkboot-http code=60 value="s'HTTPClient'" force=yes

  # For everybody whose architecture (option 93) is not matched below, such as stock GRUB's DHCP, which
  # sends none. The boot file is in option 67 and not in boot-file-name: that one has no matcher, so
  # it would go to every architecture, and iPXE prefers it to option 67 (its dhcppkt.c).
  /ip dhcp-server option add name=mkboot-file-default code=67 value="s'bios.0'" force=yes
  /ip dhcp-server option sets add name=mkboot-default options=mkboot-server,mkboot-file-default
  /ip dhcp-server network set $bootNetwork dhcp-option-set=mkboot-default
  # Where all clients are BIOS, plain BOOTP (GRUB 2.02) can be served, too:
  #/ip dhcp-server network set $bootNetwork boot-file-name="bios.0"
  #/ip dhcp-server set $bootServer bootp-support=dynamic

  # UEFI x64
  /ip dhcp-server option add name=mkboot-file-uefi64 code=67 value="s'uefi64.efi'" force=yes
  /ip dhcp-server option sets add name=mkboot-uefi64 options=mkboot-server,mkboot-file-uefi64
  /ip dhcp-server matcher add name=mkboot-uefi64-7 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x0007 option-set=mkboot-uefi64 comment="mkboot"
  /ip dhcp-server matcher add name=mkboot-uefi64-9 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x0009 option-set=mkboot-uefi64 comment="mkboot"

  # UEFI ia32
  /ip dhcp-server option add name=mkboot-file-uefi32 code=67 value="s'uefi32.efi'" force=yes
  /ip dhcp-server option sets add name=mkboot-uefi32 options=mkboot-server,mkboot-file-uefi32
  /ip dhcp-server matcher add name=mkboot-uefi32-6 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x0006 option-set=mkboot-uefi32 comment="mkboot"

  # Nothing here boots on UEFI arm64: an empty name (one NUL) in the place of the
  # network's, so that it goes on to its next boot device.
  /ip dhcp-server option add name=mkboot-file-uefiarm64 code=67 value=0x00 force=yes
  /ip dhcp-server option sets add name=mkboot-uefiarm64 options=mkboot-file-uefiarm64
  /ip dhcp-server matcher add name=mkboot-uefiarm64-11 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x000b option-set=mkboot-uefiarm64 comment="mkboot"

  # UEFI x64 by HTTP
  /ip dhcp-server option add name=mkboot-file-http64 code=67 value="s'http://192.168.77.9/demo/uefi64.efi'" force=yes
  /ip dhcp-server option sets add name=mkboot-http64 options=mkboot-http,mkboot-file-http64
  /ip dhcp-server matcher add name=mkboot-http64-16 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x0010 option-set=mkboot-http64 comment="mkboot"

  # UEFI ia32 by HTTP
  /ip dhcp-server option add name=mkboot-file-http32 code=67 value="s'http://192.168.77.9/demo/uefi32.efi'" force=yes
  /ip dhcp-server option sets add name=mkboot-http32 options=mkboot-http,mkboot-file-http32
  /ip dhcp-server matcher add name=mkboot-http32-15 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x000f option-set=mkboot-http32 comment="mkboot"

  # Nothing here boots on UEFI arm64 by HTTP: an empty name (one NUL) in the place of the
  # network's, so that it goes on to its next boot device.
  /ip dhcp-server option add name=mkboot-file-httparm64 code=67 value=0x00 force=yes
  /ip dhcp-server option sets add name=mkboot-httparm64 options=mkboot-file-httparm64
  /ip dhcp-server matcher add name=mkboot-httparm64-19 server=$bootName address-pool=$bootPool code=93 matching-type=exact value=0x0013 option-set=mkboot-httparm64 comment="mkboot"

  # Hosts of the recipe. A dynamic lease that they have is dropped; a static one that was made by hand
  # for the same MAC must be removed first. address=0.0.0.0: one of the pool. A lease's options come
  # before the server's and the network's. Whether a matcher's options reach a host with a static
  # lease is not documented; where they do not, it gets the default's file.
  /ip dhcp-server option add name=mkboot-file-host525400123456 code=67 value="s'host/own.0'" force=yes
  /ip dhcp-server option sets add name=mkboot-host525400123456 options=mkboot-server,mkboot-file-host525400123456
  /ip dhcp-server lease remove [find where dynamic=yes and mac-address="52:54:00:12:34:56"]
  /ip dhcp-server lease add mac-address=52:54:00:12:34:56 address=192.168.77.50 server=$bootName dhcp-option-set=mkboot-host525400123456 comment="mkboot testbox"
  /ip dhcp-server option add name=mkboot-file-host5254001234ab code=67 value="s'host/own.0'" force=yes
  /ip dhcp-server option sets add name=mkboot-host5254001234ab options=mkboot-server,mkboot-file-host5254001234ab
  /ip dhcp-server lease remove [find where dynamic=yes and mac-address="52:54:00:12:34:AB"]
  /ip dhcp-server lease add mac-address=52:54:00:12:34:AB address=0.0.0.0 server=$bootName dhcp-option-set=mkboot-host5254001234ab comment="mkboot laptop"
}

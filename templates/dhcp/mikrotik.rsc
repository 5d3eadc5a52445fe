# MikroTik RouterOS: boot files for "@recipe@". Written by mkboot.
#
# Needs RouterOS 7.16 or later (matchers that compare exactly). Not run by mkboot's tests: there is no
# RouterOS here; they read this file against the documented commands (help.mikrotik.com, "DHCP").
#
# Check: upload the file (Files), then: /import file-name=@config_file@ verbose=yes dry-run
#        (which reads it and changes nothing)
# Load:  /system backup save name=before-mkboot, then: /import file-name=@config_file@
#        It may be imported again: it first removes what it made.
@#has_tftp@
# Files: what mkboot wrote to tftp/ must be on the TFTP server @server@
#        (mkboot dhcp --for dnsmasq-tftp or tftpd-hpa sets one up)
@/has_tftp@
@#has_http@
# Files: what mkboot wrote to http/ must be on the web server @server@
#        (mkboot dhcp --for nginx or lighttpd sets one up)
@/has_http@
# See:   /ip dhcp-server option print; /ip dhcp-server matcher print
#
# It looks for the router's own DHCP server for @subnet@/@prefix@ and adds to it. Addresses, gateway
# and DNS stay what the router hands out already. Where it has no such server yet:
# /ip dhcp-server setup
@#has_limits@
#
# What this server cannot do:
@#limits@
# - @limit@
@/limits@
@/has_limits@
{
  # The network, the server that hands out its addresses, and that server's pool: a matcher without
  # a pool would give its clients no address ("DHCP", Option matcher: address-pool).
  :local bootNetwork [/ip dhcp-server network find where address="@subnet@/@prefix@"]
  :if ([:len $bootNetwork] != 1) do={
    :error "no DHCP network @subnet@/@prefix@ on this router; make one with: /ip dhcp-server setup"
  }
  :local bootAddress [/ip address find where network=@subnet@ and disabled=no]
  :if ([:len $bootAddress] != 1) do={
    :error "this router must have one address in @subnet@/@prefix@; see: /ip address print"
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
  # router. s'...' is text: '@server@' without the s would be sent as four bytes. force: GRUB's own
  # DHCP does not ask for these options.
  /ip dhcp-server network set $bootNetwork next-server=@server@
  /ip dhcp-server option add name=mkboot-server code=66 value="s'@server@'" force=yes
@#has_http@

  # UEFI HTTP boot takes only an answer that calls itself HTTPClient.
  /ip dhcp-server option add name=mkboot-http code=60 value="s'HTTPClient'" force=yes
@/has_http@
@#has_default@

  # For everybody whose architecture (option 93) is not matched below, such as stock GRUB's DHCP, which
  # sends none. The boot file is in option 67 and not in boot-file-name: that one has no matcher, so
  # it would go to every architecture, and iPXE prefers it to option 67 (its dhcppkt.c).
  /ip dhcp-server option add name=mkboot-file-default code=67 value="s'@default_file@'" force=yes
  /ip dhcp-server option sets add name=mkboot-default options=mkboot-server,mkboot-file-default
  /ip dhcp-server network set $bootNetwork dhcp-option-set=mkboot-default
  # Where all clients are @default_title@, plain BOOTP (GRUB 2.02) can be served, too:
  #/ip dhcp-server network set $bootNetwork boot-file-name="@default_file@"
  #/ip dhcp-server set $bootServer bootp-support=dynamic
@/has_default@
@#clients@
@^fallback@
@#has_file@

  # @title@
  /ip dhcp-server option add name=mkboot-file-@client@ code=67 value="s'@file@'" force=yes
@#http@
  /ip dhcp-server option sets add name=mkboot-@client@ options=mkboot-http,mkboot-file-@client@
@/http@
@^http@
  /ip dhcp-server option sets add name=mkboot-@client@ options=mkboot-server,mkboot-file-@client@
@/http@
@#archs@
  /ip dhcp-server matcher add name=mkboot-@client@-@arch@ server=$bootName address-pool=$bootPool code=93 matching-type=exact value=@arch_hex@ option-set=mkboot-@client@ comment="mkboot"
@/archs@
@/has_file@
@^has_file@
@#has_default@

  # Nothing here boots on @title@: an empty name (one NUL) in the place of the
  # network's, so that it goes on to its next boot device.
  /ip dhcp-server option add name=mkboot-file-@client@ code=67 value=0x00 force=yes
  /ip dhcp-server option sets add name=mkboot-@client@ options=mkboot-file-@client@
@#archs@
  /ip dhcp-server matcher add name=mkboot-@client@-@arch@ server=$bootName address-pool=$bootPool code=93 matching-type=exact value=@arch_hex@ option-set=mkboot-@client@ comment="mkboot"
@/archs@
@/has_default@
@/has_file@
@/fallback@
@/clients@
@#has_hosts@

  # Hosts of the recipe. A dynamic lease that they have is dropped; a static one that was made by hand
  # for the same MAC must be removed first. address=0.0.0.0: one of the pool. A lease's options come
  # before the server's and the network's. Whether a matcher's options reach a host with a static
  # lease is not documented; where they do not, it gets the default's file.
@#hosts@
@#has_file@
  /ip dhcp-server option add name=mkboot-file-@tag@ code=67 value="s'@file@'" force=yes
  /ip dhcp-server option sets add name=mkboot-@tag@ options=mkboot-server,mkboot-file-@tag@
  /ip dhcp-server lease remove [find where dynamic=yes and mac-address="@mac_upper@"]
  /ip dhcp-server lease add mac-address=@mac_upper@ address=@#has_ip@@ip@@/has_ip@@^has_ip@0.0.0.0@/has_ip@ server=$bootName dhcp-option-set=mkboot-@tag@ comment="mkboot@#has_name@ @name@@/has_name@"
@/has_file@
@^has_file@
@#has_ip@
  /ip dhcp-server lease remove [find where dynamic=yes and mac-address="@mac_upper@"]
  /ip dhcp-server lease add mac-address=@mac_upper@ address=@ip@ server=$bootName comment="mkboot@#has_name@ @name@@/has_name@"
@/has_ip@
@^has_ip@
  # @#has_name@@name@, @/has_name@@mac@: nothing of its own but a name, which this server does not send.
@/has_ip@
@/has_file@
@/hosts@
@/has_hosts@
}

# Windows Server DHCP: addresses and boot files for "@recipe@". Written by mkboot.
#
# For the DHCP Server role of Windows Server 2012 or later. Not run by mkboot's tests: there is no
# Windows here; they read this file against the documented cmdlets (learn.microsoft.com,
# powershell/module/dhcpserver).
#
# Check: [scriptblock]::Create((Get-Content -Raw @config_file@)) | Out-Null   (reads it, runs nothing)
# Load:  in a PowerShell of an administrator, on the DHCP server:
#        Backup-DhcpServer -ComputerName localhost -Path C:\dhcp-before-mkboot
#        powershell -ExecutionPolicy Bypass -File @config_file@
#        It may be run again: it first removes its own policies and reservations.
@#has_tftp@
# Files: what mkboot wrote to tftp/ must be on the TFTP server @server@
#        (mkboot dhcp --for tftp-server-mt or tftp-server-sp sets one up)
@/has_tftp@
@#has_http@
# Files: what mkboot wrote to http/ must be on the web server @server@
#        (mkboot dhcp --for nginx or lighttpd sets one up)
@/has_http@
# See:   Get-DhcpServerv4Policy -ScopeId @subnet@
#
# The server knows architectures by the vendor class (option 60); that is what "Arch:00007" is.
# Option 60 itself is set for HTTP boot alone: set for others, PXE clients would look for their boot
# server on this machine.
# Options 66 and 67 are what it is told to send. Whether it writes them into the header's siaddr and
# file, too, and sends them to clients that do not ask for them (stock GRUB's DHCP), is not established:
# where old boot ROMs, GRUB or plain BOOTP must boot, see first what is on the wire.
@#has_limits@
#
# What this server cannot do:
@#limits@
# - @limit@
@/limits@
@/has_limits@

$ErrorActionPreference = 'Stop'
Import-Module DhcpServer

# The network. Where it is there already, its range, router and DNS stay as they are.
$scope = Get-DhcpServerv4Scope | Where-Object { $_.ScopeId -eq '@subnet@' }
if ($null -eq $scope) {
    Add-DhcpServerv4Scope -Name 'mkboot @recipe@' -StartRange '@range_first@' -EndRange '@range_last@' -SubnetMask '@netmask@' -LeaseDuration ([TimeSpan]::FromSeconds(@lease@)) -State Active
@#has_router@
    Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -Router '@router@'
@/has_router@
@#has_dns@
    # -Force: the DNS server need not answer yet.
    Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -DnsServer '@dns@' -Force
@/has_dns@
}
# Both: plain BOOTP gets an address, too.
Set-DhcpServerv4Scope -ScopeId '@subnet@' -Type Both

# What an earlier run made.
Get-DhcpServerv4Policy -ScopeId '@subnet@' | Where-Object { $_.Name -like 'mkboot *' } | ForEach-Object { Remove-DhcpServerv4Policy -ScopeId '@subnet@' -Name $_.Name }
Get-DhcpServerv4Reservation -ScopeId '@subnet@' | Where-Object { $_.Description -eq 'mkboot' } | ForEach-Object { Remove-DhcpServerv4Reservation -IPAddress $_.IPAddress }
@#has_default@

# For everybody whose vendor class has no policy below, such as stock GRUB's DHCP, which sends none.
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -OptionId 66 -Value '@server@'
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -OptionId 67 -Value '@default_file@'
@/has_default@
@#has_http@

# UEFI HTTP boot takes only an answer that calls itself HTTPClient; the server must know option 60.
if ($null -eq (Get-DhcpServerv4OptionDefinition | Where-Object { $_.OptionId -eq 60 })) {
    Add-DhcpServerv4OptionDefinition -OptionId 60 -Name 'ClassIdentifier' -Type String
}
@/has_http@
@#has_host_files@

# Hosts with a boot file of their own: by MAC, before the architectures.
@#hosts@
@#has_file@
Add-DhcpServerv4Policy -ScopeId '@subnet@' -Name 'mkboot @mac_dashes@' -Condition OR -MacAddress 'EQ','@mac_dashes@'
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @mac_dashes@' -OptionId 66 -Value '@server@'
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @mac_dashes@' -OptionId 67 -Value '@file@'
@/has_file@
@/hosts@
@/has_host_files@

# A class for each architecture, named as its data: a policy's condition may mean either. The * behind
# it in the condition is needed: clients send "PXEClient:Arch:00007:UNDI:003016" and the like.
@#clients@
@^fallback@
@#has_file@

# @title@
@#archs@
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq '@vendor@:Arch:@arch_5@' })) {
    Add-DhcpServerv4Class -Name '@vendor@:Arch:@arch_5@' -Type Vendor -Data '@vendor@:Arch:@arch_5@'
}
@/archs@
Add-DhcpServerv4Policy -ScopeId '@subnet@' -Name 'mkboot @client@' -Condition OR -VendorClass 'EQ'@#archs@,'@vendor@:Arch:@arch_5@*'@/archs@
@#http@
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @client@' -OptionId 60 -Value 'HTTPClient'
@/http@
@^http@
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @client@' -OptionId 66 -Value '@server@'
@/http@
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @client@' -OptionId 67 -Value '@file@'
@/has_file@
@^has_file@
@#has_default@

# Nothing here boots on @title@. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
@#archs@
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq '@vendor@:Arch:@arch_5@' })) {
    Add-DhcpServerv4Class -Name '@vendor@:Arch:@arch_5@' -Type Vendor -Data '@vendor@:Arch:@arch_5@'
}
@/archs@
Add-DhcpServerv4Policy -ScopeId '@subnet@' -Name 'mkboot @client@' -Condition OR -VendorClass 'EQ'@#archs@,'@vendor@:Arch:@arch_5@*'@/archs@
Set-DhcpServerv4OptionValue -ScopeId '@subnet@' -PolicyName 'mkboot @client@' -OptionId 67 -Value 'no-boot-file'
@/has_default@
@/has_file@
@/fallback@
@/clients@
@#has_hosts@

# Hosts with an address of their own. An address or a MAC that is reserved already, by somebody else,
# ends the script here.
@#hosts@
@#has_ip@
Add-DhcpServerv4Reservation -ScopeId '@subnet@' -IPAddress '@ip@' -ClientId '@mac_dashes@' -Name '@#has_name@@name@@/has_name@@^has_name@@id@@/has_name@' -Description 'mkboot' -Type Both
@#has_file@
# Values of a reservation come before those of policies.
Set-DhcpServerv4OptionValue -ReservedIP '@ip@' -OptionId 66 -Value '@server@'
Set-DhcpServerv4OptionValue -ReservedIP '@ip@' -OptionId 67 -Value '@file@'
@/has_file@
@/has_ip@
@^has_ip@
@^has_file@
# @#has_name@@name@, @/has_name@@mac@: nothing of its own but a name, which a reservation alone could have.
@/has_file@
@/has_ip@
@/hosts@
@/has_hosts@

# Windows Server DHCP: addresses and boot files for "demo". Written by mkboot.
#
# For the DHCP Server role of Windows Server 2012 or later. Not run by mkboot's tests: there is no
# Windows here; they read this file against the documented cmdlets (learn.microsoft.com,
# powershell/module/dhcpserver).
#
# Check: [scriptblock]::Create((Get-Content -Raw windows-dhcp.ps1)) | Out-Null   (reads it, runs nothing)
# Load:  in a PowerShell of an administrator, on the DHCP server:
#        Backup-DhcpServer -ComputerName localhost -Path C:\dhcp-before-mkboot
#        powershell -ExecutionPolicy Bypass -File windows-dhcp.ps1
#        It may be run again: it first removes its own policies and reservations.
# Files: what mkboot wrote to tftp/ must be on the TFTP server 192.168.77.9
#        (mkboot dhcp --for tftp-server-mt or tftp-server-sp sets one up)
# See:   Get-DhcpServerv4Policy -ScopeId 192.168.77.0
#
# The server knows architectures by the vendor class (option 60); that is what "Arch:00007" is.
# Option 60 itself is set for HTTP boot alone: set for others, PXE clients would look for their boot
# server on this machine.
# Options 66 and 67 are what it is told to send. Whether it writes them into the header's siaddr and
# file, too, and sends them to clients that do not ask for them (stock GRUB's DHCP), is not established:
# where old boot ROMs, GRUB or plain BOOTP must boot, see first what is on the wire.

$ErrorActionPreference = 'Stop'
Import-Module DhcpServer

# The network. Where it is there already, its range, router and DNS stay as they are.
$scope = Get-DhcpServerv4Scope | Where-Object { $_.ScopeId -eq '192.168.77.0' }
if ($null -eq $scope) {
    Add-DhcpServerv4Scope -Name 'mkboot demo' -StartRange '192.168.77.100' -EndRange '192.168.77.150' -SubnetMask '255.255.255.0' -LeaseDuration ([TimeSpan]::FromSeconds(3600)) -State Active
    Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -Router '192.168.77.254'
    # -Force: the DNS server need not answer yet.
    Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -DnsServer '192.168.77.8' -Force
}
# Both: plain BOOTP gets an address, too.
Set-DhcpServerv4Scope -ScopeId '192.168.77.0' -Type Both

# What an earlier run made.
Get-DhcpServerv4Policy -ScopeId '192.168.77.0' | Where-Object { $_.Name -like 'mkboot *' } | ForEach-Object { Remove-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name $_.Name }
Get-DhcpServerv4Reservation -ScopeId '192.168.77.0' | Where-Object { $_.Description -eq 'mkboot' } | ForEach-Object { Remove-DhcpServerv4Reservation -IPAddress $_.IPAddress }

# For everybody whose vendor class has no policy below, such as stock GRUB's DHCP, which sends none.
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -OptionId 66 -Value '192.168.77.9'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -OptionId 67 -Value 'bios.0'

# A class for each architecture, named as its data: a policy's condition may mean either. The * behind
# it in the condition is needed: clients send "PXEClient:Arch:00007:UNDI:003016" and the like.

# UEFI x64
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00007' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00007' -Type Vendor -Data 'PXEClient:Arch:00007'
}
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00009' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00009' -Type Vendor -Data 'PXEClient:Arch:00009'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot uefi64' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00007*','PXEClient:Arch:00009*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot uefi64' -OptionId 66 -Value '192.168.77.9'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot uefi64' -OptionId 67 -Value 'uefi64.efi'

# UEFI ia32
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00006' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00006' -Type Vendor -Data 'PXEClient:Arch:00006'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot uefi32' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00006*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot uefi32' -OptionId 66 -Value '192.168.77.9'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot uefi32' -OptionId 67 -Value 'uefi32.efi'

# Nothing here boots on UEFI arm64. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00011' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00011' -Type Vendor -Data 'PXEClient:Arch:00011'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot uefiarm64' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00011*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot uefiarm64' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI x64 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00016' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00016' -Type Vendor -Data 'HTTPClient:Arch:00016'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot http64' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00016*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot http64' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI ia32 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00015' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00015' -Type Vendor -Data 'HTTPClient:Arch:00015'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot http32' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00015*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot http32' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI arm64 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00019' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00019' -Type Vendor -Data 'HTTPClient:Arch:00019'
}
Add-DhcpServerv4Policy -ScopeId '192.168.77.0' -Name 'mkboot httparm64' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00019*'
Set-DhcpServerv4OptionValue -ScopeId '192.168.77.0' -PolicyName 'mkboot httparm64' -OptionId 67 -Value 'no-boot-file'

# Hosts with an address of their own. An address or a MAC that is reserved already, by somebody else,
# ends the script here.
Add-DhcpServerv4Reservation -ScopeId '192.168.77.0' -IPAddress '192.168.77.50' -ClientId '52-54-00-12-34-56' -Name 'testbox' -Description 'mkboot' -Type Both
# laptop, 52:54:00:12:34:57: nothing of its own but a name, which a reservation alone could have.
Add-DhcpServerv4Reservation -ScopeId '192.168.77.0' -IPAddress '192.168.77.51' -ClientId '52-54-00-12-34-58' -Name '45m' -Description 'mkboot' -Type Both
Add-DhcpServerv4Reservation -ScopeId '192.168.77.0' -IPAddress '192.168.77.52' -ClientId 'de-ad-be-ef-00-01' -Name 'mac-de-ad-be-ef-00-01' -Description 'mkboot' -Type Both
# de:ad:be:ef:00:02: nothing of its own but a name, which a reservation alone could have.

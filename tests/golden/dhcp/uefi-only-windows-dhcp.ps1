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
# Files: what mkboot wrote to tftp/ must be on the TFTP server 10.1.2.3
#        (mkboot dhcp --for tftp-server-mt or tftp-server-sp sets one up)
# See:   Get-DhcpServerv4Policy -ScopeId 10.1.0.0
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
$scope = Get-DhcpServerv4Scope | Where-Object { $_.ScopeId -eq '10.1.0.0' }
if ($null -eq $scope) {
    Add-DhcpServerv4Scope -Name 'mkboot demo' -StartRange '10.1.0.255' -EndRange '10.1.1.2' -SubnetMask '255.255.252.0' -LeaseDuration ([TimeSpan]::FromSeconds(3600)) -State Active
}
# Both: plain BOOTP gets an address, too.
Set-DhcpServerv4Scope -ScopeId '10.1.0.0' -Type Both

# What an earlier run made.
Get-DhcpServerv4Policy -ScopeId '10.1.0.0' | Where-Object { $_.Name -like 'mkboot *' } | ForEach-Object { Remove-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name $_.Name }
Get-DhcpServerv4Reservation -ScopeId '10.1.0.0' | Where-Object { $_.Description -eq 'mkboot' } | ForEach-Object { Remove-DhcpServerv4Reservation -IPAddress $_.IPAddress }

# For everybody whose vendor class has no policy below, such as stock GRUB's DHCP, which sends none.
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -OptionId 66 -Value '10.1.2.3'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -OptionId 67 -Value 'net/uefi64.efi'

# A class for each architecture, named as its data: a policy's condition may mean either. The * behind
# it in the condition is needed: clients send "PXEClient:Arch:00007:UNDI:003016" and the like.

# Nothing here boots on BIOS. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00000' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00000' -Type Vendor -Data 'PXEClient:Arch:00000'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot bios' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00000*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot bios' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI ia32. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00006' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00006' -Type Vendor -Data 'PXEClient:Arch:00006'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot uefi32' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00006*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot uefi32' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI arm64. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'PXEClient:Arch:00011' })) {
    Add-DhcpServerv4Class -Name 'PXEClient:Arch:00011' -Type Vendor -Data 'PXEClient:Arch:00011'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot uefiarm64' -Condition OR -VendorClass 'EQ','PXEClient:Arch:00011*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot uefiarm64' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI x64 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00016' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00016' -Type Vendor -Data 'HTTPClient:Arch:00016'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot http64' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00016*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot http64' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI ia32 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00015' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00015' -Type Vendor -Data 'HTTPClient:Arch:00015'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot http32' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00015*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot http32' -OptionId 67 -Value 'no-boot-file'

# Nothing here boots on UEFI arm64 by HTTP. A policy cannot take the scope's file away, only
# name another: one that is not there, so that the client goes on to its next boot device.
if ($null -eq (Get-DhcpServerv4Class -Type Vendor | Where-Object { $_.Name -eq 'HTTPClient:Arch:00019' })) {
    Add-DhcpServerv4Class -Name 'HTTPClient:Arch:00019' -Type Vendor -Data 'HTTPClient:Arch:00019'
}
Add-DhcpServerv4Policy -ScopeId '10.1.0.0' -Name 'mkboot httparm64' -Condition OR -VendorClass 'EQ','HTTPClient:Arch:00019*'
Set-DhcpServerv4OptionValue -ScopeId '10.1.0.0' -PolicyName 'mkboot httparm64' -OptionId 67 -Value 'no-boot-file'

@@echo off
rem Boot "@recipe@" in QEMU on Windows. Written by mkboot.
rem
rem   qemu.cmd [VIA [TAP]]
rem
rem VIA, the first by default:
@#vias@
rem   @via@
@/vias@
@#left@
rem (QEMU has no card for the network drivers of @via@.)
@/left@
rem TAP is the name of a tap adapter (OpenVPN's TAP-Windows; `ncpa.cpl` shows and renames it) that
rem the machine's card is put on, to reach the DHCP and TFTP servers of this computer's network.
rem What older instructions write as
rem   -net nic,model=ne2k_pci -net tap,ifname=TAP
rem is -device ne2k_pci,netdev=net -netdev tap,id=net,ifname=TAP today. Without TAP the card is in
rem QEMU's own network, which looks like the recipe's and serves ..\tftp.
rem
rem Set the variable QEMU to the folder of qemu-system-x86_64.exe, ACCEL to whpx where that works (WHPX is a
rem feature of Windows; not by UEFI, which needs tcg), and ARGS to further options.
setlocal disabledelayedexpansion

if not defined qemu set "qemu=%ProgramFiles%\qemu"
if not defined accel set "accel=tcg"
set "program=%qemu%\qemu-system-x86_64.exe"
if exist "%program%" goto found
echo "%program%" is missing: install QEMU, or set QEMU to its folder 1>&2
exit /b 4
:found
rem In QEMU's options a comma ends a value; doubled, it is one.
set "top=%~dp0.."
set "top=%top:,=,,%"
set "tftp=%top%\tftp"
set "http="
@#has_uefi@
set "code=%qemu:,=,,%\share\edk2-x86_64-code.fd"
set "vars=%qemu:,=,,%\share\edk2-i386-vars.fd"
@/has_uefi@

set "via=%~1"
set "tap=%~2"
if not defined via set "via=@default_via@"
@#vias@
if "%via%"=="@via@" goto @via@
@/vias@
echo there is no way to boot %via% 1>&2
exit /b 2
@#vias@

:@via@
@#uefi32@
set "code=%qemu:,=,,%\share\edk2-i386-code.fd"
@/uefi32@
@#networked@
set "net=tap,id=net,ifname=%tap%"
if defined tap goto run-@via@
@#moved@
echo the recipe has the server's files in another folder than ..\tftp: give TAP 1>&2
exit /b 1
@/moved@
@^moved@
@^own_net@
echo QEMU's own network will not do: give TAP 1>&2
exit /b 1
@/own_net@
@#own_net@
@#http@
echo this loads by HTTP, and QEMU's own network has no web server here: give TAP 1>&2
exit /b 1
@/http@
@^http@
set @net_setting@
@/http@
@/own_net@
@/moved@
:run-@via@
@/networked@
"%program%" -serial stdio ^
@#lines@
  @line@ ^
@/lines@
  %args%
exit /b %errorlevel%
@/vias@

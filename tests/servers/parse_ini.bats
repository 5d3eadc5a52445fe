#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What mkboot writes for Achal Dhir's servers, which say little or nothing of what they do not
# understand: read by dual_ini.awk and tftp_ini.awk. Nothing is installed for it, and no root needed.

load net
bats_require_minimum_version 1.5.0

GOLDEN=$ROOT/tests/golden/dhcp
SERVERS="dual-server open-dhcp tftp-server-mt tftp-server-sp"

setup() {
  OUT=$BATS_TEST_TMPDIR
}

# parse SERVER FILE: 0 where nothing is wrong with it.
parse() {
  case $1 in
    dual-server) awk -f "$BATS_TEST_DIRNAME/dual_ini.awk" "$2" ;;
    open-dhcp) awk -v open=1 -f "$BATS_TEST_DIRNAME/dual_ini.awk" "$2" ;;
    tftp-server-mt) awk -f "$BATS_TEST_DIRNAME/tftp_ini.awk" "$2" ;;
    tftp-server-sp) awk -v sp=1 -f "$BATS_TEST_DIRNAME/tftp_ini.awk" "$2" ;;
  esac
}

accepts() {
  run parse "$1" "$2"
  [ "$status" -eq 0 ] || { echo "$1: $2 is refused: $output"; return 1; }
}

# refuses SERVER FILE: for what is wrong, not because awk failed.
refuses() {
  run parse "$1" "$2"
  [ "$status" -eq 1 ] && [ -n "$output" ] || { echo "$1: $2 is taken"; return 1; }
}

# mistakes SERVER GOLDEN-FILE SED-SCRIPT...: each script changes the file, and each is noticed.
mistakes() {
  local server=$1 file=$GOLDEN/$2 script
  shift 2
  accepts "$server" "$file"
  for script; do
    sed "$script" "$file" >"$OUT/changed"
    ! cmp -s "$file" "$OUT/changed" || { echo "changes nothing: $script"; return 1; }
    refuses "$server" "$OUT/changed" || { echo "by $script"; return 1; }
  done
}

@test "the golden files" {
  for variant in full http http-only bios-only uefi-only; do
    accepts dual-server "$GOLDEN/$variant-DualServer.ini"
    accepts open-dhcp "$GOLDEN/$variant-OpenDHCPServer.ini"
    [ $variant = http-only ] || {
      accepts tftp-server-mt "$GOLDEN/$variant-OpenTFTPServerMT.ini"
      accepts tftp-server-sp "$GOLDEN/$variant-OpenTFTPServerSP.ini"
    }
  done
}

@test "mkboot dhcp, for each server: the same each time" {
  write_recipe "$OUT/r.yaml"
  for server in $SERVERS; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/one"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/two"
    cmp "$OUT/one" "$OUT/two"
    accepts $server "$OUT/one"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server --server 192.168.77.200 >"$OUT/other"
    accepts $server "$OUT/other"
    grep -q 192.168.77.200 "$OUT/other"
    run ! grep -F 192.168.77.9 "$OUT/other"
  done
}

@test "what a recipe loses is said, and stands in the file" {
  write_recipe "$OUT/r.yaml"
  sed -i 's|"52:54:00:12:34:57"|&, file: host/own.0|' "$OUT/r.yaml"
  for server in dual-server open-dhcp; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for $server >"$OUT/conf" 2>"$OUT/messages"
    for text in "a host with an address of its own gets one boot file, whatever it is" \
      "a host without an address of its own cannot have a boot file of its own"; do
      grep -F "$text" "$OUT/messages"
      grep -F "$text" "$OUT/conf"
    done
    grep '^; - .*plain BOOTP.* only for hosts with an address' "$OUT/conf"
    # Nothing is handed out for it but in a comment.
    run ! grep '^[^;].*host/own.0' "$OUT/conf"
    accepts $server "$OUT/conf"
  done
}

# The two are one program's, but for the sections named in them.
@test "Dual Server's template and Open DHCP Server's say the same" {
  same() {
    diff <(settings "$1") <(settings "$2")
  }
  settings() {
    sed 's/\r$//' "$1" | grep -v '^;\|^$\|^AddressTime=\|^\[SERVICES\]$\|^DHCP$\|^\[TIMINGS\]$'
  }
  [ "$(grep -c '^AddressTime=@lease@$' "$ROOT/templates/dhcp/DualServer.ini")" = 1 ]
  [ "$(grep -c '^AddressTime=@lease@$' "$ROOT/templates/dhcp/OpenDHCPServer.ini")" = 1 ]
  same "$ROOT/templates/dhcp/DualServer.ini" "$ROOT/templates/dhcp/OpenDHCPServer.ini"
  for variant in full http http-only bios-only uefi-only; do
    same "$GOLDEN/$variant-DualServer.ini" "$GOLDEN/$variant-OpenDHCPServer.ini"
  done
  # and the comparison can fail
  run same "$GOLDEN/full-DualServer.ini" "$GOLDEN/http-OpenDHCPServer.ini"
  [ "$status" -eq 1 ]
}

# Of both, in what they share.
SHARED=('s/RANGE_SET/RANGE-SET/' 's/GLOBAL_OPTIONS/GLOBAL-OPTIONS/' 's/LISTEN_ON/LISTEN-ON/'
  's/\r$//' '5s/\r$//' 's/^\(NextServer=[0-9.]*\)/\1 ;here/' 's/^\(BootFileName=.*"\)/\1 #here/'
  's/^BootFileName="\(.*\)"/BootFileName=\1/' '/^IP=/d' '/^NextServer=/d' '/^AddressTime=/d'
  's/^IP=192.168.77.50\r/&\nIP=192.168.77.7\r/' 's/^IP=192.168.77.51/IP=192.168.77.50/'
  's/PXEClient:Arch:00007:UNDI:003000/PXEClient:Arch:00007/' 's/:003001"/:003000"/'
  's/192.168.77.115-/192.168.77.114-/' 's/^Router=192/Router=392/'
  's/^HostName="testbox"/&\r\nRouter=1.2.3.4/' 's/^\[52:54:00/[52-54-00/' '/^FilterVendorClass/d'
  's/^; UEFI x64/UEFI x64/' 's/^TFTPServerIP=//;s/^Router/TFTPServerIP/'
  's/^BootFileName="bios.0"/BootFileName="http:\/\/192.168.77.9\/uefi64.efi"/'
  's/^BootFileName="bios.0"/&\r\n60="HTTPClient"/'
  "s/^BootFileName=\"bios.0\"/BootFileName=\"$(printf 'x%.0s' $(seq 128))\"/")

# Of HTTP boot.
HTTP=('/^60=/d' 's/^60="HTTPClient"/60=HTTPClient/' 's/^60="HTTPClient"/60="PXEClient"/'
  's/^BootFileName="http:..192.168.77.9./BootFileName="/' 's/"HTTPClient:Arch/"PXEClient:Arch/'
  's/HTTPClient:Arch:00016:UNDI:003000/PXEClient:Arch:00016:UNDI:003000/'
  's/:Arch:00016:UNDI:003000"/:Arch:00016"/' 's/:Arch:00016:UNDI:/:Arch:16:UNDI:/'
  's/HTTPClient:Arch:00015/HTTPClient:Arch:00016/' 's/^\(60=.*"\)/\1 ;here/'
  's/^BootFileName="http:\(.*\)"/BootFileName=http:\1/' 's/192.168.77.130-/192.168.77.129-/')

@test "Dual Server: mistakes are noticed" {
  mistakes dual-server full-DualServer.ini "${SHARED[@]}" \
    's/^SubnetMask=255.255.255.0/&\r\nAddressTime=3600/' 's/^\[SERVICES\]/[TIMINGS]/' \
    '/^\[SERVICES\]/,/^DHCP/d' 's/^DHCP\r/dhcp\r/'
  mistakes dual-server http-DualServer.ini "${HTTP[@]}" 's/^BootFileName="host.own.0"//'
  mistakes dual-server http-only-DualServer.ini '/^IP=/,/^60=/{/^60=/d}' \
    '/^IP=/,/^60=/s/^BootFileName=.*/BootFileName="uefi64.efi"\r/'
}

@test "Open DHCP Server: mistakes are noticed" {
  mistakes open-dhcp full-OpenDHCPServer.ini "${SHARED[@]}" \
    's/^\[LISTEN_ON\]/[SERVICES]\r\nDHCP\r\n\r\n&/' \
    's/^\[GLOBAL_OPTIONS\]/[TIMINGS]\r\nAddressTime=3600\r\n\r\n&/' \
    's/^\[LISTEN_ON\]/[TIMINGS]\r\nAddressTime=3600\r\n\r\n&/;/^AddressTime=/{/\r$/!d}'
  mistakes open-dhcp http-OpenDHCPServer.ini "${HTTP[@]}"
  # one's file is none for the other
  refuses open-dhcp "$GOLDEN/full-DualServer.ini"
  refuses dual-server "$GOLDEN/full-OpenDHCPServer.ini"
}

TFTP=('s/LISTEN-ON/LISTEN_ON/' 's/TFTP-OPTIONS/TFTP_OPTIONS/' 's/ALLOWED-CLIENTS/ALLOWED_CLIENTS/'
  's/\r$//' '4s/\r$//' 's/^Write=N/Write=Y/' 's/^Overwrite=N/Overwrite=Y/' 's/^Read=Y/Read=N/'
  '/^Write=/d' '/^Read=/d' 's/^Write=N/& ;nobody/' 's/^blksize=1468/blksize=65464/'
  's/^blksize=1468/blksize=100/' '/^blksize=/d' 's/^blksize/Blocksize/' 's/^\/srv\/tftp/"\/srv\/tftp"/'
  's/^\/srv\/tftp/srv\/tftp/' 's/^\/srv\/tftp/& ;here/' '/^\/srv/d' 's/^\/srv\/tftp/&\r\n\/srv\/other/'
  's/^;C:/C:/' 's/^\/srv\/tftp/&\r\nboot=\/srv\/boot/' 's/^\[HOME\]/[HOME-1]/' 's/^Errors/Normal/'
  's/^;192.168.1.1-/192.168.1.255-/' 's/^;\(192.168.77.9\):69/\1:x/' 's/^; Nobody/# Nobody/'
  's/^\[LOGGING\]/[HOME]/' 's/^Write=N/&\r\nWrite=N/')

@test "TFTP Server: mistakes are noticed" {
  mistakes tftp-server-mt full-OpenTFTPServerMT.ini "${TFTP[@]}" 's/^;port-range=30000/port-range=80/' \
    's/^;port-range=30000-/port-range=30000,/'
  mistakes tftp-server-sp full-OpenTFTPServerSP.ini "${TFTP[@]}"
  # what only the other one has
  sed 's/^;port-range/port-range/' "$GOLDEN/full-OpenTFTPServerMT.ini" >"$OUT/ports"
  accepts tftp-server-mt "$OUT/ports"
  refuses tftp-server-sp "$OUT/ports"
}

@test "TFTP Server: what its template has as a comment can be used" {
  sed 's/^;\([0-9]\)/\1/; s/^\/srv\/tftp/C:\\tftpboot/; s/^;username/username/' \
    "$GOLDEN/full-OpenTFTPServerMT.ini" >"$OUT/windows"
  accepts tftp-server-mt "$OUT/windows"
  [ "$(grep -c '^192\.168\.\|^C:\\tftpboot\|^username=' "$OUT/windows")" = 4 ]
}

@test "a host inside the part of the range for HTTP boot is refused" {
  write_recipe "$OUT/r.yaml"
  sed -i 's/^outputs: .*/outputs: [tftp, http, dhcp]/; s/ip: 192.168.77.50/ip: 192.168.77.131/' \
    "$OUT/r.yaml"
  for server in dual-server open-dhcp; do
    run "$MKBOOT" dhcp "$OUT/r.yaml" --for $server
    [ "$status" -eq 3 ]
    [[ "$output" == *"r.yaml:16:"*"192.168.77.131"*"UEFI x64 by HTTP"*"choose one outside the range"* ]]
  done
  sed -i 's/192.168.77.131/192.168.77.110/' "$OUT/r.yaml"
  "$MKBOOT" dhcp "$OUT/r.yaml" --for dual-server >"$OUT/conf"
  accepts dual-server "$OUT/conf"
}

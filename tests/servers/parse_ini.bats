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
    dual-server) awk -f "$BATS_TEST_DIRNAME/ini.awk" -f "$BATS_TEST_DIRNAME/dual_ini.awk" "$2" ;;
    open-dhcp) awk -v open=1 -f "$BATS_TEST_DIRNAME/ini.awk" -f "$BATS_TEST_DIRNAME/dual_ini.awk" "$2" ;;
    tftp-server-mt) awk -f "$BATS_TEST_DIRNAME/ini.awk" -f "$BATS_TEST_DIRNAME/tftp_ini.awk" "$2" ;;
    tftp-server-sp) awk -v sp=1 -f "$BATS_TEST_DIRNAME/ini.awk" -f "$BATS_TEST_DIRNAME/tftp_ini.awk" "$2" ;;
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

# mistakes SERVER GOLDEN-FILE <LIST: each line of the list is a sed script that makes a mistake in the
# file, " => ", and how what the reader says of it begins.
mistakes() {
  local server=$1 file=$GOLDEN/$2 line script said n=0
  accepts "$server" "$file"
  while read -r line; do
    script=${line%% => *} said=${line##* => }
    sed "$script" "$file" >"$OUT/changed"
    ! cmp -s "$file" "$OUT/changed" || { echo "changes nothing: $script"; return 1; }
    refuses "$server" "$OUT/changed" || { echo "by $script"; return 1; }
    # the first thing said, behind FILE:LINE:
    output=${lines[0]#*:*: }
    [[ $output == "$said"* ]] || { echo "$script: \"$output\" is not \"$said\""; return 1; }
    n=$((n + 1))
  done
  [ "$n" -gt 0 ]
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
shared_mistakes() {
  cat <<'LIST'
s/RANGE_SET/RANGE-SET/ => unknown section [RANGE-SET]
s/GLOBAL_OPTIONS/GLOBAL-OPTIONS/ => unknown section [GLOBAL-OPTIONS]
s/LISTEN_ON/LISTEN-ON/ => unknown section [LISTEN-ON]
s/^\[52:54:00/[52-54-00/ => unknown section [52-54-00:12:34:56]
s/^\[52:54:00:12:34:56/[52:54:00:12:34/ => not a MAC
s/^\[52:54:00:12:34:58/[52:54:00:12:34:56/ => only the first [52:54:00:12:34:56] is read
s/\r$// => the line does not end in CR LF
5s/\r$// => the line does not end in CR LF
s/^\(NextServer=[0-9.]*\)/\1 ;here/ => there are no comments at a line's end
s/^\(BootFileName=.*"\)/\1 #here/ => there are no comments at a line's end
s/^BootFileName="\(.*\)"/BootFileName=\1/ => BootFileName is not a string in quotes
s/^BootFileName="bios.0"/BootFileName="LONG"/ => BootFileName is not a string in quotes, or too long
s/^HostName="\(.*\)"/HostName=\1/ => HostName is not a string in quotes
/^IP=/d => [52:54:00:12:34:56] has no IP
s/^IP=192.168.77.50\r/&\nIP=192.168.77.7\r/ => only the first IP of a section is read
s/^IP=192.168.77.51/IP=192.168.77.50/ => two hosts have 192.168.77.50
/^NextServer=/d => no NextServer in [GLOBAL_OPTIONS]
/^IP=/,/^BootFile/{/^NextServer=/d} => [52:54:00:12:34:56] must repeat NextServer and BootFileName
/^IP=/,/^BootFile/{/^BootFile/d} => [52:54:00:12:34:56] must repeat NextServer and BootFileName
/^AddressTime=/d => no AddressTime in
s/^HostName="testbox"\r/&\nAddressTime=60\r/ => AddressTime does not belong in [52:54:00:12:34:56]
/^FilterVendorClass/d => there must be one [RANGE_SET] without a filter
s/"PXEClient:Arch:00007:UNDI:003000"/"PXEClient:Arch:00007"/ => not a whole vendor class
s/"PXEClient:Arch:00007:UNDI:003000"/"PXEClient"/ => not a whole vendor class
s/"PXEClient:Arch:00007:UNDI:003000"/"PXEClient:Arch:00007:*"/ => not a whole vendor class
s/:003001"/:003000"/ => the vendor class is in two sets
s/192.168.77.115-/192.168.77.114-/ => the range overlaps another
s/^DHCPRange=\(.*\)-\(.*\)\r/DHCPRange=\2-\1\r/ => not a range
/^DHCPRange=192.168.77.115/d => a [RANGE_SET] without DHCPRange
s/^Router=192/Router=392/ => Router is not an address
s/^HostName="laptop"\|^HostName="testbox"\r/&\nBootFileSize=1\r/ => unknown option BootFileSize
s/^\(Router=.*\)\r/TFTPServerIP=1.2.3.4\r\n\1\r/ => unknown option TFTPServerIP
s/^; UEFI x64/UEFI x64/ => not NAME=VALUE
s/^BootFileName="bios.0"/BootFileName="http:\/\/192.168.77.9\/x"/ => a URL or option 60 for clients that are none
s/^BootFileName="bios.0"\r/&\n60="HTTPClient"\r/ => a URL or option 60 for clients that are none
s/^NextServer=.*/&\n60="HTTPClient"\r/ => 60 does not belong in [GLOBAL_OPTIONS]
LIST
}

shared() {
  shared_mistakes | sed "s/LONG/$(printf 'x%.0s' $(seq 128))/"
}

# Of HTTP boot.
http() {
  cat <<'LIST'
/^60=/d => HTTPClient wants a URL, and 60="HTTPClient" in the answer
s/^60="HTTPClient"/60=HTTPClient/ => not "HTTPClient": 60=HTTPClient
s/^60="HTTPClient"/60="PXEClient"/ => not "HTTPClient": 60="PXEClient"
s/^\(60=.*"\)/\1 ;here/ => there are no comments at a line's end
s/^BootFileName="http:..192.168.77.9./BootFileName="/ => HTTPClient wants a URL
s/^BootFileName="http:\(.*\)"/BootFileName=http:\1/ => BootFileName is not a string in quotes
s/^BootFileName="http:..192/BootFileName="http:\/\/392/ => HTTPClient wants a URL
s/"HTTPClient:Arch/"PXEClient:Arch/ => a URL or option 60 for clients that are none
s/HTTPClient:Arch:00016:UNDI:003000/PXEClient:Arch:00016:UNDI:003000/ => PXEClient and HTTPClient in one set
s/:Arch:00016:UNDI:003000"/:Arch:00016"/ => not a whole vendor class
s/:Arch:00016:UNDI:/:Arch:16:UNDI:/ => not a whole vendor class
s/HTTPClient:Arch:00015/HTTPClient:Arch:00016/ => the vendor class is in two sets
s/192.168.77.130-/192.168.77.129-/ => the range overlaps another
/^BootFileName="host.own.0"/d => [52:54:00:12:34:56] must repeat NextServer and BootFileName
LIST
}

@test "Dual Server: mistakes are noticed" {
  mistakes dual-server full-DualServer.ini < <(
    shared
    cat <<'LIST'
s/^SubnetMask=255.255.255.0/AddressTime=3600\r\n&/ => AddressTime does not belong in [GLOBAL_OPTIONS]
s/^\[SERVICES\]/[SERVICE]/ => unknown section [SERVICE]
/^\[SERVICES\]/,/^DHCP/d => SERVICES or TIMINGS is missing
/^\[TIMINGS\]/,/^AddressTime/d => SERVICES or TIMINGS is missing
s/^DHCP\r/dhcp\r/ => not a service: dhcp
LIST
  )
  mistakes dual-server http-DualServer.ini < <(http)
  mistakes dual-server http-only-DualServer.ini <<'LIST'
/^IP=/,/^60=/{/^60=/d} => a URL and 60="HTTPClient" belong together
/^IP=/,/^60=/s/^BootFileName=.*/BootFileName="uefi64.efi"\r/ => a URL and 60="HTTPClient" belong together
LIST
}

@test "Open DHCP Server: mistakes are noticed" {
  mistakes open-dhcp full-OpenDHCPServer.ini < <(
    shared
    cat <<'LIST'
s/^\[LISTEN_ON\]/[SERVICES]\r\nDHCP\r\n\r\n&/ => Open DHCP Server has no [SERVICES]
s/^\[GLOBAL_OPTIONS\]/[TIMINGS]\r\nAddressTime=3600\r\n\r\n&/ => Open DHCP Server has no [TIMINGS]
LIST
  )
  mistakes open-dhcp http-OpenDHCPServer.ini < <(http)
  # one's file is none for the other
  refuses open-dhcp "$GOLDEN/full-DualServer.ini"
  refuses dual-server "$GOLDEN/full-OpenDHCPServer.ini"
}

tftp() {
  cat <<'LIST'
s/LISTEN-ON/LISTEN_ON/ => section names have hyphens here, not underscores: [LISTEN_ON]
s/TFTP-OPTIONS/TFTP_OPTIONS/ => section names have hyphens here, not underscores: [TFTP_OPTIONS]
s/ALLOWED-CLIENTS/ALLOWED_CLIENTS/ => section names have hyphens here, not underscores: [ALLOWED_CLIENTS]
s/^\[HOME\]/[HOME-1]/ => unknown section [HOME-1]
s/^\[LOGGING\]/[HOME]/ => only the first [HOME] is read
s/\r$// => the line does not end in CR LF
4s/\r$// => the line does not end in CR LF
s/^Write=N/Write=Y/ => the tree is read-only, so not Write=Y
s/^Overwrite=N/Overwrite=Y/ => the tree is read-only, so not Overwrite=Y
s/^Read=Y/Read=N/ => nobody can read
/^Write=/d => Read, Write, Overwrite or blksize is missing
/^Overwrite=/d => Read, Write, Overwrite or blksize is missing
/^Read=/d => Read, Write, Overwrite or blksize is missing
/^blksize=/d => Read, Write, Overwrite or blksize is missing
s/^Write=N/& ;nobody/ => there are no comments at a line's end
s/^Write=N/&\r\nWrite=N/ => twice: Write
s/^blksize=1468/blksize=65464/ => a block does not fit into an Ethernet frame
s/^blksize=1468/blksize=100/ => blksize is no number from 512 to 65464
s/^blksize/Blocksize/ => unknown option Blocksize
s/^\/srv\/tftp/"&"/ => comments start with ;
s/^\/srv\/tftp/srv\/tftp/ => not a whole path
s/^\/srv\/tftp/& ;here/ => there are no comments at a line's end
/^\/srv/d => no folder in [HOME]
s/^\/srv\/tftp/&\r\n\/srv\/other/ => one folder, or aliases alone
s/^;C:/C:/ => one folder, or aliases alone
s/^\/srv\/tftp/&\r\nboot=\/srv\/boot/ => one folder, or aliases alone
s/^Errors/Normal/ => not a level
s/^;192.168.1.1-/192.168.1.255-/ => not an address or a range
s/^;\(192.168.77.9\):69/\1:x/ => not ADDRESS or ADDRESS:PORT
s/^; Nobody/# Nobody/ => comments start with ;
LIST
}

@test "TFTP Server: mistakes are noticed" {
  mistakes tftp-server-mt full-OpenTFTPServerMT.ini < <(
    tftp
    cat <<'LIST'
s/^;port-range=30000/port-range=80/ => port-range is no number from 1024
s/^;port-range=30000-/port-range=30000,/ => not a port range
LIST
  )
  mistakes tftp-server-sp full-OpenTFTPServerSP.ini < <(tftp)
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

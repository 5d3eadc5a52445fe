#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# What mkboot writes for servers that cannot be run here: MikroTik RouterOS, Windows Server, and the
# pages of pfSense, OPNsense and UniFi. Strict readers of what is documented take the golden files,
# and refuse the known mistakes. Needs python3, not root.

load net
bats_require_minimum_version 1.5.0

GOLDEN=$ROOT/tests/golden/dhcp
SERVERS="mikrotik windows pfsense opnsense unifi"

setup() {
  OUT=$BATS_TEST_TMPDIR
}

# parse SERVER FILE: 0 where the reader has nothing to say.
parse() {
  case $1 in
    mikrotik) python3 -B "$BATS_TEST_DIRNAME/mikrotik_rsc.py" "$2" ;;
    windows) python3 -B "$BATS_TEST_DIRNAME/powershell_dhcp.py" "$2" ;;
    *) python3 -B "$BATS_TEST_DIRNAME/sheet.py" "$1" "$2" ;;
  esac
}

file_of() {
  case $1 in
    mikrotik) echo mikrotik.rsc ;;
    windows) echo windows-dhcp.ps1 ;;
    *) echo "$1.txt" ;;
  esac
}

accepts() {
  run parse "$1" "$2"
  [ "$status" -eq 0 ] || { echo "$1 refuses $2: $output"; return 1; }
}

# refuses SERVER VARIANT SED-SCRIPT WORDS: the golden file with this mistake, by its own message.
refuses() {
  sed "$3" "$GOLDEN/$2-$(file_of "$1")" >"$OUT/changed"
  ! cmp -s "$GOLDEN/$2-$(file_of "$1")" "$OUT/changed" || { echo "$3 changes nothing"; return 1; }
  run parse "$1" "$OUT/changed"
  [ "$status" -eq 1 ] || { echo "$1 takes $3 (status $status: $output)"; return 1; }
  [[ "$output" == *"$4"* ]] || { echo "$3: $output"; return 1; }
}

@test "the golden files" {
  for server in $SERVERS; do
    for variant in full http http-only bios-only uefi-only; do
      [ "$server-$variant" != unifi-http-only ] || continue
      accepts "$server" "$GOLDEN/$variant-$(file_of "$server")"
    done
  done
}

@test "mkboot dhcp, for each server" {
  write_recipe "$OUT/r.yaml"
  for server in $SERVERS; do
    "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server" >"$OUT/conf"
    accepts "$server" "$OUT/conf"
    "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server" --server 192.168.77.200 >"$OUT/conf"
    accepts "$server" "$OUT/conf"
    grep -q 192.168.77.200 "$OUT/conf"
    # siaddr is what the recipe says, and nowhere the router
    run ! grep -E '(next-server=|[Nn]ext [Ss]erver: |Server (IP|address): |66 -Value .)192\.168\.77\.254' "$OUT/conf"
  done
}

@test "RouterOS: mistakes are refused" {
  # '192.168.77.9' without s is four bytes
  refuses mikrotik full "s/\"s'192.168.77.9'\"/\"'192.168.77.9'\"/" "not s'text'"
  refuses mikrotik full "s/value=\"s'192.168.77.9'\"/value=192.168.77.9/" "not s'text'"
  refuses mikrotik full "s/\"s'bios.0'\"/\"'bios.0'\"/" "not s'text'"
  refuses mikrotik full "s/\"s'bios.0'\"/s'bios.0'/" "cannot be read"
  refuses mikrotik full 's/next-server=/nextserver=/' "no property nextserver"
  refuses mikrotik full '/next-server=/d' "clients would ask the router"
  refuses mikrotik full 's/next-server=192/next-server=392/' "no address"
  refuses mikrotik full 's/dhcp-server matcher add/dhcp-server matchers add/' "no command matchers"
  refuses mikrotik full 's/ address-pool=$bootPool//' "without address-pool"
  refuses mikrotik full 's/=\$bootPool/=$bootPol/' "unset variable"
  refuses mikrotik full 's/exact value=0x0007/substring value=0x0007/' "at random"
  refuses mikrotik full 's/value=0x0007/value=7/' "two bytes"
  refuses mikrotik full 's/value=0x0009/value=0x0007/' "two matchers"
  refuses mikrotik full 's/option-set=mkboot-uefi64 /option-set=mkboot-uefi46 /' "no option set"
  refuses mikrotik full 's/options=mkboot-server,mkboot-file-uefi64/options=mkboot-file-uefi46/' "no option mkboot-file-uefi46"
  refuses mikrotik full 's/options=mkboot-server,mkboot-file-uefi64/options=mkboot-file-uefi64/' "no server"
  refuses mikrotik full 's/name=mkboot-file-uefi32/name=mkboot-file-uefi64/' "twice"
  refuses mikrotik full 's/ force=yes//' "without force"
  refuses mikrotik full '/^  .ip dhcp-server option remove/d' "find this there already"
  refuses mikrotik full 's/^  \(.ip dhcp-server lease remove\) .find where comment.*/  \1 [find]/' "no command remove"
  refuses mikrotik full 's/^}$//' "{ without }"
  refuses mikrotik full 's/mac-address=DE:AD/mac-address=DE-AD/' "no MAC"
  refuses mikrotik full 's/comment="mkboot testbox"/comment="mkboot "testbox"/' "cannot be read"
  refuses mikrotik full 's/comment="mkboot testbox"/comment="mkboot $testbox"/' "cannot be read"
  refuses mikrotik http 's/options=mkboot-http,/options=mkboot-server,/' "goes with option 60"
  refuses mikrotik full "s/mkboot-server code=66 value=.*/mkboot-server code=60 value=\"s'PXEClient'\" force=yes/" "for HTTP boot alone"
}

@test "PowerShell: mistakes are refused" {
  refuses windows full "s/Arch:00007\\*'/Arch:00007'/" "without *"
  refuses windows full "s/ -Data 'PXEClient:Arch:00007'//" "without -Data"
  refuses windows full "s/-Data 'PXEClient:Arch:00007'/-Data 'PXEClient'/" "whose name is not its data"
  refuses windows full "s/-Name 'PXEClient:Arch:00007'/-Name 'UEFI'/" "whose name is not its data"
  refuses windows full "/Add-DhcpServerv4Class -Name 'PXEClient:Arch:00007'/d" "no vendor class"
  refuses windows full 's/-VendorClass/-VendorClas/' "no parameter -VendorClas"
  refuses windows full 's/Add-DhcpServerv4Policy/Add-DhcpServer4Policy/' "unknown cmdlet"
  refuses windows full 's/-Condition OR/-Condition XOR/' "is none of"
  refuses windows full 's/ -Condition OR//' "without -Condition"
  refuses windows full "/^Add-DhcpServerv4Policy.*uefi64/d" "no policy mkboot uefi64 yet"
  refuses windows full "/^Add-DhcpServerv4Policy.*uefi64/{h;d};/^# UEFI ia32/{x;G}" "no policy mkboot uefi64 yet"
  refuses windows full "/PolicyName 'mkboot uefi64' -OptionId 67/d" "has no file"
  refuses windows full "s/-OptionId 66 -Value '192.168.77.9'/-OptionId 66/" "an option without a value"
  refuses windows full "s/-OptionId 67 -Value 'bios.0'/-OptionId 60 -Value 'PXEClient'/" "option 60 is for HTTP"
  refuses windows http "s/'mkboot uefi64' -OptionId 66 -Value '[^']*'/'mkboot uefi64' -OptionId 60 -Value 'HTTPClient'/" "option 60 is for HTTP"
  refuses windows http "/-OptionId 60 -Value/d" "no option 60"
  refuses windows http "/Add-DhcpServerv4OptionDefinition/d" "must be defined"
  refuses windows http "s/'mkboot http64' -OptionId 67 -Value 'http:..192.168.77.9./'mkboot http64' -OptionId 67 -Value '/" "needs a URL"
  refuses windows full "s/-Name 'testbox'/-Name 'test'box'/" "cannot be read"
  refuses windows full "s/-ClientId '52-54-00/-ClientId '52:54:00/" "no MAC with dashes"
  refuses windows full "s/-IPAddress '192.168.77.51'/-IPAddress '192.168.77.50'/" "reserved twice"
  refuses windows full "s/-OptionId 66 -Value '192/-OptionId 66 -Value '392/" "no address"
  refuses windows full '/Remove-DhcpServerv4Reservation/d' "a second run"
  refuses windows full "s/ -Description 'mkboot'//" "without -Description"
  refuses windows full "/^if (.null -eq .scope) {/d" "may be there already"
  refuses windows full 's/ -Type Both//' "leave BOOTP out"
  refuses windows full 's/\r$//' "does not end as Windows'"
}

@test "pages: mistakes are refused" {
  # written as dhcp-boot=FILE,ADDRESS
  refuses opnsense full '/^Servername: /d' "without Servername"
  refuses opnsense full '/^Server address: /d' "without Server address"
  refuses opnsense full 's/^Server address: 192/Server address: 392/' "is no address"
  refuses opnsense full 's/^Servername:/Server name:/' "no field Server name"
  refuses opnsense full 's/^Tag: uefi64/Tag: uefi46/' "no tag uefi64"
  refuses opnsense full 's/uefi64$/uefi-64/' "have a -"
  refuses opnsense full 's/^Value: 7/Value: 0x0007/' "in decimal"
  refuses opnsense http '/^Force: on/d' "forced"
  refuses opnsense http 's/^Tag: http64/Tag: uefi64/' "uefi64"
  refuses opnsense http 's/^Value: HTTPClient/Value: PXEClient/' "for the tags of HTTP boot alone"
  refuses opnsense full 's/^\(TFTP server:\).*/\1/' "not Field: value"
  refuses opnsense full '/^Set next-server IP/d' "without Set next-server IP"
  refuses opnsense full '/^TFTP bootfile name/d' "without TFTP bootfile name"
  refuses opnsense http '/^Subnet: /,$s/^TFTP server: .*/# &/' "without the rest"
  refuses pfsense full '/^Next Server/d' "without Next Server"
  refuses pfsense full 's/^Next Server/TFTP Server/' "no field TFTP Server"
  refuses pfsense full '/^UEFI 32 bit/d' "without UEFI 32 bit File Name"
  refuses pfsense http '/^MAC Address/,$s/^\(Next Server\): .*/# \1/' "without the rest"
  refuses pfsense full 's/^Enable: on/Enable: off/' "is no"
  refuses pfsense full 's/> Network Booting/> Netboot/' "unknown page"
  refuses pfsense full 's/^Default BIOS File Name: .*/&\n&/' "twice"
  refuses pfsense full 's/^\(Default BIOS File Name: .*\)/\1 or so/' "is no file"
  refuses pfsense http 's/^ISC: /Kea: /;s/^\[ISC: \(.*Network Booting\)/[Kea: \1/' "unknown page"
  refuses unifi full '/^File name/d' "without File name"
  refuses unifi full 's/^File name: .*/File name:/' "not Field: value"
  refuses unifi full 's/^Server IP/TFTP Server/' "no field TFTP Server"
  refuses unifi full '/^Server IP/s/^/The server.\n/' "not Field: value"
  refuses unifi full '/^\[/d' "a field without its page"
}

@test "what a server cannot do is said" {
  write_recipe "$OUT/r.yaml"
  run --separate-stderr "$MKBOOT" dhcp "$OUT/r.yaml" --for unifi
  [ "$status" -eq 0 ]
  [[ "$output" == *"# - UniFi: it has one boot file for all, that of BIOS; "* ]]
  run --separate-stderr "$MKBOOT" dhcp "$OUT/r.yaml" --for mikrotik
  [[ "$output" == *"# - MikroTik RouterOS: the boot file is sent as option 67 only; "* ]]
}

# Whatever a name is, it stays one: the reader takes what is written, or mkboot refuses to write it.
@test "names that might become configuration" {
  local name
  for name in 'a b' "it's" 'a"b' '$x' '$(HOSTNAME)' 'a?' 'a\' '#a' 'a]' "a', 'b" '" comment="' 'x|y' \
    $'\u2019; Stop-Computer' $'\u00e9'; do
    write_recipe "$OUT/r.yaml"
    sed -i '/{name: testbox/d' "$OUT/r.yaml"
    printf '    - name: testbox\n      mac: "52:54:00:12:34:56"\n      ip: 192.168.77.50\n      file: |-\n        %s\n' "$name" >"$OUT/host"
    sed -i "/^  hosts:/r $OUT/host" "$OUT/r.yaml"
    for server in mikrotik windows pfsense opnsense; do
      run --separate-stderr "$MKBOOT" dhcp "$OUT/r.yaml" --for "$server"
      if [ "$status" -eq 0 ]; then
        printf '%s\n' "$output" >"$OUT/conf"
        accepts "$server" "$OUT/conf"
        taken="${taken:-} $server"
      else
        [ "$status" -eq 3 ]
        [[ "$stderr" == *"cannot hold this value of "* ]] || { echo "$name: $stderr"; return 1; }
      fi
    done
  done
  # both happen
  [[ "$taken" == *mikrotik* && "$taken" == *windows* && "$taken" != *sense* ]]
}

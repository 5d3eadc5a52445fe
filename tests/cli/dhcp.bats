# SPDX-License-Identifier: GPL-3.0-or-later
# mkboot dhcp: the list of servers, what a server cannot do, and what no server is told.
load ../common

setup() { setup_folder; }

# network_recipe OUTPUTS [LINE...]: lines of the network's, below subnet.
network_recipe() {
  local outputs=$1
  shift
  cp "$demo_elf" k.elf
  {
    printf '%s\n' 'name: demo' 'menu: {entries: [{title: Demo, kernel: k.elf}]}' 'network:' \
      '  server: 192.168.77.9' '  subnet: 192.168.77.0/24' "$@" "outputs: [$outputs]"
  } > r.yaml
}

host='    - {name: a, mac: "52:54:00:12:34:56", ip: 192.168.77.50}'
own='    - {name: b, mac: "52:54:00:12:34:57", file: own.0}'

@test "--list: every server once, with its file, under its kind" {
  run -0 --separate-stderr "$MKBOOT" dhcp --list
  [ -z "$stderr" ]
  printf '%s\n' "${lines[@]}" > list
  [ "$(grep -v '^ ' list)" = "DHCP servers:
routers:
TFTP servers:
web servers, for UEFI HTTP boot:
emulators' own networks:" ]
  # name, title, file: three columns
  grep '^ ' list > servers
  [ "$(wc -l < servers)" = 26 ]
  run grep -v -E '^  [a-z-]{1,15} +[^ ].{27} [A-Za-z0-9.-]+$' servers
  [ -z "$output" ]
  awk '{ print $1 }' servers | sort | uniq -d > twice
  awk '{ print $NF }' servers | sort | uniq -d >> twice
  [ ! -s twice ]
  # each has its template, and can be asked for
  for file in $(awk '{ print $NF }' servers); do
    [ -f "$root/templates/dhcp/$file" ]
  done
  network_recipe tftp,http,dhcp
  for server in $(awk '{ print $1 }' servers); do
    run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for "$server"
    [ -n "$output" ]
  done
}

@test "--list needs no recipe, and takes no other's place" {
  echo 'name: [' > mkboot.yaml
  run -0 "$MKBOOT" dhcp --list
  run -2 "$MKBOOT" dhcp --list=all
  run -2 "$MKBOOT" dhcp --lisst
}

@test "completion knows the servers of the list" {
  run -0 bash -c '. "$0"; COMP_WORDS=("$1" dhcp --for ""); COMP_CWORD=3; _mkboot; printf "%s\n" "${COMPREPLY[@]}"' \
    "$root/completions/mkboot.bash" "$MKBOOT"
  diff <(sort <<< "$output") <("$MKBOOT" dhcp --list | awk '/^ / { print $1 }' | sort)
  run -0 bash -c '. "$0"; COMP_WORDS=("$1" dhcp --for dns); COMP_CWORD=3; _mkboot; printf "%s\n" "${COMPREPLY[@]}"' \
    "$root/completions/mkboot.bash" "$MKBOOT"
  [ "$output" = "dnsmasq
dnsmasq-proxy
dnsmasq-tftp" ]
}

@test "what a server cannot do is a warning, and stands in its configuration" {
  network_recipe tftp,http,dhcp '  hosts:' "$host" "$own"
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for networkd
  [ "$stderr" = "mkboot: warning: systemd-networkd: it has one boot file for all, that of BIOS; UEFI x64 and UEFI ia32 cannot boot by it
mkboot: warning: systemd-networkd: it cannot offer UEFI HTTP boot beside TFTP; it does where the recipe has no output tftp
mkboot: warning: systemd-networkd: a host cannot have a boot file of its own" ]
  while read -r line; do
    assert_contains "$output" "${line#mkboot: warning: }"
  done <<< "$stderr"
  # and what it never can, which no recipe asks for
  assert_contains "$output" "plain BOOTP (GRUB 2.02, old boot ROMs) gets no answer"
  assert_contains "$output" "the boot file is sent as option 67 only"

  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for dnsmasq-proxy
  [ "$stderr" = "mkboot: warning: dnsmasq beside a DHCP server: it cannot offer UEFI HTTP boot beside TFTP
mkboot: warning: dnsmasq beside a DHCP server: a host cannot have an address of its own" ]
  assert_contains "$output" "clients that do not call themselves PXEClient"
}

@test "who can do everything has nothing to warn of" {
  network_recipe tftp,http,dhcp '  hosts:' "$host" "$own"
  for server in dnsmasq isc kea; do
    run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for $server
    [ -z "$stderr" ]
    [[ $output != *Note:* ]]
  done
}

@test "a limit that the recipe does not reach is no warning" {
  network_recipe '{tftp: {platforms: bios}}, dhcp' '  hosts:' "$host"
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for networkd
  [ -z "$stderr" ]
  network_recipe '{http: {platforms: uefi64}}, dhcp'
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for networkd
  [ -z "$stderr" ]
  assert_contains "$output" "
BootFilename=http://192.168.77.9/demo/uefi64.efi
SendOption=60:string:HTTPClient"
  network_recipe http,dhcp
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for networkd
  [ "$stderr" = "mkboot: warning: systemd-networkd: it has one URL for all, that of UEFI x64; UEFI ia32 cannot boot by it" ]
}

@test "a server that has nothing to hand out here: an error with its place" {
  network_recipe http,dhcp
  run -3 --separate-stderr "$MKBOOT" dhcp r.yaml --for dnsmasq-proxy
  [ "${stderr_lines[0]}" = "r.yaml:6:16: error: dnsmasq beside a DHCP server has nothing to hand out here: add tftp to the outputs" ]
  [ -z "$output" ]
}

# RFC 2131 §2: 127 bytes and a NUL. The path alone has less, the URL has not.
@test "a URL longer than DHCP can carry: an error with its place" {
  path=$(printf 'x%.0s' {1..94})
  network_recipe tftp,http,dhcp "  path: $path"
  run -0 "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$output" "http://192.168.77.9/$path/uefi64.efi"
  network_recipe tftp,http,dhcp "  path: ${path}xxx"
  run -3 --separate-stderr "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$stderr" "r.yaml:4:3: error: the boot file's path has 128 bytes, but DHCP carries at most 127"
  [ -z "$output" ]
  # an address with one digit more
  network_recipe tftp,http,dhcp "  path: $path"
  run -3 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.177.199
}

@test "mistakes in the network are refused for every server, each with its place" {
  network_recipe tftp,dhcp '  range: 192.168.77.100-192.168.78.199' '  hosts:' "$host" \
    '    - {name: c, mac: "52-54-00-12-34-56", ip: 192.168.77.51}' \
    '    - {name: d, mac: "52:54:00:12:34:58", ip: 192.168.77.50}' \
    '    - {name: e, mac: "52:54:00:12:34:59", ip: 192.168.78.1}' \
    "    - {name: f, mac: \"52:54:00:12:34:5a\", file: $(printf 'x%.0s' {1..128})}"
  for server in dnsmasq dnsmasq-proxy isc kea networkd dual-server nginx; do
    run -3 --separate-stderr "$MKBOOT" dhcp r.yaml --for $server
    [ -z "$output" ]
    [ "$(grep -o '^r.yaml:[0-9]*:[0-9]*: error: .*' <<< "$stderr" | cut -d' ' -f1-6)" = \
"r.yaml:12:49: error: a boot file is
r.yaml:9:22: error: two hosts have this
r.yaml:10:47: error: two hosts have this
r.yaml:11:47: error: the address 192.168.78.1 is
r.yaml:6:10: error: the range's last address" ]
  done
}

@test "--server must be a machine, and not one of the range" {
  network_recipe tftp,dhcp
  run -2 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.77.150
  assert_contains "$output" "--server 192.168.77.150 lies in the range of addresses"
  run -2 "$MKBOOT" dhcp r.yaml --for kea --server here
  assert_contains "$output" "--server takes a machine's IPv4 address, not 'here'"
}

@test "--server is nobody else's address" {
  network_recipe tftp,dhcp '  router: 192.168.77.1' '  hosts:' "$host"
  run -2 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.77.50
  assert_contains "$output" "--server 192.168.77.50 is the address of one of the recipe's hosts"
  run -2 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.77.255
  assert_contains "$output" "--server 192.168.77.255 is the subnet's broadcast address"
  run -2 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.77.0
  assert_contains "$output" "--server 192.168.77.0 is the subnet's own address"
  # a router may serve files, and a server may be elsewhere
  run -0 "$MKBOOT" dhcp r.yaml --for kea --server 192.168.77.1
  run -0 "$MKBOOT" dhcp r.yaml --for kea --server 10.0.0.1
}

@test "a kernel in the place of a recipe: emulators and TFTP servers need no network" {
  cp "$demo_elf" k.elf
  for server in qemu virtualbox; do
    run -0 --separate-stderr "$MKBOOT" dhcp k.elf --for $server
    [ "$stderr" = "mkboot: warning: $(title $server): it has one boot file for all, that of BIOS; UEFI x64 and UEFI ia32 cannot boot by it" ]
    assert_contains "$output" "file='k/bios.0'"
  done
  for server in dnsmasq-tftp tftpd-hpa tftp-server-mt tftp-server-sp; do
    run -0 --separate-stderr "$MKBOOT" dhcp k.elf --for $server
    [ -z "$stderr" ]
  done
  # who names an address needs one, and says so
  for server in dnsmasq kea unifi; do
    run -3 --separate-stderr "$MKBOOT" dhcp k.elf --for $server
    assert_contains "$stderr" "add network: {server: 192.168.1.2, subnet: 192.168.1.0/24}"
  done
}

title() { "$MKBOOT" dhcp --list | sed -n "s/^  $1  *\(.*[^ ]\)  *[^ ]*$/\1/p"; }

@test "a web server with nothing to serve: an error, no broken file" {
  cp "$demo_elf" k.elf
  network_recipe tftp
  for server in nginx lighttpd; do
    for file in k.elf r.yaml; do
      run -3 --separate-stderr "$MKBOOT" dhcp $file --for $server --server 192.168.77.9
      assert_contains "$stderr" "$server has nothing to serve here: add http to the outputs"
      [ -z "$output" ]
    done
  done
}

@test "a boot file's name that a format cannot hold: its place; without it among all servers' files" {
  network_recipe tftp,dhcp '  hosts:' '    - {name: b, mac: "52:54:00:12:34:57", file: "own file.0"}'
  run -3 --separate-stderr "$MKBOOT" dhcp r.yaml --for pfsense
  [ "${stderr_lines[0]}" = 'r.yaml:7:49: error: pfsense.txt cannot hold this value of "file": own file.0; use letters, digits and . _ / - only' ]
  # nobody asked for pfSense
  run -0 --separate-stderr "$MKBOOT" check r.yaml
  assert_contains "$stderr" "dhcp/: nothing for pfSense; why not: mkboot dhcp --for pfsense"
  [[ $stderr != *error* ]]
  # here somebody does
  network_recipe 'tftp,{dhcp: {servers: [pfsense]}}' '  hosts:' '    - {name: b, mac: "52:54:00:12:34:57", file: "own file.0"}'
  run -3 --separate-stderr "$MKBOOT" check r.yaml
  assert_contains "$stderr" 'r.yaml:7:49: error: pfsense.txt cannot hold'
}

@test "a server outside the subnet: a warning where no router leads to it" {
  network_recipe tftp,dhcp
  sed -i 's/server: .*/server: 172.16.0.9/' r.yaml
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for kea
  [ "${stderr_lines[0]}" = "r.yaml:4:11: warning: the server 172.16.0.9 is not in the subnet 192.168.77.0/24, and there is no router to it; add router: and its address" ]
  assert_contains "$output" '"next-server": "172.16.0.9"'
  network_recipe tftp,dhcp '  router: 192.168.77.1'
  sed -i 's/server: .*/server: 172.16.0.9/' r.yaml
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for kea
  [ -z "$stderr" ]
}

@test "the smallest subnet: an address for the server and one to hand out" {
  network_recipe tftp,dhcp
  sed -i 's/server: .*/server: 192.168.77.1/; s,/24,/30,' r.yaml
  run -0 --separate-stderr "$MKBOOT" dhcp r.yaml --for isc
  assert_contains "$output" "range dynamic-bootp 192.168.77.2 192.168.77.2;"
  sed -i 's/server: .*/server: 192.168.77.2/' r.yaml
  run -3 --separate-stderr "$MKBOOT" dhcp r.yaml --for isc
  [ "${stderr_lines[0]}" = "r.yaml:4:11: error: the server's address 192.168.77.2 lies in the range of addresses handed out, which is made of the subnet; add range:" ]
}

# The place that the file of a TFTP or web server says is where DHCP's files send clients.
@test "the commands that put the trees into place do so" {
  network_recipe tftp,http,dhcp '  path: boot/ace'
  run -0 "$MKBOOT" build r.yaml --only tftp,http
  for server in dnsmasq-tftp tftpd-hpa tftp-server-mt tftp-server-sp nginx lighttpd; do
    run -0 "$MKBOOT" dhcp r.yaml --for $server
    command=$(tr -d '\r' <<< "$output" | sed -n 's/^[#;] *\(mkdir -p .*\)/\1/p')
    [ -n "$command" ]
    rm -rf srv
    sh -c "${command//\/srv/srv}"
    case $server in
      nginx | lighttpd) [ -f srv/http/boot/ace/uefi64.efi ] ;;
      *) [ -f srv/tftp/boot/ace/bios.0 ] && [ -f srv/tftp/boot/ace/boot/k.elf ] ;;
    esac
  done
}

@test "dnsmasq with the TFTP lines of its own file loads; dnsmasq-tftp.conf beside it does not, and says so" {
  network_recipe tftp,http,dhcp
  "$MKBOOT" dhcp r.yaml --for dnsmasq-tftp > tftp.conf
  assert_contains "$(< tftp.conf)" "uncomment the TFTP lines"
  mkdir -p "$PWD/srv"
  for server in dnsmasq dnsmasq-proxy; do
    mkdir "$server"
    "$MKBOOT" dhcp r.yaml --for $server 2> /dev/null |
      sed "s|^#enable-tftp|enable-tftp|; s|^#tftp-root=.*|tftp-root=$PWD/srv|" > "$server/10-mkboot.conf"
    [ "$(grep -c '^enable-tftp\|^tftp-root=' "$server/10-mkboot.conf")" = 2 ]
    run -0 dnsmasq --test -C /dev/null --conf-dir="$PWD/$server"
    # in either order
    for name in 05-tftp.conf 20-tftp.conf; do
      cp tftp.conf "$server/$name"
      run -1 dnsmasq --test -C /dev/null --conf-dir="$PWD/$server"
      assert_contains "$output" "illegal repeated keyword"
      rm "$server/$name"
    done
  done
}

@test "each DHCP server's and router's file says in its head where the trees go" {
  "$MKBOOT" dhcp --list | sed -n '/^DHCP servers/,/^TFTP servers/s/^  \([a-z-]*\) .*/\1/p' > servers
  [ "$(wc -l < servers)" = 18 ]
  network_recipe tftp,http,dhcp
  while read -r server; do
    echo "# $server"
    "$MKBOOT" dhcp r.yaml --for "$server" 2> /dev/null | head -n 40 > head
    grep -q '^[#;/]* *Files: .*tftp/.* TFTP server 192.168.77.9' head
    # who has no HTTP boot, or none beside a TFTP tree, sends nobody there
    case $server in
      dnsmasq-proxy | networkd | unifi) run ! grep 'Files: .*http/' head ;;
      *) grep -q '^[#;/]* *Files: .*http/.* web server 192.168.77.9' head ;;
    esac
  done < servers
  network_recipe http,dhcp
  for server in dnsmasq networkd mikrotik; do
    run -0 "$MKBOOT" dhcp r.yaml --for $server
    [[ $output != *"Files: "*tftp/* ]]
    assert_contains "$output" "what mkboot wrote to http/"
  done
}

@test "what the network lacks: the hint is of the recipe's own network" {
  network_recipe tftp
  sed -i '/subnet:/d' r.yaml
  run -3 "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$output" "needs the network's subnet; add subnet: 192.168.77.0/24"
  network_recipe tftp
  sed -i '/server:/d' r.yaml
  run -3 "$MKBOOT" dhcp r.yaml --for dnsmasq
  assert_contains "$output" "the network has no TFTP server; add server: 192.168.77.2"
}

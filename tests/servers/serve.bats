#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# `mkboot serve`: machines boot through it alone, and as proxy-DHCP beside a DHCP server; what it
# refuses; what it serves and what not; that nothing of it is left. Needs root (network namespaces, a
# tap device), qemu-system-x86, ipxe-qemu, ovmf, dnsmasq-base, isc-dhcp-server, libmicrohttpd12,
# curl.

load net
load machines

EXPECT="demo: done"
bats_require_minimum_version 1.5.0

setup_file() {
  export MKBOOT_CACHE=${MKBOOT_TEST_CACHE:-$ROOT/out/test-cache}
  cd "$BATS_FILE_TMPDIR" || return 1
  write_recipe wire.yaml 192.168.77.1
  sed -i "s/^outputs:.*/outputs: [tftp, http]/" wire.yaml
  sed 's/^outputs:.*/outputs: [tftp]/; s/^name: wire/name: bios/' wire.yaml > bios.yaml
  "$MKBOOT" build wire.yaml
  "$MKBOOT" build bios.yaml
}

setup() {
  need ip dnsmasq curl
  net_up
  cd "$BATS_FILE_TMPDIR" || return 1
  log=$BATS_TEST_TMPDIR/server.log
}

teardown() {
  net_down
}

# serve_start RECIPE ARGUMENT...: until it says that it serves. The shell that runs it in its
# namespace becomes it.
serve_start() {
  local recipe=$1
  shift
  server_start "Ctrl-C ends it" "$MKBOOT" serve "$recipe" --interface br0 --no-build "$@"
  server=${SERVER_JOBS[-1]}
}

# refused STATUS TEXT ARGUMENT...: with that status and message.
refused() {
  local want=$1 text=$2
  shift 2
  run "-$want" ip netns exec "$SERVER_NS" "$MKBOOT" serve wire.yaml --no-build "$@"
  [[ "$output" == *"$text"* ]] || { printf 'expected: %s\nin:\n%s\n' "$text" "$output"; return 1; }
}

in_client() { ip netns exec "$CLIENT_NS" "$@"; }

# Who is in the server's namespace, by name.
servers_left() {
  local pid
  for pid in $(ip netns pids "$SERVER_NS"); do cat "/proc/$pid/comm"; done
}

# Nothing of it is left, a second later at most.
assert_gone() {
  local left _
  for _ in {1..20}; do
    left=$(servers_left)$(ip netns exec "$SERVER_NS" ss -Hlunt '( sport = 67 or sport = 69 or sport = 80 )')
    [ -n "$left" ] || return 0
    sleep 0.05
  done
  echo "left: $left"
  return 1
}

assert_log() {
  grep -E -e "$1" "$log" || { echo "no line like: $1"; cat "$log"; return 1; }
}

# household [LINE]: a DHCP server on the other side of the cable, as a household's router is. LINE of
# its configuration, too.
household() {
  need dhcpd
  ip -n "$CLIENT_NS" addr add 192.168.77.2/24 dev cli0
  cat > "$BATS_TEST_TMPDIR/dhcpd.conf" <<CONF
ping-check false;
${1:-}
subnet 192.168.77.0 netmask 255.255.255.0 { range 192.168.77.200 192.168.77.210; }
CONF
  : > "$BATS_TEST_TMPDIR/dhcpd.leases"
  : > "$BATS_TEST_TMPDIR/dhcpd.log" # it is there when it is waited for
  ip netns exec "$CLIENT_NS" dhcpd -4 -f -d -cf "$BATS_TEST_TMPDIR/dhcpd.conf" -lf "$BATS_TEST_TMPDIR/dhcpd.leases" \
    -pf "$BATS_TEST_TMPDIR/dhcpd.pid" cli0 >>"$BATS_TEST_TMPDIR/dhcpd.log" 2>&1 </dev/null 3>&- &
  SERVER_JOBS+=($!)
  wait_log "$BATS_TEST_TMPDIR/dhcpd.log" $! "Server starting service."
}

@test "serve: BIOS PXE, and one line for each client and file" {
  machines_up
  serve_start wire.yaml
  grep -F "mkboot: wire on br0, at 192.168.77.1: DHCP, TFTP, HTTP" "$log"
  boot_bios
  assert_log '^52:54:00:12:34:56  BIOS +192\.168\.77\.50 +is to load wire/bios\.0$'
  size=$(stat -c %s out/wire/tftp/wire/bios.0 | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta')
  assert_log "^52:54:00:12:34:56  BIOS +192\.168\.77\.50 +wire/bios\.0  $size bytes in [0-9]+\.[0-9]{2} s\$"
  assert_log '^52:54:00:12:34:56 .* wire/boot/demo\.elf  [0-9,]+ bytes in '
}

@test "serve: UEFI PXE" {
  machines_up
  serve_start wire.yaml --alone
  boot_uefi64
  assert_log '^52:54:00:12:34:57  UEFI x64 +192\.168\.77\.[0-9]+ +is to load wire/uefi64\.efi$'
  assert_log '^52:54:00:12:34:57  UEFI x64 .* wire/uefi64\.efi  [0-9,]+ bytes in '
}

@test "serve: UEFI HTTP boot" {
  machines_up
  serve_start wire.yaml
  boot_http
  assert_log '^52:54:00:12:34:57  UEFI x64 by HTTP .* http:/wire/uefi64\.efi  [0-9,]+ bytes in '
  assert_log '^52:54:00:12:34:57 .* http:/wire/boot/demo\.elf  [0-9,]+ bytes in '
}

@test "serve: beside a DHCP server, found by itself: BIOS PXE" {
  machines_up
  household "next-server 192.168.77.2;" # as dnsmasq in a router does
  serve_start wire.yaml
  grep -F "br0, at 192.168.77.1: proxy-DHCP, TFTP" "$log"
  grep -F "addresses come from the DHCP server that is there, 192.168.77.2" "$log"
  grep -F "it cannot offer UEFI HTTP boot" "$log"
  grep -F "stock GRUB's DHCP, get no answer" "$log"
  boot_bios
  assert_log '^52:54:00:12:34:56  BIOS +192\.168\.77\.20[0-9] +wire/bios\.0  [0-9,]+ bytes in '
}

@test "serve: beside a DHCP server, found by itself: UEFI PXE" {
  machines_up
  household "next-server 192.168.77.2;"
  serve_start wire.yaml
  boot_uefi64
  assert_log '^52:54:00:12:34:57  UEFI x64 +192\.168\.77\.20[0-9] +wire/uefi64\.efi  [0-9,]+ bytes in '
}

@test "serve: another DHCP server, or none: --alone and --proxy" {
  household
  refused 3 "a DHCP server answers on br0 already, 192.168.77.2" --interface br0 --alone
  sed 's/^outputs:.*/outputs: [http]/' wire.yaml > http.yaml
  run -3 ip netns exec "$SERVER_NS" "$MKBOOT" serve http.yaml --no-build --interface br0
  [[ "$output" == *"proxy-DHCP cannot offer UEFI HTTP boot, and there is nothing else"* ]]
  server_stop
  ip -n "$CLIENT_NS" addr flush dev cli0
  serve_start wire.yaml --proxy
  grep -F "no DHCP server answers on br0: machines get no address" "$log"
}

@test "serve: interfaces that will not do" {
  refused 3 "eth99: there is no such network interface; there are br0, srv0" --interface eth99
  refused 3 "lo is no Ethernet interface" --interface lo
  # down, or with an address: the bridge is where to answer
  refused 3 "srv0 is a port of the bridge br0; use --interface br0" --interface srv0
  ip -n "$SERVER_NS" addr add 10.1.2.3/24 dev srv0
  ip -n "$SERVER_NS" link set srv0 down
  refused 3 "srv0 is a port of the bridge br0; use --interface br0" --interface srv0
  ip -n "$SERVER_NS" addr flush dev srv0
  ip -n "$SERVER_NS" link set srv0 nomaster
  refused 3 "srv0 is down; bring it up with: ip link set srv0 up" --interface srv0
  ip -n "$SERVER_NS" link set srv0 up
  refused 3 "srv0 has no address in the recipe's subnet, 192.168.77.0/24; give it one with: ip addr add 192.168.77.1/24 dev srv0" --interface srv0
  ip -n "$SERVER_NS" addr add 10.1.2.3/24 dev srv0
  refused 3 "192.168.77.0/24, but 10.1.2.3; give" --interface srv0
  ip -n "$SERVER_NS" link set br0 down
  refused 3 "br0 is down; bring it up with: ip link set br0 up" --interface br0
  refused 2 "say on which network interface"
  refused 2 "--proxy and --alone exclude each other" --interface br0 --proxy --alone
}

@test "serve: a kernel has no network: write a recipe" {
  run -3 "$MKBOOT" serve "$(demo_kernel)" --interface br0
  [[ "$output" == *"this is a kernel; write a recipe with: mkboot init $(demo_kernel)" ]]
}

@test "serve: a recipe without a network is told what this one's is" {
  sed '/^network:/,/^outputs:/d' wire.yaml > none.yaml
  echo 'outputs: [tftp]' >> none.yaml
  run -3 ip netns exec "$SERVER_NS" "$MKBOOT" serve none.yaml --no-build --interface br0
  [[ "$output" == *"br0 is in 'network: {server: 192.168.77.1, subnet: 192.168.77.0/24}'"* ]]
  sed 's/^outputs:.*/outputs: [dhcp]/' wire.yaml > none.yaml
  run -3 ip netns exec "$SERVER_NS" "$MKBOOT" serve none.yaml --no-build --interface br0
  [[ "$output" == *"nothing to serve: add 'tftp'"* ]]
}

@test "serve: ports in use, by whom" {
  # any program that has the port will do
  holds() {
    local kind=SOCK_DGRAM
    [ "$1" != 80 ] || kind=SOCK_STREAM
    server_start ready python3 -c "import socket,time
s=socket.socket(socket.AF_INET,socket.$kind); s.bind(('0.0.0.0',$1))
$([ "$1" != 80 ] || echo 's.listen()')
print('ready',flush=True); time.sleep(60)"
  }
  for port in 67 69 80; do
    holds $port
    [ $port != 80 ] && what=UDP || what=TCP
    refused 3 "$what port $port, for " --interface br0
    [[ "$output" == *"is in use by python3 (process ${SERVER_JOBS[-1]}); end that, or see: ss -l"* ]]
    server_stop
  done
  # on another interface, or at another address, it is no matter
  ip -n "$SERVER_NS" addr add 10.1.2.3/24 dev srv0
  server_start "sockets bound" dnsmasq -C /dev/null --port=0 -k --pid-file= --log-facility=- \
    --leasefile-ro --interface=srv0 --bind-interfaces --dhcp-range=10.1.2.5,10.1.2.9
  serve_start bios.yaml
}

@test "serve: not as root, and without dnsmasq" {
  cp wire.yaml "$(demo_kernel)" "$BATS_TEST_TMPDIR/"
  sed -i "s|kernel: .*|kernel: $(basename "$(demo_kernel)")|" "$BATS_TEST_TMPDIR/wire.yaml"
  cp "$MKBOOT" "$BATS_TEST_TMPDIR/mkboot"
  chmod -R a+rX "$BATS_RUN_TMPDIR"
  run -3 setpriv --reuid 65534 --clear-groups env MKBOOT_DATA="$ROOT" \
    "$BATS_TEST_TMPDIR/mkboot" serve "$BATS_TEST_TMPDIR/wire.yaml" --no-build --interface br0
  [[ "$output" == *"serving takes root"*"sudo mkboot serve"* ]]
  printf 'not a program\n' > nothing
  chmod 644 nothing
  run -4 ip netns exec "$SERVER_NS" unshare -m sh -c '
    mount --make-rprivate / && mount --bind nothing "$(command -v dnsmasq)" && exec "$@"' sh \
    "$MKBOOT" serve wire.yaml --no-build --interface br0
  [[ "$output" == *"dnsmasq is missing; install it with: apt-get install dnsmasq-base"* ]]
}

@test "serve: only the tree is served, and only to be read" {
  cp -r "$BATS_FILE_TMPDIR/out" "$BATS_TEST_TMPDIR/out"
  # below a folder that nobody else can enter
  chmod 700 "$BATS_TEST_TMPDIR/out"
  tree=$BATS_TEST_TMPDIR/out/wire
  for t in tftp http; do
    echo a-secret > "$tree/secret"
    ln -s ../../secret "$tree/$t/wire/link"
    ln -s /etc "$tree/$t/wire/etc"
  done
  serve_start wire.yaml -o "$BATS_TEST_TMPDIR/out"
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
    in_client curl -s tftp://192.168.77.1/wire/bios.0 | cmp - "$tree/tftp/wire/bios.0"
  in_client curl -s http://192.168.77.1/wire/uefi64.efi | cmp - "$tree/http/wire/uefi64.efi"
  for path in ../../etc/passwd wire/../../etc/passwd /etc/passwd wire/link wire/etc/passwd \
    ../secret wire/nothing; do
    run in_client curl -s -S --path-as-is --max-time 5 "tftp://192.168.77.1/$path"
    # an error of TFTP's, no time limit
    [ "$status" -ge 68 ] && [ "$status" -le 74 ] || { echo "TFTP, $path: $status"; return 1; }
    [[ "$output" != *root:* && "$output" != *a-secret* ]]
    run -0 in_client curl -s -o body -w '%{http_code}' --path-as-is "http://192.168.77.1/$path"
    [ "$output" = 404 ]
    run -1 grep -e root: -e a-secret body
  done
  for path in "" wire wire/ wire/boot wire/boot/; do
    run -0 in_client curl -s -o body -w '%{http_code}' "http://192.168.77.1/$path"
    [ "$output" = 404 ]
  done
  echo new > up
  run in_client curl -s -T up --max-time 5 tftp://192.168.77.1/wire/up
  [ "$status" -ne 0 ]
  run -0 in_client curl -s -o body -w '%{http_code}' -T up http://192.168.77.1/wire/up
  [ "$output" = 405 ]
  run -0 find "$tree" -name up
  [ -z "$output" ]
  assert_log 'asked for a file that is not there: wire/nothing'
  assert_log 'http:/wire/nothing  404 not found'
}

@test "serve: HTTP: GET, HEAD, Range" {
  serve_start wire.yaml
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  file=out/wire/http/wire/uefi64.efi url=http://192.168.77.1/wire/uefi64.efi
  size=$(stat -c %s "$file")
  in_client curl -s -D head "$url" | cmp - "$file"
  grep -i "^content-length: $size" head
  grep -i '^accept-ranges: bytes' head
  in_client curl -s -I "$url" > head
  grep '^HTTP/1.1 200' head
  grep -i "^content-length: $size" head
  in_client curl -s -D head -r 1000-1999 "$url" | cmp - <(tail -c +1001 "$file" | head -c 1000)
  grep '^HTTP/1.1 206' head
  grep -i "^content-range: bytes 1000-1999/$size" head
  # the rest of this file, but not of another that is in its place now
  tag=$(sed -n 's/^etag: //Ip' head | tr -d '\r')
  in_client curl -s -r 1000- -H "If-Range: $tag" "$url" | cmp - <(tail -c +1001 "$file")
  cp "$file" other
  mv other "$file"
  in_client curl -s -D head -r 1000- -H "If-Range: $tag" "$url" | cmp - "$file"
  grep '^HTTP/1.1 200' head
  [ "$(sed -n 's/^etag: //Ip' head | tr -d '\r')" != "$tag" ]
  in_client curl -s -r -5 "$url" | cmp - <(tail -c 5 "$file")
  in_client curl -s -r "$((size - 3))-" "$url" | cmp - <(tail -c 3 "$file")
  run -0 in_client curl -s -D head -o body -r "$size-" "$url"
  grep '^HTTP/1.1 416' head
  grep -i "^content-range: bytes \*/$size" head
}

# GRUB 2.06 would take the page that says "404" for the file.
@test "serve: HTTP: to GRUB, a file that is not there is a status line and the end" {
  serve_start wire.yaml
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  run -0 in_client python3 -c "import socket
for agent in 'GRUB 2.06-13+deb12u2', 'curl/8':
    s = socket.create_connection(('192.168.77.1', 80), 5)
    s.sendall(f'GET /wire/nothing HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n'.encode())
    print(b''.join(iter(lambda: s.recv(4096), b'')))"
  [ "${lines[0]}" = "b'HTTP/1.1 404 Not Found\r\n'" ]
  [[ "${lines[1]}" == *"Content-Length: 14"*"404 not found"* ]]
  assert_log 'http:/wire/nothing  404 not found'
}

@test "serve: UEFI HTTP boot: GRUB says which file is not there" {
  machines_up
  cp -r out "$BATS_TEST_TMPDIR/out"
  rm "$BATS_TEST_TMPDIR/out/wire/http/wire/boot/demo.elf"
  serve_start wire.yaml -o "$BATS_TEST_TMPDIR/out"
  status=0
  boot_http || status=$?
  [ "$status" = 1 ]
  [[ "$gave_up" == *"the server has no such file"* ]]
  assert_log '^52:54:00:12:34:57 .* http:/wire/boot/demo\.elf  404 not found'
}

@test "serve: HTTP: one client cannot take all connections" {
  serve_start wire.yaml
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  ip -n "$CLIENT_NS" addr add 192.168.77.21/24 dev cli0
  run -0 in_client python3 -c "import socket, subprocess
held = [socket.create_connection(('192.168.77.1', 80), 5, ('192.168.77.20', 0)) for _ in range(100)]
subprocess.run(['curl', '-sf', '-m', '10', '--interface', '192.168.77.21',
    'http://192.168.77.1/wire/uefi64.efi', '-o', 'got'], check=True)"
  cmp got out/wire/http/wire/uefi64.efi
}

# fetches TREE PATH: by TFTP and HTTP, what lies in TREE now.
fetches() {
  in_client curl -s --max-time 20 "tftp://192.168.77.1/$2" | cmp - "$1/tftp/$2"
  in_client curl -s --max-time 20 "http://192.168.77.1/$2" | cmp - "$1/http/$2"
}

# fetches_not PATH...: neither by TFTP nor by HTTP.
fetches_not() {
  local path
  for path; do
    run in_client curl -s -S --path-as-is --max-time 5 "tftp://192.168.77.1/$path"
    # an error of TFTP's, no time limit
    [ "$status" -ge 68 ] && [ "$status" -le 74 ] || { echo "TFTP, $path: $status"; return 1; }
    run -0 in_client curl -s -o body -w '%{http_code}' --path-as-is "http://192.168.77.1/$path"
    [ "$output" = 404 ] || { echo "HTTP, $path: $output"; return 1; }
  done
}

@test "serve: what is built again is what is served, and nothing beside it" {
  mkdir -p "$BATS_TEST_TMPDIR/w"
  cd "$BATS_TEST_TMPDIR/w"
  cp "$(demo_kernel)" k.elf
  sed "s|kernel: .*|kernel: k.elf|; s/^name: .*/name: again/; s/^outputs:.*/outputs: [tftp, http, iso]/" \
    "$BATS_FILE_TMPDIR/wire.yaml" > again.yaml
  "$MKBOOT" build again.yaml
  cp -r out/again out/other
  ln -s again out/link
  serve_start again.yaml
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  fetches out/again again/boot/k.elf
  cp out/again/tftp/again/boot/k.elf old
  for n in 1 2; do
    echo "changed $n" >> k.elf
    "$MKBOOT" build again.yaml
    run -1 cmp -s old out/again/tftp/again/boot/k.elf
    fetches out/again again/boot/k.elf
    fetches out/again again/uefi64.efi
    for _ in {1..40}; do
      [ "$(grep -c -x 'mkboot: serving the new build' "$log")" = "$n" ] && break
      sleep 0.1
    done
    [ "$(grep -c -x 'mkboot: serving the new build' "$log")" = "$n" ]
  done
  assert_log '  again/boot/k\.elf  [0-9,]+ bytes in '
  # neither what lies beside the tree, nor another build
  iso=$(basename out/again/*.iso)
  for up in .. again/.. again/../.. again/boot/../../.. '..\' ../out /mnt/out /mnt/tftp/../out "$PWD/out"; do
    fetches_not "$up/manifest.json" "$up/again/manifest.json" "$up/other/manifest.json" "$up/again/$iso" \
      "$up/other/tftp/again/bios.0"
  done
  fetches_not manifest.json again/manifest.json other/bios.0 other/tftp/again/bios.0 link/bios.0 out/again/manifest.json
  # links that come with a new build lead nowhere either
  echo a-secret > secret
  ln -s ../../../../secret out/again/tftp/again/link
  ln -s ../../../../secret out/again/http/again/link
  ln -s bios.0 out/again/tftp/again/near
  ln -s uefi64.efi out/again/http/again/near
  fetches_not again/link again/near
  rm out/again/{tftp,http}/again/near
  mv out/again/tftp out/again/tftp.away
  ln -s ../other/tftp out/again/tftp
  fetches_not again/bios.0 # which HTTP never has
  rm out/again/tftp out/again/http/again/link out/again/tftp.away/again/link
  mv out/again/tftp.away out/again/tftp
  # removed: it goes on, without files, until there is a build again
  rm -r out/again
  fetches_not again/boot/k.elf
  wait_log "$log" "$server" "out/again is gone, and machines find no file until it is built again"
  fetches_not again/boot/k.elf
  "$MKBOOT" build again.yaml
  fetches out/again again/boot/k.elf
  [ "$(grep -c -F 'is gone' "$log")" = 1 ]
  kill "$server"
  wait "$server"
  assert_gone
}

@test "serve: the recipe's path on the server, and a new build there" {
  mkdir -p "$BATS_TEST_TMPDIR/w"
  cd "$BATS_TEST_TMPDIR/w"
  sed "s|^network:|network:\n  path: deep/lab|" "$BATS_FILE_TMPDIR/wire.yaml" > wire.yaml
  "$MKBOOT" build wire.yaml
  serve_start wire.yaml
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  for title in Wire Another; do
    sed -i "s/title: Wire/title: $title/" wire.yaml
    "$MKBOOT" build wire.yaml
    for scheme in tftp http; do
      in_client curl -s --max-time 20 "$scheme://192.168.77.1/deep/lab/uefi64.efi" |
        cmp - "out/wire/$scheme/wire/uefi64.efi"
    done
  done
  assert_log '  deep/lab/uefi64\.efi  [0-9,]+ bytes in '
  fetches_not wire/uefi64.efi deep/uefi64.efi deep/lab/../uefi64.efi deep/lab/../../../out/wire/manifest.json
}

@test "serve: a machine boots what was built meanwhile" {
  machines_up
  mkdir -p "$BATS_TEST_TMPDIR/w"
  cd "$BATS_TEST_TMPDIR/w"
  "$MKBOOT" build "$BATS_FILE_TMPDIR/bios.yaml"
  sed "s/args: wire/args: other words/" "$BATS_FILE_TMPDIR/bios.yaml" > bios.yaml
  serve_start "$BATS_FILE_TMPDIR/bios.yaml"
  "$MKBOOT" build bios.yaml
  boot_bios
  grep -a -F "command line: [other words]" "$BATS_TEST_TMPDIR/serial"
}

@test "serve: a build in a folder that is closed to others is not followed, and that is said" {
  cp -r out "$BATS_TEST_TMPDIR/out"
  chmod 700 "$BATS_TEST_TMPDIR/out"
  serve_start bios.yaml -o "$BATS_TEST_TMPDIR/out"
  "$MKBOOT" build bios.yaml -o "$BATS_TEST_TMPDIR/out"
  wait_log "$log" "$server" "error: "
  status=0
  wait "$server" || status=$?
  [ "$status" = 5 ]
  assert_log 'out/bios was built again or removed, .*closed to other users; chmod o\+x that, and start mkboot serve again'
  assert_gone
}

@test "serve: privileges are given up, all that answers" {
  SUDO_UID=12345 SUDO_GID=12346 serve_start wire.yaml
  for pid in $(ip netns pids "$SERVER_NS"); do
    name=$(cat "/proc/$pid/comm")
    uid=$(awk '/^Uid:/ {print $2, $3, $4, $5}' "/proc/$pid/status")
    caps=$(awk '/^CapEff:/ {print $2}' "/proc/$pid/status")
    echo "$name $uid $caps $(awk '/^NoNewPrivs:/ {print $2}' "/proc/$pid/status")"
    [ "$(awk '/^CapPrm:/ {print $2}' "/proc/$pid/status")" = "$caps" ]
    [ "$(awk '/^Gid:/ {print $2}' "/proc/$pid/status")" != 0 ]
  done | sort > who
  # CAP_NET_ADMIN and CAP_NET_RAW: DHCP answers clients that have no address yet
  diff - who <<'WHO'
dnsmasq 65534 65534 65534 65534 0000000000003000 1
mkboot 12345 12345 12345 12345 0000000000000000 1
mkboot-keeper 12345 12345 12345 12345 0000000000000000 1
WHO
}

@test "serve: built by sudo, files are the user's" {
  mkdir -p "$BATS_TEST_TMPDIR/theirs/cache/toolchain"
  cp bios.yaml "$BATS_TEST_TMPDIR/theirs/"
  # there is no way to fetch GRUB's headers in the server's namespace
  cp -r "$MKBOOT_CACHE/toolchain/headers" "$BATS_TEST_TMPDIR/theirs/cache/toolchain/"
  chown -R 12345:12346 "$BATS_TEST_TMPDIR/theirs"
  chmod 755 "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
  export SUDO_UID=12345 SUDO_GID=12346 MKBOOT_CACHE=$BATS_TEST_TMPDIR/theirs/cache
  cd "$BATS_TEST_TMPDIR/theirs"
  # with a new cache this takes longer than a server is waited for
  setpriv --reuid 12345 --regid 12346 --clear-groups "$MKBOOT" toolchain build --drivers > toolchain.log
  rm toolchain.log
  server_start "Ctrl-C ends it" "$MKBOOT" serve bios.yaml --interface br0
  run -0 find . ! -user 12345
  [ -z "$output" ]
  [ -f out/bios/tftp/bios/bios.0 ]
}

@test "serve: Ctrl-C and its like end it within a second, status 0, and nothing is left" {
  household # which answers at once, so that less time is spent on asking
  for signal in INT TERM HUP; do
    serve_start bios.yaml
    start=$EPOCHREALTIME
    kill -$signal "$server"
    status=0
    wait "$server" || status=$?
    [ "$status" = 0 ]
    [ $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) -lt 1000 ]
    assert_gone
  done
}

@test "serve: killed at any moment, nothing is left" {
  mkdir "$BATS_TEST_TMPDIR/tmp"
  household # which answers at once, so that less time is spent on asking
  for moment in asking 0.02 0.04 0.06 0.08 0.1 0.13 0.16 0.2 0.3 0.5 serving transfer; do
    : > "$log"
    TMPDIR=$BATS_TEST_TMPDIR/tmp ip netns exec "$SERVER_NS" "$MKBOOT" serve wire.yaml --interface br0 \
      --no-build > "$log" 2>&1 3>&- &
    server=$!
    case $moment in
    asking) wait_log "$log" "$server" "asking whether" ;;
    serving) wait_log "$log" "$server" "Ctrl-C ends it" ;;
    transfer)
      wait_log "$log" "$server" "Ctrl-C ends it"
      in_client curl -s --limit-rate 20k http://192.168.77.1/wire/uefi64.efi -o body &
      in_client curl -s tftp://192.168.77.1/wire/uefi32.efi -o body2
      ;;
    *) sleep "$moment" ;;
    esac
    kill -KILL "$server"
    wait "$server" || true
    assert_gone || { echo "at: $moment"; return 1; }
  done
  run -0 find "$BATS_TEST_TMPDIR/tmp" -mindepth 1
  [ -z "$output" ]
  # none of its mounts is to be seen
  run -1 grep ' /mnt.* mkboot ' /proc/self/mountinfo
}

@test "serve: dnsmasq that ends is an error" {
  serve_start bios.yaml
  for pid in $(ip netns pids "$SERVER_NS"); do
    [ "$(cat "/proc/$pid/comm")" != dnsmasq ] || kill "$pid"
  done
  status=0
  wait "$server" || status=$?
  [ "$status" = 5 ]
  grep -F "error: dnsmasq ended" "$log"
  assert_gone
}

@test "serve: without namespaces, the tree where all may read it" {
  without() {
    ip netns exec "$SERVER_NS" setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"
  }
  mkdir -p "$BATS_TEST_TMPDIR/closed"
  cp -r out "$BATS_TEST_TMPDIR/closed/"
  chmod 700 "$BATS_TEST_TMPDIR/closed"
  run -5 without "$MKBOOT" serve bios.yaml --interface br0 --no-build -o "$BATS_TEST_TMPDIR/closed/out"
  [[ "$output" == *"cannot be served from here"*"CAP_SYS_ADMIN"*"closed is closed to dnsmasq's user"* ]]
  open=$(mktemp -d /tmp/mkboot-serve.XXXXXX)
  chmod 755 "$open"
  cp -r out "$open/"
  server_start "Ctrl-C ends it" setpriv --bounding-set -sys_admin --inh-caps -sys_admin \
    "$MKBOOT" serve bios.yaml --interface br0 --no-build -o "$open/out"
  ip -n "$CLIENT_NS" addr add 192.168.77.20/24 dev cli0
  in_client curl -s tftp://192.168.77.1/bios/bios.0 | cmp - out/bios/tftp/bios/bios.0
  wait_log "$log" "${SERVER_JOBS[-1]}" " bytes in " # dnsmasq may write it after curl has ended
  assert_log ' bios/bios\.0  [0-9,]+ bytes in '
  sed 's/title: Wire/title: Another/' bios.yaml > another.yaml
  sed -i "s/^name: .*/name: bios/" another.yaml
  "$MKBOOT" build another.yaml -o "$open/out"
  run -1 cmp -s out/bios/tftp/bios/bios.0 "$open/out/bios/tftp/bios/bios.0"
  in_client curl -s tftp://192.168.77.1/bios/bios.0 | cmp - "$open/out/bios/tftp/bios/bios.0"
  wait_log "$log" "${SERVER_JOBS[-1]}" "mkboot: serving the new build"
  kill -KILL "${SERVER_JOBS[-1]}"
  assert_gone
  rm -r "$open"
}
